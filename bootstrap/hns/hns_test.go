package hns_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/hns"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

const vpc = "10.0.0.0/16"

func natNetwork(id, subnet string) host.HNSNetwork {
	return host.HNSNetwork{ID: id, Name: "nat", Type: "NAT", Subnets: prefixes(subnet)}
}

func natAdapter(alias, state, address, addressState string) host.Adapter {
	a := host.Adapter{Alias: alias, State: state, MAC: "00:15:5d:00:00:01"}
	if address != "" {
		a.Addresses = []host.Address{{Prefix: netip.MustParsePrefix(address), State: addressState}}
	}
	return a
}

func prefixes(all ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, p := range all {
		list = append(list, netip.MustParsePrefix(p))
	}
	return list
}

// ready is a machine on which all is well.
func ready() hns.View {
	return hns.View{
		Networks: []host.HNSNetwork{natNetwork("{ABC}", "172.30.0.0/20"), {ID: "D", Name: "Default Switch", Type: "ICS"}, {ID: "T", Name: "taskbr0a0000000002", Type: "Transparent"}},
		Adapters: []host.Adapter{{Alias: "Ethernet", State: host.AdapterUp}, natAdapter("vEthernet (nat)", host.AdapterUp, "172.30.0.1/20", host.AddressPreferred)},
		Docker:   &host.DockerNetwork{HNSID: "abc", Subnets: prefixes("172.30.0.0/20")},
		Blocks:   prefixes(vpc),
	}
}

// TestVerdicts gives each fault its name, and what comes close to it another one.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*hns.View)
		want   hns.Verdict
		seen   string
		remove []string
	}{
		"all is well": {func(*hns.View) {}, hns.NATReady, "vEthernet (nat)", nil},
		"HNS leaves the type out, and writes it in caps": {func(v *hns.View) { v.Networks[0].Type = ""; v.Networks[0].Name = "NAT" }, hns.NATReady, "", nil},
		"a second NAT network of another name": {func(v *hns.View) {
			n := natNetwork("E", "172.29.0.0/20")
			n.Name = "mine"
			v.Networks = append(v.Networks, n)
		}, hns.NATReady, "", nil},
		"a ghost beside a live adapter": {func(v *hns.View) {
			v.Adapters[1].Alias = "vEthernet (nat) 2"
			v.Adapters = append(v.Adapters, natAdapter("vEthernet (nat)", host.AdapterGhost, "", ""))
		}, hns.NATReady, "vEthernet (nat) 2", nil},
		"Docker made none":              {func(v *hns.View) { v.Networks = v.Networks[1:]; v.Docker = nil }, hns.NATMissing, "neither", nil},
		"HNS lost it, Docker believes":  {func(v *hns.View) { v.Networks = v.Networks[1:] }, hns.NATStale, "Docker believes in abc", nil},
		"Docker has the id of before":   {func(v *hns.View) { v.Docker.HNSID = "old" }, hns.NATStale, "HNS has {ABC}", nil},
		"Docker does not know it":       {func(v *hns.View) { v.Docker = nil }, hns.NATStale, "does not know", nil},
		"two of them, Docker's is kept": {func(v *hns.View) { v.Networks = append(v.Networks, natNetwork("XYZ", "172.29.0.0/20")) }, hns.NATDuplicate, "{ABC}, XYZ", []string{"XYZ"}},
		"two of them, neither Docker's": {func(v *hns.View) {
			v.Networks = append(v.Networks, natNetwork("XYZ", "172.29.0.0/20"))
			v.Docker.HNSID = "old"
		}, hns.NATDuplicate, "", []string{"{ABC}", "XYZ"}},
		"two of them, Docker's overlaps": {func(v *hns.View) {
			v.Networks = append(v.Networks, natNetwork("XYZ", "172.29.0.0/20"))
			v.Blocks = prefixes("172.30.0.0/16")
		}, hns.NATDuplicate, "", []string{"{ABC}", "XYZ"}},
		"of another type":            {func(v *hns.View) { v.Networks[0].Type = "transparent" }, hns.NATForeign, "transparent", nil},
		"in the VPC":                 {func(v *hns.View) { v.Blocks = prefixes("10.0.0.0/16", "172.16.0.0/12") }, hns.NATOverlap, "172.16.0.0/12", []string{"{ABC}"}},
		"beside the VPC":             {func(v *hns.View) { v.Blocks = prefixes("172.30.16.0/20") }, hns.NATReady, "", nil},
		"in the VPC, as Docker says": {func(v *hns.View) { v.Networks[0].Subnets = nil; v.Blocks = prefixes("172.30.0.0/16") }, hns.NATOverlap, "", []string{"{ABC}"}},
		"no adapter":                 {func(v *hns.View) { v.Adapters = v.Adapters[:1] }, hns.NATNoAdapter, "has no adapter", []string{"{ABC}"}},
		"a disconnected adapter":     {func(v *hns.View) { v.Adapters[1].State = host.AdapterDisconnected }, hns.NATNoAdapter, "disconnected", []string{"{ABC}"}},
		"another network's adapter":  {func(v *hns.View) { v.Adapters[1].Alias = "vEthernet (nat-ep-1)" }, hns.NATNoAdapter, "has no adapter", []string{"{ABC}"}},
		"only ghosts":                {func(v *hns.View) { v.Adapters[1].State = host.AdapterGhost }, hns.NATGhost, "remains", []string{"{ABC}"}},
		"two live adapters": {func(v *hns.View) {
			v.Adapters = append(v.Adapters, natAdapter("vEthernet (nat) 2", host.AdapterUp, "172.30.0.2/20", host.AddressPreferred))
		}, hns.NATTwoAdapters, "vEthernet (nat) 2", []string{"{ABC}"}},
		"no address":                   {func(v *hns.View) { v.Adapters[1].Addresses = nil }, hns.NATNoAddress, "no IPv4 address", []string{"{ABC}"}},
		"an address on probation":      {func(v *hns.View) { v.Adapters[1].Addresses[0].State = host.AddressTentative }, hns.NATNoAddress, "tentative", []string{"{ABC}"}},
		"a latched link-local address": {func(v *hns.View) { v.Adapters[1].Addresses[0].Prefix = netip.MustParsePrefix("169.254.7.8/16") }, hns.NATNoAddress, "169.254.7.8", []string{"{ABC}"}},
		"the host proxy's alone":       {func(v *hns.View) { v.Adapters[1].Addresses[0].Prefix = hns.HostProxyAddress() }, hns.NATNoAddress, "no IPv4 address", []string{"{ABC}"}},
		"an address of before":         {func(v *hns.View) { v.Adapters[1].Addresses[0].Prefix = netip.MustParsePrefix("172.20.0.1/20") }, hns.NATNoAddress, "not in 172.30.0.0/20", []string{"{ABC}"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := ready()
			test.change(&v)
			got := hns.AssessNAT(v)
			if got.Verdict != test.want || !strings.Contains(got.Seen, test.seen) {
				t.Errorf("AssessNAT() = %s (%s), want %s (%s)", got.Verdict, got.Seen, test.want, test.seen)
			}
			if _, known := fault.Find(got.Verdict.Code()); known != (test.want != hns.NATReady) {
				t.Errorf("the failure of %q is %q, which is not in the table", got.Verdict, got.Verdict.Code())
			}
			var remove []string
			for _, n := range got.Delete {
				remove = append(remove, n.ID)
			}
			if diff := cmp.Diff(test.remove, remove); diff != "" {
				t.Errorf("networks to delete (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFreeBlockOverlapsWithNothing holds it for any set of blocks.
func TestFreeBlockOverlapsWithNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		taken := rapid.SliceOf(rapid.Custom(func(t *rapid.T) netip.Prefix {
			b := rapid.SliceOfN(rapid.Byte(), 2, 2).Draw(t, "octets")
			first := rapid.SampledFrom([]byte{10, 172, 192}).Draw(t, "first")
			return netip.PrefixFrom(netip.AddrFrom4([4]byte{first, b[0], b[1], 0}), rapid.IntRange(8, 28).Draw(t, "bits")).Masked()
		})).Draw(t, "taken")
		block, ok := hns.FreeBlock(taken)
		if !ok {
			return
		}
		if block.Bits() != 20 || !block.Addr().IsPrivate() || block.Masked() != block {
			t.Errorf("FreeBlock() = %s, which is no private /20", block)
		}
		if i := slices.IndexFunc(taken, block.Overlaps); i >= 0 {
			t.Errorf("FreeBlock() = %s, which overlaps with %s", block, taken[i])
		}
	})
	if block, ok := hns.FreeBlock(prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")); ok {
		t.Errorf("FreeBlock() = %s where nothing is free", block)
	}
	if block, ok := hns.FreeBlock(prefixes("10.0.0.0/8", "172.16.0.0/12")); !ok || block.String() != "192.168.0.0/20" {
		t.Errorf("FreeBlock() = %s, want 192.168.0.0/20", block)
	}
}

func TestTaskNetworks(t *testing.T) {
	t.Parallel()
	networks := []host.HNSNetwork{
		{ID: "{A}", Name: "taskbr0A0000000002", Type: "Transparent"},
		{ID: "B", Name: "taskbr0a0000000003"},
		{ID: "C", Name: "taskbr0a0000000004"},
		{ID: "N", Name: "nat", Type: "NAT"},
		{ID: "X", Name: "taskbr0a00000000"},
	}
	endpoints := []host.HNSEndpoint{{ID: "1", NetworkID: "c"}, {ID: "2", NetworkID: "N"}}
	var stale []string
	for _, n := range hns.TaskNetworks(networks, endpoints, []string{"0a:00:00:00:00:01", "0a:00:00:00:00:02"}) {
		if n.Stale() {
			stale = append(stale, n.Name+" "+n.MAC)
		}
	}
	// The first is attached, the third has an endpoint, the others are nobody's.
	if diff := cmp.Diff([]string{"taskbr0a0000000003 0a:00:00:00:00:03"}, stale); diff != "" {
		t.Errorf("stale networks (-want +got):\n%s", diff)
	}
	for _, n := range hns.TaskNetworks(networks, endpoints, nil) {
		if n.Stale() {
			t.Errorf("%s counts as left over though nobody said what is attached", n.Name)
		}
	}
}

func TestInventory(t *testing.T) {
	t.Parallel()
	adapters := []host.Adapter{
		{Alias: "Ethernet", MAC: "0a:00:00:00:00:01", State: host.AdapterUp},
		{Alias: "Ethernet 9", MAC: "0a:00:00:00:00:02", State: host.AdapterGhost},
		{Alias: "vEthernet (Ethernet 4)", MAC: "0a:00:00:00:00:03", State: host.AdapterDisabled},
	}
	networks := []host.HNSNetwork{{ID: "A", Name: "taskbr0a0000000003"}}
	got := hns.Inventory([]string{"0a:00:00:00:00:01", "0a:00:00:00:00:02", "0a:00:00:00:00:03", "0a:00:00:00:00:04"}, adapters, networks)
	want := []hns.Interface{
		{MAC: "0a:00:00:00:00:01", State: hns.InterfaceUp, Adapter: "Ethernet"},
		{MAC: "0a:00:00:00:00:02", State: hns.InterfaceHidden, Adapter: "Ethernet 9"},
		{MAC: "0a:00:00:00:00:03", State: hns.InterfaceTask, Adapter: "vEthernet (Ethernet 4)"},
		{MAC: "0a:00:00:00:00:04", State: hns.InterfaceMissing},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Inventory (-want +got):\n%s", diff)
	}
	for i, usable := range []bool{true, false, true, false} {
		if got[i].Usable() != usable {
			t.Errorf("%s counts as usable: %v", got[i].MAC, got[i].Usable())
		}
	}
}
