package run_test

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

func TestCleanNodeJoins(t *testing.T) {
	t.Parallel()
	for name, latencies := range map[string]sim.Latencies{"at once": {}, "published": sim.Published()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := sim.New(sim.Options{UserData: plain, Latencies: latencies})
			first := apply(t, m, run.Options{})
			if first.ExitCode != 0 || first.Result != report.ResultJoined || first.ContainerInstanceARN == "" {
				t.Fatalf("%s", show(t, first))
			}
			m.ResetCounters()
			second := apply(t, m, run.Options{})
			if second.ExitCode != 0 || second.Result != report.ResultUnchanged || len(m.Writes()) > 0 {
				t.Errorf("writes %v; %s", m.Writes(), show(t, second))
			}
			t.Logf("critical path %d of %d ms: %v", first.Timing.CriticalPathMS, first.Timing.SumMS, first.Timing.CriticalPath)
		})
	}
}

// TestPlanClaimsNoProof: what only a run can show, a plan does not say.
func TestPlanClaimsNoProof(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	r := do(t, m, phase.ModePlan, run.Source{}, run.Options{})
	for _, id := range []string{"awsvpc", "agent-start", "join", "trunk-evidence"} {
		if p := find(r, id); p.Status != report.StatusWould || p.Why == "" {
			t.Errorf("on a fresh node: %+v", p)
		}
	}
	if told := find(r, "report"); told.Status != report.StatusWould || strings.Contains(show(t, told), "ENDED") {
		t.Errorf("the plan knows how the run ends: %s", show(t, told))
	}
	if r := apply(t, m, run.Options{}); r.ExitCode != 0 {
		t.Fatal(show(t, r))
	}
	r = do(t, m, phase.ModePlan, run.Source{}, run.Options{DetailedExit: true})
	if p := find(r, "join"); r.ExitCode != 0 || p.Status != report.StatusSatisfied || len(p.Evidence) == 0 {
		t.Errorf("on a node that has joined: %s", show(t, r))
	}
}
