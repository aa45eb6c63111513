package ecs_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

func (e *estate) instance(t testing.TB, arn string) types.ContainerInstance {
	t.Helper()
	out := must(e.ecs.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{
		Cluster: aws.String("web"), ContainerInstances: []string{arn}, Include: []types.ContainerInstanceField{"TAGS", "CONTAINER_INSTANCE_HEALTH"},
	}))(t)
	if len(out.ContainerInstances) != 1 {
		t.Fatalf("failures: %v", out.Failures)
	}
	return out.ContainerInstances[0]
}

func attributes(i types.ContainerInstance) map[string]string {
	all := map[string]string{}
	for _, a := range i.Attributes {
		all[*a.Name] = aws.ToString(a.Value)
	}
	return all
}

func TestAnInstanceRegistersAsAgentsOnWindowsDo(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	ids := e.add(t, sandbox.Instance{})
	got := e.instance(t, ids.ContainerInstance)
	has := attributes(got)
	for name, want := range map[string]string{
		"ecs.os-type": "windows", "ecs.os-family": "WINDOWS_SERVER_2022_CORE", "ecs.instance-type": "m5.large",
		"ecs.availability-zone": "us-east-1a", "ecs.subnet-id": e.subnets["a"], "simulated": "true",
	} {
		if has[name] != want {
			t.Errorf("%s is %q, want %q", name, has[name], want)
		}
	}
	for _, never := range []string{"ecs.capability.task-eni-trunking", "ecs.capability.efs", "ecs.capability.task-cpu-mem-limit"} {
		if _, ok := has[never]; ok {
			t.Errorf("Windows does not register %s", never)
		}
	}
	if !got.AgentConnected || *got.Status != "ACTIVE" || *got.Ec2InstanceId != ids.EC2 || *got.Tags[0].Key != "simulated" || got.HealthStatus == nil {
		t.Errorf("got %+v", got)
	}
	without := attributes(e.instance(t, e.add(t, sandbox.Instance{NoTaskENI: true, NoTaskRole: true}).ContainerInstance))
	for _, name := range []string{"ecs.capability.task-eni", "ecs.vpc-id", "com.amazonaws.ecs.capability.task-iam-role"} {
		if _, ok := without[name]; ok {
			t.Errorf("%s is there though it is switched off", name)
		}
	}
}

func TestTasksUseUpTheirInstance(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	ids := e.add(t, sandbox.Instance{})
	task := e.run(t)[0]
	look := func() []int32 {
		i := e.instance(t, ids.ContainerInstance)
		c := must(e.ecs.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"web"}}))(t).Clusters[0]
		return []int32{
			i.RemainingResources[1].IntegerValue, i.PendingTasksCount, i.RunningTasksCount, int32(len(i.Attachments)),
			c.RegisteredContainerInstancesCount, c.PendingTasksCount, c.RunningTasksCount,
		}
	}
	if got := look(); !slices.Equal(got, []int32{8192 - 1024, 1, 0, 1, 1, 1, 0}) {
		t.Errorf("provisioning: %v", got)
	}
	for range 3 {
		e.describe(t, task.TaskArn)
	}
	if got := look(); !slices.Equal(got, []int32{8192 - 1024, 0, 1, 1, 1, 0, 1}) {
		t.Errorf("running: %v", got)
	}
	_, err := e.ecs.DeleteCluster(t.Context(), &ecs.DeleteClusterInput{Cluster: aws.String("web")})
	wantError(t, err, "ClusterContainsContainerInstancesException", "")
	_, err = e.ecs.DeregisterContainerInstance(t.Context(), &ecs.DeregisterContainerInstanceInput{
		Cluster: aws.String("web"), ContainerInstance: &ids.ContainerInstance,
	})
	wantError(t, err, "InvalidParameterException", "Found running tasks on the instance.")
	must(e.ecs.DeregisterContainerInstance(t.Context(), &ecs.DeregisterContainerInstanceInput{
		Cluster: aws.String("web"), ContainerInstance: &ids.ContainerInstance, Force: aws.Bool(true),
	}))(t)
	_, err = e.ecs.DeleteCluster(t.Context(), &ecs.DeleteClusterInput{Cluster: aws.String("web")})
	wantError(t, err, "ClusterContainsTasksException", "")
	for range 4 {
		task = e.describe(t, task.TaskArn)
	}
	if *task.LastStatus != "STOPPED" || *e.instance(t, ids.ContainerInstance).Status != "INACTIVE" {
		t.Errorf("task %s", *task.LastStatus)
	}
	must(e.ecs.DeleteCluster(t.Context(), &ecs.DeleteClusterInput{Cluster: aws.String("web")}))(t)
}

func TestListsOfInstancesAndTasks(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	first := e.add(t, sandbox.Instance{})
	second := e.add(t, sandbox.Instance{Attributes: map[string]string{"rack": "a"}})
	instances := func(in ecs.ListContainerInstancesInput) []string {
		in.Cluster = aws.String("web")
		return must(e.ecs.ListContainerInstances(t.Context(), &in))(t).ContainerInstanceArns
	}
	if got := instances(ecs.ListContainerInstancesInput{}); len(got) != 2 {
		t.Errorf("listed %v", got)
	}
	if got := instances(ecs.ListContainerInstancesInput{Filter: aws.String("attribute:rack == a")}); !slices.Equal(got, []string{second.ContainerInstance}) {
		t.Errorf("filtered %v", got)
	}
	if got := instances(ecs.ListContainerInstancesInput{Status: "DRAINING"}); len(got) != 0 {
		t.Errorf("draining %v", got)
	}
	must(e.ecs.PutAttributes(t.Context(), &ecs.PutAttributesInput{Cluster: aws.String("web"), Attributes: []types.Attribute{{
		Name: aws.String("rack"), Value: aws.String("b"), TargetId: &first.ContainerInstance,
	}}}))(t)
	listed := must(e.ecs.ListAttributes(t.Context(), &ecs.ListAttributesInput{
		Cluster: aws.String("web"), TargetType: types.TargetTypeContainerInstance, AttributeName: aws.String("rack"),
	}))(t).Attributes
	got := map[string]string{}
	for _, a := range listed {
		got[*a.TargetId] = *a.Value
	}
	if d := cmp.Diff(map[string]string{first.ContainerInstance: "b", second.ContainerInstance: "a"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}

	tasks := e.run(t, func(in *ecs.RunTaskInput) { in.Count = aws.Int32(2); in.StartedBy = aws.String("me") })
	e.stop(t, tasks[0].TaskArn)
	list := func(in ecs.ListTasksInput) []string {
		in.Cluster = aws.String("web")
		return must(e.ecs.ListTasks(t.Context(), &in))(t).TaskArns
	}
	for name, test := range map[string]struct {
		in   ecs.ListTasksInput
		want []string
	}{
		"running":        {ecs.ListTasksInput{StartedBy: aws.String("me")}, []string{*tasks[1].TaskArn}},
		"stopped":        {ecs.ListTasksInput{DesiredStatus: types.DesiredStatusStopped}, []string{*tasks[0].TaskArn}},
		"of a family":    {ecs.ListTasksInput{Family: aws.String("iis")}, []string{*tasks[1].TaskArn}},
		"of another":     {ecs.ListTasksInput{Family: aws.String("other")}, []string{}},
		"of a service":   {ecs.ListTasksInput{ServiceName: aws.String("iis")}, []string{}},
		"of an instance": {ecs.ListTasksInput{ContainerInstance: tasks[1].ContainerInstanceArn}, []string{*tasks[1].TaskArn}},
	} {
		if got := list(test.in); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestTagsOfTasks(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	e.add(t, sandbox.Instance{})
	tagged := minimal("tagged")
	tagged.Tags = []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}, {Key: aws.String("env"), Value: aws.String("dev")}}
	must(e.ecs.RegisterTaskDefinition(t.Context(), tagged))(t)
	task := e.run(t, func(in *ecs.RunTaskInput) {
		in.TaskDefinition = aws.String("tagged")
		in.PropagateTags = types.PropagateTagsTaskDefinition
		in.Tags = []types.Tag{{Key: aws.String("env"), Value: aws.String("test")}}
	})[0]
	must(e.ecs.TagResource(t.Context(), &ecs.TagResourceInput{
		ResourceArn: task.TaskArn, Tags: []types.Tag{{Key: aws.String("more"), Value: aws.String("1")}},
	}))(t)
	got := map[string]string{}
	for _, tag := range must(e.ecs.ListTagsForResource(t.Context(), &ecs.ListTagsForResourceInput{ResourceArn: task.TaskArn}))(t).Tags {
		got[*tag.Key] = *tag.Value
	}
	if d := cmp.Diff(map[string]string{"env": "test", "team": "a", "more": "1"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
