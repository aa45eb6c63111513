package run_test

import (
	"context"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/drain"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// TestNodeTakesTasksAgainAfterAReboot: what the shutdown drained, the next run sets back, since ECS does not.
func TestNodeTakesTasksAgainAfterAReboot(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	joined := apply(t, m, run.Options{})
	instance := m.Account().Instances[joined.ContainerInstanceARN]
	if instance == nil {
		t.Fatal(show(t, joined))
	}
	h := m.Host()
	if err := m.Run(func() {
		result, err := drain.Run(t.Context(), h, m.CloudOf(h), drain.Options{Timeout: time.Minute, Note: func(ctx context.Context, arn string) error {
			return run.Remember(ctx, h, drain.Marker, arn, run.Options{})
		}})
		if err != nil {
			t.Errorf("%+v, %v", result, err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if instance.Status != "DRAINING" || stateOf(t, m).Markers[drain.Marker] != joined.ContainerInstanceARN {
		t.Errorf("it is %s, the state is %s", instance.Status, show(t, stateOf(t, m)))
	}
	m.Reboot()
	if err := m.Advance(10 * time.Minute); err != nil {
		t.Fatal(err)
	}
	if r := apply(t, m, run.Options{}); r.ExitCode != 0 || r.ContainerInstanceARN != joined.ContainerInstanceARN || instance.Status != "ACTIVE" {
		t.Errorf("it is %s; %s", instance.Status, show(t, r))
	}
}

// TestRememberWaitsForARun: two programs never write the state at once.
func TestRememberWaitsForARun(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	apply(t, m, hostOnly())
	other, h := m.Host(), m.Host()
	if err := m.Run(func() {
		release, err := other.Locks.Acquire(t.Context(), run.LockName)
		if err != nil {
			t.Error(err)
			return
		}
		if err := run.Remember(t.Context(), h, "note", "x", run.Options{}); fault.Of(err).Code != "E_LOCKED" {
			t.Errorf("while another run is at work: %v", err)
		}
		release()
		if err := run.Remember(t.Context(), h, "note", "x", run.Options{}); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if got := stateOf(t, m).Markers["note"]; got != "x" {
		t.Errorf("the note is %q", got)
	}
}
