package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

// A response that is lost leaves a task behind; the same token finds it.
func TestALostRunTask(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	e.add(t, sandbox.Instance{})
	if err := e.Inject(sandbox.Fault{Call: "ecs:RunTask", Kind: sandbox.LoseResponse}); err != nil {
		t.Fatal(err)
	}
	token := func(in *ecs.RunTaskInput) { in.ClientToken = aws.String("once") }
	if _, err := e.ecs.RunTask(t.Context(), e.request(token)); err == nil {
		t.Fatal("the response was not lost")
	}
	if n := len(e.interfaces(t)); n != 1 {
		t.Errorf("%d interfaces, want the lost task's", n)
	}
	e.run(t, token)
	if n := len(e.interfaces(t)); n != 1 {
		t.Errorf("%d interfaces: the second call started another task", n)
	}
}

// Reads may answer as if a task were not there yet, and do not move it then.
func TestATaskThatIsMissingAtFirst(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	e.add(t, sandbox.Instance{})
	arn := *e.run(t)[0].TaskArn
	for _, call := range []string{"ecs:DescribeTasks", "ecs:ListTasks", "ecs:StopTask", "ec2:DescribeNetworkInterfaces"} {
		if err := e.Inject(sandbox.Fault{Call: call, Kind: sandbox.Missing}); err != nil {
			t.Fatal(err)
		}
	}
	described := must(e.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("web"), Tasks: []string{arn}}))(t)
	if len(described.Failures) != 1 || *described.Failures[0].Reason != "MISSING" {
		t.Errorf("described: %+v", described)
	}
	listed := must(e.ecs.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("web")}))(t)
	if len(listed.TaskArns) != 0 {
		t.Errorf("listed: %v", listed.TaskArns)
	}
	_, err := e.ecs.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String("web"), Task: &arn})
	wantError(t, err, "InvalidParameterException", "The referenced task was not found.")
	if found := must(e.ec2.DescribeNetworkInterfaces(t.Context(), &ec2api.DescribeNetworkInterfacesInput{}))(t); len(found.NetworkInterfaces) != 0 {
		t.Errorf("interfaces: %v", found.NetworkInterfaces)
	}
	if got := *e.describe(t, &arn).LastStatus; got != "PENDING" {
		t.Errorf("then it is %s, want its first step", got)
	}
}
