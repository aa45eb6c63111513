package agentphase

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// The results of a lifecycle action and of a CloudFormation signal.
const (
	resultContinue = "CONTINUE"
	statusSuccess  = "SUCCESS"
	statusFailure  = "FAILURE"
)

// signals tells Auto Scaling and CloudFormation of the result, each once.
type signals struct{}

// Describe implements phase.Phase.
func (signals) Describe(d *nodeconfig.Document) phase.Description {
	description := phase.Description{ID: SignalID, Title: "Whoever waits for the node is told", Needs: []phase.ID{JoinID}, Always: true, Timeout: 2 * d.Timeouts.Signal}
	if d.Signal.AutoScaling.Hook == "" && d.Signal.CloudFormation.Stack == "" {
		description.Off = "the document names nobody to signal"
	}
	return description
}

// verdictOf is what a run has to tell, or nothing: a run that stopped half-way on purpose, that waits for a reboot, or that
// another run goes on with, tells nobody anything.
func verdictOf(n *phase.Node) (joined, failed bool) {
	outcome := n.Outcome()
	if outcome.Err != nil {
		info, _ := fault.Find(fault.Of(outcome.Err).Code)
		switch info.Exit {
		case fault.RebootNeeded, fault.Interrupted, fault.TryAgain:
			return false, false
		}
		return false, true
	}
	if Warmed(n.Found.Get().Instance) {
		// Everything but the registration; the last of it are the settings.
		return ended(outcome, ConfigID), false
	}
	return ended(outcome, JoinID), false
}

// message is one signal.
type message struct {
	// marker is its name in the state, what its name for people.
	marker, what, result string
	send                 func(ctx context.Context, n *phase.Node) error
}

// messages are the signals that a result calls for.
func messages(n *phase.Node, failed bool) []message {
	var list []message
	instance, signal := n.Found.Get().Instance, n.Doc.Signal
	if hook := signal.AutoScaling.Hook; hook != "" && instance.ID != "" {
		result := resultContinue
		if failed {
			result = signal.AutoScaling.OnFailure
		}
		list = append(list, message{
			marker: hookMarker(n), what: "lifecycle hook " + hook, result: result,
			send: func(ctx context.Context, n *phase.Node) error {
				return n.Cloud.Signals.Complete(ctx, launchHook(n), result)
			},
		})
	}
	// A stack counts members; an instance that only goes into a warm pool is none yet.
	if stack := signal.CloudFormation; stack.Stack != "" && instance.ID != "" && (failed || !Warmed(instance)) {
		status := statusSuccess
		if failed {
			status = statusFailure
		}
		list = append(list, message{
			marker: "signal cloudformation " + stack.Stack + " " + stack.Resource, what: "CloudFormation resource " + stack.Resource, result: status,
			send: func(ctx context.Context, n *phase.Node) error {
				return n.Cloud.Signals.Resource(ctx, stack.Stack, stack.Resource, instance.ID, status)
			},
		})
	}
	return list
}

func launchHook(n *phase.Node) cloud.LifecycleHook {
	s := n.Doc.Signal.AutoScaling
	return cloud.LifecycleHook{Group: s.Group, Hook: s.Hook, InstanceID: n.Found.Get().Instance.ID}
}

// hookMarker tells one passage of a hook from another: an instance passes the launch hook on its way into the warm pool
// and again on its way out.
func hookMarker(n *phase.Node) string {
	return strings.TrimSpace("signal autoscaling " + n.Doc.Signal.AutoScaling.Hook + " " + n.Found.Get().Instance.TargetLifecycle)
}

// Probe implements phase.Phase.
func (signals) Probe(_ context.Context, n *phase.Node) (phase.Observation, error) {
	var s seen
	joined, failed := verdictOf(n)
	if n.Mode == phase.ModePlan {
		// What a plan could not foresee is no failure to tell of.
		joined, failed = true, false
	}
	if !joined && !failed {
		s.fact("signal", "none: the run tells of no result")
		return s, nil
	}
	for _, m := range messages(n, failed) {
		if sent := n.Markers.Marker(m.marker); sent != "" {
			s.fact(m.what, sent)
			continue
		}
		to := m.result
		if n.Mode == phase.ModePlan {
			to += ", if the node joins"
		}
		s.changes = append(s.changes, phase.Change{
			What: m.what, From: "waits", To: to,
			Do: func(ctx context.Context, n *phase.Node) error { return deliver(ctx, n, m) },
		})
	}
	return s, nil
}

// deliver sends a signal, and remembers it only once it has arrived.
func deliver(ctx context.Context, n *phase.Node, m message) error {
	err := wait.Until(ctx, n.Host.Clock, wait.Schedule{Timeout: n.Doc.Timeouts.Signal, First: look, Longest: 5 * time.Second},
		"an answer to the signal", func(time.Duration) (bool, string, error) {
			err := m.send(ctx, n)
			if err == nil {
				return true, "", nil
			}
			return false, shortly(err), refusedSignal(err)
		})
	var expired *wait.Expired
	if errors.As(err, &expired) {
		return fault.New("E_SIGNAL_FAILED", err, "%s", m.what)
	}
	if err != nil {
		return err
	}
	return n.Markers.Mark(ctx, m.marker, m.result+" at "+n.Host.Clock.Now().UTC().Format(time.RFC3339))
}

// refusedSignal is why a signal will not arrive, however often it is sent, or nil.
func refusedSignal(err error) error {
	var call *cloud.CallError
	switch {
	case errors.Is(err, cloud.ErrNoCredentials):
		return fault.New("E_SIGNAL_DENIED", err, "")
	case !errors.As(err, &call):
		return nil
	case call.Denied():
		return fault.New("E_SIGNAL_DENIED", err, "")
	case call.Code == "ValidationError" || call.Code == "ValidationException":
		// "No active Lifecycle Action found with instance ID"; "Stack ... does not exist"; "Resource ... does not exist".
		return fault.New("E_SIGNAL_NO_ACTION", err, "")
	}
	return nil
}

// Verify implements phase.Phase.
func (signals) Verify(_ context.Context, n *phase.Node) ([]phase.Fact, error) {
	joined, failed := verdictOf(n)
	if !joined && !failed {
		return nil, nil
	}
	var facts []phase.Fact
	for _, m := range messages(n, failed) {
		sent := n.Markers.Marker(m.marker)
		if sent == "" && joined {
			return facts, fault.New("E_SIGNAL_MISSING", nil, "%s was not told", m.what)
		}
		facts = append(facts, phase.Fact{Name: m.what, Value: sent})
	}
	return facts, nil
}

// KeepHook keeps the launch hook waiting while the run goes on: it sends a heartbeat every signal.auto_scaling.heartbeat
// until ctx ends or the hook has been told the result. It is a worker of its own beside the phases; a heartbeat that fails
// is a warning.
func KeepHook(ctx context.Context, n *phase.Node) {
	s := n.Doc.Signal.AutoScaling
	if s.Hook == "" || n.Mode != phase.ModeApply {
		return
	}
	for n.Host.Clock.Sleep(ctx, s.Heartbeat) == nil {
		switch {
		case n.Found.Get().Instance.ID == "":
			continue
		case n.Markers.Marker(hookMarker(n)) != "":
			return
		}
		err := n.Cloud.Signals.Heartbeat(ctx, launchHook(n))
		if err == nil {
			continue
		}
		n.Warn("the lifecycle hook %s was not told that the work goes on: %s", s.Hook, shortly(err))
		if refusedSignal(err) != nil {
			return
		}
	}
}
