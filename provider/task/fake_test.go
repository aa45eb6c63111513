package task

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait/waittest"
)

const (
	taskARN     = "arn:aws:ecs:us-east-1:123456789012:task/windows/0123456789abcdef0123456789abcdef"
	revisionARN = "arn:aws:ecs:us-east-1:123456789012:task-definition/iis:3"
	eniID       = "eni-0aa"
)

// fakeAWS answers each call with the next of its scripted answers, the last
// one again and again. It notes the calls.
type fakeAWS struct {
	run        []ran
	tasks      []seen
	listed     [][]string
	interfaces []seenInterface
	stop       error
	definition *ecstypes.TaskDefinition
	// definitionErr and instanceErr refuse these reads, definitionErr only the
	// first so many, if that is not 0.
	definitionErr, instanceErr error
	definitionErrs             int

	calls []string
	ran   []*ecs.RunTaskInput
}

// ran is one answer to RunTask.
type ran struct {
	task     *ecstypes.Task
	failures []ecstypes.Failure
	err      error
}

// seen is one answer to DescribeTasks; without a task it is MISSING.
type seen struct {
	task   *ecstypes.Task
	reason string
	err    error
}

// seenInterface is one answer to DescribeNetworkInterfaces.
type seenInterface struct {
	found *ec2types.NetworkInterface
	err   error
}

func next[T any](answers *[]T) T {
	if len(*answers) == 0 {
		var none T
		return none
	}
	first := (*answers)[0]
	if len(*answers) > 1 {
		*answers = (*answers)[1:]
	}
	return first
}

func (f *fakeAWS) note(ctx context.Context, format string, args ...any) error {
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
	return ctx.Err()
}

func (f *fakeAWS) RunTask(ctx context.Context, in *ecs.RunTaskInput) (*ecs.RunTaskOutput, error) {
	f.ran = append(f.ran, in)
	_ = f.note(ctx, "run")
	answer := next(&f.run)
	if answer.err != nil {
		return nil, answer.err
	}
	out := &ecs.RunTaskOutput{Failures: answer.failures}
	if answer.task != nil {
		out.Tasks = []ecstypes.Task{*answer.task}
	}
	return out, nil
}

func (f *fakeAWS) DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput) (*ecs.DescribeTasksOutput, error) {
	if err := f.note(ctx, "describe %s", shortName(in.Tasks[0])); err != nil {
		return nil, err
	}
	answer := next(&f.tasks)
	switch {
	case answer.err != nil:
		return nil, answer.err
	case answer.task != nil:
		return &ecs.DescribeTasksOutput{Tasks: []ecstypes.Task{*answer.task}}, nil
	case answer.reason != "":
		return &ecs.DescribeTasksOutput{Failures: []ecstypes.Failure{{Reason: aws.String(answer.reason)}}}, nil
	}
	return &ecs.DescribeTasksOutput{Failures: []ecstypes.Failure{{Reason: aws.String("MISSING")}}}, nil
}

func (f *fakeAWS) ListTasks(ctx context.Context, in *ecs.ListTasksInput) (*ecs.ListTasksOutput, error) {
	if err := f.note(ctx, "list %s %s", aws.ToString(in.StartedBy), in.DesiredStatus); err != nil {
		return nil, err
	}
	return &ecs.ListTasksOutput{TaskArns: next(&f.listed)}, nil
}

func (f *fakeAWS) StopTask(ctx context.Context, in *ecs.StopTaskInput) (*ecs.StopTaskOutput, error) {
	if err := f.note(ctx, "stop: %s", aws.ToString(in.Reason)); err != nil {
		return nil, err
	}
	return &ecs.StopTaskOutput{}, f.stop
}

func (f *fakeAWS) DescribeNetworkInterfaces(ctx context.Context, in *ec2.DescribeNetworkInterfacesInput) (*ec2.DescribeNetworkInterfacesOutput, error) {
	if err := f.note(ctx, "interface %s", in.Filters[0].Values[0]); err != nil {
		return nil, err
	}
	answer := next(&f.interfaces)
	out := &ec2.DescribeNetworkInterfacesOutput{}
	if answer.found != nil {
		out.NetworkInterfaces = []ec2types.NetworkInterface{*answer.found}
	}
	return out, answer.err
}

func (f *fakeAWS) DescribeTaskDefinition(ctx context.Context, _ *ecs.DescribeTaskDefinitionInput) (*ecs.DescribeTaskDefinitionOutput, error) {
	if err := f.note(ctx, "definition"); err != nil {
		return nil, err
	}
	err := f.definitionErr
	if f.definitionErrs > 0 {
		if f.definitionErrs--; f.definitionErrs == 0 {
			f.definitionErr = nil
		}
	}
	return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: f.definition}, err
}

func (f *fakeAWS) DescribeContainerInstances(ctx context.Context, _ *ecs.DescribeContainerInstancesInput) (*ecs.DescribeContainerInstancesOutput, error) {
	if err := f.note(ctx, "instance"); err != nil {
		return nil, err
	}
	return &ecs.DescribeContainerInstancesOutput{
		ContainerInstances: []ecstypes.ContainerInstance{{Ec2InstanceId: aws.String("i-1")}},
	}, f.instanceErr
}

func (f *fakeAWS) ListContainerInstances(context.Context, *ecs.ListContainerInstancesInput) (*ecs.ListContainerInstancesOutput, error) {
	return &ecs.ListContainerInstancesOutput{}, nil
}

func (f *fakeAWS) TagResource(ctx context.Context, in *ecs.TagResourceInput) (*ecs.TagResourceOutput, error) {
	return nil, f.note(ctx, "tag %d", len(in.Tags))
}

func (f *fakeAWS) UntagResource(ctx context.Context, in *ecs.UntagResourceInput) (*ecs.UntagResourceOutput, error) {
	return nil, f.note(ctx, "untag %v", in.TagKeys)
}

func newRunner(f *fakeAWS) (runner, *waittest.Clock) {
	clock := &waittest.Clock{}
	return runner{tasks: f, interfaces: f, clock: clock}, clock
}

func lostResponse() error {
	return &smithyhttp.RequestSendError{Err: errors.New("unexpected EOF")}
}

func denied() error {
	return &smithy.GenericAPIError{Code: "UnauthorizedOperation", Message: "You are not authorized to perform this operation."}
}

// aTask is a task in awsvpc mode.
func aTask(status string, changes ...func(*ecstypes.Task)) *ecstypes.Task {
	desired := "RUNNING"
	if status == statusStopped {
		desired = "STOPPED"
	}
	t := &ecstypes.Task{
		TaskArn: aws.String(taskARN), TaskDefinitionArn: aws.String(revisionARN), LaunchType: ecstypes.LaunchTypeEc2,
		LastStatus: aws.String(status), DesiredStatus: aws.String(desired), Group: aws.String("family:iis"),
		AvailabilityZone: aws.String("us-east-1a"), ContainerInstanceArn: aws.String("arn:aws:ecs:us-east-1:123456789012:container-instance/windows/1"),
		Attachments: []ecstypes.Attachment{attachment("ATTACHED")},
		Containers:  []ecstypes.Container{{Name: aws.String("iis"), LastStatus: aws.String(status)}},
	}
	for _, change := range changes {
		change(t)
	}
	return t
}

func attachment(status string) ecstypes.Attachment {
	detail := func(name, value string) ecstypes.KeyValuePair {
		return ecstypes.KeyValuePair{Name: aws.String(name), Value: aws.String(value)}
	}
	return ecstypes.Attachment{
		Type: aws.String("ElasticNetworkInterface"), Status: aws.String(status), Id: aws.String("1"),
		Details: []ecstypes.KeyValuePair{
			detail("subnetId", "subnet-0a"), detail("networkInterfaceId", eniID), detail("macAddress", "0a:00:00:00:00:01"),
			detail("privateDnsName", "ip-10-0-0-5.ec2.internal"), detail("privateIPv4Address", "10.0.0.5"),
		},
	}
}

// released is a task whose interface is gone.
func released(t *ecstypes.Task) {
	t.Attachments = []ecstypes.Attachment{attachment(attachmentDeleted)}
}

// ended is a task whose containers have ended by themselves.
func ended(code int32) func(*ecstypes.Task) {
	return func(t *ecstypes.Task) {
		released(t)
		t.StopCode = ecstypes.TaskStopCodeEssentialContainerExited
		t.StoppedReason = aws.String("Essential container in task exited")
		t.Containers[0].ExitCode = aws.Int32(code)
	}
}

func anInterface() *ec2types.NetworkInterface {
	return &ec2types.NetworkInterface{
		NetworkInterfaceId: aws.String(eniID), PrivateIpAddress: aws.String("10.0.0.5"), MacAddress: aws.String("0a:00:00:00:00:01"),
		SubnetId: aws.String("subnet-0a"), AvailabilityZone: aws.String("us-east-1a"), PrivateDnsName: aws.String("ip-10-0-0-5.ec2.internal"),
		Groups: []ec2types.GroupIdentifier{{GroupId: aws.String("sg-0b")}, {GroupId: aws.String("sg-0a")}}, Status: ec2types.NetworkInterfaceStatusInUse,
	}
}
