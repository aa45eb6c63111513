package task

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// tasks are the calls on tasks.
type tasks interface {
	RunTask(context.Context, *ecs.RunTaskInput) (*ecs.RunTaskOutput, error)
	DescribeTasks(context.Context, *ecs.DescribeTasksInput) (*ecs.DescribeTasksOutput, error)
	ListTasks(context.Context, *ecs.ListTasksInput) (*ecs.ListTasksOutput, error)
	StopTask(context.Context, *ecs.StopTaskInput) (*ecs.StopTaskOutput, error)
}

// interfaces is EC2's view of network interfaces.
type interfaces interface {
	DescribeNetworkInterfaces(context.Context, *ec2.DescribeNetworkInterfacesInput) (*ec2.DescribeNetworkInterfacesOutput, error)
}

// The states of a task (Developer Guide, task lifecycle) that decide how to go
// on.
const (
	statusRunning = "RUNNING"
	statusStopped = "STOPPED"
)

const (
	// defaultTimeout bounds each operation unless timeouts says otherwise.
	defaultTimeout = 20 * time.Minute
	// missingGrace is how long DescribeTasks may not know a task that RunTask
	// has just answered with: ECS is eventually consistent.
	missingGrace = time.Minute
	// lostResponseTime bounds the look for a task whose start was not
	// answered.
	lostResponseTime = 15 * time.Second
	// glanceTime bounds a look without whose result the operation goes on: at
	// the task definition, the network interface and the container instance.
	glanceTime = 2 * time.Minute
	// secondLook is the time between two looks at what seems to be gone.
	secondLook = 3 * time.Second
	// stopReason is what ECS shows as the stopped reason of a destroyed task.
	stopReason = "terraform destroy"
)

// runner starts and stops tasks, and waits until they are what was asked for.
type runner struct {
	tasks      tasks
	interfaces interfaces
	clock      wait.Clock
}

// placementError is a start for which ECS found no place.
type placementError struct {
	failures []ecstypes.Failure
}

func (e *placementError) Error() string {
	reasons := make([]string, 0, len(e.failures))
	for _, f := range e.failures {
		reasons = append(reasons, strings.TrimSpace(aws.ToString(f.Reason)+" "+aws.ToString(f.Detail)))
	}
	return "ECS started no task: " + strings.Join(reasons, "; ")
}

// newToken returns an idempotency token that nobody else has.
func newToken() string {
	return rand.Text()
}

// startedBy returns the mark by which a task of this token is found again. A
// token may hold characters that a mark may not.
func startedBy(token string) string {
	sum := sha256.Sum256([]byte(token))
	return "ecswin/" + hex.EncodeToString(sum[:14])
}

// run starts one task. Where the answer got lost, a task with the call's mark
// is the one that was started; marked says that no other task has that mark.
func (r runner) run(ctx context.Context, in *ecs.RunTaskInput, marked bool) (*ecstypes.Task, error) {
	out, err := r.tasks.RunTask(ctx, in)
	switch {
	case err != nil && marked && awsapi.MayHaveTakenEffect(err):
		return r.recover(ctx, in, err)
	case err != nil:
		return nil, err
	case len(out.Tasks) == 0:
		return nil, &placementError{failures: out.Failures}
	}
	return &out.Tasks[0], nil
}

// recover looks for the task of a start that was not answered. The start may
// have been stopped; the look must not be, or the task would belong to nobody.
func (r runner) recover(ctx context.Context, in *ecs.RunTaskInput, cause error) (*ecstypes.Task, error) {
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), lostResponseTime)
	defer cancel()
	var found *ecstypes.Task
	err := wait.Until(look, r.clock, schedule(lostResponseTime), "the task to appear", func(time.Duration) (bool, string, error) {
		name, err := r.started(look, in)
		if err != nil || name == "" {
			return false, "no such task", err
		}
		found, err = r.find(look, aws.ToString(in.Cluster), name)
		return found != nil, "listed, but not described", err
	})
	if _, expired := errors.AsType[*wait.Expired](err); expired {
		return nil, fmt.Errorf("no answer, and no task that was started by %s within %s: %w", aws.ToString(in.StartedBy), lostResponseTime, cause)
	}
	if err != nil {
		return nil, errors.Join(cause, err)
	}
	return found, nil
}

// started lists the task with a call's mark. A job may have ended by now, and
// ListTasks shows the stopped only to who asks for them.
func (r runner) started(ctx context.Context, in *ecs.RunTaskInput) (name string, err error) {
	for _, status := range []ecstypes.DesiredStatus{ecstypes.DesiredStatusRunning, ecstypes.DesiredStatusStopped} {
		listed, err := r.tasks.ListTasks(ctx, &ecs.ListTasksInput{Cluster: in.Cluster, StartedBy: in.StartedBy, DesiredStatus: status})
		if err != nil {
			return "", err
		}
		if len(listed.TaskArns) > 0 {
			return listed.TaskArns[0], nil
		}
	}
	return "", nil
}

// find describes a task by id or ARN; nil where ECS does not know it (any
// more).
func (r runner) find(ctx context.Context, cluster, name string) (*ecstypes.Task, error) {
	out, err := r.tasks.DescribeTasks(ctx, &ecs.DescribeTasksInput{
		Cluster: aws.String(cluster), Tasks: []string{name}, Include: []ecstypes.TaskField{ecstypes.TaskFieldTags},
	})
	if awsapi.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking up task %s: %w", name, err)
	}
	if len(out.Tasks) > 0 {
		return &out.Tasks[0], nil
	}
	for _, f := range out.Failures {
		if reason := aws.ToString(f.Reason); reason != "MISSING" {
			return nil, fmt.Errorf("looking up task %s: AWS could not describe it: %s %s", name, reason, aws.ToString(f.Detail))
		}
	}
	return nil, nil
}

// look is find for a task that is expected to be there. ECS reads are
// eventually consistent: only what is missing twice is gone.
func (r runner) look(ctx context.Context, cluster, name string) (*ecstypes.Task, error) {
	found, err := r.find(ctx, cluster, name)
	if found != nil || err != nil || r.clock.Sleep(ctx, secondLook) != nil {
		return found, err
	}
	return r.find(ctx, cluster, name)
}

// await waits until a task that has just been started runs, or has stopped. It
// returns what was seen last, also with an error; whether that is a success is
// the caller's question.
func (r runner) await(ctx context.Context, cluster, arn, status string, timeout time.Duration) (*ecstypes.Task, error) {
	var last *ecstypes.Task
	err := wait.Until(ctx, r.clock, schedule(timeout), "task "+arn+" to be "+status, func(waited time.Duration) (bool, string, error) {
		t, err := r.find(ctx, cluster, arn)
		switch {
		case err != nil:
			return false, "", err
		case t == nil && waited < missingGrace:
			return false, "no such task yet (MISSING)", nil
		case t == nil:
			return false, "", fmt.Errorf("ECS does not know task %s (any more): it reports MISSING", arn)
		}
		last = t
		now := aws.ToString(t.LastStatus)
		return now == status || now == statusStopped, describe(t), nil
	})
	return last, err
}

// lookUp asks EC2 for an interface; nil where it is gone. The filter, unlike
// ids, makes that no error.
func (r runner) lookUp(ctx context.Context, id string) (*ec2types.NetworkInterface, error) {
	out, err := r.interfaces.DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{
		Filters: []ec2types.Filter{{Name: aws.String("network-interface-id"), Values: []string{id}}},
	})
	if err != nil {
		return nil, fmt.Errorf("looking up network interface %s: %w", id, err)
	}
	if len(out.NetworkInterfaces) == 0 {
		return nil, nil
	}
	return &out.NetworkInterfaces[0], nil
}

// stop stops a task and waits until it and its network interface are gone. It
// can be repeated. id is the interface's as far as it is known.
func (r runner) stop(ctx context.Context, cluster, arn, id string, timeout time.Duration) error {
	_, err := r.tasks.StopTask(ctx, &ecs.StopTaskInput{Cluster: aws.String(cluster), Task: aws.String(arn), Reason: aws.String(stopReason)})
	if err != nil && !isGone(err) {
		return err
	}
	start := r.clock.Now()
	err = wait.Until(ctx, r.clock, schedule(timeout), "task "+arn+" to be STOPPED", func(time.Duration) (bool, string, error) {
		t, err := r.find(ctx, cluster, arn)
		if t == nil || err != nil {
			return err == nil, "", err
		}
		if e := eniOf(t); e != nil {
			id = aws.ToString(e.id)
		}
		return aws.ToString(t.LastStatus) == statusStopped, describe(t), nil
	})
	if err != nil || id == "" {
		return err
	}
	return r.released(ctx, arn, id, timeout-r.clock.Now().Sub(start))
}

// released waits until EC2 has deleted the interface of a stopped task. ECS
// deletes it before it calls the task STOPPED, so where EC2 may not be asked,
// ECS's word has to do.
func (r runner) released(ctx context.Context, arn, id string, timeout time.Duration) error {
	return wait.Until(ctx, r.clock, schedule(timeout), fmt.Sprintf("network interface %s of task %s to be deleted", id, arn), func(time.Duration) (bool, string, error) {
		n, err := r.lookUp(ctx, id)
		if err != nil && isDenied(err) {
			return true, "", nil
		}
		if n == nil || err != nil {
			return err == nil, "", err
		}
		return false, "status " + string(n.Status), nil
	})
}

// isGone knows StopTask's answers on a task that is not there any more.
func isGone(err error) bool {
	if awsapi.IsNotFound(err) {
		return true
	}
	e, ok := errors.AsType[*ecstypes.InvalidParameterException](err)
	return ok && strings.Contains(e.ErrorMessage(), "task was not found")
}

func isDenied(err error) bool {
	return awsapi.Explain(err).Kind == awsapi.KindDenied
}
