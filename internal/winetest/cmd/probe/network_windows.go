package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/Microsoft/hcsshim/hcn"
	"golang.org/x/sys/windows"
	"golang.zx2c4.com/wireguard/windows/tunnel/winipcfg"
)

// network prints the host's interfaces and routes, as Go's net and winipcfg see them.
func network() error {
	interfaces, err := net.Interfaces()
	if err != nil {
		return err
	}
	for _, i := range interfaces {
		addresses, err := i.Addrs()
		if err != nil {
			return err
		}
		fmt.Printf("%d %s %s mtu %d %v\n", i.Index, i.Name, i.HardwareAddr, i.MTU, addresses)
	}
	adapters, err := winipcfg.GetAdaptersAddresses(windows.AF_INET, winipcfg.GAAFlagDefault)
	if err != nil {
		return err
	}
	for _, a := range adapters {
		dns, err := a.LUID.DNS()
		if err != nil {
			return err
		}
		fmt.Printf("adapter %q %q dhcp %t dns %v\n", a.FriendlyName(), a.Description(), a.Flags&winipcfg.IPAAFlagDhcpv4Enabled != 0, dns)
	}
	routes, err := winipcfg.GetIPForwardTable2(windows.AF_INET)
	if err != nil {
		return err
	}
	for _, r := range routes {
		fmt.Printf("route %s via %s on %d metric %d\n", r.DestinationPrefix.Prefix(), r.NextHop.Addr(), r.InterfaceIndex, r.Metric)
	}
	return nil
}

// settings changes what winipcfg can change on the first interface, looks at it, and takes it back.
func settings() error {
	interfaces, err := net.Interfaces()
	if err != nil {
		return err
	}
	luid, err := winipcfg.LUIDFromIndex(uint32(interfaces[0].Index))
	if err != nil {
		return err
	}
	proxy, hop := netip.MustParsePrefix("169.254.170.2/32"), netip.MustParseAddr("0.0.0.0")
	steps := []func() error{
		func() error { return luid.AddIPAddress(proxy) },
		func() error { return luid.AddRoute(proxy, hop, 3) },
		func() error { return luid.SetDNS(windows.AF_INET, []netip.Addr{netip.MustParseAddr("10.0.0.53")}, nil) },
		func() error { return setMTU(luid, 1400) },
		func() error { return describe(luid, proxy, hop) },
		func() error { return luid.DeleteRoute(proxy, hop) },
		func() error { return luid.DeleteIPAddress(proxy) },
		func() error { return luid.FlushDNS(windows.AF_INET) },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	if err := luid.DeleteRoute(proxy, hop); !errors.Is(err, windows.ERROR_NOT_FOUND) {
		return fmt.Errorf("deleting a route twice: %w", err)
	}
	return nil
}

func setMTU(luid winipcfg.LUID, mtu uint32) error {
	row, err := luid.IPInterface(windows.AF_INET)
	if err != nil {
		return err
	}
	row.NLMTU = mtu
	return row.Set()
}

func describe(luid winipcfg.LUID, proxy netip.Prefix, hop netip.Addr) error {
	address, err := luid.IPAddress(proxy.Addr())
	if err != nil {
		return err
	}
	route, err := luid.Route(proxy, hop)
	if err != nil {
		return err
	}
	dns, err := luid.DNS()
	if err != nil {
		return err
	}
	row, err := luid.IPInterface(windows.AF_INET)
	if err != nil {
		return err
	}
	card, err := luid.Interface()
	if err != nil {
		return err
	}
	fmt.Printf("address /%d state %d, route metric %d, dns %v, mtu %d, alias %q\n",
		address.OnLinkPrefixLength, address.DadState, route.Metric, dns, row.NLMTU, card.Alias())
	return nil
}

func version() error {
	globals, err := hcn.GetGlobals()
	if err != nil {
		return err
	}
	fmt.Printf("HNS %d.%d\n", globals.Version.Major, globals.Version.Minor)
	return nil
}

// networks makes a Transparent network with an endpoint, as the real hcsshim asks for them, and prints what HNS says.
func networks() error {
	adapter, err := json.Marshal(hcn.NetAdapterNameNetworkPolicySetting{NetworkAdapterName: "Ethernet 3"})
	if err != nil {
		return err
	}
	n, err := (&hcn.HostComputeNetwork{
		Name: "taskbr1", Type: hcn.Transparent, SchemaVersion: hcn.V2SchemaVersion(),
		Policies: []hcn.NetworkPolicy{{Type: hcn.NetAdapterName, Settings: adapter}},
		Ipams: []hcn.Ipam{{Type: "Static", Subnets: []hcn.Subnet{{
			IpAddressPrefix: "10.0.0.0/24", Routes: []hcn.Route{{NextHop: "10.0.0.1", DestinationPrefix: "0.0.0.0/0"}},
		}}}},
	}).Create()
	if err != nil {
		return err
	}
	e, err := n.CreateEndpoint(&hcn.HostComputeEndpoint{
		Name: "ep", MacAddress: "0A-00-00-00-00-09", SchemaVersion: hcn.V2SchemaVersion(),
		IpConfigurations: []hcn.IpConfig{{IpAddress: "10.0.0.77", PrefixLength: 24}},
	})
	if err != nil {
		return err
	}
	_, twice := n.Create()
	fmt.Printf("%s %s, endpoint %s at %s, twice: %t\n", n.Name, n.Type, e.Name, e.IpConfigurations[0].IpAddress, strings.Contains(fmt.Sprint(twice), "0x803b0010"))
	return nil
}
