package sim

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// network holds adapters and routes.
type network struct {
	m        *Machine
	adapters []*host.Adapter
	routes   []host.Route
	// dhcpDNS are the name servers of the DHCP option set.
	dhcpDNS []netip.Addr
}

// linkLocal are the services that EC2Launch adds routes to: metadata, KMS, DNS, time.
func linkLocal() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("169.254.169.254/32"), netip.MustParsePrefix("169.254.169.253/32"),
		netip.MustParsePrefix("169.254.169.250/32"), netip.MustParsePrefix("169.254.169.251/32"),
		netip.MustParsePrefix("169.254.169.249/32"), netip.MustParsePrefix("169.254.169.123/32"),
	}
}

func (n *network) find(alias string) *host.Adapter {
	for _, a := range n.adapters {
		if strings.EqualFold(a.Alias, alias) && a.State != host.AdapterGhost {
			return a
		}
	}
	return nil
}

// primary is the first adapter with the MAC of the primary interface that is there and has an address: after a vSwitch
// was put on it, that is the vEthernet.
func (n *network) primary() *host.Adapter {
	var first *host.Adapter
	for _, a := range n.adapters {
		if a.State == host.AdapterGhost || a.MAC != n.m.instance.MAC {
			continue
		}
		if len(a.Addresses) > 0 {
			return a
		}
		if first == nil || strings.HasPrefix(a.Alias, "vEthernet") {
			first = a
		}
	}
	return first
}

// has reports whether an adapter that is up has the address, and whether it is Preferred.
func (n *network) has(address netip.Addr) (there, preferred bool) {
	for _, a := range n.adapters {
		if a.State != host.AdapterUp {
			continue
		}
		for _, x := range a.Addresses {
			if x.Prefix.Addr() == address {
				return true, x.State == host.AddressPreferred
			}
		}
	}
	return false, false
}

// reaches reports whether there is a route to exactly this destination over an adapter that is up.
func (n *network) reaches(destination netip.Prefix) bool {
	return slices.ContainsFunc(n.routes, func(r host.Route) bool {
		a := n.find(r.Alias)
		return r.Destination == destination && a != nil && a.State == host.AdapterUp && slices.ContainsFunc(a.Addresses, func(x host.Address) bool {
			return x.State == host.AddressPreferred && (!r.NextHop.IsValid() || r.NextHop.IsUnspecified() || x.Prefix.Contains(r.NextHop))
		})
	})
}

// addAddress gives an adapter an address that turns Preferred after a while, and its on-link route.
func (n *network) addAddress(a *host.Adapter, prefix netip.Prefix) {
	if slices.ContainsFunc(a.Addresses, func(x host.Address) bool { return x.Prefix == prefix }) {
		return
	}
	a.Addresses = append(a.Addresses, host.Address{Prefix: prefix, State: host.AddressTentative})
	n.addRoute(host.Route{Destination: prefix.Masked(), NextHop: netip.IPv4Unspecified(), Alias: a.Alias, Metric: 256})
	settle := func() {
		for i := range a.Addresses {
			if a.Addresses[i].Prefix == prefix && a.Addresses[i].State == host.AddressTentative {
				a.Addresses[i].State = host.AddressPreferred
			}
		}
	}
	if n.m.latency.AddressPreferred == 0 {
		settle()
		return
	}
	n.m.clock.After(n.m.latency.AddressPreferred, settle)
}

func (n *network) removeAddress(a *host.Adapter, prefix netip.Prefix) {
	a.Addresses = slices.DeleteFunc(a.Addresses, func(x host.Address) bool { return x.Prefix == prefix })
	n.routes = slices.DeleteFunc(n.routes, func(r host.Route) bool {
		return r.Alias == a.Alias && r.Destination == prefix.Masked() && r.NextHop == netip.IPv4Unspecified()
	})
}

// removeAdapter takes an adapter away with its routes.
func (n *network) removeAdapter(a *host.Adapter) {
	n.routes = slices.DeleteFunc(n.routes, func(r host.Route) bool { return strings.EqualFold(r.Alias, a.Alias) })
	n.adapters = slices.DeleteFunc(n.adapters, func(other *host.Adapter) bool { return other == a })
}

func (n *network) addRoute(r host.Route) {
	if !slices.ContainsFunc(n.routes, func(x host.Route) bool { return sameRoute(x, r) }) {
		n.routes = append(n.routes, r)
	}
}

func sameRoute(a, b host.Route) bool {
	return a.Destination == b.Destination && a.NextHop == b.NextHop && strings.EqualFold(a.Alias, b.Alias)
}

// dropRoutes takes away all routes to a destination.
func (n *network) dropRoutes(destination netip.Prefix) []host.Route {
	var dropped []host.Route
	n.routes = slices.DeleteFunc(n.routes, func(r host.Route) bool {
		if r.Destination == destination {
			dropped = append(dropped, r)
		}
		return r.Destination == destination
	})
	return dropped
}

// connect gives the primary adapter what DHCP brings.
func (n *network) connect(a *host.Adapter) {
	a.State = host.AdapterUp
	n.addAddress(a, n.m.instance.address())
	n.addRoute(host.Route{Destination: netip.MustParsePrefix("0.0.0.0/0"), NextHop: n.m.instance.gateway(), Alias: a.Alias})
	if !a.StaticDNS {
		a.DNS = slices.Clone(n.dhcpDNS)
	}
}

// addLinkLocal does what EC2Launch does at each boot. The routes do not persist.
func (n *network) addLinkLocal() {
	a := n.primary()
	if a == nil {
		return
	}
	for _, prefix := range linkLocal() {
		n.addRoute(host.Route{Destination: prefix, NextHop: n.m.instance.gateway(), Alias: a.Alias, Metric: 15})
	}
}

type adapterView struct{ p *process }

func (v adapterView) Adapters(ctx context.Context) ([]host.Adapter, error) {
	return value(ctx, v.p, v.p.m.look("adapters.Adapters", ""), func() ([]host.Adapter, error) { return v.p.m.Adapters(), nil })
}

// Adapters returns the adapters as they are now.
func (m *Machine) Adapters() []host.Adapter {
	var all []host.Adapter
	for _, a := range m.network.adapters {
		shown := *a
		shown.Addresses, shown.DNS = slices.Clone(a.Addresses), slices.Clone(a.DNS)
		all = append(all, shown)
	}
	return all
}

func (v adapterView) AddAddress(ctx context.Context, alias string, address netip.Prefix) error {
	return v.p.do(ctx, v.p.m.change("adapters.AddAddress", alias+" "+address.String()), func() error {
		a := v.p.m.network.find(alias)
		if a == nil {
			return notFound("adapter", alias)
		}
		v.p.m.network.addAddress(a, address)
		return nil
	})
}

func (v adapterView) RemoveAddress(ctx context.Context, alias string, address netip.Prefix) error {
	return v.p.do(ctx, v.p.m.change("adapters.RemoveAddress", alias+" "+address.String()), func() error {
		if a := v.p.m.network.find(alias); a != nil {
			v.p.m.network.removeAddress(a, address)
		}
		return nil
	})
}

func (v adapterView) SetDNS(ctx context.Context, alias string, servers []netip.Addr) error {
	return v.p.do(ctx, v.p.m.change("adapters.SetDNS", alias), func() error {
		a := v.p.m.network.find(alias)
		if a == nil {
			return notFound("adapter", alias)
		}
		a.StaticDNS, a.DNS = len(servers) > 0, slices.Clone(servers)
		if !a.StaticDNS && a.DHCP {
			a.DNS = slices.Clone(v.p.m.network.dhcpDNS)
		}
		return nil
	})
}

type routeView struct{ p *process }

func (v routeView) Routes(ctx context.Context) ([]host.Route, error) {
	return value(ctx, v.p, v.p.m.look("routes.Routes", ""), func() ([]host.Route, error) { return v.p.m.Routes(), nil })
}

// Routes returns the routing table as it is now.
func (m *Machine) Routes() []host.Route { return slices.Clone(m.network.routes) }

func (v routeView) Add(ctx context.Context, r host.Route) error {
	return v.p.do(ctx, v.p.m.change("routes.Add", r.Destination.String()), func() error {
		if v.p.m.network.find(r.Alias) == nil {
			return notFound("adapter", r.Alias)
		}
		if !r.NextHop.IsValid() {
			r.NextHop = netip.IPv4Unspecified()
		}
		v.p.m.network.addRoute(r)
		return nil
	})
}

func (v routeView) Remove(ctx context.Context, r host.Route) error {
	return v.p.do(ctx, v.p.m.change("routes.Remove", r.Destination.String()), func() error {
		v.p.m.network.routes = slices.DeleteFunc(v.p.m.network.routes, func(x host.Route) bool { return sameRoute(x, r) })
		return nil
	})
}
