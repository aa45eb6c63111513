package run_test

import (
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
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
