package run_test

import (
	"context"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// TestInterruptedAtAnyTime: whenever somebody asks the run to end, it says so, leaves a whole network and no open change
// behind, and the next run comes to the same end as one that nobody interrupted.
func TestInterruptedAtAnyTime(t *testing.T) {
	t.Parallel()
	options := before()
	options.Latencies = sim.Published()
	whole := sim.New(options)
	r := apply(t, whole, run.Options{})
	length := time.Duration(r.DurationMS) * time.Millisecond
	instants := []time.Duration{0}
	for _, w := range whole.Writes() {
		// In the middle of the call, and right behind it.
		instants = append(instants, w.At-time.Millisecond, w.At+time.Millisecond/2)
	}
	for part := range 50 {
		instants = append(instants, length*time.Duration(part)/50)
	}
	interrupted := 0
	for _, at := range instants {
		m := sim.New(options)
		ctx, cancel := context.WithCancel(t.Context())
		m.Clock().After(at, cancel)
		h := m.Host()
		var r *report.Report
		if err := m.Run(func() { r = run.Do(ctx, phase.ModeApply, h, m.CloudOf(h), run.Source{}, run.Options{}) }); err != nil {
			t.Fatal(err)
		}
		m.Kill(h)
		if r.ExitCode != 0 {
			interrupted++
			if code(r) != "E_INTERRUPTED" || r.ExitCode != 130 {
				t.Errorf("at %s: %s", at, show(t, r))
			}
		}
		if lacks := online(m); lacks != "" {
			t.Errorf("at %s: the machine lacks %s", at, lacks)
		}
		if _, there := m.File(statePath); there {
			if s := stateOf(t, m); s.Open != "" || s.Last() == nil || s.Last().ExitCode != r.ExitCode {
				t.Errorf("at %s: open %q, last run %s", at, s.Open, s.LastRun)
			}
		}
		if r = apply(t, m, run.Options{}); r.ExitCode != 0 {
			t.Errorf("at %s: the next run: %s", at, show(t, r))
		}
		if diff := gocmp.Diff(whole.Snapshot(), m.Snapshot()); diff != "" {
			t.Errorf("at %s: the machine differs: %s", at, diff)
		}
	}
	if interrupted < len(instants)/2 {
		t.Errorf("%d of %d runs were interrupted", interrupted, len(instants))
	}
	t.Logf("%d of %d runs were interrupted", interrupted, len(instants))
}
