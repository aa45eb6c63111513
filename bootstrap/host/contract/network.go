package contract

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

func adaptersShown(c *check) {
	all, err := c.Adapters.Adapters(c.ctx)
	c.must("Adapters", err)
	addressed := 0
	for _, a := range all {
		if a.Alias == "" {
			c.Errorf("an adapter has no name: %+v", a)
		}
		if mac, err := net.ParseMAC(a.MAC); a.MAC != "" && (err != nil || mac.String() != a.MAC) {
			c.Errorf("MAC %q of %s is not in lower case with colons", a.MAC, a.Alias)
		}
		if a.State == host.AdapterUp && a.MAC != "" && slices.ContainsFunc(a.Addresses, preferredIPv4) {
			addressed++
		}
	}
	if addressed == 0 {
		c.Errorf("no adapter is up, with a MAC and a preferred IPv4 address: %+v", all)
	}
	const none = "ecswin no such adapter"
	prefix := netip.MustParsePrefix("192.0.2.7/32")
	c.is("AddAddress to no adapter", c.Adapters.AddAddress(c.ctx, none, prefix), host.ErrNotFound)
	c.is("SetDNS of no adapter", c.Adapters.SetDNS(c.ctx, none, nil), host.ErrNotFound)
	c.must("RemoveAddress from no adapter", c.Adapters.RemoveAddress(c.ctx, none, prefix))
}

func preferredIPv4(a host.Address) bool {
	return a.Prefix.Addr().Is4() && a.State == host.AddressPreferred
}

// addressRoundTrip uses an address of TEST-NET-1.
func addressRoundTrip(c *check) {
	prefix := netip.MustParsePrefix("192.0.2.7/32")
	has := func() bool {
		all, err := c.Adapters.Adapters(c.ctx)
		c.must("Adapters", err)
		for _, a := range all {
			if strings.EqualFold(a.Alias, c.Alias) {
				return slices.ContainsFunc(a.Addresses, func(a host.Address) bool { return a.Prefix == prefix })
			}
		}
		return false
	}
	c.must("RemoveAddress of what is not there", c.Adapters.RemoveAddress(c.ctx, c.Alias, prefix))
	c.must("AddAddress", c.Adapters.AddAddress(c.ctx, strings.ToUpper(c.Alias), prefix))
	c.must("AddAddress again", c.Adapters.AddAddress(c.ctx, c.Alias, prefix))
	c.same("the address is there", has(), true)
	c.must("RemoveAddress", c.Adapters.RemoveAddress(c.ctx, c.Alias, prefix))
	c.same("the address is there after RemoveAddress", has(), false)
}

// routeRoundTrip uses TEST-NET-1, on-link.
func routeRoundTrip(c *check) {
	route := host.Route{Destination: netip.MustParsePrefix("192.0.2.0/24"), NextHop: netip.IPv4Unspecified(), Alias: c.Alias, Metric: 7}
	has := func() bool {
		all, err := c.Routes.Routes(c.ctx)
		c.must("Routes", err)
		return slices.ContainsFunc(all, func(r host.Route) bool {
			return r.Destination == route.Destination && r.NextHop == route.NextHop && strings.EqualFold(r.Alias, route.Alias)
		})
	}
	c.must("Remove of what is not there", c.Routes.Remove(c.ctx, route))
	c.must("Add", c.Routes.Add(c.ctx, route))
	c.must("Add again", c.Routes.Add(c.ctx, route))
	c.same("the route is there", has(), true)
	c.must("Remove", c.Routes.Remove(c.ctx, route))
	c.must("Remove again", c.Routes.Remove(c.ctx, route))
	c.same("the route is there after Remove", has(), false)
	route.Alias = "ecswin no such adapter"
	c.is("Add to no adapter", c.Routes.Add(c.ctx, route), host.ErrNotFound)
}

func hnsVersion(c *check) {
	version, err := c.HNS.Version(c.ctx)
	c.must("Version", err)
	if version.Major < 9 {
		c.Errorf("Version = %+v; version 9.2 is the first with documents of schema 2.0", version)
	}
}

// natDocument is a network that touches no adapter of the machine.
const natDocument = `{"Name":"ecswin-contract","Type":"NAT","Ipams":[{"Type":"Static","Subnets":[{"IpAddressPrefix":"192.168.213.0/24",` +
	`"Routes":[{"NextHop":"192.168.213.1","DestinationPrefix":"0.0.0.0/0"}]}]}],"SchemaVersion":{"Major":2,"Minor":0}}`

func hnsNetwork(c *check) {
	id, err := c.HNS.Create(c.ctx, []byte(natDocument))
	if !c.must("Create", err) {
		return
	}
	find := func() (host.HNSNetwork, bool) {
		all, err := c.HNS.Networks(c.ctx)
		c.must("Networks", err)
		i := slices.IndexFunc(all, func(n host.HNSNetwork) bool { return strings.EqualFold(n.ID, id) })
		if i < 0 {
			return host.HNSNetwork{}, false
		}
		return all[i], true
	}
	made, there := find()
	c.same("the network is there", there, true)
	c.same("its type is NAT", strings.EqualFold(made.Type, "NAT"), true)
	c.same("the network", host.HNSNetwork{Name: made.Name, Subnets: made.Subnets},
		host.HNSNetwork{Name: "ecswin-contract", Subnets: []netip.Prefix{netip.MustParsePrefix("192.168.213.0/24")}})
	_, err = c.HNS.Endpoints(c.ctx)
	c.must("Endpoints", err)
	c.must("Delete", c.HNS.Delete(c.ctx, id))
	_, there = find()
	c.same("the network is there after Delete", there, false)
	c.must("Delete again", c.HNS.Delete(c.ctx, id))
}

func hnsRefusal(c *check) {
	for name, document := range map[string]string{"no JSON": `{`, "no network": `[]`} {
		if id, err := c.HNS.Create(c.ctx, []byte(document)); err == nil {
			c.Errorf("Create takes a document that is %s, and gives %s", name, id)
		}
	}
}

func dockerAnswers(c *check) {
	c.must("Ping", c.Docker.Ping(c.ctx))
	info, err := c.Docker.Info(c.ctx)
	c.must("Info", err)
	if info.OSType != "windows" || info.Version == "" || info.APIVersion == "" || info.MinAPIVersion == "" {
		c.Errorf("Info = %+v; want windows and its versions", info)
	}
	_, err = c.Docker.Network(c.ctx, "ecswin-no-such-network")
	c.is("Network of no name", err, host.ErrNotFound)
	nat, err := c.Docker.Network(c.ctx, "nat")
	c.must("Network nat", err)
	if nat.Driver != "nat" || nat.HNSID == "" {
		c.Errorf("Network nat = %+v; want driver nat and HNS's id", nat)
	}
	has, err := c.Docker.HasImage(c.ctx, "ecswin/no-such-image:none")
	c.must("HasImage", err)
	c.same("HasImage of no image", has, false)
	_, err = c.Docker.Containers(c.ctx)
	c.must("Containers", err)
}

func portProxyRoundTrip(c *check) {
	rule := host.ProxyRule{Listen: netip.MustParseAddrPort("192.0.2.7:80"), Connect: netip.MustParseAddrPort("127.0.0.1:51679")}
	has := func(r host.ProxyRule) bool {
		rules, err := c.PortProxy.Rules(c.ctx)
		c.must("Rules", err)
		return slices.Contains(rules, r)
	}
	c.must("Remove of what is not there", c.PortProxy.Remove(c.ctx, rule))
	c.must("Add", c.PortProxy.Add(c.ctx, rule))
	c.same("the rule is there", has(rule), true)
	other := rule
	other.Connect = netip.MustParseAddrPort("127.0.0.1:51680")
	c.must("Add over it", c.PortProxy.Add(c.ctx, other))
	c.same("the first rule is there", has(rule), false)
	c.same("the second rule is there", has(other), true)
	c.must("Remove", c.PortProxy.Remove(c.ctx, other))
	c.same("the rule is there after Remove", has(other), false)
}

func firewallRoundTrip(c *check) {
	rule := host.FirewallRule{
		Name: "ecswin contract", Ports: []uint16{80, 51679},
		LocalAddresses:  []netip.Prefix{netip.MustParsePrefix("192.0.2.7/32")},
		RemoteAddresses: []netip.Prefix{netip.MustParsePrefix("192.168.213.0/24")},
	}
	_, err := c.Firewall.Rule(c.ctx, rule.Name)
	c.is("Rule of no name", err, host.ErrNotFound)
	for _, ports := range [][]uint16{{80, 51679}, {80}} {
		rule.Ports = ports
		if !c.must("Set", c.Firewall.Set(c.ctx, rule)) {
			return
		}
		got, err := c.Firewall.Rule(c.ctx, rule.Name)
		c.must("Rule", err)
		c.same("Rule", got, rule)
	}
	c.must("Delete", c.Firewall.Delete(c.ctx, rule.Name))
	c.must("Delete again", c.Firewall.Delete(c.ctx, rule.Name))
	_, err = c.Firewall.Rule(c.ctx, rule.Name)
	c.is("Rule after Delete", err, host.ErrNotFound)
}

func firewallUnbounded(c *check) {
	prefixes := []netip.Prefix{netip.MustParsePrefix("192.0.2.7/32")}
	for name, rule := range map[string]host.FirewallRule{
		"local addresses":  {Name: "ecswin open", Ports: []uint16{80}, RemoteAddresses: prefixes},
		"remote addresses": {Name: "ecswin open", Ports: []uint16{80}, LocalAddresses: prefixes},
	} {
		if err := c.Firewall.Set(c.ctx, rule); err == nil {
			c.Errorf("Set takes a rule without %s, which opens the port to all", name)
		}
	}
}

func taskAbsent(c *check) {
	_, err := c.Tasks.Enabled(c.ctx, `\ecswin no such task`)
	c.is("Enabled", err, host.ErrNotFound)
	c.is("SetEnabled", c.Tasks.SetEnabled(c.ctx, `\ecswin no such task`, true), host.ErrNotFound)
}

func metadataAnswers(c *check) {
	id, err := c.Metadata.Get(c.ctx, "meta-data/instance-id")
	c.must("Get", err)
	if !strings.HasPrefix(id, "i-") {
		c.Errorf("Get of the instance id = %q", id)
	}
	_, err = c.Metadata.Get(c.ctx, "meta-data/no-such-thing")
	c.is("Get of what is not there", err, host.ErrNotFound)
}

func webUnreachable(c *check) {
	_, err := c.Web.Get(c.ctx, "http://127.0.0.1:9/")
	c.is("Get", err, host.ErrUnreachable)
}

func lookupAbsent(c *check) {
	_, err := c.Lookup.Resolve(c.ctx, "no-such-name.invalid")
	if !errors.Is(err, host.ErrNotFound) && !errors.Is(err, host.ErrUnreachable) {
		c.Errorf("Resolve of no name = %v; want ErrNotFound, or ErrUnreachable without a network", err)
	}
	var failed *host.DialError
	if err := c.Lookup.TLS(c.ctx, "no-such-name.invalid:443", ""); !errors.As(err, &failed) || failed.Step != host.StepDNS {
		c.Errorf("TLS to no name = %v; want it to fail at step %s", err, host.StepDNS)
	}
}
