package drain_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/drain"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// member returns a machine that is a member of prod and runs two tasks, which leave after a while.
func member(t *testing.T, leaveAfter time.Duration, faults ...sim.Fault) *sim.Machine {
	t.Helper()
	m := sim.New(sim.Options{AMI: sim.AMI{Agent: sim.AgentInstalled}, Faults: faults})
	m.SetMachineEnvironment("ECS_CLUSTER", "prod")
	m.StartService("AmazonECS")
	if err := m.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, i := range m.Account().Instances {
		i.RunningTasks, i.DrainedFor = 2, leaveAfter
	}
	m.Account().Hooks["terminate"] = ""
	return m
}

func run(t *testing.T, m *sim.Machine, o drain.Options) (drain.Result, error) {
	t.Helper()
	h := m.Host()
	var result drain.Result
	var err error
	if failed := m.Run(func() { result, err = drain.Run(t.Context(), h, m.CloudOf(h), o) }); failed != nil {
		t.Fatal(failed)
	}
	return result, err
}

func options() drain.Options {
	return drain.Options{Timeout: 2 * time.Minute, Hook: "terminate", InstanceID: "i-0123456789abcdef0"}
}

func TestDrainWaitsForTheTasks(t *testing.T) {
	t.Parallel()
	m := member(t, time.Minute)
	result, err := run(t, m, options())
	if err != nil {
		t.Fatal(err)
	}
	if result.TasksLeft != 0 || !result.HookCompleted || result.Waited < time.Minute || result.Waited > time.Minute+5*time.Second {
		t.Errorf("result is %+v", result)
	}
	if i := m.Account().Instances[result.ARN]; i == nil || i.Status != "DRAINING" || result.Cluster != "prod" {
		t.Errorf("result is %+v, the account has %+v", result, i)
	}
	if got := m.Account().Hooks["terminate"]; got != "CONTINUE" {
		t.Errorf("the hook was told %q", got)
	}
}

func TestDrainFailures(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		leave  time.Duration
		faults []sim.Fault
		deny   string
		stop   bool
		want   fault.Code
		left   int
		hook   string
	}{
		"tasks that stay":      {leave: time.Hour, want: "E_DRAIN_TIMEOUT", left: 2, hook: "CONTINUE"},
		"not allowed to drain": {deny: "ecs:UpdateContainerInstancesState", want: "E_DRAIN_DENIED", hook: "CONTINUE"},
		"not allowed to look":  {deny: "ecs:DescribeContainerInstances", want: "E_DRAIN_DENIED", hook: "CONTINUE"},
		"not allowed to tell":  {deny: "autoscaling:CompleteLifecycleAction", want: "E_SIGNAL_DENIED"},
		"no agent":             {stop: true, want: "E_DRAIN_NOT_MEMBER", hook: "CONTINUE"},
		"one lost answer":      {faults: []sim.Fault{{On: "members.Drain", Nth: 1, Err: "unreachable"}, {On: "members.Member", Nth: 1, Err: "unreachable"}}, hook: "CONTINUE"},
		"no answer at all":     {faults: []sim.Fault{{On: "members.Drain", Err: "unreachable"}}, want: "E_DRAIN_FAILED", hook: "CONTINUE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := member(t, tt.leave, tt.faults...)
			if tt.deny != "" {
				m.Account().Denied[tt.deny] = true
			}
			if tt.stop {
				m.StopService("AmazonECS")
				if err := m.Advance(time.Minute); err != nil {
					t.Fatal(err)
				}
			}
			result, err := run(t, m, options())
			switch {
			case err == nil && tt.want != "":
				t.Errorf("it went well: %+v", result)
			case err != nil && fault.Of(err).Code != tt.want:
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if result.TasksLeft != tt.left || m.Account().Hooks["terminate"] != tt.hook {
				t.Errorf("result is %+v, the hook was told %q", result, m.Account().Hooks["terminate"])
			}
		})
	}
}

func TestDeregisterComesLast(t *testing.T) {
	t.Parallel()
	m := member(t, 30*time.Second)
	o := options()
	o.Deregister, o.Hook = true, ""
	result, err := run(t, m, o)
	if err != nil || result.HookCompleted {
		t.Fatalf("%+v, %v", result, err)
	}
	if i := m.Account().Instances[result.ARN]; i != nil && i.Status != "INACTIVE" {
		t.Errorf("the account has %+v", i)
	}
	m = member(t, time.Hour)
	if result, err = run(t, m, o); fault.Of(err).Code != "E_DRAIN_TIMEOUT" {
		t.Fatalf("%+v, %v", result, err)
	}
	if i := m.Account().Instances[result.ARN]; i == nil || i.Status != "DRAINING" {
		t.Errorf("with tasks left it was deregistered: %+v", i)
	}
}

// TestInterruptedDrainTellsTheHook: Windows ends the service's time, and Auto Scaling should not wait for its own.
func TestInterruptedDrainTellsTheHook(t *testing.T) {
	t.Parallel()
	m := member(t, time.Hour)
	h := m.Host()
	ctx, end := context.WithCancel(t.Context())
	var err error
	if failed := m.Run(func() {
		h.Clock.Go(func() {
			_ = h.Clock.Sleep(t.Context(), 20*time.Second)
			end()
		})
		_, err = drain.Run(ctx, h, m.CloudOf(h), options())
	}); failed != nil {
		t.Fatal(failed)
	}
	if !errors.Is(err, context.Canceled) || m.Account().Hooks["terminate"] != "CONTINUE" {
		t.Errorf("got %v, the hook was told %q", err, m.Account().Hooks["terminate"])
	}
}

// TestDrainIsNotedOnce: before anything is done, and not where somebody else had drained the node.
func TestDrainIsNotedOnce(t *testing.T) {
	t.Parallel()
	m := member(t, time.Second)
	o := options()
	o.Hook = ""
	var notes []string
	o.Note = func(_ context.Context, arn string) error {
		if status := m.Account().Instances[arn].Status; status != "ACTIVE" {
			t.Errorf("it was noted while it was %s", status)
		}
		notes = append(notes, arn)
		return errors.New("the disk is full")
	}
	for range 2 {
		if result, err := run(t, m, o); err != nil || len(notes) != 1 || notes[0] != result.ARN {
			t.Errorf("%+v, %v, notes %q", result, err, notes)
		}
	}
}
