package netphase_test

import (
	"context"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
)

func TestNATThatIsInOrderIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := newBench(installed())
	out := b.apply(t, "hns-nat")
	if out.err != nil || out.writes > 0 || out.took > 0 {
		t.Errorf("%d writes in %s, %v", out.writes, out.took, out.err)
	}
	want := phase.NAT{ID: b.HNSNetworks()[0].ID, Adapter: "vEthernet (nat)", Subnet: netip.MustParsePrefix("172.22.16.0/20")}
	if out.found.NAT != want {
		t.Errorf("found %+v, want %+v", out.found.NAT, want)
	}
	out.callsAre(t, map[string]int{"hns.Networks": 2, "docker.Network": 2, "adapters.Adapters": 2})
}

func TestNATIsAwaited(t *testing.T) {
	t.Parallel()
	o := installed("docker-manual")
	o.Latencies = sim.Published()
	b := newBench(o)
	b.settle(t, "docker")
	out := b.apply(t, "hns-nat")
	if out.err != nil || out.writes > 0 {
		t.Errorf("%d writes, %v", out.writes, out.err)
	}
}

// natFaults are what can be wrong with nat: the failure where nobody may repair it, and what comes close to it.
func natFaults() map[string]struct {
	options sim.Options
	code    fault.Code
	// stays tells that no repair helps.
	stays bool
} {
	return map[string]struct {
		options sim.Options
		code    fault.Code
		stays   bool
	}{
		"HNS lost it":                  {options: installed("nat-missing"), code: "E_DOCKER_NAT_STALE"},
		"Docker has the id of before":  {options: installed("nat-stale"), code: "E_DOCKER_NAT_STALE"},
		"two of them":                  {options: installed("nat-duplicate"), code: "E_HNS_NAT_DUPLICATE"},
		"of another type":              {options: installed("nat-wrong-type"), code: "E_HNS_NAT_FOREIGN", stays: true},
		"in the VPC":                   {options: installed("nat-overlap"), code: "E_HNS_NAT_OVERLAP"},
		"without adapter":              {options: installed("nat-no-adapter"), code: "E_HNS_NAT_NO_ADAPTER"},
		"without adapter, with ghosts": {options: installed("ghost-adapters", "nat-no-adapter"), code: "E_HNS_NAT_GHOST_ADAPTER"},
		"live beside a ghost":          {options: installed("ghost-adapters")},
		"beside a task's network":      {options: installed("busy-task-network", "stale-task-network")},
		"Docker could not make it":     {options: sim.Options{AMI: sim.AMI{Agent: sim.AgentInstalled}, Conditions: []string{"docker-manual"}, Faults: []sim.Fault{{On: "docker.nat", Nth: 1, Err: "element not found"}}}, code: "E_HNS_NAT_MISSING"},
	}
}

func TestNATsFaultsAreNamed(t *testing.T) {
	t.Parallel()
	for name, test := range natFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(test.options)
			b.settle(t, "docker")
			b.doc.NAT.Repair = "off"
			if out := b.apply(t, "hns-nat"); out.code() != test.code || out.writes > 0 {
				t.Errorf("with nat.repair off: %s with %d writes, want %q (%v)", out.code(), out.writes, test.code, out.err)
			}
			b.doc.NAT.Repair = "auto"
			b.Apply("running-task")
			out := b.apply(t, "hns-nat")
			if out.code() != test.code || out.writes > 0 {
				t.Errorf("while a task runs: %s with %d writes, want %q (%v)", out.code(), out.writes, test.code, out.err)
			}
			if out.err != nil && !test.stays && !strings.Contains(fault.Of(out.err).Remedy, "drain") {
				t.Errorf("remedy while a task runs: %q", fault.Of(out.err).Remedy)
			}
		})
	}
}

func TestNATIsRepaired(t *testing.T) {
	t.Parallel()
	for name, test := range natFaults() {
		for pace, latencies := range map[string]sim.Latencies{"at once": {}, "published": sim.Published()} {
			t.Run(name+", "+pace, func(t *testing.T) {
				t.Parallel()
				o := test.options
				o.Latencies = latencies
				b := newBench(o)
				b.doc.Timeouts.NAT = 5 * time.Minute
				b.settle(t, "docker")
				b.StartService("AmazonECS")
				out := b.apply(t, "hns-nat")
				if test.stays {
					if out.code() != test.code || out.writes > 0 {
						t.Errorf("%s with %d writes, want %s", out.code(), out.writes, test.code)
					}
					return
				}
				if out.err != nil {
					t.Fatal(out.err)
				}
				natIsInOrder(t, b)
				if again := b.apply(t, "hns-nat"); again.err != nil || again.writes > 0 {
					t.Errorf("the second run makes %d writes (%v)", again.writes, again.err)
				}
			})
		}
	}
}

// natIsInOrder checks the machine itself, not what the phase says of it.
func natIsInOrder(t *testing.T, b *bench) {
	t.Helper()
	nats := 0
	for _, n := range b.HNSNetworks() {
		if n.Name != "nat" {
			continue
		}
		nats++
		docker, err := b.Host().Docker.Network(t.Context(), "nat")
		if err != nil || docker.HNSID != n.ID {
			t.Errorf("Docker believes in %q, HNS has %s (%v)", docker.HNSID, n.ID, err)
		}
		if b.Instance().Block.Overlaps(n.Subnets[0]) {
			t.Errorf("nat %s overlaps with the VPC", n.Subnets[0])
		}
	}
	if nats != 1 {
		t.Errorf("%d networks nat", nats)
	}
	live := 0
	for _, a := range b.Adapters() {
		if strings.HasPrefix(a.Alias, "vEthernet (nat)") && a.State == host.AdapterUp && len(a.Addresses) > 0 {
			live++
		}
	}
	if live != 1 {
		t.Errorf("%d live nat adapters: %+v", live, b.Adapters())
	}
}

func TestOverlapKeepsForeignSettingsOfDocker(t *testing.T) {
	t.Parallel()
	b := newBench(installed("nat-overlap"))
	b.settle(t, "docker", "hns-nat")
	content, _ := b.File(daemonJSON)
	var got map[string]any
	if err := json.Unmarshal(content, &got); err != nil {
		t.Fatal(err)
	}
	if got["experimental"] != true || got["fixed-cidr"] != "172.16.0.0/20" || len(got) != 2 {
		t.Errorf("daemon.json is %s", content)
	}
}

func TestSubnetOfTheDocument(t *testing.T) {
	t.Parallel()
	b := newBench(installed("nat-overlap"))
	b.doc.NAT.Subnet = "192.168.16.0/20"
	b.settle(t, "docker", "hns-nat")
	if got := b.found.NAT.Subnet.String(); got != "192.168.16.0/20" {
		t.Errorf("nat is %s", got)
	}
	b = newBench(installed("nat-overlap"))
	b.settle(t, "docker")
	b.doc.NAT.Subnet = "10.0.64.0/20"
	if out := b.plan(t, "hns-nat"); out.code() != "E_HNS_NAT_OVERLAP" || !strings.Contains(out.err.Error(), "nat.subnet 10.0.64.0/20") {
		t.Errorf("a subnet in the VPC: %v", out.err)
	}
	// A network that is in order stays, whatever the document would give a new one.
	b = newBench(installed())
	b.doc.NAT.Subnet = "192.168.16.0/20"
	if out := b.apply(t, "hns-nat"); out.writes > 0 || out.err != nil {
		t.Errorf("%d writes, %v", out.writes, out.err)
	}
}

func TestNoRoomForNAT(t *testing.T) {
	t.Parallel()
	b := newBench(installed("nat-overlap"))
	b.found.Instance.Blocks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16")}
	if out := b.plan(t, "hns-nat"); out.code() != "E_HNS_NAT_NO_ROOM" {
		t.Errorf("%v", out.err)
	}
}

func TestNATThatDockerIsToldNotToMake(t *testing.T) {
	t.Parallel()
	o := installed("docker-manual")
	o.Faults = []sim.Fault{{On: "docker.nat", Err: "switched off"}}
	b := newBench(o)
	b.WriteFile(daemonJSON, []byte(`{"bridge": "none"}`))
	b.settle(t, "docker")
	if out := b.apply(t, "hns-nat"); out.code() != "E_HNS_NAT_OFF" || out.writes > 0 {
		t.Errorf("%d writes, %v", out.writes, out.err)
	}
}

func TestHNSThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults []sim.Fault
		change func(*bench)
		code   fault.Code
	}{
		"stopped":                   {change: func(b *bench) { b.StopService("hns") }, code: "E_HNS_NOT_RUNNING"},
		"refuses calls":             {faults: []sim.Fault{{On: "hns.Networks", Err: "the service has not been started"}}, code: "E_HNS_NO_ANSWER"},
		"refused one call":          {faults: []sim.Fault{{On: "hns.Networks", Nth: 1, Err: "element not found"}}},
		"loses an object meanwhile": {faults: []sim.Fault{{On: "hns.Networks", Nth: 1, Times: 5, Err: "element not found"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := installed()
			o.Faults = test.faults
			b := newBench(o)
			if test.change != nil {
				test.change(b)
			}
			b.doc.NAT.Repair = "off"
			if out := b.apply(t, "hns-nat"); out.code() != test.code {
				t.Errorf("%s, want %q (%v)", out.code(), test.code, out.err)
			}
		})
	}
}

func TestHNSIsStartedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(installed())
	b.StopService("hns")
	b.settle(t, "hns-nat")
	natIsInOrder(t, b)
}

// TestPlanBeforeDockerRuns: there is nothing to judge yet, but for what no start of Docker changes.
func TestPlanBeforeDockerRuns(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*testing.T, *bench)
		code   fault.Code
	}{
		"nothing is known":        {code: "E_DOCKER_NO_ANSWER"},
		"Docker makes no network": {change: daemon(`{"bridge":"none"}`), code: "E_HNS_NAT_OFF"},
		"Docker will not start":   {change: daemon(`{`), code: "E_DOCKER_CONFIG"},
		"it is somebody else's": {code: "E_HNS_NAT_FOREIGN", change: func(_ *testing.T, b *bench) {
			b.swap = func(h *host.Host) { h.HNS = foreigner{h.HNS} }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(installed("docker-manual"))
			if test.change != nil {
				test.change(t, b)
			}
			if out := b.plan(t, "hns-nat"); out.code() != test.code || out.writes > 0 {
				t.Errorf("%q, %v, want %s", out.changes, out.err, test.code)
			}
		})
	}
	b := newBench(installed("docker-manual"))
	if out := b.verify(t, "hns-nat"); out.code() != "E_DOCKER_NO_ANSWER" {
		t.Errorf("verification: %v", out.err)
	}
}

func daemon(config string) func(*testing.T, *bench) {
	return func(_ *testing.T, b *bench) { b.WriteFile(`C:\ProgramData\docker\config\daemon.json`, []byte(config)) }
}

// foreigner has somebody else's network called nat.
type foreigner struct{ host.HNS }

func (foreigner) Networks(context.Context) ([]host.HNSNetwork, error) {
	return []host.HNSNetwork{{ID: "F00D", Name: "nat", Type: "Transparent"}}, nil
}

// TestAdapterOfNATIsWrong covers what the simulated machine does by itself not come to.
func TestAdapterOfNATIsWrong(t *testing.T) {
	t.Parallel()
	for code, change := range map[fault.Code]func(*testing.T, *bench){
		"E_HNS_NAT_NO_ADDRESS": func(t *testing.T, b *bench) {
			if err := b.Host().Adapters.RemoveAddress(t.Context(), "vEthernet (nat)", netip.MustParsePrefix("172.22.16.1/20")); err != nil {
				t.Fatal(err)
			}
		},
		"E_HNS_NAT_TWO_ADAPTERS": func(_ *testing.T, b *bench) {
			first := b.HNSNetworks()[0].ID
			b.swap = func(h *host.Host) { h.Adapters = twin{h.Adapters, first, b} }
		},
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			b := newBench(installed())
			change(t, b)
			b.doc.NAT.Repair = "off"
			if out := b.plan(t, "hns-nat"); out.code() != code {
				t.Errorf("%s, want %s (%v)", out.code(), code, out.err)
			}
			b.doc.NAT.Repair = "auto"
			b.settle(t, "hns-nat")
			natIsInOrder(t, b)
		})
	}
}

// twin shows a second live adapter as long as the first nat network is there.
type twin struct {
	adapters
	first string
	b     *bench
}

// adapters lets twin have a method of the interface's name.
type adapters interface{ host.Adapters }

func (a twin) Adapters(ctx context.Context) ([]host.Adapter, error) {
	all, err := a.adapters.Adapters(ctx)
	if a.b.HNSNetworks()[0].ID == a.first {
		all = append(all, host.Adapter{Alias: "vEthernet (nat) 2", State: host.AdapterUp})
	}
	return all, err
}

func TestNetworkThatHNSDoesNotDelete(t *testing.T) {
	t.Parallel()
	o := installed("nat-duplicate")
	o.Faults = []sim.Fault{{On: "hns.Delete", Err: "busy"}}
	b := newBench(o)
	b.settle(t, "docker")
	if out := b.apply(t, "hns-nat"); out.code() != "E_HNS_DELETE" {
		t.Errorf("%v", out.err)
	}
}

func TestNATConvergesWhenKilled(t *testing.T) {
	t.Parallel()
	for _, condition := range []string{"nat-missing", "nat-duplicate", "nat-overlap", "nat-stale", "nat-no-adapter"} {
		t.Run(condition, func(t *testing.T) {
			t.Parallel()
			start := func() *bench {
				o := installed(condition)
				o.Latencies = sim.Latencies{HNSSettle: 20 * time.Second, HNSCreate: 5 * time.Second}
				b := newBench(o)
				b.StartService("AmazonECS")
				return b
			}
			convergesWhenKilled(t, start, []phase.ID{"docker", "hns-nat"}, natIsInOrder)
		})
	}
}

func TestTasksThatComeUpMeanwhileStopTheRepair(t *testing.T) {
	t.Parallel()
	o := installed("nat-duplicate")
	o.Faults = []sim.Fault{{On: "services.Stop AmazonECS", Delay: 30 * time.Second}}
	b := newBench(o)
	b.StartService("AmazonECS")
	b.settle(t, "docker")
	b.Do(15*time.Second, func(m *sim.Machine) { m.Apply("running-task") })
	out := b.apply(t, "hns-nat")
	if out.code() != "E_DOCKER_TASKS_RUNNING" {
		t.Errorf("%v", out.err)
	}
	if s, _ := b.Service("docker"); s.State != host.ServiceRunning {
		t.Errorf("docker is %s", s.State)
	}
}

func TestAddressOfNATIsAwaited(t *testing.T) {
	t.Parallel()
	o := installed("docker-manual")
	o.Latencies = sim.Latencies{AddressPreferred: 10 * time.Second}
	b := newBench(o)
	b.settle(t, "docker")
	out := b.apply(t, "hns-nat")
	if late := out.took - 10*time.Second; out.err != nil || out.writes > 0 || late < 0 || late > 250*time.Millisecond {
		t.Errorf("%d writes, done %s after the address turned Preferred, %v", out.writes, late, out.err)
	}
}

// TestDockerTriesAgain has HNS fail right after the delete, as it does at times; Docker tries once at each of its starts.
func TestDockerTriesAgain(t *testing.T) {
	t.Parallel()
	o := installed("nat-overlap")
	o.Faults = []sim.Fault{{On: "docker.nat", Nth: 2, Times: 2, Err: "element not found"}}
	b := newBench(o)
	b.settle(t, "docker")
	out := b.apply(t, "hns-nat")
	if out.err != nil {
		t.Fatal(out.err)
	}
	natIsInOrder(t, b)
	if starts := out.calls["services.Start"]; starts != 3 {
		t.Errorf("Docker was started %d times, want 3", starts)
	}
	o.Faults[0].Times = 99
	b = newBench(o)
	b.settle(t, "docker")
	if out := b.apply(t, "hns-nat"); out.code() != "E_HNS_NAT_MISSING" || out.calls["services.Start"] != 4 {
		t.Errorf("Docker was started %d times and never made nat: %v", out.calls["services.Start"], out.err)
	}
}
