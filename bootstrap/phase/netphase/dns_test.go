package netphase_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
)

func TestNameServersOfDHCP(t *testing.T) {
	t.Parallel()
	b := newBench(installed())
	out := b.apply(t, "dns")
	if out.err != nil || out.writes > 0 || len(out.found.DNS) != 1 || len(out.warnings) > 0 {
		t.Errorf("%d writes, servers %v, warnings %q, %v", out.writes, out.found.DNS, out.warnings, out.err)
	}
	out.callsAre(t, map[string]int{"adapters.Adapters": 2, "lookup.Ask": 1})
}

// TestNameServersFaults gives each fault its name, and what comes close to it another one or none.
func TestNameServersFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		conditions []string
		servers    []string
		faults     []sim.Fault
		code       fault.Code
		warned     string
	}{
		"none":                              {conditions: []string{"no-dns"}, code: "E_DNS_EMPTY"},
		"none but the document's":           {conditions: []string{"no-dns"}, servers: []string{"10.0.0.2"}, warned: "replace DHCP's none"},
		"dead":                              {conditions: []string{"dead-dns"}, code: "E_DNS_NO_ANSWER"},
		"one of two dead":                   {servers: []string{"10.0.0.2", "fd00:ec2::253"}, warned: "fd00:ec2::253 do not answer"},
		"slow to come up":                   {faults: []sim.Fault{{On: "lookup.Ask", Nth: 1, Times: 3, Err: "unreachable"}}},
		"does not know ECS's name":          {faults: []sim.Fault{{On: "lookup.Ask", Err: "not found"}}},
		"the link-local one":                {servers: []string{"169.254.169.253"}, code: "E_DNS_NOT_FOR_TASKS"},
		"the machine itself":                {servers: []string{"127.0.0.1", "10.0.0.2"}, code: "E_DNS_NOT_FOR_TASKS"},
		"made up by Windows only":           {servers: []string{"fec0:0:0:ffff::1"}, code: "E_DNS_EMPTY"},
		"one of them made up by Windows":    {servers: []string{"10.0.0.2", "fec0:0:0:ffff::1"}, warned: "made-up"},
		"of an adapter that a vSwitch took": {conditions: []string{"renamed-nic"}, servers: []string{"10.0.0.2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := installed(test.conditions...)
			o.Faults = test.faults
			b := newBench(o)
			b.doc.DNS.Servers = test.servers
			out := b.apply(t, "dns")
			if out.code() != test.code {
				t.Errorf("%s (%v), want %q", out.code(), out.err, test.code)
			}
			if test.warned != "" && !out.warned(test.warned) {
				t.Errorf("warnings %q, want %q", out.warnings, test.warned)
			}
		})
	}
}

func TestNoPrimaryAdapter(t *testing.T) {
	t.Parallel()
	b := newBench(installed())
	b.found.Instance.MAC = "0a:00:00:00:00:99"
	if out := b.apply(t, "dns"); out.code() != "E_PRIMARY_NIC_MISSING" {
		t.Errorf("%v", out.err)
	}
}

func staticServers() *bench {
	b := newBench(installed())
	b.doc.DNS.Servers = []string{"10.0.7.7", "10.0.0.2"}
	b.StartService("AmazonECS")
	return b
}

func TestStaticNameServers(t *testing.T) {
	t.Parallel()
	b := staticServers()
	out := b.apply(t, "dns")
	want := []netip.Addr{netip.MustParseAddr("10.0.7.7"), netip.MustParseAddr("10.0.0.2")}
	primary := b.Adapters()[0]
	if diff := cmp.Diff(want, primary.DNS, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" || !primary.StaticDNS || out.err != nil {
		t.Errorf("static %t, %v (-want +got):\n%s", primary.StaticDNS, out.err, diff)
	}
	if s, _ := b.Service("AmazonECS"); s.State != host.ServiceStopped {
		t.Errorf("the agent, which has the old list, is %s", s.State)
	}
	if again := b.apply(t, "dns"); again.writes > 0 || again.err != nil || len(again.warnings) > 0 {
		t.Errorf("second run: %d writes, warnings %q, %v", again.writes, again.warnings, again.err)
	}
}

func TestStaticNameServersOfAnAdapterThatAVSwitchTook(t *testing.T) {
	t.Parallel()
	b := newBench(installed("renamed-nic"))
	b.doc.DNS.Servers = []string{"10.0.0.2", "10.0.0.3"}
	if out := b.apply(t, "dns"); out.err != nil || out.fact("primary adapter") != "vEthernet (Ethernet)" {
		t.Errorf("primary adapter %q, %v", out.fact("primary adapter"), out.err)
	}
}

func TestStaticNameServersConvergeWhenKilled(t *testing.T) {
	t.Parallel()
	convergesWhenKilled(t, staticServers, []phase.ID{"dns"}, func(t *testing.T, b *bench) {
		if s, _ := b.Service("AmazonECS"); s.State == host.ServiceRunning {
			t.Error("the agent runs with the list of before")
		}
	})
}

func TestNameServersAreAskedAtTheSameTime(t *testing.T) {
	t.Parallel()
	o := installed()
	o.Latencies.Connect = 2 * time.Second
	b := newBench(o)
	b.doc.DNS.Servers = []string{"10.0.0.2", "10.0.0.3", "10.0.0.4"}
	if out := b.apply(t, "dns"); out.err != nil || out.took > 2*time.Second+200*time.Millisecond {
		t.Errorf("took %s, %v", out.took, out.err)
	}
}

// TestNameServersAreTriedBeforeTheyAreSet: neither Windows nor a task is given what does not answer, and a plan tells.
func TestNameServersAreTriedBeforeTheyAreSet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		conditions []string
		servers    []string
		code       fault.Code
	}{
		"the document's do not answer":     {servers: []string{"fd00:ec2::253"}, code: "E_DNS_NO_ANSWER"},
		"the document's are not for tasks": {servers: []string{"169.254.169.253"}, code: "E_DNS_NOT_FOR_TASKS"},
		"DHCP's do not answer":             {conditions: []string{"dead-dns"}, code: "E_DNS_NO_ANSWER"},
		"all is well":                      {servers: []string{"10.0.7.7"}},
	} {
		b := newBench(installed(test.conditions...))
		b.doc.DNS.Servers = test.servers
		if out := b.plan(t, "dns"); out.code() != test.code || out.writes > 0 {
			t.Errorf("%s: the plan makes %d writes, %v", name, out.writes, out.err)
		}
		if out := b.apply(t, "dns"); out.code() != test.code || test.code != "" && out.writes > 0 {
			t.Errorf("%s: %d writes, %v", name, out.writes, out.err)
		}
	}
}

// TestNameServersThatSomebodyTookBack are not the document's, however well they answer.
func TestNameServersThatSomebodyTookBack(t *testing.T) {
	t.Parallel()
	b := newBench(installed())
	b.doc.DNS.Servers = []string{"10.0.7.7"}
	b.settle(t, "dns")
	if out := b.verify(t, "dns"); out.err != nil {
		t.Error(out.err)
	}
	b.Effect("reset-dns")
	if out := b.verify(t, "dns"); out.code() != "E_DNS_OTHER" {
		t.Errorf("%v", out.err)
	}
	b.settle(t, "dns")
	b.doc.DNS.Servers = nil
	if out := b.verify(t, "dns"); out.err != nil {
		t.Errorf("the document names none: %v", out.err)
	}
}
