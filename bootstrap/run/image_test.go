package run_test

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// TestAPlanForgetsWhatAnotherInstanceRemembered: what the state of an image's maker says was told to others does not count
// for whoever was started from it, in a plan as little as in an apply.
func TestAPlanForgetsWhatAnotherInstanceRemembered(t *testing.T) {
	t.Parallel()
	document := plain + "signal: {auto_scaling: {hook: launch, group: web}}\n"
	options := sim.Options{UserData: document, Conditions: []string{"launch-hook"}}
	other := options
	other.Instance = sim.Instance{ID: "i-0fedcba9876543210", MAC: "0a:99:99:99:99:99"}
	maker := sim.New(other)
	if r := apply(t, maker, run.Options{}); r.ExitCode != 0 {
		t.Fatal(show(t, r))
	}
	if p := find(do(t, maker, phase.ModePlan, run.Source{}, run.Options{}), "signal"); p.Status != report.StatusSatisfied {
		t.Errorf("on the instance itself: %+v", p)
	}
	baked, _ := maker.File(statePath)
	m := sim.New(options)
	m.WriteFile(statePath, baked)
	m.ResetCounters()
	r := do(t, m, phase.ModePlan, run.Source{}, run.Options{})
	if p := find(r, "signal"); p.Status != report.StatusWould || len(m.Writes()) > 0 {
		t.Errorf("on another instance: %+v, writes %v", p, m.Writes())
	}
	if !strings.Contains(strings.Join(r.Warnings, "\n"), "another instance's") {
		t.Errorf("warnings %q", r.Warnings)
	}
}
