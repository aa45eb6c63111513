package run_test

import (
	"cmp"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
)

// scenes are machines that a run has different work on.
func scenes() map[string]sim.Options {
	slow := before()
	slow.Latencies = sim.Published()
	return map[string]sim.Options{
		"clean":                     {UserData: plain},
		"installed, at boot":        {UserData: plain, AMI: sim.AMI{Agent: sim.AgentInstalled}, Cold: true},
		"much to repair":            before(),
		"much to repair, slowly":    slow,
		"without route to metadata": {UserData: plain, Conditions: []string{"imds-no-route"}},
	}
}

// kept is what the state keeps, but for times and ids of a boot.
func kept(s state.State) string {
	slices.SortFunc(s.Undos, func(a, b state.Undo) int { return cmp.Compare(a.Kind+a.Target, b.Kind+b.Target) })
	return fmt.Sprintf("%s\n%s\n%v", s.InstanceID, s.Document, s.Undos)
}

// TestKilledAtAnyWrite: a rerun comes to the same end as a run that nobody killed, before the write as after it.
func TestKilledAtAnyWrite(t *testing.T) {
	t.Parallel()
	var points atomic.Int64
	t.Cleanup(func() { t.Logf("%d kill points on %d machines", points.Load(), len(scenes())) })
	for name, options := range scenes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := sim.New(options)
			if r := apply(t, whole, run.Options{}); r.ExitCode != 0 {
				t.Fatalf("%s", show(t, r))
			}
			for n := range whole.Writes() {
				for _, done := range []bool{false, true} {
					points.Add(1)
					m := sim.New(options)
					m.KillAtWrite(n+1, done)
					apply(t, m, run.Options{})
					r := apply(t, m, run.Options{})
					at := fmt.Sprintf("killed at write %d (%+v), done %t", n+1, whole.Writes()[n], done)
					if r.ExitCode != 0 {
						t.Fatalf("%s: %s", at, show(t, r))
					}
					if diff := gocmp.Diff(whole.Snapshot(), m.Snapshot()); diff != "" {
						t.Fatalf("%s: the machine differs: %s", at, diff)
					}
					if diff := gocmp.Diff(kept(stateOf(t, whole)), kept(stateOf(t, m))); diff != "" {
						t.Fatalf("%s: the state differs: %s", at, diff)
					}
				}
			}
		})
	}
}
