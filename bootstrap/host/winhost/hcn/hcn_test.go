package hcn

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

func TestParseNetwork(t *testing.T) {
	t.Parallel()
	prefix := func(s string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(s)} }
	for name, test := range map[string]struct {
		document string
		want     host.HNSNetwork
	}{
		"nat": {
			`{"ID":"1C5C","Name":"nat","Type":"NAT","Ipams":[{"Type":"Static","Subnets":[{"IpAddressPrefix":"172.22.0.0/20"}]}]}`,
			host.HNSNetwork{ID: "1C5C", Name: "nat", Type: "NAT", Subnets: prefix("172.22.0.0/20")},
		},
		"of a task": {
			`{"ID":"9F","Name":"taskbr0a0000000002","Type":"transparent","Policies":[{"Type":"netadaptername","Settings":{"NetworkAdapterName":"Ethernet 4"}}],
			  "Ipams":[{"Subnets":[{"IpAddressPrefix":"10.0.1.0/24"}]}]}`,
			host.HNSNetwork{ID: "9F", Name: "taskbr0a0000000002", Type: "transparent", Adapter: "Ethernet 4", Subnets: prefix("10.0.1.0/24")},
		},
		"by DHCP": {
			`{"ID":"9F","Name":"lan","Type":"Transparent","Policies":[{"Type":"VLAN","Settings":7}],"Ipams":[{"Subnets":[{"IpAddressPrefix":""}]}]}`,
			host.HNSNetwork{ID: "9F", Name: "lan", Type: "Transparent"},
		},
	} {
		got, err := parseNetwork([]byte(test.document))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestParseEndpoint(t *testing.T) {
	t.Parallel()
	got, err := parseEndpoint([]byte(`{"ID":"7B","Name":"ep","HostComputeNetwork":"9F","MacAddress":"0A-58-0A-00-01-17"}`))
	if want := (host.HNSEndpoint{ID: "7B", Name: "ep", NetworkID: "9F", MAC: "0a:58:0a:00:01:17"}); err != nil || got != want {
		t.Errorf("parseEndpoint = %+v, %v; want %+v", got, err, want)
	}
}

func FuzzParseNetwork(f *testing.F) {
	f.Add([]byte(`{"ID":"1","Policies":[{"Type":"NetAdapterName","Settings":{"NetworkAdapterName":"a"}}],"Ipams":[{"Subnets":[{"IpAddressPrefix":"10.0.0.0/8"}]}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		n, err := parseNetwork(document)
		for _, s := range n.Subnets {
			if err == nil && !s.IsValid() {
				t.Errorf("%q has a subnet that is none", document)
			}
		}
	})
}
