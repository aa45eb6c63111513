package machinetest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// TestQuirksThatANodeOutlives: HNS's ways of failing for a moment end in the same machine as if it had not.
func TestQuirksThatANodeOutlives(t *testing.T) {
	t.Parallel()
	plain := newNode(t, setup{})
	plain.joins(t)
	want := plain.endState(t)
	tests := map[string]struct {
		quirks hnsstore.Quirks
		plan   func(*node)
	}{
		"the nat adapter appears late":  {quirks: hnsstore.Quirks{VNICHiddenFor: 12}},
		"addresses are tentative first": {quirks: hnsstore.Quirks{TentativeFor: 8}},
		"a network vanishes between listing and opening": {plan: func(n *node) {
			n.Faults(hnsstore.Fault{Procedure: "HcnOpenNetwork", Nth: 1, HRESULT: hnsstore.NotFound, Message: "Element not found."})
		}},
		"HNS does not run yet": {plan: func(n *node) {
			if err := n.Service("hns").Stop(); err != nil {
				t.Fatal(err)
			}
			n.Service("hns").Await(t.Context(), winetest.Stopped)
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, setup{Options: winetest.Options{Quirks: tt.quirks}})
			if tt.plan != nil {
				tt.plan(n)
			}
			n.joins(t)
			n.keepsItsNetwork(t)
			if diff := cmp.Diff(want, n.endState(t)); diff != "" {
				t.Errorf("the end differs (-plain +quirk):\n%s", diff)
			}
		})
	}
}

// TestQuirksThatAreNamed: what a run cannot mend it names, and leaves the network as it was. Once the cause is gone, the next
// run joins.
func TestQuirksThatAreNamed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		options winetest.Options
		plan    func(*node)
		code    string
		// mend takes the cause away; nil: there is no machine to mend.
		mend func(*node)
	}{
		"no DLL of HNS": {options: winetest.Options{NoHNS: true}, code: "E_CONTAINERS_FEATURE"},
		"a DLL of HNS without the procedures": {code: "E_HNS_NO_ANSWER", plan: func(n *node) {
			n.WriteFile(`C:\windows\system32\computenetwork.dll`, n.ReadFile(`C:\windows\system32\vmcompute.dll`))
		}},
		"Docker makes no nat": {
			code: "E_HNS_NAT_MISSING",
			plan: func(n *node) {
				docker := fakes.DefaultDocker()
				docker.NoNAT = true
				n.PlanDocker(docker)
			},
			mend: func(n *node) { n.PlanDocker(fakes.DefaultDocker()) },
		},
		"HNS refuses Docker's network": {
			code: "E_DOCKER_START",
			plan: func(n *node) {
				n.Faults(hnsstore.Fault{Procedure: "HNSCall POST /networks", HRESULT: hnsstore.NotFound, Message: "Element not found."})
			},
			mend: func(n *node) { n.Faults() },
		},
		"the IP Helper refuses the address": {
			code: "E_HOST_PROXY_ADDRESS",
			plan: func(n *node) {
				n.Faults(hnsstore.Fault{Procedure: "CreateUnicastIpAddressEntry", HRESULT: hnsstore.NotFound, Message: "Element not found."})
			},
			mend: func(n *node) { n.Faults() },
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, setup{Options: tt.options, UserData: document("timeouts: {nat: 10s}")})
			if tt.plan != nil {
				tt.plan(n)
			}
			o := n.apply(t)
			o.failsWith(t, tt.code)
			n.keepsItsNetwork(t)
			if strings.Contains(o.Stderr, "goroutine") {
				t.Errorf("the program panicked:\n%s", o.Stderr)
			}
			if seen, started := n.AgentSeen(); started {
				t.Errorf("the agent was started all the same: %+v", seen)
			}
			if tt.mend != nil {
				tt.mend(n)
				n.IMDS.Set("user-data", document()) // with the time that a slow machine needs
				n.joins(t)
			}
		})
	}
}

// TestQuirkDuplicateNAT: beside Docker's nat there is another of that name. Both go, and Docker makes one.
func TestQuirkDuplicateNAT(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{})
	if err := n.Service("docker").Start(); err != nil {
		t.Fatal(err)
	}
	n.Service("docker").Await(t.Context(), winetest.Running)
	const second = "EC5000BB-0000-4000-8000-0000000000BB"
	err := n.HNS.Update(func(st *hnsstore.State) error {
		st.Of(hnsstore.Network)[second] = hnsstore.Doc{
			"ID": second, "Name": "nat", "Type": "NAT", "SchemaVersion": map[string]any{"Major": 2, "Minor": 0},
			"Ipams": []any{map[string]any{"Type": "Static", "Subnets": []any{map[string]any{"IpAddressPrefix": "172.30.0.0/20"}}}},
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	n.joins(t)
	if st := n.State(); len(st.Of(hnsstore.Network)) != 1 || st.Of(hnsstore.Network)[second] != nil {
		t.Errorf("networks: %v", st.Of(hnsstore.Network))
	}
}

// TestQuirkRoutesLost: a run that was cut off after HNS took the routes with the network; the next one brings them back
// from the snapshot, before anything else.
func TestQuirkRoutesLost(t *testing.T) {
	t.Parallel()
	n := muchToMend(t)
	n.Faults(hnsstore.Fault{Procedure: "HcnDeleteNetwork", Nth: 1, Kill: hnsstore.KillAfter})
	if o := n.apply(t); o.Result.ExitCode != killed {
		t.Fatalf("was not killed: %s", o.failures())
	}
	var before []hnsstore.Route
	err := n.HNS.Update(func(st *hnsstore.State) error {
		before, st.Host.Routes = st.Host.Routes, nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	n.Faults()
	o := n.joins(t)
	n.keepsItsNetwork(t)
	if !strings.Contains(strings.Join(o.Warnings, "\n"), "an earlier run had left the host without") {
		t.Errorf("warnings: %q", o.Warnings)
	}
	if got := n.State().Host.Routes; len(got) != len(before) {
		t.Errorf("routes %v, before %v", got, before)
	}
}
