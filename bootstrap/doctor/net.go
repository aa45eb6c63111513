package doctor

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/hns"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

func defaultRoute(ctx context.Context, s *Subject) Finding {
	routes, err := s.Host.Routes.Routes(ctx)
	if err != nil {
		return unknown("reading the routes", err)
	}
	for _, r := range routes {
		if r.Destination.Bits() == 0 {
			return ok("through %s", r.Alias).with("gateway", r.NextHop.String())
		}
	}
	return bad("E_NO_PRIMARY_ROUTE", "there is no default route")
}

func nat(ctx context.Context, s *Subject) Finding {
	var v hns.View
	var err error
	if v.Networks, err = s.Host.HNS.Networks(ctx); err != nil {
		return bad("E_HNS_NO_ANSWER", "%v", err)
	}
	if v.Adapters, err = s.Host.Adapters.Adapters(ctx); err != nil {
		return unknown("reading the adapters", err)
	}
	n, err := s.Host.Docker.Network(ctx, hns.NATName)
	switch {
	case err == nil:
		v.Docker = &n
	case !errors.Is(err, host.ErrNotFound):
		return unknown("asking Docker for its network nat", err)
	}
	v.Blocks = vpcBlocks(ctx, s)
	a := hns.AssessNAT(v)
	if a.Verdict != hns.NATReady {
		return bad(a.Verdict.Code(), "%s", a.Seen)
	}
	f := ok("network %s on %s", a.Network.ID, a.Adapter.Alias)
	if len(a.Ghosts) > 0 {
		f = note("network %s on %s; remains of older adapters: %s", a.Network.ID, a.Adapter.Alias, strings.Join(a.Ghosts, ", "))
	}
	return f
}

// vpcBlocks are the VPC's IPv4 blocks, as far as the metadata says.
func vpcBlocks(ctx context.Context, s *Subject) []netip.Prefix {
	mac, err := s.Host.Metadata.Get(ctx, "meta-data/mac")
	if err != nil {
		return nil
	}
	list, err := s.Host.Metadata.Get(ctx, "meta-data/network/interfaces/macs/"+strings.TrimSuffix(mac, "/")+"/vpc-ipv4-cidr-blocks")
	if err != nil {
		return nil
	}
	var blocks []netip.Prefix
	for _, text := range strings.Fields(list) {
		if p, err := netip.ParsePrefix(text); err == nil {
			blocks = append(blocks, p)
		}
	}
	return blocks
}

// macs are the MACs of all attached interfaces.
func macs(ctx context.Context, s *Subject) ([]string, error) {
	list, err := s.Host.Metadata.Get(ctx, "meta-data/network/interfaces/macs/")
	if err != nil {
		return nil, err
	}
	var all []string
	for _, mac := range strings.Fields(list) {
		all = append(all, strings.ToLower(strings.TrimSuffix(mac, "/")))
	}
	return all, nil
}

// Where tasks ask for their credentials, and where the agent serves them.
const listenPort, servePort = 80, 51679

func hostProxy(ctx context.Context, s *Subject) Finding {
	if s.Doc != nil && s.Doc.HostProxy.Mode == "off" {
		return ok("off by the document")
	}
	address := hns.HostProxyAddress().Addr()
	adapters, err := s.Host.Adapters.Adapters(ctx)
	if err != nil {
		return unknown("reading the adapters", err)
	}
	state := ""
	for _, a := range adapters {
		for _, has := range a.Addresses {
			if has.Prefix.Addr() == address {
				state = has.State
			}
		}
	}
	rules, err := s.Host.PortProxy.Rules(ctx)
	if err != nil {
		return unknown("reading the port proxy's rules", err)
	}
	listen, serve := netip.AddrPortFrom(address, listenPort), netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), servePort)
	at := slices.IndexFunc(rules, func(r host.ProxyRule) bool { return r.Listen == listen })
	switch {
	case state == "":
		return bad("E_HOST_PROXY_ADDRESS", "no adapter has %s", address)
	case state != host.AddressPreferred:
		return bad("E_HOST_PROXY_ADDRESS", "%s is %s, not preferred", address, state)
	case at < 0:
		return bad("E_HOST_PROXY_RULE", "no rule forwards %s", listen)
	case rules[at].Connect != serve:
		return bad("E_HOST_PROXY_RULE", "%s is forwarded to %s rather than %s", listen, rules[at].Connect, serve)
	}
	return ok("%s is forwarded to %s", listen, serve)
}

// port80 looks for another web server in the agent's place. The agent's server sends no Server header; http.sys, behind
// which IIS and others are, always does.
func port80(ctx context.Context, s *Subject) Finding {
	if s.Doc != nil && s.Doc.HostProxy.Mode == "off" {
		return ok("off by the document")
	}
	response, err := s.Host.Web.Get(ctx, agent.CredentialsURL)
	if err == nil && response.Server != "" {
		return bad("E_PORT80_TAKEN", "%s answers at %s", response.Server, agent.CredentialsURL)
	}
	if err == nil {
		return ok("the agent answers there")
	}
	const loopback = "http://127.0.0.1:80/"
	if response, err = s.Host.Web.Get(ctx, loopback); err == nil && response.Server != "" {
		return bad("E_PORT80_TAKEN", "%s answers at %s, and so probably has port 80 of every address", response.Server, loopback)
	}
	return ok("nobody answers at port 80")
}

// resolver answers at a link-local address that tasks cannot reach.
func resolver() netip.Addr { return netip.AddrFrom4([4]byte{169, 254, 169, 253}) }

func dns(ctx context.Context, s *Subject) Finding {
	mac, err := s.Host.Metadata.Get(ctx, "meta-data/mac")
	if err != nil {
		return unknown("asking which interface is the primary one", err)
	}
	adapters, err := s.Host.Adapters.Adapters(ctx)
	if err != nil {
		return unknown("reading the adapters", err)
	}
	mac = strings.ToLower(strings.TrimSpace(mac))
	at := slices.IndexFunc(adapters, func(a host.Adapter) bool { return a.MAC == mac && a.State == host.AdapterUp })
	if at < 0 {
		return bad("E_PRIMARY_NIC_MISSING", "no adapter that is up has the MAC %s", mac)
	}
	primary := adapters[at]
	f := ok("%s has %s", primary.Alias, join(primary.DNS))
	if len(primary.DNS) == 0 {
		return bad("E_DNS_EMPTY", "%s has no name servers; the agent would hand tasks an empty list and say nothing", primary.Alias)
	}
	for _, server := range primary.DNS {
		switch {
		case server == resolver() || server.IsLoopback():
			return bad("E_DNS_NOT_FOR_TASKS", "%s uses %s, which tasks cannot reach", primary.Alias, server)
		case strings.HasPrefix(server.String(), "fec0:"):
			f = warn("%s is a site-local address that Windows makes up; nobody answers there", server)
		}
	}
	var dead []string
	for _, server := range primary.DNS {
		// "No such name" is an answer too.
		err := s.Host.Lookup.Ask(ctx, server, "amazonaws.com")
		if err != nil && !errors.Is(err, host.ErrNotFound) && !strings.HasPrefix(server.String(), "fec0:") {
			dead = append(dead, server.String())
		}
	}
	if len(dead) > 0 {
		return bad("E_DNS_NO_ANSWER", "no answer from %s", strings.Join(dead, ", "))
	}
	return f
}

func join(addresses []netip.Addr) string {
	var texts []string
	for _, a := range addresses {
		texts = append(texts, a.String())
	}
	return strings.Join(texts, ", ")
}

func taskNetworks(ctx context.Context, s *Subject) Finding {
	attached, err := macs(ctx, s)
	if err != nil {
		return unknown("asking for the attached network interfaces", err)
	}
	networks, err := s.Host.HNS.Networks(ctx)
	if err != nil {
		return unknown("asking HNS for its networks", err)
	}
	all, err := s.Host.HNS.Endpoints(ctx)
	if err != nil {
		return unknown("asking HNS for its endpoints", err)
	}
	var stale []string
	tasks := hns.TaskNetworks(networks, all, attached)
	for _, t := range tasks {
		if t.Stale() {
			stale = append(stale, t.Name)
		}
	}
	if len(stale) > 0 {
		return warn("left over: %s", strings.Join(stale, ", ")).
			remedy("stop AmazonECS and run `ecswin-bootstrap apply`, which removes them while no task runs")
	}
	return ok("%d networks of tasks, each with its interface", len(tasks))
}

func interfaces(ctx context.Context, s *Subject) Finding {
	attached, err := macs(ctx, s)
	if err != nil {
		return unknown("asking for the attached network interfaces", err)
	}
	adapters, err := s.Host.Adapters.Adapters(ctx)
	if err != nil {
		return unknown("reading the adapters", err)
	}
	networks, err := s.Host.HNS.Networks(ctx)
	if err != nil {
		return unknown("asking HNS for its networks", err)
	}
	f := ok("%d attached", len(attached))
	for _, i := range hns.Inventory(attached, adapters, networks) {
		if !i.Usable() && i.State != hns.InterfaceTask {
			f = bad("E_ENI_NO_ADAPTER", "the network interface %s is %s", i.MAC, i.State)
		}
	}
	return f
}
