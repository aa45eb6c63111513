package hnsstore_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

const (
	taskNetwork = `{"Name":"taskbr1","Type":"Transparent","Policies":[{"Type":"NetAdapterName","Settings":{"NetworkAdapterName":"Ethernet 2"}}],
		"Ipams":[{"Type":"Static","Subnets":[{"IpAddressPrefix":"10.0.1.0/24","Routes":[{"NextHop":"10.0.1.1","DestinationPrefix":"0.0.0.0/0"}]}]}]}`
	natNetwork = `{"Name":"nat","Type":"NAT","Ipams":[{"Subnets":[{"IpAddressPrefix":"172.29.0.0/30","Routes":[{"NextHop":"172.29.0.1","DestinationPrefix":"0.0.0.0/0"}]}]}]}`
	zero       = "00000000-0000-0000-0000-000000000000"
)

// twoAdapters is a host with a primary and a task network interface.
func twoAdapters() *hnsstore.Host {
	return &hnsstore.Host{
		Adapters: []hnsstore.Adapter{
			{Index: 7, Name: "Ethernet", MAC: "0a:00:00:00:00:01", MTU: 9001, DHCPServers: []string{"10.0.0.2"},
				Addresses: []hnsstore.Address{{Prefix: "10.0.0.10/24", Persistent: true}}},
			{Index: 8, Name: "Ethernet 2", MAC: "0a:00:00:00:00:02", MTU: 9001,
				Addresses: []hnsstore.Address{{Prefix: "10.0.1.10/24", Persistent: true}}},
		},
		Routes: []hnsstore.Route{
			{Destination: "0.0.0.0/0", NextHop: "10.0.0.1", Index: 7, Persistent: true},
			{Destination: "169.254.169.254/32", NextHop: "10.0.0.1", Index: 7},
			{Destination: "169.254.169.254/32", NextHop: "10.0.1.1", Index: 8},
		},
	}
}

func newStore(t *testing.T, host *hnsstore.Host) *hnsstore.Store {
	t.Helper()
	s := &hnsstore.Store{Dir: t.TempDir()}
	update(t, s, func(st *hnsstore.State) { st.Host = host })
	return s
}

func update(t *testing.T, s *hnsstore.Store, change func(*hnsstore.State)) {
	t.Helper()
	if err := s.Update(func(st *hnsstore.State) error { change(st); return nil }); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s *hnsstore.Store) *hnsstore.State {
	t.Helper()
	st, err := s.View()
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func create(t *testing.T, s *hnsstore.Store, k hnsstore.Kind, parent, doc string) string {
	t.Helper()
	id, err := s.Create(k, zero, parent, doc)
	if err != nil {
		t.Fatalf("creating %s: %v", doc, err)
	}
	return id
}

func wantFailure(t *testing.T, err error, code uint32) {
	t.Helper()
	if e, ok := errors.AsType[*hnsstore.Error](err); !ok || e.HRESULT != code {
		t.Errorf("got error %v, want HRESULT 0x%08x", err, code)
	}
}

func TestEnumerateFilters(t *testing.T) {
	t.Parallel()
	s := newStore(t, nil)
	network := create(t, s, hnsstore.Network, "", taskNetwork)
	nat := create(t, s, hnsstore.Network, "", natNetwork)
	endpoint := create(t, s, hnsstore.Endpoint, network, `{"Name":"ep"}`)
	for query, want := range map[string][]string{
		"": {network, nat},
		`{"Flags":0,"Filter":"{\"Name\":\"NAT\"}"}`:   {nat},
		`{"Filter":"{\"ID\":\"` + network + `\"}"}`:   {network},
		`{"Filter":"{\"Name\":\"no such network\"}"}`: {},
	} {
		slices.Sort(want)
		wantIDs(t, s, hnsstore.Network, query, want)
	}
	wantIDs(t, s, hnsstore.Endpoint, `{"Filter":"{\"VirtualNetwork\":\"`+strings.ToLower(network)+`\"}"}`, []string{endpoint})
	wantIDs(t, s, hnsstore.Endpoint, `{"Filter":"{\"VirtualNetwork\":\"`+nat+`\"}"}`, []string{})
	_, err := s.Enumerate(hnsstore.Network, "{")
	wantFailure(t, err, hnsstore.InvalidJSON)
}

func wantIDs(t *testing.T, s *hnsstore.Store, k hnsstore.Kind, query string, want []string) {
	t.Helper()
	text, err := s.Enumerate(k, query)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", query, diff)
	}
}

// TestRefusals lists what the model refuses, each against a host with both networks and one endpoint.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newStore(t, twoAdapters())
	network := create(t, s, hnsstore.Network, "", taskNetwork)
	nat := create(t, s, hnsstore.Network, "", natNetwork)
	port := `"Policies":[{"Type":"PortMapping","Settings":{"Protocol":6,"InternalPort":80,"ExternalPort":8080}}]`
	create(t, s, hnsstore.Endpoint, network, `{"Name":"ep","MacAddress":"0A-00-00-00-00-09","IpConfigurations":[{"IpAddress":"10.0.1.9","PrefixLength":24}],`+port+`}`)
	create(t, s, hnsstore.Endpoint, nat, `{"Name":"the last address"}`)
	for name, test := range map[string]struct {
		kind        hnsstore.Kind
		parent, doc string
		want        uint32
	}{
		"not JSON":                  {hnsstore.Network, "", `{`, hnsstore.InvalidJSON},
		"a network's name twice":    {hnsstore.Network, "", `{"Name":"NAT","Type":"NAT"}`, hnsstore.NetworkAlreadyExists},
		"a network's ID twice":      {hnsstore.Network, "", `{"ID":"` + nat + `","Type":"Private"}`, hnsstore.NetworkAlreadyExists},
		"an unknown type":           {hnsstore.Network, "", `{"Type":"Bridge"}`, hnsstore.InvalidNetworkType},
		"a prefix that is none":     {hnsstore.Network, "", `{"Type":"Private","Ipams":[{"Subnets":[{"IpAddressPrefix":"10.0.0.0"}]}]}`, hnsstore.InvalidIP},
		"a VLAN out of range":       {hnsstore.Network, "", `{"Type":"L2Bridge","Ipams":[{"Subnets":[{"Policies":[{"Type":"VLAN","Settings":{"IsolationId":4095}}]}]}]}`, hnsstore.InvalidPolicy},
		"an adapter that is not":    {hnsstore.Network, "", onAdapter("Ethernet 9"), hnsstore.AdapterNotFound},
		"an adapter with a switch":  {hnsstore.Network, "", onAdapter("Ethernet 2"), hnsstore.AdapterNotFound},
		"a vEthernet adapter":       {hnsstore.Network, "", onAdapter("vEthernet (Ethernet 2)"), hnsstore.AdapterNotFound},
		"an endpoint on no network": {hnsstore.Endpoint, zero, `{}`, hnsstore.NetworkNotFound},
		"a MAC twice":               {hnsstore.Endpoint, nat, `{"MacAddress":"0a:00:00:00:00:09"}`, hnsstore.PortAlreadyExists},
		"a port twice":              {hnsstore.Endpoint, network, `{` + port + `}`, hnsstore.PortAlreadyExists},
		"the gateway's address":     {hnsstore.Endpoint, network, `{"IpConfigurations":[{"IpAddress":"10.0.1.1"}]}`, hnsstore.AddressInvalidReserved},
		"an address in use":         {hnsstore.Endpoint, network, `{"IpConfigurations":[{"IpAddress":"10.0.1.9"}]}`, hnsstore.AddressInvalidReserved},
		"an address that is none":   {hnsstore.Endpoint, network, `{"IpConfigurations":[{"IpAddress":"x"}]}`, hnsstore.InvalidIP},
		"a subnet with none left":   {hnsstore.Endpoint, nat, `{}`, hnsstore.AddressInvalidReserved},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := s.Create(test.kind, zero, test.parent, test.doc)
			wantFailure(t, err, test.want)
		})
	}
	for _, k := range []hnsstore.Kind{hnsstore.Network, hnsstore.Endpoint, hnsstore.Namespace} {
		wantFailure(t, s.Open(k, zero), hnsstore.NotFound)
		wantFailure(t, s.Delete(k, zero), hnsstore.NotFound)
		wantFailure(t, s.Modify(k, zero, `{}`), hnsstore.NotFound)
		_, err := s.Query(k, zero, "")
		wantFailure(t, err, hnsstore.NotFound)
	}
	wantFailure(t, s.Modify(hnsstore.Network, nat, `{"ResourceType":"Weather"}`), hnsstore.RequestUnsupported)
}

func onAdapter(name string) string {
	return fmt.Sprintf(`{"Type":"L2Bridge","Policies":[{"Type":"NetAdapterName","Settings":{"NetworkAdapterName":%q}}]}`, name)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s := newStore(t, nil)
	clock := wait.NewManual(time.Unix(0, 0))
	s.Clock = clock
	update(t, s, func(st *hnsstore.State) {
		st.Faults = []hnsstore.Fault{
			{Procedure: "HcnCreateNetwork", Nth: 2, HRESULT: hnsstore.NotFound, Message: "Element not found."},
			{Procedure: "HcnDeleteNetwork", Delay: time.Minute},
		}
	})
	id := create(t, s, hnsstore.Network, "", natNetwork)
	_, err := s.Create(hnsstore.Network, zero, "", taskNetwork)
	wantFailure(t, err, hnsstore.NotFound)
	create(t, s, hnsstore.Network, "", taskNetwork) // the third call goes through

	done := make(chan error, 1)
	go func() { done <- s.Delete(hnsstore.Network, id) }()
	if err := clock.AwaitSleepers(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if names := view(t, s).Names(hnsstore.Network); !slices.Contains(names, "nat") {
		t.Errorf("the slow delete has had its effect already: %v", names)
	}
	clock.Advance(time.Minute)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"taskbr1"}, view(t, s).Names(hnsstore.Network)); diff != "" {
		t.Errorf("networks (-want +got):\n%s", diff)
	}
	wantCalls(t, s, "HcnCreateNetwork", "HcnCreateNetwork 0x80070490", "HcnCreateNetwork", "HcnDeleteNetwork")
}

func wantCalls(t *testing.T, s *hnsstore.Store, want ...string) {
	t.Helper()
	calls, err := s.Calls()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range calls {
		got = append(got, strings.TrimSpace(c.Procedure+" "+c.HRESULT))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestKill ends the process at the second write: before its effect, and after it.
func TestKill(t *testing.T) {
	t.Parallel()
	for when, want := range map[string][]string{hnsstore.KillBefore: {"nat"}, hnsstore.KillAfter: {"nat", "taskbr1"}} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, nil)
			update(t, s, func(st *hnsstore.State) {
				st.Faults = []hnsstore.Fault{{Procedure: hnsstore.AnyWrite, Nth: 2, Kill: when}}
			})
			s.Exit = func() { panic("killed") }
			create(t, s, hnsstore.Network, "", natNetwork)
			if _, err := s.Enumerate(hnsstore.Network, ""); err != nil { // no write
				t.Fatal(err)
			}
			func() {
				defer func() {
					if recover() != "killed" {
						t.Error("the process lives")
					}
				}()
				_, err := s.Create(hnsstore.Network, zero, "", taskNetwork)
				t.Errorf("the call returned: %v", err)
			}()
			if diff := cmp.Diff(want, view(t, s).Names(hnsstore.Network)); diff != "" {
				t.Errorf("networks (-want +got):\n%s", diff)
			}
			s.Exit = nil
			if _, err := s.Create(hnsstore.Namespace, zero, "", `{}`); err != nil { // the third write lives
				t.Fatal(err)
			}
		})
	}
}

// TestTwoStoresOneFolder lets two callers work on one folder at once, as two processes do: no call may get lost.
func TestTwoStoresOneFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var group sync.WaitGroup
	for caller := range 2 {
		group.Go(func() {
			s := &hnsstore.Store{Dir: dir}
			for i := range 20 {
				if _, err := s.Create(hnsstore.Network, zero, "", fmt.Sprintf(`{"Name":"n%d-%d","Type":"Private"}`, caller, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	s := &hnsstore.Store{Dir: dir}
	if got := len(view(t, s).Names(hnsstore.Network)); got != 40 {
		t.Errorf("%d networks of 40", got)
	}
	if calls, err := s.Calls(); err != nil || len(calls) != 40 || calls[39].Sequence != 40 {
		t.Errorf("%d calls of 40, %v", len(calls), err)
	}
}
