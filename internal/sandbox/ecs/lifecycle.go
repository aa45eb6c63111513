package ecs

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
)

// The states of a task (ECS Developer Guide, Amazon ECS task lifecycle).
const (
	provisioning   = "PROVISIONING"
	pending        = "PENDING"
	activating     = "ACTIVATING"
	running        = "RUNNING"
	deactivating   = "DEACTIVATING"
	stopping       = "STOPPING"
	deprovisioning = "DEPROVISIONING"
	stopped        = "STOPPED"
)

// remembered is how long ECS describes a stopped task (ECS Developer Guide,
// "at least one hour"), and here also an INACTIVE container instance.
const remembered = time.Hour

// Outcome makes the tasks that have a certain container end by themselves.
type Outcome struct {
	// At is the state that the task reaches before it ends: PROVISIONING,
	// PENDING, ACTIVATING or RUNNING. Empty: RUNNING.
	At string `json:"at,omitempty"`
	// StopCode and StoppedReason are what the task then reports. Empty: those
	// of an essential container that exited, or of a task that failed to
	// start if At comes before RUNNING.
	StopCode      types.TaskStopCode `json:"stopCode,omitempty"`
	StoppedReason string             `json:"stoppedReason,omitempty"`
	// Reason is what the container reports.
	Reason string `json:"reason,omitempty"`
	// ExitCode is the container's exit code; one that never ran has none.
	ExitCode int32 `json:"exitCode,omitempty"`
}

// ending is why a task stops.
type ending struct {
	code   types.TaskStopCode
	reason string
	// container is the one that ended the task, with its own reason and exit
	// code; empty if none did.
	container       string
	containerReason string
	exitCode        int32
}

func (o Outcome) ending(container string) ending {
	e := ending{
		code: o.StopCode, reason: o.StoppedReason,
		container: container, containerReason: o.Reason, exitCode: o.ExitCode,
	}
	code, reason := types.TaskStopCodeEssentialContainerExited, "Essential container in task exited"
	if o.At != running {
		code, reason = types.TaskStopCodeTaskFailedToStart, "Task failed to start"
	}
	if e.code == "" {
		e.code = code
	}
	if e.reason == "" {
		e.reason = reason
	}
	return e
}

// live reports whether nothing has asked the task to stop.
func (t *task) live() bool { return t.end == nil }

func (t *task) stopped() bool { return t.status == stopped }

// pending reports whether the task is on its way to RUNNING.
func (t *task) pending() bool {
	return t.status == provisioning || t.status == pending || t.status == activating
}

// next returns the state that follows, or "" if the task stays as it is. A task
// that never ran has no containers to stop.
func (t *task) next() string {
	if !t.live() && t.pending() {
		return deprovisioning
	}
	switch t.status {
	case provisioning:
		return pending
	case pending:
		return activating
	case activating:
		return running
	case running:
		if t.live() {
			return ""
		}
		return deactivating
	case deactivating:
		return stopping
	case stopping:
		return deprovisioning
	case deprovisioning:
		return stopped
	default:
		return ""
	}
}

// catchUp moves a task on through the states whose time has come.
func (w *world) catchUp(t *task, now time.Time) {
	for t.next() != "" && now.Sub(t.since) >= w.step {
		w.enter(t, t.next(), t.since.Add(w.step))
	}
}

// enter puts a task into a state, and its network interface with it.
func (w *world) enter(t *task, status string, at time.Time) {
	t.status, t.since = status, at
	t.version++
	switch status {
	case pending:
		t.pullStarted = at
		w.setInterface(t, ec2.Attached)
	case activating:
		t.pullStopped = at
	case running:
		t.started = at
	case stopping:
		t.stoppingAt = at
	case deprovisioning:
		t.executionStopped = at
		w.setInterface(t, ec2.Detaching)
	case stopped:
		t.stoppedAt = at
		if t.eni != nil {
			w.ec2.DeleteInterface(w.Place, t.eni.ID)
		}
	}
	w.meetOutcome(t, at)
}

func (w *world) setInterface(t *task, state string) {
	if t.eni != nil {
		w.ec2.SetInterface(w.Place, t.eni.ID, state)
	}
}

// meetOutcome stops a task that has reached the state in which it is to end.
func (w *world) meetOutcome(t *task, at time.Time) {
	if !t.live() {
		return
	}
	for _, c := range t.definition.ContainerDefinitions {
		outcome, ok := w.outcomes[*c.Name]
		if ok && outcome.At == t.status {
			t.stop(at, outcome.ending(*c.Name))
			return
		}
	}
}

// stop asks a task to stop. Its next state follows one step later.
func (t *task) stop(now time.Time, why ending) {
	t.end = &why
	t.since = now
	t.version++
}

// Settle moves every task on to where it is at a time, and forgets what ECS
// forgets. It does nothing to tasks that only move when they are described.
func (m *Model) Settle(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.worlds {
		for _, c := range w.clusters {
			w.settle(c, now)
		}
		for token, run := range w.tokens {
			if now.Sub(run.at) >= tokenLife {
				delete(w.tokens, token)
			}
		}
	}
}

func (w *world) settle(c *cluster, now time.Time) {
	if w.step > 0 {
		for _, t := range c.tasks {
			w.catchUp(t, now)
		}
	}
	c.forget(now)
}

// described moves a task one state on if nothing but being described does.
func (w *world) described(t *task, now time.Time) {
	if next := t.next(); w.step == 0 && next != "" {
		w.enter(t, next, now)
	}
}
