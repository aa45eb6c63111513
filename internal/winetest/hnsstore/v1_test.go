package hnsstore_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

type reply struct {
	Success   bool
	Error     string
	ErrorCode uint32
	Output    any
}

func v1(t *testing.T, s *hnsstore.Store, method, path, body string) reply {
	t.Helper()
	var r reply
	if err := json.Unmarshal([]byte(s.HNSCall(method, path, body)), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestV1 makes with V1 what ECS's network plugin makes for a task, and looks at it with both interfaces.
func TestV1(t *testing.T) {
	t.Parallel()
	s := newStore(t, twoAdapters())
	version := v1(t, s, "GET", "/globals/version", "").Output
	if diff := cmp.Diff(map[string]any{"Major": 13.0, "Minor": 3.0}, version); diff != "" {
		t.Errorf("version (-want +got):\n%s", diff)
	}
	made := v1(t, s, "POST", "/networks", `{"Name":"taskbr0a0000000002","Type":"Transparent","NetworkAdapterName":"Ethernet 2",
		"Subnets":[{"AddressPrefix":"10.0.1.0/24","GatewayAddress":"10.0.1.1"}]}`)
	if !made.Success {
		t.Fatal(made.Error)
	}
	again := v1(t, s, "POST", "/networks", `{"Name":"taskbr0a0000000002","Type":"Transparent"}`)
	if again.Success || again.ErrorCode != hnsstore.NetworkAlreadyExists {
		t.Errorf("the same name twice: %+v", again)
	}
	endpoint := v1(t, s, "POST", "/endpoints", `{"Name":"ep","VirtualNetworkName":"taskbr0a0000000002","MacAddress":"0A-00-00-00-00-02",
		"IPAddress":"10.0.1.77","DNSServerList":"10.0.0.2,10.0.0.3",
		"Policies":[{"Type":"ACL","Protocol":256,"Action":"Block","Direction":"Out","RemoteAddresses":"169.254.169.254/32","Priority":200}]}`)
	if !endpoint.Success {
		t.Fatal(endpoint.Error)
	}
	st := view(t, s)
	network := st.ByName(hnsstore.Network, "taskbr0a0000000002")
	if network.NetworkAdapter() != "Ethernet 2" || st.Host.ByName("vEthernet (Ethernet 2)") == nil {
		t.Errorf("V2 sees %v", network)
	}
	want := hnsstore.Doc{
		"ID": st.ByName(hnsstore.Endpoint, "ep").Text("ID"), "Name": "ep", "HostComputeNetwork": network.Text("ID"), "MacAddress": "0A-00-00-00-00-02",
		"IpConfigurations": []any{map[string]any{"IpAddress": "10.0.1.77", "PrefixLength": 24.0}},
		"Routes":           []any{map[string]any{"NextHop": "10.0.1.1", "DestinationPrefix": "0.0.0.0/0"}},
		"Dns":              map[string]any{"ServerList": []any{"10.0.0.2", "10.0.0.3"}},
		"Policies": []any{map[string]any{"Type": "ACL", "Settings": map[string]any{
			"Protocol": 256.0, "Action": "Block", "Direction": "Out", "RemoteAddresses": "169.254.169.254/32", "Priority": 200.0}}},
		"SchemaVersion": map[string]any{"Major": 2.0, "Minor": 0.0},
	}
	if diff := cmp.Diff(want, st.ByName(hnsstore.Endpoint, "ep")); diff != "" {
		t.Errorf("V2's endpoint (-want +got):\n%s", diff)
	}
	id := want.Text("ID")
	read := v1(t, s, "GET", "/endpoints/"+id, "")
	if diff := cmp.Diff(endpoint.Output, read.Output); diff != "" {
		t.Errorf("V1 reads another endpoint than it made (-made +read):\n%s", diff)
	}
	for _, path := range []string{"/endpoints/" + id + "/attach", "/endpoints/" + id + "/detach"} {
		if r := v1(t, s, "POST", path, `{"ContainerId":"c"}`); !r.Success {
			t.Errorf("%s: %s", path, r.Error)
		}
	}
	if r := v1(t, s, "DELETE", "/endpoints/"+id, ""); !r.Success {
		t.Error(r.Error)
	}
	if r := v1(t, s, "DELETE", "/endpoints/"+id, ""); r.ErrorCode != hnsstore.NotFound {
		t.Errorf("the second delete: %+v", r)
	}
	if r := v1(t, s, "GET", "/plugins", ""); r.ErrorCode != hnsstore.RequestUnsupported {
		t.Errorf("an unknown path: %+v", r)
	}
}
