package ecs_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2api "github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// estate is a sandbox with the cluster web, the task definition iis:1 and the
// ids of the default VPC's subnets, by the letter of their zone.
type estate struct {
	*sandboxtest.Server
	ecs     *ecs.Client
	ec2     *ec2api.Client
	clock   *wait.Manual
	subnets map[string]string
}

func newEstate(t testing.TB, step time.Duration) *estate {
	t.Helper()
	clock := wait.NewManual(start())
	s := sandboxtest.New(t, sandbox.Options{Clock: clock, TaskStep: step})
	e := &estate{Server: s, ecs: s.ECS(), ec2: s.EC2(), clock: clock, subnets: map[string]string{}}
	e.fill(t)
	return e
}

// fill makes what an estate begins with.
func (e *estate) fill(t testing.TB) {
	t.Helper()
	must(e.ecs.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("web")}))(t)
	must(e.ecs.RegisterTaskDefinition(t.Context(), minimal("iis")))(t)
	for _, subnet := range must(e.ec2.DescribeSubnets(t.Context(), &ec2api.DescribeSubnetsInput{}))(t).Subnets {
		zone := *subnet.AvailabilityZone
		e.subnets[zone[len(zone)-1:]] = *subnet.SubnetId
	}
}

// add adds an instance and returns its ids.
func (e *estate) add(t testing.TB, in sandbox.Instance) sandbox.InstanceIDs {
	t.Helper()
	return must(e.AddInstance("", "web", in))(t)
}

// request returns a call that runs iis in the subnet of zone a, changed by
// options.
func (e *estate) request(options ...func(*ecs.RunTaskInput)) *ecs.RunTaskInput {
	in := &ecs.RunTaskInput{
		Cluster: aws.String("web"), TaskDefinition: aws.String("iis"),
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: []string{e.subnets["a"]},
		}},
	}
	for _, option := range options {
		option(in)
	}
	return in
}

// run starts tasks, which must all find a place.
func (e *estate) run(t testing.TB, options ...func(*ecs.RunTaskInput)) []types.Task {
	t.Helper()
	out := must(e.ecs.RunTask(t.Context(), e.request(options...)))(t)
	if len(out.Failures) > 0 {
		t.Fatalf("failures: %s %s", *out.Failures[0].Arn, *out.Failures[0].Reason)
	}
	return out.Tasks
}

// describe describes a task, which moves it one state on if the estate has no
// step.
func (e *estate) describe(t testing.TB, arn *string) types.Task {
	t.Helper()
	out := must(e.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("web"), Tasks: []string{*arn}}))(t)
	if len(out.Tasks) != 1 {
		t.Fatalf("failures: %v", out.Failures)
	}
	return out.Tasks[0]
}

func (e *estate) stop(t testing.TB, arn *string) {
	t.Helper()
	must(e.ecs.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String("web"), Task: arn}))(t)
}

// detail returns a value of a task's only attachment.
func detail(task types.Task, called string) string {
	for _, d := range task.Attachments[0].Details {
		if *d.Name == called {
			return *d.Value
		}
	}
	return ""
}

// interfaces returns the network interfaces that an ECS service manages.
func (e *estate) interfaces(t testing.TB) []ec2types.NetworkInterface {
	t.Helper()
	return must(e.ec2.DescribeNetworkInterfaces(t.Context(), &ec2api.DescribeNetworkInterfacesInput{
		Filters: []ec2types.Filter{{Name: aws.String("requester-managed"), Values: []string{"true"}}},
	}))(t).NetworkInterfaces
}

func TestATaskGoesThroughItsStates(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	ids := e.add(t, sandbox.Instance{})
	first := e.run(t)[0]
	if got := []string{*first.LastStatus, *first.DesiredStatus, *first.Attachments[0].Status}; !slices.Equal(got, []string{"PROVISIONING", "RUNNING", "PRECREATED"}) {
		t.Errorf("RunTask: %v", got)
	}
	var seen []string
	look := func() types.Task {
		task := e.describe(t, first.TaskArn)
		seen = append(seen, *task.LastStatus+" "+*task.Attachments[0].Status)
		return task
	}
	var up types.Task
	for range 4 {
		up = look()
	}
	e.stop(t, first.TaskArn)
	var down types.Task
	for range 5 {
		down = look()
	}
	want := []string{
		"PENDING ATTACHED", "ACTIVATING ATTACHED", "RUNNING ATTACHED", "RUNNING ATTACHED",
		"DEACTIVATING ATTACHED", "STOPPING ATTACHED", "DEPROVISIONING DETACHING", "STOPPED DELETED", "STOPPED DELETED",
	}
	if d := cmp.Diff(want, seen); d != "" {
		t.Errorf("states (-want +got):\n%s", d)
	}
	if *up.ContainerInstanceArn != ids.ContainerInstance || *up.AvailabilityZone != "us-east-1a" || *up.Group != "family:iis" {
		t.Errorf("placed on %s in %s, group %s", *up.ContainerInstanceArn, *up.AvailabilityZone, *up.Group)
	}
	if got := *up.Containers[0].NetworkInterfaces[0].PrivateIpv4Address; got != detail(up, "privateIPv4Address") {
		t.Errorf("the container's address is %s", got)
	}
	if down.StopCode != types.TaskStopCodeUserInitiated || down.StoppedAt == nil || *down.Containers[0].ExitCode != 0 {
		t.Errorf("stopped: %+v", down)
	}
}

func TestEC2ShowsATasksInterfaceWhileItLives(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	ids := e.add(t, sandbox.Instance{})
	arn := e.run(t)[0].TaskArn
	task := e.describe(t, arn)

	found := e.interfaces(t)
	if len(found) != 1 {
		t.Fatalf("%d interfaces", len(found))
	}
	got := map[string]string{
		"networkInterfaceId": *found[0].NetworkInterfaceId, "macAddress": *found[0].MacAddress, "subnetId": *found[0].SubnetId,
		"privateIPv4Address": *found[0].PrivateIpAddress, "privateDnsName": *found[0].PrivateDnsName,
	}
	want := map[string]string{}
	for _, d := range task.Attachments[0].Details {
		want[*d.Name] = *d.Value
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-ECS +EC2):\n%s", d)
	}
	description := "arn:aws:ecs:us-east-1:123456789012:attachment/" + *task.Attachments[0].Id
	if *found[0].Description != description || *found[0].Attachment.InstanceId != ids.EC2 || found[0].Status != "in-use" || found[0].InterfaceType != "interface" {
		t.Errorf("got %+v", found[0])
	}
	instances := must(e.ec2.DescribeInstances(t.Context(), &ec2api.DescribeInstancesInput{InstanceIds: []string{ids.EC2}}))(t)
	if n := len(instances.Reservations[0].Instances[0].NetworkInterfaces); n != 2 {
		t.Errorf("the instance shows %d interfaces", n)
	}
	e.stop(t, arn)
	for range 3 {
		e.describe(t, arn)
	}
	if left := e.interfaces(t); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestTheClockDrivesTasks(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 10*time.Second)
	e.add(t, sandbox.Instance{})
	arn := e.run(t)[0].TaskArn
	for range 3 {
		if got := *e.describe(t, arn).LastStatus; got != "PROVISIONING" {
			t.Fatalf("being described moved the task to %s", got)
		}
	}
	e.clock.Advance(29 * time.Second)
	if got := *e.describe(t, arn).LastStatus; got != "ACTIVATING" {
		t.Errorf("after 29 s: %s", got)
	}
	e.clock.Advance(time.Second)
	running := e.describe(t, arn)
	if *running.LastStatus != "RUNNING" || !running.StartedAt.Equal(start().Add(30*time.Second)) {
		t.Errorf("after 30 s: %s, started at %v", *running.LastStatus, running.StartedAt)
	}
	e.clock.Advance(time.Hour)
	e.stop(t, arn)
	// Nobody looks at the task, yet its interface goes when its time has come.
	e.clock.Advance(39 * time.Second)
	if n := len(e.interfaces(t)); n != 1 {
		t.Errorf("after 39 s: %d interfaces", n)
	}
	e.clock.Advance(time.Second)
	if n := len(e.interfaces(t)); n != 0 {
		t.Errorf("after 40 s: %d interfaces", n)
	}
	e.clock.Advance(time.Hour - time.Second)
	if got := *e.describe(t, arn).LastStatus; got != "STOPPED" {
		t.Errorf("just before it is forgotten: %s", got)
	}
	e.clock.Advance(time.Second)
	out := must(e.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("web"), Tasks: []string{*arn}}))(t)
	if len(out.Failures) != 1 || *out.Failures[0].Reason != "MISSING" || *out.Failures[0].Arn != *arn {
		t.Errorf("after an hour: %+v", out)
	}
}
