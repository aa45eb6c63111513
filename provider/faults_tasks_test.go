package provider_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

const (
	taskType    = "ecswin_task"
	taskCluster = "windows"
)

// firstSubnet is the subnet in which simulated instances lie; its id is the
// same in every world.
func firstSubnet(t *testing.T) string {
	t.Helper()
	out, err := newWorld(t).ec2().DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{
		Filters: []ec2types.Filter{{Name: aws.String("availability-zone"), Values: []string{sandbox.DefaultRegion + "a"}}},
	})
	if err != nil || len(out.Subnets) != 1 {
		t.Fatalf("looking for a subnet: %v, %v", out, err)
	}
	return aws.ToString(out.Subnets[0].SubnetId)
}

// taskSubject is a standing task.
func taskSubject(subnet string) subject {
	old := object{"team": "a", "old": "1"}
	return subject{
		name: taskType, typeName: taskType, replaces: true, furnish: furnishTasks,
		id:   func(state object) string { return fmt.Sprint(state["arn"]) },
		base: taskConfig(subnet, "1", old), spec: taskConfig(subnet, "2", old), tags: taskConfig(subnet, "1", object{"team": "b"}),
		active: activeTasks, owned: ownedTask,
		// The exception of docs/design/task.md: without a client_token nobody
		// knows whose the task of a killed start is.
		afterKill: func(ctx context.Context, w *world, tf *inprocess.Terraform, _ object) ([]string, error) {
			active, err := activeTasks(ctx, w)
			if err != nil {
				return nil, err
			}
			state := tf.State(taskType)
			lost := slices.DeleteFunc(active, func(arn string) bool { return slices.Contains(ownedTask(state), arn) })
			if len(lost) > 2 {
				return nil, fmt.Errorf("more than one task and its interface were lost: %v", lost)
			}
			return lost, nil
		},
	}
}

// jobSubject is a task that ends by itself, with success.
func jobSubject(subnet string) subject {
	s := taskSubject(subnet)
	s.name = taskType + " (job)"
	for _, config := range []object{s.base, s.spec, s.tags} {
		config["wait_for"] = "stopped"
	}
	s.afterKill = func(context.Context, *world, *inprocess.Terraform, object) ([]string, error) { return nil, nil }
	s.furnish = func(t *testing.T, w *world) {
		furnishTasks(t, w)
		if err := w.SetOutcome("iis", sandbox.Outcome{At: "RUNNING"}); err != nil {
			t.Fatal(err)
		}
	}
	s.made = func(ctx context.Context, w *world) (int, error) {
		running, err := listTasks(ctx, w, ecstypes.DesiredStatusRunning)
		if err != nil {
			return 0, err
		}
		ended, err := listTasks(ctx, w, ecstypes.DesiredStatusStopped)
		return len(running) + len(ended), err
	}
	return s
}

func taskConfig(subnet, run string, tags object) object {
	return object{
		"cluster": taskCluster, "task_definition": "iis:1", "tags": tags, "triggers": object{"run": run},
		"network_configuration": object{"subnets": list{subnet}},
		"overrides":             object{"container_overrides": object{"iis": object{"environment": object{"PASSWORD": canary}}}},
	}
}

// furnishTasks makes what a task in awsvpc mode wants: a cluster with room for
// a task that is lost and its successor, and a definition.
func furnishTasks(t *testing.T, w *world) {
	t.Helper()
	if err := w.AddCluster("", taskCluster); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := w.AddInstance("", taskCluster, sandbox.Instance{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.ecs().RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("iis"), NetworkMode: ecstypes.NetworkModeAwsvpc,
		RuntimePlatform: &ecstypes.RuntimePlatform{OperatingSystemFamily: ecstypes.OSFamilyWindowsServer2022Core},
		ContainerDefinitions: []ecstypes.ContainerDefinition{
			{Name: aws.String("iis"), Image: aws.String("example.test/iis:1"), Cpu: 256, Memory: aws.Int32(512)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// activeTasks lists the tasks that have not stopped, and the network interfaces
// of tasks.
func activeTasks(ctx context.Context, w *world) ([]string, error) {
	found, err := listTasks(ctx, w, ecstypes.DesiredStatusRunning)
	if err != nil {
		return nil, err
	}
	stopping, err := listTasks(ctx, w, ecstypes.DesiredStatusStopped)
	if err != nil {
		return nil, err
	}
	if len(stopping) > 0 {
		out, err := w.ecs().DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(taskCluster), Tasks: stopping})
		if err != nil {
			return nil, err
		}
		for _, task := range out.Tasks {
			if aws.ToString(task.LastStatus) != "STOPPED" {
				found = append(found, aws.ToString(task.TaskArn))
			}
		}
	}
	out, err := w.ec2().DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{
		Filters: []ec2types.Filter{{Name: aws.String("description"), Values: []string{"arn:aws:ecs:*"}}},
	})
	if err != nil {
		return nil, err
	}
	for _, n := range out.NetworkInterfaces {
		found = append(found, aws.ToString(n.NetworkInterfaceId))
	}
	return found, nil
}

func listTasks(ctx context.Context, w *world, status ecstypes.DesiredStatus) ([]string, error) {
	out, err := w.ecs().ListTasks(ctx, &ecs.ListTasksInput{Cluster: aws.String(taskCluster), DesiredStatus: status})
	if err != nil {
		return nil, err
	}
	return out.TaskArns, nil
}

// ownedTask is the task and the interface that a state has, unless the task has
// stopped.
func ownedTask(state object) []string {
	if state == nil || state["last_status"] == "STOPPED" {
		return nil
	}
	owned := []string{fmt.Sprint(state["arn"])}
	if shown, ok := state["network_interface"].(object); ok {
		owned = append(owned, fmt.Sprint(shown["id"]))
	}
	return owned
}

// TestKilledStartWithToken: with a client_token of the user's own, the process
// may be killed after any call of the start, and the next apply has the task of
// the first one.
func TestKilledStartWithToken(t *testing.T) {
	isolate(t)
	s := taskSubject(firstSubnet(t))
	s.base["client_token"] = "once"
	create := s.operations()[0]
	for _, o := range s.calls(t, create) {
		t.Run(fmt.Sprintf("%s %d", o.call, o.nth), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, tf := s.begin(t, create)
				if err := w.killed(t.Context(), tf, sandbox.Fault{Call: o.call, Nth: o.nth, Kind: sandbox.Hook}, create.run); err != nil {
					t.Fatal(err)
				}
				w.ClearFaults()
				first, err := listTasks(t.Context(), w, ecstypes.DesiredStatusRunning)
				if err != nil {
					t.Fatal(err)
				}
				s.converge(t, w, create, tf)
				s.account(t, w, tf, nil)
				if arn := fmt.Sprint(tf.State(taskType)["arn"]); len(first) > 0 && arn != strings.Join(first, ",") {
					t.Errorf("the state has %s, and was to have %s", arn, first)
				}
			})
		})
	}
}
