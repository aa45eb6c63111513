package netphase

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/hns"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// hostProxyPhase sets up the way from tasks to the agent's metadata and credentials server: the address 169.254.170.2 on
// the nat network's adapter, a port proxy from its port 80 to 127.0.0.1:51679, a firewall rule. Tasks in awsvpc mode need
// it as well as task roles do.
type hostProxyPhase struct{}

// FirewallRuleName is the name of the rule that lets the nat network reach the host proxy.
const FirewallRuleName = "ecswin host proxy"

// The agent's ports: introspection, and the metadata and credentials server (amazon-ecs-agent, config_windows.go).
const (
	credentialsPort  = 51679
	directURL        = "http://127.0.0.1:51679/"
	introspectionURL = "http://127.0.0.1:51678/"
	proxiedURL       = "http://169.254.170.2:80/"
	loopbackURL      = "http://127.0.0.1:80/"
)

// HostProxyRule is the rule of the port proxy.
func HostProxyRule() host.ProxyRule {
	return host.ProxyRule{
		Listen:  netip.AddrPortFrom(hns.HostProxyAddress().Addr(), 80),
		Connect: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), credentialsPort),
	}
}

// hostProxyFirewall is scoped by the local address and the nat network's block, so that nothing of the VPC gets at the
// credentials.
func hostProxyFirewall(nat netip.Prefix) host.FirewallRule {
	return host.FirewallRule{
		Name: FirewallRuleName, Ports: []uint16{80, credentialsPort},
		LocalAddresses: []netip.Prefix{hns.HostProxyAddress()}, RemoteAddresses: []netip.Prefix{nat.Masked()},
	}
}

// Describe implements phase.Phase.
func (hostProxyPhase) Describe(d *nodeconfig.Document) phase.Description {
	desc := phase.Description{
		ID: "host-proxy", Title: "Tasks reach their credentials at 169.254.170.2",
		Needs: []phase.ID{"hns-nat", "netsnapshot"}, Timeout: 2*d.Timeouts.HostProxy + slack,
	}
	switch {
	case d.HostProxy.Mode == "off":
		desc.Off = "host_proxy.mode is off"
	case !d.AWSVPC.Enabled && !d.Agent.TaskIAMRole:
		desc.Off = "neither awsvpc nor task roles are on"
	}
	return desc
}

// proxySeen is what was seen of the proxy and its surroundings.
type proxySeen struct {
	nat    phase.NAT
	helper host.Service
	// adapter is the alias of the adapter with the address, or empty; usable tells that it is a right one and the address
	// Preferred or about to be.
	adapter, state string
	usable         bool
	rule           *host.ProxyRule
	firewall       *host.FirewallRule
	agent          string
	// stuck tells that the agent answers directly and not through the proxy.
	stuck bool
}

// lookProxy looks once.
func lookProxy(ctx context.Context, n *phase.Node) (proxySeen, error) {
	seen := proxySeen{nat: n.Found.Get().NAT}
	var err error
	if seen.helper, err = n.Host.Services.Service(ctx, helperService); err != nil {
		return seen, fault.New("E_IPHLPSVC", err, "")
	}
	adapters, err := n.Host.Adapters.Adapters(ctx)
	if err != nil {
		return seen, fault.New("E_HOST_PROXY_ADDRESS", err, "")
	}
	seen.findAddress(adapters)
	rules, err := n.Host.PortProxy.Rules(ctx)
	if err != nil {
		return seen, fault.New("E_HOST_PROXY_RULE", err, "")
	}
	for _, r := range rules {
		if r.Listen == HostProxyRule().Listen {
			seen.rule = &r
		}
	}
	firewall, err := n.Host.Firewall.Rule(ctx, FirewallRuleName)
	switch {
	case err == nil:
		seen.firewall = &firewall
	case !errors.Is(err, host.ErrNotFound):
		return seen, fault.New("E_HOST_PROXY_FIREWALL", err, "")
	}
	return seen, nil
}

// findAddress looks for the address. AWS's older script puts it on a vNIC of its own called APIPA, its ECSTools on the nat
// adapter: both will do.
func (seen *proxySeen) findAddress(adapters []host.Adapter) {
	for _, a := range adapters {
		if a.State == host.AdapterGhost {
			continue
		}
		for _, address := range a.Addresses {
			if address.Prefix.Addr() != hns.HostProxyAddress().Addr() {
				continue
			}
			seen.adapter, seen.state = a.Alias, address.State
			right := hns.IsNATAdapter(a.Alias) || strings.Contains(strings.ToUpper(a.Alias), "APIPA")
			seen.usable = right && a.State == host.AdapterUp && (address.State == host.AddressPreferred || address.State == host.AddressTentative)
			if seen.usable {
				return
			}
		}
	}
}

// Probe implements phase.Phase.
func (hostProxyPhase) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	seen, err := lookProxy(ctx, n)
	if err != nil {
		return nil, err
	}
	if seen.agent, err = state(ctx, n, agentService); err != nil {
		return nil, err
	}
	if seen.agent != host.ServiceRunning {
		if err := checkPortsFree(ctx, n); err != nil {
			return nil, err
		}
	}
	if err := seen.askThrough(ctx, n); err != nil {
		return nil, err
	}
	return observation{facts: seen.facts(), plan: seen.plan}, nil
}

// freeing is how long an agent that has just stopped may still answer, before it is somebody else who does.
const freeing = 5 * time.Second

// checkPortsFree finds who answers on the agent's ports while the agent is stopped. Another phase may be stopping it, and
// anybody may start it at any time: then there is nothing to be found.
func checkPortsFree(ctx context.Context, n *phase.Node) error {
	var taken *fault.Fault
	patience := freeing
	if n.Mode != phase.ModeApply {
		patience = 0 // no phase stops it
	}
	err := until(ctx, n, pace(patience), "the agent's ports to be free", func() (bool, string, error) {
		if taken = whoHasPorts(ctx, n); taken == nil {
			return true, "", nil
		}
		agent, err := state(ctx, n, agentService)
		return err == nil && agent != "" && agent != host.ServiceStopped, taken.Seen, err
	})
	var expired *wait.Expired
	if errors.As(err, &expired) && taken != nil {
		taken.Err = err
		return taken
	}
	return err
}

func whoHasPorts(ctx context.Context, n *phase.Node) *fault.Fault {
	for _, url := range []string{introspectionURL, directURL} {
		if r, err := n.Host.Web.Get(ctx, url); err == nil {
			return fault.New("E_AGENT_PORT_TAKEN", nil, "somebody%s answers at %s while AmazonECS does not run", named(r.Server), url)
		}
	}
	return nil
}

func named(server string) string {
	if server == "" {
		return ""
	}
	return " (" + server + ")"
}

// askThrough asks at the tasks' address. Before that is there, a plan can only say who has port 80 of the machine itself,
// and perhaps of all addresses.
func (seen *proxySeen) askThrough(ctx context.Context, n *phase.Node) error {
	if !seen.usable || seen.state != host.AddressPreferred {
		if n.Mode == phase.ModePlan {
			warnOfPort80(ctx, n)
		}
		return nil
	}
	r, err := n.Host.Web.Get(ctx, proxiedURL)
	if err == nil && r.Server != "" {
		return port80Taken(r.Server)
	}
	seen.stuck = seen.ruled() && isStuck(ctx, n, err, seen.agent == host.ServiceRunning)
	return nil
}

func warnOfPort80(ctx context.Context, n *phase.Node) {
	if r, err := n.Host.Web.Get(ctx, loopbackURL); err == nil && r.Server != "" {
		n.Warn("E_PORT80_TAKEN: %s answers at 127.0.0.1:80; if it has port 80 of every address, tasks get no credentials and no metadata", r.Server)
	}
}

// isStuck reports whether the port proxy does not follow its rule, by what became of a request through it: nobody listens,
// or the agent answers directly and nobody does through the proxy. A rule that was added before its address was Preferred
// stays so until it is removed and added again (amazon-ecs-agent, misc/windows-deploy/hostsetup.ps1), and so does one whose
// writer was killed before it told the IP Helper.
func isStuck(ctx context.Context, n *phase.Node, through error, agentRuns bool) bool {
	if errors.Is(through, host.ErrNoListener) {
		return true
	}
	if through == nil || !agentRuns {
		return false
	}
	_, direct := n.Host.Web.Get(ctx, directURL)
	return direct == nil
}

func (seen *proxySeen) ruled() bool { return seen.rule != nil && *seen.rule == HostProxyRule() }

func (seen *proxySeen) facts() []phase.Fact {
	rule := "none"
	if seen.rule != nil {
		rule = fmt.Sprintf("%s to %s", seen.rule.Listen, seen.rule.Connect)
	}
	return []phase.Fact{fact("169.254.170.2", seen.where()), fact("port proxy", rule), fact("service iphlpsvc", seen.helper.State)}
}

func (seen *proxySeen) where() string {
	if seen.adapter == "" {
		return "on no adapter"
	}
	return fmt.Sprintf("on %s, %s", seen.adapter, seen.state)
}

// plan removes a rule before it gives the machine the address: a rule that is there before the address is stuck, and were
// the program killed in between, nobody could tell.
func (seen *proxySeen) plan(d *nodeconfig.Document) ([]phase.Change, error) {
	if d.HostProxy.Mode != "auto" {
		return nil, nil
	}
	var changes []phase.Change
	if seen.helper.State != host.ServiceRunning {
		if seen.helper.Config.StartType == host.StartDisabled {
			return nil, fault.New("E_IPHLPSVC", nil, "service iphlpsvc is disabled")
		}
		changes = append(changes, phase.Change{
			What: "service iphlpsvc", From: seen.helper.State, To: host.ServiceRunning,
			Do: func(ctx context.Context, n *phase.Node) error { return start(ctx, n, helperService, "E_IPHLPSVC") },
		})
	}
	anew := !seen.usable || !seen.ruled() || seen.stuck
	if seen.rule != nil && anew {
		changes = append(changes, seen.removeRule())
	}
	if !seen.usable {
		changes = append(changes, seen.moveAddress()...)
	}
	if anew {
		changes = append(changes, seen.addRule())
	}
	if want := hostProxyFirewall(seen.nat.Subnet); seen.firewall == nil || !sameRule(*seen.firewall, want) {
		changes = append(changes, seen.setFirewall())
	}
	return changes, nil
}

func sameRule(a, b host.FirewallRule) bool {
	return a.Name == b.Name && slices.Equal(a.Ports, b.Ports) && slices.Equal(a.LocalAddresses, b.LocalAddresses) && slices.Equal(a.RemoteAddresses, b.RemoteAddresses)
}

func (seen *proxySeen) removeRule() phase.Change {
	from := "there, perhaps bound to no address"
	if !seen.ruled() {
		from = "to " + seen.rule.Connect.String()
	}
	return phase.Change{
		What: "port proxy on 169.254.170.2:80", From: from, To: "removed",
		Undo: phase.RestorePortProxy(HostProxyRule(), seen.rule),
		Do: func(ctx context.Context, n *phase.Node) error {
			return as("E_HOST_PROXY_RULE", n.Host.PortProxy.Remove(ctx, *seen.rule))
		},
	}
}

func (seen *proxySeen) addRule() phase.Change {
	return phase.Change{
		What: "port proxy on 169.254.170.2:80", From: "not there", To: "to " + HostProxyRule().Connect.String(),
		Undo: phase.RestorePortProxy(HostProxyRule(), seen.rule),
		Do: func(ctx context.Context, n *phase.Node) error {
			if err := awaitPreferred(ctx, n); err != nil {
				return err
			}
			return as("E_HOST_PROXY_RULE", n.Host.PortProxy.Add(ctx, HostProxyRule()))
		},
	}
}

// moveAddress gives the nat adapter the address, and takes it from where it is of no use.
func (seen *proxySeen) moveAddress() []phase.Change {
	address := hns.HostProxyAddress()
	alias := seen.nat.Adapter
	if alias == "" {
		alias = "vEthernet (nat)"
	}
	var changes []phase.Change
	if seen.adapter != "" {
		changes = append(changes, phase.Change{
			What: "address 169.254.170.2 of " + seen.adapter, From: seen.state, To: "removed",
			Do: func(ctx context.Context, n *phase.Node) error {
				return as("E_HOST_PROXY_ADDRESS", n.Host.Adapters.RemoveAddress(ctx, seen.adapter, address))
			},
		})
	}
	return append(changes, phase.Change{
		What: "address 169.254.170.2 of " + alias, From: "not there", To: "added",
		Undo: phase.RemoveAddress(alias, address),
		Do: func(ctx context.Context, n *phase.Node) error {
			return as("E_HOST_PROXY_ADDRESS", n.Host.Adapters.AddAddress(ctx, alias, address))
		},
	})
}

func (seen *proxySeen) setFirewall() phase.Change {
	return phase.Change{
		What: "firewall rule " + FirewallRuleName, From: "not as wanted", To: "ports 80 and 51679 of 169.254.170.2 for " + seen.block(),
		Undo: phase.RestoreFirewallRule(FirewallRuleName, seen.firewall),
		Do: func(ctx context.Context, n *phase.Node) error {
			return as("E_HOST_PROXY_FIREWALL", n.Host.Firewall.Set(ctx, hostProxyFirewall(n.Found.Get().NAT.Subnet)))
		},
	}
}

// block is the nat network's block in words; a plan may be made before there is one.
func (seen *proxySeen) block() string {
	if !seen.nat.Subnet.IsValid() {
		return "the nat network"
	}
	return seen.nat.Subnet.String()
}

// awaitPreferred waits until Windows has made sure that nobody else has the address.
func awaitPreferred(ctx context.Context, n *phase.Node) error {
	err := until(ctx, n, pace(n.Doc.Timeouts.HostProxy), "169.254.170.2 to be Preferred", func() (bool, string, error) {
		adapters, err := n.Host.Adapters.Adapters(ctx)
		if err != nil {
			return again(err)
		}
		var seen proxySeen
		seen.findAddress(adapters)
		return seen.usable && seen.state == host.AddressPreferred, seen.where(), nil
	})
	if err != nil {
		return fault.New("E_HOST_PROXY_ADDRESS", err, "")
	}
	return nil
}

// Verify implements phase.Phase.
func (hostProxyPhase) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	var seen proxySeen
	answer := ""
	var last *fault.Fault
	err := until(ctx, n, pace(proofTime(n, n.Doc.Timeouts.HostProxy)), "the host proxy", func() (bool, string, error) {
		var err error
		if seen, err = lookProxy(ctx, n); err != nil {
			last = fault.Of(err)
			return again(err)
		}
		if last = seen.wrong(n.Doc); last == nil {
			answer, last = whoAnswers(ctx, n)
		}
		if last == nil {
			return true, "", nil
		}
		// Who has port 80 does not go away by waiting.
		return false, last.Error(), definite(last)
	})
	var expired *wait.Expired
	if errors.As(err, &expired) && last != nil {
		return nil, fault.New(last.Code, err, "%s", last.Seen)
	}
	if err != nil {
		return nil, err
	}
	return append(seen.facts(), fact("169.254.170.2:80", answer)), nil
}

func definite(f *fault.Fault) error {
	if f.Code == "E_PORT80_TAKEN" {
		return f
	}
	return nil
}

// wrong says what of the set-up is not as it has to be. Who only verifies has a firewall rule of another name.
func (seen *proxySeen) wrong(d *nodeconfig.Document) *fault.Fault {
	switch {
	case seen.helper.State != host.ServiceRunning:
		return fault.New("E_IPHLPSVC", nil, "service iphlpsvc is %s", seen.helper.State)
	case !seen.usable || seen.state != host.AddressPreferred:
		return fault.New("E_HOST_PROXY_ADDRESS", nil, "169.254.170.2 is %s", seen.where())
	case seen.rule == nil:
		return fault.New("E_HOST_PROXY_RULE", nil, "there is no rule for 169.254.170.2:80")
	case !seen.ruled():
		return fault.New("E_HOST_PROXY_RULE", nil, "169.254.170.2:80 goes to %s", seen.rule.Connect)
	case d.HostProxy.Mode == "auto" && (seen.firewall == nil || !sameRule(*seen.firewall, hostProxyFirewall(seen.nat.Subnet))):
		return fault.New("E_HOST_PROXY_FIREWALL", nil, "rule %s is not there or not for %s", FirewallRuleName, seen.nat.Subnet)
	}
	return nil
}

func port80Taken(server string) *fault.Fault {
	return fault.New("E_PORT80_TAKEN", nil, "%s answers at 169.254.170.2:80", server)
}

// whoAnswers asks at the tasks' address. The agent's server sends no Server header; http.sys, behind which IIS and others
// are, does, and so do most web servers. Before the agent runs, nobody answers.
func whoAnswers(ctx context.Context, n *phase.Node) (string, *fault.Fault) {
	r, err := n.Host.Web.Get(ctx, proxiedURL)
	switch {
	case err == nil && r.Server != "":
		return "", port80Taken(r.Server)
	case err == nil:
		return "the agent answers", nil
	}
	if _, err := n.Host.Web.Get(ctx, directURL); err == nil {
		return "", fault.New("E_HOST_PROXY_STUCK", nil, "127.0.0.1:51679 answers, 169.254.170.2:80 does not")
	}
	return "nobody answers yet; the agent does once it runs", nil
}
