// Package drain takes a node out of service before its machine goes down: no new tasks, time for the running ones to
// leave, and word to the lifecycle hook that waits for it. The command `drain` and the service's preshutdown use it.
package drain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// Options say how to drain.
type Options struct {
	// Timeout bounds the wait for the tasks, from the moment that no new ones come; drain.timeout of the document.
	Timeout time.Duration
	// Hook is the termination lifecycle hook to complete, or empty; Group its Auto Scaling group, or empty to have it looked
	// up; InstanceID the EC2 instance.
	Hook, Group, InstanceID string
	// Deregister takes the container instance out of the cluster in the end.
	Deregister bool
	// Note is told the container instance before it is set to DRAINING, unless somebody has set it so already. It is for
	// whoever is to set it back; nil: nobody is.
	Note func(ctx context.Context, arn string) error
	Log  hclog.Logger
}

// Marker is where the state notes the container instance that was drained because Windows shut down. ECS keeps one that is
// DRAINING so, over a reboot and a registration: the run after the boot sets it back.
const Marker = "drained-at-shutdown"

// Result is what was reached.
type Result struct {
	Cluster string `json:"cluster"`
	ARN     string `json:"containerInstanceArn"`
	// TasksLeft still ran at the end.
	TasksLeft int `json:"tasksLeft"`
	// Waited is from DRAINING to the end.
	Waited time.Duration `json:"-"`
	// HookCompleted tells that the lifecycle hook was told to go on.
	HookCompleted bool `json:"hookCompleted"`
}

const (
	// firstLook and longestLook are how often ECS is asked for the running tasks.
	firstLook   = time.Second
	longestLook = 5 * time.Second
	// patience bounds each call that changes something.
	patience = 30 * time.Second
)

// Run drains the node. It completes the hook whatever came before: an instance that Auto Scaling keeps because its drain
// failed serves nobody. The error is a fault; the result says how far it got.
func Run(ctx context.Context, h *host.Host, c *cloud.Cloud, o Options) (Result, error) {
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	d := drain{host: h, cloud: c, Options: o}
	err := d.empty(ctx)
	if o.Hook != "" {
		// Also where ctx has ended: Windows gives the service no second chance.
		hookErr := d.completeHook(context.WithoutCancel(ctx))
		d.result.HookCompleted = hookErr == nil
		err = errors.Join(err, hookErr)
	}
	return d.result, err
}

type drain struct {
	Options
	host   *host.Host
	cloud  *cloud.Cloud
	result Result
}

// empty stops new tasks and waits for the running ones to leave.
func (d *drain) empty(ctx context.Context) error {
	member, err := agent.Introspect(ctx, d.host.Web)
	if err != nil {
		return fault.New("E_DRAIN_NOT_MEMBER", err, "")
	}
	if member.ARN == "" {
		return fault.New("E_DRAIN_NOT_MEMBER", nil, "")
	}
	d.result.Cluster, d.result.ARN = member.Cluster, member.ARN
	d.note(ctx)
	if err := d.insist(ctx, "the container instance to drain", func() error { return d.cloud.Members.Drain(ctx, member.Cluster, member.ARN) }); err != nil {
		return named(err)
	}
	d.Log.Info("no new tasks are placed here", "cluster", member.Cluster, "container_instance", member.ARN)
	began := d.host.Clock.Now()
	err = d.awaitTasks(ctx)
	d.result.Waited = d.host.Clock.Now().Sub(began)
	if err != nil {
		return err
	}
	if !d.Deregister {
		return nil
	}
	return named(d.insist(ctx, "the container instance to be deregistered", func() error {
		return d.cloud.Members.Deregister(ctx, member.Cluster, member.ARN)
	}))
}

// note has noted that this drain is the reason for which the container instance is DRAINING. Where that fails it is drained
// all the same: its tasks are about to go.
func (d *drain) note(ctx context.Context) {
	if d.Note == nil {
		return
	}
	// One that ECS does not show is taken for active.
	if shown, err := d.cloud.Members.Member(ctx, d.result.Cluster, d.result.ARN); err == nil && shown.Status == "DRAINING" {
		return
	}
	if err := d.Note(ctx, d.result.ARN); err != nil {
		d.Log.Warn("the container instance will stay DRAINING after a reboot", "cause", err)
	}
}

func (d *drain) awaitTasks(ctx context.Context) error {
	schedule := wait.Schedule{Timeout: d.Timeout, First: firstLook, Longest: longestLook}
	err := wait.Until(ctx, d.host.Clock, schedule, "the tasks to leave", func(time.Duration) (bool, string, error) {
		shown, err := d.cloud.Members.Member(ctx, d.result.Cluster, d.result.ARN)
		if err != nil {
			// One lost answer does not end the wait; a refusal does.
			return false, "ECS did not answer", refusal(err)
		}
		d.result.TasksLeft = shown.RunningTasks
		return shown.RunningTasks == 0, fmt.Sprintf("%d tasks run", shown.RunningTasks), nil
	})
	var expired *wait.Expired
	if errors.As(err, &expired) {
		return fault.New("E_DRAIN_TIMEOUT", err, "%d tasks still run", d.result.TasksLeft)
	}
	return named(err)
}

// insist repeats a call until AWS takes it, or refuses it.
func (d *drain) insist(ctx context.Context, what string, call func() error) error {
	return wait.Until(ctx, d.host.Clock, wait.Schedule{Timeout: patience, First: firstLook, Longest: longestLook}, what,
		func(time.Duration) (bool, string, error) {
			err := call()
			if err == nil {
				return true, "", nil
			}
			return false, err.Error(), refusal(err)
		})
}

// refusal is an error that will not pass, or nil.
func refusal(err error) error {
	var call *cloud.CallError
	switch {
	case errors.Is(err, cloud.ErrNoCredentials):
		return err
	case errors.As(err, &call) && (call.Denied() || permanent(call.Code)):
		return err
	}
	return nil
}

// permanent are AWS's codes for what asking again does not change.
func permanent(code string) bool {
	switch code {
	case "ClientException", "InvalidParameterException", "ClusterNotFoundException", "ValidationError", "ValidationException", "MISSING":
		return true
	}
	return false
}

func named(err error) error {
	var call *cloud.CallError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &call) && call.Denied():
		return fault.New("E_DRAIN_DENIED", err, "")
	}
	return fault.New("E_DRAIN_FAILED", err, "")
}

// completeHook lets Auto Scaling end the instance now rather than when its hook runs out.
func (d *drain) completeHook(ctx context.Context) error {
	hook := cloud.LifecycleHook{Group: d.Group, Hook: d.Hook, InstanceID: d.InstanceID}
	err := d.insist(ctx, "the lifecycle hook to be completed", func() error { return d.cloud.Signals.Complete(ctx, hook, "CONTINUE") })
	var call *cloud.CallError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &call) && call.Denied():
		return fault.New("E_SIGNAL_DENIED", err, "lifecycle hook %s", d.Hook)
	case errors.As(err, &call) && permanent(call.Code):
		return fault.New("E_SIGNAL_NO_ACTION", err, "lifecycle hook %s", d.Hook)
	}
	return fault.New("E_SIGNAL_FAILED", err, "lifecycle hook %s", d.Hook)
}
