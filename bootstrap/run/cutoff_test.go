package run_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

const cutOff = "an earlier run had left the host without"

func warned(r *report.Report) bool {
	return slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, cutOff) })
}

// TestRoutesThatARebootTookAreNoRunsFault: who was not cut off is not blamed, and what was restored is one change.
func TestRoutesThatARebootTookAreNoRunsFault(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	if r := apply(t, m, run.Options{}); r.ExitCode != 0 {
		t.Fatal(show(t, r))
	}
	if open := stateOf(t, m).Open; open != "" {
		t.Errorf("the run has ended and the state says that it is under way in boot %s", open)
	}
	m.Reboot()
	if err := m.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	m.Effect("drop-imds-route")
	r := apply(t, m, run.Options{})
	if r.ExitCode != 0 || warned(r) {
		t.Errorf("%s", show(t, r))
	}
	restored := find(r, "lock").Changes
	if len(restored) != 1 || !strings.Contains(restored[0].From, "169.254.169.254/32") || !restored[0].Done {
		t.Errorf("the restored routes are told as %+v", restored)
	}
	if lacks := online(m); lacks != "" {
		t.Errorf("the machine lacks %s", lacks)
	}
}

// TestRunThatWasCutOffIsNamed: the same loss in the same boot, after a kill, is the killed run's.
func TestRunThatWasCutOffIsNamed(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	m.KillAtWrite(25, true)
	apply(t, m, run.Options{})
	if stateOf(t, m).Open == "" {
		t.Fatal("the state does not say that a run is under way")
	}
	m.Effect("drop-imds-route")
	r := apply(t, m, run.Options{})
	if r.ExitCode != 0 || !warned(r) {
		t.Errorf("%s", show(t, r))
	}
	cut := 0
	for _, w := range r.Warnings {
		if strings.Contains(w, cutOff) {
			cut++
		}
	}
	if cut != 1 {
		t.Errorf("said %d times", cut)
	}
	m.Effect("drop-imds-route")
	if r = apply(t, m, run.Options{}); warned(r) {
		t.Errorf("the run before has ended: %q", r.Warnings)
	}
}
