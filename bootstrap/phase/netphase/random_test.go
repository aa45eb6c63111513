package netphase_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// repairable are what can be wrong with a machine at once and be mended by the phases.
func repairable() []string {
	return []string{
		"docker-manual", "hns-stopped", "nat-missing", "nat-duplicate", "nat-stale", "nat-overlap", "nat-no-adapter", "ghost-adapters",
		"stale-task-network", "busy-task-network", "stale-proxy", "renamed-nic", "second-eni", "hidden-eni",
	}
}

// random is what a machine goes through.
type random struct {
	conditions []string
	faults     []sim.Fault
	latencies  sim.Latencies
	agent      bool
	killAt     int
	killDone   bool
}

func drawRandom(t *rapid.T) random {
	calls := []string{
		"hns.Networks", "hns.Endpoints", "hns.Delete", "docker.Ping", "docker.Network", "docker.Containers", "docker.nat", "services.Start", "services.Stop",
		"services.Service", "adapters.Adapters", "adapters.AddAddress", "portproxy", "firewall", "files", "registry", "routes.Routes", "web.Get", "lookup",
	}
	r := random{
		conditions: rapid.SliceOfNDistinct(rapid.SampledFrom(repairable()), 0, 3, rapid.ID).Draw(t, "conditions"),
		agent:      rapid.Bool().Draw(t, "agent"),
		killAt:     rapid.IntRange(0, 12).Draw(t, "kill at"),
		killDone:   rapid.Bool().Draw(t, "kill done"),
	}
	if rapid.Bool().Draw(t, "published latencies") {
		r.latencies = sim.Published()
	}
	for range rapid.IntRange(0, 3).Draw(t, "faults") {
		r.faults = append(r.faults, sim.Fault{
			On: rapid.SampledFrom(calls).Draw(t, "on"), Nth: rapid.IntRange(1, 8).Draw(t, "nth"), Times: rapid.IntRange(1, 3).Draw(t, "times"),
			Err: "an error that nobody knows", After: rapid.Bool().Draw(t, "after"),
			Delay: time.Duration(rapid.IntRange(0, 20).Draw(t, "delay")) * time.Second,
		})
	}
	return r
}

// TestWhateverHappensARerunMends draws what is wrong, what fails and where the program is killed. Every failure has a name,
// and once nothing fails any more, a run ends with all in order and the next one writes nothing.
func TestWhateverHappensARerunMends(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := drawRandom(rt)
		o := installed(r.conditions...)
		o.Faults, o.Latencies = r.faults, r.latencies
		b := newBench(o)
		b.doc.Timeouts.NAT = 5 * time.Minute
		if r.agent {
			b.StartService("AmazonECS")
		}
		if r.killAt > 0 {
			b.KillAtWrite(r.killAt, r.killDone)
		}
		// A fault that hits the eleventh call at the latest has been met after as many clean runs, or never will be.
		for clean, runs := 0, 0; clean < 11 && runs < 80; runs++ {
			if clean++; !b.runAll(t) {
				clean = 0
			}
		}
		natIsInOrder(t, b)
		for _, id := range order() {
			if out := b.apply(t, id); out.err != nil || out.writes > 0 {
				rt.Fatalf("%+v: the last run of %s makes %d writes (%v)", r, id, out.writes, out.err)
			}
		}
	})
}

// runAll runs the phases up to the first that fails, and reports whether none did.
func (b *bench) runAll(t *testing.T) bool {
	t.Helper()
	for _, id := range order() {
		out := b.apply(t, id)
		if out.err == nil {
			continue
		}
		if info, known := fault.Find(out.code()); !known || info.Code == "E_INTERNAL" {
			t.Errorf("%s: %s: %v", id, out.code(), out.err)
		}
		return false
	}
	return true
}
