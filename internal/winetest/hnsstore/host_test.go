package hnsstore_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// TestNetworkTakesAdapter follows an adapter through a network's life: what it had moves to the vEthernet adapter and
// comes back.
func TestNetworkTakesAdapter(t *testing.T) {
	t.Parallel()
	s := newStore(t, twoAdapters())
	id := create(t, s, hnsstore.Network, "", taskNetwork)
	h := view(t, s).Host
	vnic := h.ByName("vethernet (ethernet 2)")
	if vnic == nil {
		t.Fatalf("no vEthernet adapter among %+v", h.Adapters)
	}
	if vnic.MAC != "0a:00:00:00:00:02" || vnic.Addresses[0].Prefix != "10.0.1.10/24" || h.ByName("Ethernet 2").Addresses != nil {
		t.Errorf("the vEthernet adapter did not take MAC and address over: %+v", h.Adapters)
	}
	if got := h.Routes[2].Index; got != vnic.Index {
		t.Errorf("the route stayed on interface %d", got)
	}
	if err := s.Delete(hnsstore.Network, id); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(twoAdapters(), view(t, s).Host); diff != "" {
		t.Errorf("the host is not as before (-want +got):\n%s", diff)
	}
}

func TestQuirks(t *testing.T) {
	t.Parallel()
	s := newStore(t, twoAdapters())
	update(t, s, func(st *hnsstore.State) {
		st.Quirks = hnsstore.Quirks{VNICHiddenFor: 2, TentativeFor: 1, CreateDropsRoutes: true}
	})
	create(t, s, hnsstore.Network, "", taskNetwork)
	for look, want := range []int{-1, -1, 1, 0} { // -1: not there yet; else how tentative its address is
		h, err := s.LookAtHost("GetAdaptersAddresses")
		if err != nil {
			t.Fatal(err)
		}
		got := -1
		if vnic := h.ByName("vEthernet (Ethernet 2)"); vnic != nil {
			got = vnic.Addresses[0].TentativeFor
		}
		if got != want {
			t.Errorf("look %d: %d, want %d", look, got, want)
		}
		if len(h.Routes) != 2 {
			t.Errorf("the route of the uplink is not lost: %v", h.Routes)
		}
	}
}

func TestReboot(t *testing.T) {
	t.Parallel()
	s := newStore(t, twoAdapters())
	task := create(t, s, hnsstore.Network, "", taskNetwork)
	nat := create(t, s, hnsstore.Network, "", natNetwork)
	create(t, s, hnsstore.Network, "", `{"Name":"passing","Type":"Private","Flags":8}`)
	kept := create(t, s, hnsstore.Endpoint, task, `{"Name":"kept"}`)
	create(t, s, hnsstore.Endpoint, nat, `{"Name":"gone"}`)
	namespace := create(t, s, hnsstore.Namespace, "", `{"Type":"Host"}`)
	attach := `{"ResourceType":"Endpoint","RequestType":"Add","Settings":{"EndpointId":"` + kept + `"}}`
	if err := s.Modify(hnsstore.Namespace, namespace, attach); err != nil {
		t.Fatal(err)
	}
	if err := s.AddAddress(view(t, s).Host.ByName("vEthernet (nat)").Index, "169.254.170.2/32"); err != nil {
		t.Fatal(err)
	}
	if err := s.AddAddress(7, "169.254.170.2/32"); err != nil {
		t.Fatal(err)
	}

	update(t, s, func(st *hnsstore.State) { st.Reboot() })

	st := view(t, s)
	if diff := cmp.Diff([]string{"taskbr1"}, st.Names(hnsstore.Network)); diff != "" {
		t.Errorf("networks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"kept"}, st.Names(hnsstore.Endpoint)); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
	if len(st.Of(hnsstore.Namespace)) != 0 || st.Of(hnsstore.Endpoint)[kept].Text("HostComputeNamespace") != "" {
		t.Error("a namespace is left")
	}
	if st.Host.ByName("vEthernet (nat)") != nil || len(st.Host.ByName("Ethernet").Addresses) != 1 {
		t.Errorf("adapters: %+v", st.Host.Adapters)
	}
	if diff := cmp.Diff([]hnsstore.Route{{Destination: "0.0.0.0/0", NextHop: "10.0.0.1", Index: 7, Persistent: true}}, st.Host.Routes); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	if again := create(t, s, hnsstore.Network, "", natNetwork); again == nat {
		t.Error("nat has its old ID again")
	}
}

func TestIPHelper(t *testing.T) {
	t.Parallel()
	s := newStore(t, twoAdapters())
	route := hnsstore.Route{Destination: "169.254.170.2/32", NextHop: "0.0.0.0", Index: 7, Metric: 1}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	do(s.AddRoute(route))
	wantFailure(t, s.AddRoute(route), 0x80070000|hnsstore.ErrorObjectExists)
	wantFailure(t, s.AddRoute(hnsstore.Route{Destination: "10.0.0.0/8", NextHop: "10.0.0.1", Index: 99}), 0x80070000|hnsstore.ErrorNotFound)
	wantFailure(t, s.AddRoute(hnsstore.Route{Destination: "ten", Index: 7}), 0x80070000|hnsstore.ErrorInvalidParameter)
	route.Metric = 5
	do(s.SetRoute(route))
	if got := view(t, s).Host.Routes[3]; got != route {
		t.Errorf("the route is %v", got)
	}
	do(s.DeleteRoute(route))
	wantFailure(t, s.DeleteRoute(route), 0x80070000|hnsstore.ErrorNotFound)
	wantFailure(t, s.SetRoute(route), 0x80070000|hnsstore.ErrorNotFound)

	do(s.AddAddress(8, "169.254.170.2/32"))
	wantFailure(t, s.AddAddress(8, "169.254.170.2/16"), 0x80070000|hnsstore.ErrorObjectExists)
	wantFailure(t, s.AddAddress(99, "169.254.170.2/16"), 0x80070000|hnsstore.ErrorNotFound)
	do(s.DeleteAddress(8, netip.MustParseAddr("169.254.170.2")))
	wantFailure(t, s.DeleteAddress(8, netip.MustParseAddr("169.254.170.2")), 0x80070000|hnsstore.ErrorNotFound)

	do(s.SetInterface(8, 15, 1400))
	do(s.SetDNS(7, []string{"10.0.0.53"}))
	wantFailure(t, s.SetDNS(7, []string{"dns.example"}), 0x80070000|hnsstore.ErrorInvalidParameter)
	h := view(t, s).Host
	if a := h.Adapter(8); a.Metric != 15 || a.MTU != 1400 {
		t.Errorf("the interface is %+v", a)
	}
	if got := h.Adapter(7).Servers(); got[0] != "10.0.0.53" {
		t.Errorf("servers %v", got)
	}
	do(s.SetDNS(7, nil))
	if diff := cmp.Diff([]string{"10.0.0.2"}, view(t, s).Host.Adapter(7).Servers()); diff != "" {
		t.Errorf("DHCP's servers are not back (-want +got):\n%s", diff)
	}
}
