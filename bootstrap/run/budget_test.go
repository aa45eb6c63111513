package run_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/hostphase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// TestCallBudget counts every call that a run with the phases of the host makes: on a fresh machine, and the second time.
// More calls than these are a decision, not an accident.
func TestCallBudget(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	phases := run.Options{Phases: hostphase.Phases()}
	fresh := map[string]int{
		"adapters.Adapters":  2,
		"files.Stat":         3,
		"files.Write":        5,
		"folders.Secure":     1,
		"hns.Networks":       1,
		"identity.Caller":    1,
		"locks.Acquire":      1,
		"metadata.Get":       11,
		"routes.Routes":      2,
		"services.Configure": 1,
		"services.Service":   2,
		"system.Boot":        2,
		"system.OS":          1,
		"system.Pending":     1,
	}
	if r := apply(t, m, phases); r.ExitCode != 0 {
		t.Fatal(show(t, r))
	}
	if diff := cmp.Diff(fresh, m.Calls()); diff != "" {
		t.Errorf("on a fresh machine: %s", diff)
	}
	again := maps.Clone(fresh)
	// The state and the snapshot are read and the network compared with it first; nothing is written.
	again["files.Read"] = 2
	again["adapters.Adapters"], again["routes.Routes"] = 4, 3
	delete(again, "files.Write")
	delete(again, "services.Configure")
	m.ResetCounters()
	apply(t, m, phases)
	if diff := cmp.Diff(again, m.Calls()); diff != "" {
		t.Errorf("the second time: %s", diff)
	}
}
