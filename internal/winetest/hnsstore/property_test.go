package hnsstore_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// TestInvariants runs random calls of both interfaces and holds what no sequence of calls may break.
func TestInvariants(t *testing.T) {
	t.Parallel()
	base, runs := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		run := &randomCalls{store: &hnsstore.Store{Dir: filepath.Join(base, fmt.Sprint(runs))}}
		if err := run.store.Update(func(st *hnsstore.State) error { st.Host = twoAdapters(); return nil }); err != nil {
			t.Fatal(err)
		}
		t.Repeat(map[string]func(*rapid.T){
			"network":   run.network,
			"endpoint":  run.endpoint,
			"namespace": run.namespace,
			"attach":    run.attach,
			"delete":    run.remove,
			"reboot":    run.reboot,
			"":          run.check,
		})
		run.removeAll(t)
	})
}

// randomCalls makes calls. Most may be refused; the invariants hold either way.
type randomCalls struct{ store *hnsstore.Store }

func (r *randomCalls) state(t *rapid.T) *hnsstore.State {
	st, err := r.store.View()
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// pick draws the ID of an object, now and then of one that is not there.
func (r *randomCalls) pick(t *rapid.T, k hnsstore.Kind) string {
	ids := append(slices.Sorted(maps.Keys(r.state(t).Of(k))), zero)
	return rapid.SampledFrom(ids).Draw(t, string(k))
}

func (r *randomCalls) network(t *rapid.T) {
	name := rapid.SampledFrom([]string{"a", "b", "nat"}).Draw(t, "name")
	kind := rapid.SampledFrom([]string{"NAT", "Transparent", "l2bridge"}).Draw(t, "type")
	adapter := rapid.SampledFrom([]string{"Ethernet", "Ethernet 2", "vEthernet (Ethernet)"}).Draw(t, "adapter")
	if rapid.Bool().Draw(t, "V1") {
		r.store.HNSCall("POST", "/networks", fmt.Sprintf(`{"Name":%q,"Type":%q,"NetworkAdapterName":%q,
			"Subnets":[{"AddressPrefix":"10.9.0.0/29","GatewayAddress":"10.9.0.1"}]}`, name, kind, adapter))
		return
	}
	_, _ = r.store.Create(hnsstore.Network, zero, "", fmt.Sprintf(`{"Name":%q,"Type":%q,
		"Policies":[{"Type":"NetAdapterName","Settings":{"NetworkAdapterName":%q}}]}`, name, kind, adapter))
}

func (r *randomCalls) endpoint(t *rapid.T) {
	address := rapid.SampledFrom([]string{"", "10.9.0.1", "10.9.0.2", "10.9.0.3"}).Draw(t, "address")
	network := r.pick(t, hnsstore.Network)
	if rapid.Bool().Draw(t, "V1") {
		r.store.HNSCall("POST", "/endpoints", fmt.Sprintf(`{"VirtualNetwork":%q,"IPAddress":%q}`, network, address))
		return
	}
	config := "[]"
	if address != "" {
		config = fmt.Sprintf(`[{"IpAddress":%q,"PrefixLength":29}]`, address)
	}
	_, _ = r.store.Create(hnsstore.Endpoint, zero, network, `{"IpConfigurations":`+config+`}`)
}

func (r *randomCalls) namespace(*rapid.T) {
	_, _ = r.store.Create(hnsstore.Namespace, zero, "", `{"Type":"Host"}`)
}

func (r *randomCalls) attach(t *rapid.T) {
	how := rapid.SampledFrom([]string{"Add", "Remove"}).Draw(t, "request")
	endpoint := r.pick(t, hnsstore.Endpoint)
	_ = r.store.Modify(hnsstore.Namespace, r.pick(t, hnsstore.Namespace),
		fmt.Sprintf(`{"ResourceType":"Endpoint","RequestType":%q,"Settings":{"EndpointId":%q}}`, how, endpoint))
}

func (r *randomCalls) remove(t *rapid.T) {
	k := rapid.SampledFrom([]hnsstore.Kind{hnsstore.Network, hnsstore.Endpoint, hnsstore.Namespace}).Draw(t, "kind")
	_ = r.store.Delete(k, r.pick(t, k))
}

func (r *randomCalls) reboot(t *rapid.T) {
	if err := r.store.Update(func(st *hnsstore.State) error { st.Reboot(); return nil }); err != nil {
		t.Fatal(err)
	}
}

func (r *randomCalls) check(t *rapid.T) {
	st := r.state(t)
	names, addresses := map[string]bool{}, map[string]bool{}
	for _, n := range st.Of(hnsstore.Network) {
		if names[n.Text("Name")] {
			t.Fatalf("two networks are called %q", n.Text("Name"))
		}
		names[n.Text("Name")] = true
	}
	for id, e := range st.Of(hnsstore.Endpoint) {
		network := e.Text("HostComputeNetwork")
		if st.Of(hnsstore.Network)[network] == nil {
			t.Fatalf("endpoint %s is on no network", id)
		}
		for _, c := range e.List("IpConfigurations") {
			at := network + " " + c.Text("IpAddress")
			if addresses[at] {
				t.Fatalf("two endpoints have the address %s", at)
			}
			addresses[at] = true
		}
		if attached := e.Text("HostComputeNamespace"); (attached != "") != (resources(st, id) == 1) || resources(st, id) > 1 {
			t.Fatalf("endpoint %s says namespace %q, and %d namespaces hold it", id, attached, resources(st, id))
		}
	}
	for id, n := range st.Of(hnsstore.Namespace) {
		for _, r := range n.List("Resources") {
			if st.Of(hnsstore.Endpoint)[r.Doc("Data").Text("ID")] == nil {
				t.Fatalf("namespace %s holds an endpoint that is gone", id)
			}
		}
	}
	if got := len(st.Host.Adapters); got != 2+vnics(st) {
		t.Fatalf("%d adapters, want two and one for each of %d networks", got, vnics(st))
	}
}

// vnics is how many networks have a vEthernet adapter: NAT's, and those on an adapter.
func vnics(st *hnsstore.State) int {
	n := 0
	for _, d := range st.Of(hnsstore.Network) {
		if d.NetworkAdapter() != "" || d.Text("Type") == "NAT" {
			n++
		}
	}
	return n
}

// resources counts the namespaces that hold an endpoint.
func resources(st *hnsstore.State, endpoint string) int {
	n := 0
	for _, d := range st.Of(hnsstore.Namespace) {
		for _, r := range d.List("Resources") {
			if r.Doc("Data").Text("ID") == endpoint {
				n++
			}
		}
	}
	return n
}

// removeAll deletes every network: the adapters must have back what was theirs.
func (r *randomCalls) removeAll(t *rapid.T) {
	for id := range r.state(t).Of(hnsstore.Network) {
		if err := r.store.Delete(hnsstore.Network, id); err != nil {
			t.Fatal(err)
		}
	}
	st := r.state(t)
	if len(st.Of(hnsstore.Endpoint)) != 0 {
		t.Fatal("an endpoint outlives its network")
	}
	if diff := cmp.Diff(twoAdapters().Adapters, st.Host.Adapters); diff != "" {
		t.Fatalf("the adapters are not as before (-want +got):\n%s", diff)
	}
}

// FuzzCalls hands both interfaces documents of any kind: they answer, and the state stays readable.
func FuzzCalls(f *testing.F) {
	for _, doc := range []string{taskNetwork, natNetwork, `{"Filter":"{\"Name\":1}"}`, `{"Policies":[1,{"Type":{}}],"Ipams":{}}`, `null`, `[]`} {
		f.Add("POST", "/networks/x", doc)
	}
	f.Fuzz(func(t *testing.T, method, path, doc string) {
		s := &hnsstore.Store{Dir: t.TempDir()}
		if !json.Valid([]byte(s.HNSCall(method, path, doc))) {
			t.Error("V1's reply is not JSON")
		}
		for _, k := range []hnsstore.Kind{hnsstore.Network, hnsstore.Endpoint, hnsstore.Namespace, hnsstore.LoadBalancer, hnsstore.SDNRoute} {
			id, err := s.Create(k, zero, "", doc)
			if err == nil {
				_ = s.Modify(k, id, doc)
				_, _ = s.Query(k, id, doc)
			}
			_, _ = s.Enumerate(k, doc)
		}
		if _, err := s.View(); err != nil {
			t.Error(err)
		}
		if _, err := s.Calls(); err != nil {
			t.Error(err)
		}
	})
}
