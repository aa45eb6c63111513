package netphase

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/endpoint"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// dnsPhase sees to the name servers of the primary network interface before the agent starts: the agent reads the list of
// the first adapter with the primary MAC once, and gives it to every task as it is (amazon-ecs-agent,
// agent/app/agent_windows.go). An empty list is no error to the agent, and so is one here.
type dnsPhase struct{}

// dnsTimeout bounds the wait for DHCP's name servers, and that for an answer.
const (
	dnsTimeout  = time.Minute
	askTimeout  = 3 * time.Second
	askPatience = 15 * time.Second
)

// Describe implements phase.Phase.
func (dnsPhase) Describe(*nodeconfig.Document) phase.Description {
	return phase.Description{
		ID: "dns", Title: "Name servers that tasks can use",
		Needs: []phase.ID{"imds", "domain", "netsnapshot"}, Timeout: 2*(dnsTimeout+askPatience) + slack,
	}
}

type dnsSeen struct {
	nic    host.Adapter
	wanted []netip.Addr
	agent  string
}

// Probe implements phase.Phase. It asks the servers that the agent is to get, also those that have yet to be set: what no
// task could use is not given to Windows either, and a plan tells.
func (dnsPhase) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	seen := dnsSeen{wanted: wantedServers(n.Doc)}
	nic, err := awaitServers(ctx, n, len(seen.wanted) == 0)
	if err != nil {
		return nil, err
	}
	seen.nic = nic
	servers := nic.DNS
	if len(seen.wanted) > 0 {
		servers = seen.wanted
	}
	if err := useful(ctx, n, nic.Alias, servers); err != nil {
		return nil, err
	}
	if seen.differs() {
		if seen.agent, err = state(ctx, n, agentService); err != nil {
			return nil, err
		}
		if !nic.StaticDNS {
			n.Warn("dns.servers %s replace DHCP's %s on %s; a DHCP option set is the better place, because tasks in other subnets get the same list", list(seen.wanted), list(nic.DNS), nic.Alias)
		}
	}
	return observation{facts: []phase.Fact{fact("name servers", list(nic.DNS))}, plan: seen.plan}, nil
}

// differs reports whether the document names other servers than the adapter has.
func (seen *dnsSeen) differs() bool {
	return len(seen.wanted) > 0 && !slices.Equal(seen.wanted, seen.nic.DNS)
}

func wantedServers(d *nodeconfig.Document) []netip.Addr {
	var all []netip.Addr
	for _, text := range d.DNS.Servers {
		if a, err := netip.ParseAddr(text); err == nil {
			all = append(all, a)
		}
	}
	return all
}

// awaitServers waits for the primary adapter and, where they are to come from DHCP, its name servers.
func awaitServers(ctx context.Context, n *phase.Node, filled bool) (host.Adapter, error) {
	var nic host.Adapter
	code := fault.Code("E_PRIMARY_NIC_MISSING")
	mac := n.Found.Get().Instance.MAC
	err := until(ctx, n, pace(dnsTimeout), "the name servers of the primary network interface", func() (bool, string, error) {
		all, err := n.Host.Adapters.Adapters(ctx)
		if err != nil {
			return again(err)
		}
		primary, there := primaryAdapter(all, mac)
		if !there {
			return false, fmt.Sprintf("none of %d adapters has MAC %s", len(all), mac), nil
		}
		nic, code = primary, "E_DNS_EMPTY"
		ready := len(nic.Addresses) > 0 && (!filled || len(usable(nic.DNS)) > 0)
		return ready, fmt.Sprintf("adapter %s (%s, MAC %s) has name servers %s", nic.Alias, nic.State, mac, list(nic.DNS)), nil
	})
	if err != nil {
		return nic, fault.New(code, err, "")
	}
	return nic, nil
}

// primaryAdapter is the first adapter with the MAC that has an address, as the agent finds it: Windows lists adapters without
// any to nobody who asks for addresses, and one that a vSwitch was put on has lost its own to a vEthernet of the same MAC.
func primaryAdapter(all []host.Adapter, mac string) (host.Adapter, bool) {
	same := slices.DeleteFunc(slices.Clone(all), func(a host.Adapter) bool {
		return !strings.EqualFold(a.MAC, mac) || a.State == host.AdapterGhost
	})
	if len(same) == 0 {
		return host.Adapter{}, false
	}
	return same[max(0, slices.IndexFunc(same, func(a host.Adapter) bool { return len(a.Addresses) > 0 }))], true
}

// siteLocal are the addresses that Windows makes up as name servers of an adapter that has none.
func siteLocal(a netip.Addr) bool { return netip.MustParsePrefix("fec0::/10").Contains(a) }

// usable are the servers that somebody has set.
func usable(servers []netip.Addr) []netip.Addr {
	return slices.DeleteFunc(slices.Clone(servers), siteLocal)
}

func list(servers []netip.Addr) string {
	if len(servers) == 0 {
		return "none"
	}
	var all []string
	for _, a := range servers {
		all = append(all, a.String())
	}
	return strings.Join(all, ", ")
}

// plan stops an agent that runs before it changes the list: the agent has read it, and agent-start starts it again.
func (seen *dnsSeen) plan(*nodeconfig.Document) ([]phase.Change, error) {
	if !seen.differs() {
		return nil, nil
	}
	var before []netip.Addr
	if seen.nic.StaticDNS {
		before = seen.nic.DNS
	}
	var changes []phase.Change
	if seen.agent != "" && seen.agent != host.ServiceStopped {
		changes = append(changes, stopAgent("to read the name servers anew"))
	}
	return append(changes, phase.Change{
		What: "name servers of " + seen.nic.Alias, From: list(seen.nic.DNS), To: list(seen.wanted),
		Undo: phase.RestoreDNS(seen.nic.MAC, before),
		Do: func(ctx context.Context, n *phase.Node) error {
			return as("E_STEP_FAILED", n.Host.Adapters.SetDNS(ctx, seen.nic.Alias, seen.wanted))
		},
	}), nil
}

// Verify implements phase.Phase.
func (dnsPhase) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	nic, err := awaitServers(ctx, n, true)
	if err != nil {
		return nil, err
	}
	facts := []phase.Fact{fact("name servers", list(nic.DNS)), fact("primary adapter", nic.Alias)}
	if seen := (&dnsSeen{nic: nic, wanted: wantedServers(n.Doc)}); seen.differs() {
		return facts, fault.New("E_DNS_OTHER", nil, "adapter %s has %s, dns.servers is %s", nic.Alias, list(nic.DNS), list(seen.wanted))
	}
	if slices.Equal(usable(nic.DNS), n.Found.Get().DNS) {
		return facts, nil
	}
	return facts, useful(ctx, n, nic.Alias, nic.DNS)
}

// useful proves that tasks can use the servers of an adapter, and tells later phases of them.
func useful(ctx context.Context, n *phase.Node, alias string, servers []netip.Addr) error {
	for _, a := range servers {
		switch {
		case a.Unmap() == netip.MustParseAddr("169.254.169.253"), a.Unmap().IsLoopback():
			return fault.New("E_DNS_NOT_FOR_TASKS", nil, "%s on adapter %s", a, alias)
		case siteLocal(a):
			n.Warn("adapter %s has the made-up name server %s, which no task reaches", alias, a)
		}
	}
	servers = usable(servers)
	if len(servers) == 0 {
		return fault.New("E_DNS_EMPTY", nil, "of those for adapter %s none is more than made up", alias)
	}
	if err := askAll(ctx, n, servers); err != nil {
		return err
	}
	n.Found.Set(func(f *phase.Found) { f.DNS = servers })
	return nil
}

// askAll asks every server for the name of the ECS endpoint, all at the same time. One that answers is enough to go on;
// the others are warned of. That a name is not known is an answer: which names a node needs is for the phase endpoints.
func askAll(ctx context.Context, n *phase.Node, servers []netip.Addr) error {
	found := n.Found.Get().Instance
	name := "ecs." + region(n) + "." + endpoint.Suffix(found.Partition)
	failed := make([]error, len(servers))
	host.Together(ctx, n.Host.Clock, len(servers), func(i int) {
		failed[i] = until(ctx, n, wait.Every(200*time.Millisecond, askPatience), "an answer of "+servers[i].String(), func() (bool, string, error) {
			asking, end := host.Within(ctx, n.Host.Clock, askTimeout)
			defer end()
			err := n.Host.Lookup.Ask(asking, servers[i], name)
			if err == nil || errors.Is(err, host.ErrNotFound) {
				return true, "", nil
			}
			return again(err)
		})
	})
	var silent []netip.Addr
	for i, err := range failed {
		if err != nil {
			silent = append(silent, servers[i])
		}
	}
	if len(silent) == len(servers) {
		return fault.New("E_DNS_NO_ANSWER", errors.Join(failed...), "asked %s for %s", list(servers), name)
	}
	if len(silent) > 0 {
		n.Warn("name servers %s do not answer; %d others do, but Windows and tasks lose time with these", list(silent), len(servers)-len(silent))
	}
	return nil
}

// region is the document's, else the instance's.
func region(n *phase.Node) string {
	if n.Doc.Region != "" {
		return n.Doc.Region
	}
	return n.Found.Get().Instance.Region
}
