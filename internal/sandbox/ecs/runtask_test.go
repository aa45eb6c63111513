package ecs_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

// network returns an option that changes the network configuration.
func network(change func(*types.AwsVpcConfiguration)) func(*ecs.RunTaskInput) {
	return func(in *ecs.RunTaskInput) { change(in.NetworkConfiguration.AwsvpcConfiguration) }
}

func TestRunTaskRefuses(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	e.add(t, sandbox.Instance{})
	bridge := minimal("bridge")
	bridge.NetworkMode = types.NetworkModeBridge
	must(e.ecs.RegisterTaskDefinition(t.Context(), bridge))(t)
	other := must(e.AddVPC("", "10.0.0.0/16"))(t)
	foreign := must(e.AddSubnet("", other, "us-east-1a", "10.0.0.0/24"))(t)
	groups := must(e.ec2.DescribeSecurityGroups(t.Context(), &ec2api.DescribeSecurityGroupsInput{}))(t).SecurityGroups
	foreignGroup := *groups[len(groups)-1].GroupId

	for name, test := range map[string]struct {
		change        func(*ecs.RunTaskInput)
		code, message string
	}{
		"no network configuration": {
			func(in *ecs.RunTaskInput) { in.NetworkConfiguration = nil }, "InvalidParameterException",
			"Network Configuration must be provided when networkMode 'awsvpc' is specified.",
		},
		"a network configuration without awsvpc": {
			func(in *ecs.RunTaskInput) { in.TaskDefinition = aws.String("bridge") }, "InvalidParameterException",
			"Network Configuration is not valid for the given networkMode of this task definition.",
		},
		"17 subnets": {
			network(func(n *types.AwsVpcConfiguration) { n.Subnets = slices.Repeat(n.Subnets, 17) }), "InvalidParameterException",
			"subnets can have at most 16 items.",
		},
		"no subnet":         {network(func(n *types.AwsVpcConfiguration) { n.Subnets = []string{} }), "InvalidParameterException", ""},
		"an unknown subnet": {network(func(n *types.AwsVpcConfiguration) { n.Subnets = []string{"subnet-0"} }), "InvalidParameterException", ""},
		"two VPCs": {
			network(func(n *types.AwsVpcConfiguration) { n.Subnets = append(n.Subnets, foreign) }), "InvalidParameterException",
			"Subnets must all be in the same VPC.",
		},
		"6 security groups": {
			network(func(n *types.AwsVpcConfiguration) { n.SecurityGroups = slices.Repeat([]string{"sg-0"}, 6) }), "InvalidParameterException",
			"securityGroups can have at most 5 items.",
		},
		"a security group of another VPC": {
			network(func(n *types.AwsVpcConfiguration) { n.SecurityGroups = []string{foreignGroup} }), "InvalidParameterException", "",
		},
		"a public address": {
			network(func(n *types.AwsVpcConfiguration) { n.AssignPublicIp = types.AssignPublicIpEnabled }), "InvalidParameterException",
			"Assign public IP is not supported for this launch type.",
		},
		"11 tasks": {func(in *ecs.RunTaskInput) { in.Count = aws.Int32(11) }, "InvalidParameterException", ""},
		"a launch type and a strategy": {
			func(in *ecs.RunTaskInput) {
				in.LaunchType = types.LaunchTypeEc2
				in.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE")}}
			}, "InvalidParameterException", "",
		},
		"an override of no container": {
			func(in *ecs.RunTaskInput) {
				in.Overrides = &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: aws.String("web")}}}
			}, "InvalidParameterException", "Override for container named web is not a container in the TaskDefinition.",
		},
		"execute command without a task role": {
			func(in *ecs.RunTaskInput) { in.EnableExecuteCommand = true }, "InvalidParameterException", "",
		},
		"an unknown task definition": {
			func(in *ecs.RunTaskInput) { in.TaskDefinition = aws.String("none") }, "ClientException", "TaskDefinition not found.",
		},
		"an unknown cluster": {func(in *ecs.RunTaskInput) { in.Cluster = aws.String("none") }, "ClusterNotFoundException", "Cluster not found."},
		"a group of a service": {
			func(in *ecs.RunTaskInput) { in.Group = aws.String("service:web") }, "InvalidParameterException", "",
		},
		"a broken expression": {
			func(in *ecs.RunTaskInput) {
				in.PlacementConstraints = []types.PlacementConstraint{{
					Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String("attribute:a =="),
				}}
			}, "InvalidParameterException", "",
		},
		"a strategy without a sense": {
			func(in *ecs.RunTaskInput) {
				in.PlacementStrategy = []types.PlacementStrategy{{Type: types.PlacementStrategyTypeBinpack, Field: aws.String("host")}}
			}, "InvalidParameterException", "",
		},
		"a startedBy with spaces": {func(in *ecs.RunTaskInput) { in.StartedBy = aws.String("a b") }, "InvalidParameterException", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := e.ecs.RunTask(t.Context(), e.request(test.change))
			wantError(t, err, test.code, test.message)
		})
	}
	if n := len(e.interfaces(t)); n != 0 {
		t.Errorf("%d interfaces are left over", n)
	}
}

func TestNoInstances(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	_, err := e.ecs.RunTask(t.Context(), e.request())
	wantError(t, err, "InvalidParameterException", "No Container Instances were found in your cluster.")
	ids := e.add(t, sandbox.Instance{})
	must(e.ecs.UpdateContainerInstancesState(t.Context(), &ecs.UpdateContainerInstancesStateInput{
		Cluster: aws.String("web"), ContainerInstances: []string{ids.ContainerInstance}, Status: "DRAINING",
	}))(t)
	_, err = e.ecs.RunTask(t.Context(), e.request())
	wantError(t, err, "InvalidParameterException", "No Container Instances were found in your cluster.")
}

// What cannot be placed is a failure that names the instance and the reason.
func TestFailuresSayWhy(t *testing.T) {
	t.Parallel()
	memberOf := func(expression string) func(*ecs.RunTaskInput) {
		return func(in *ecs.RunTaskInput) {
			in.PlacementConstraints = []types.PlacementConstraint{{
				Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String(expression),
			}}
		}
	}
	override := func(o types.ContainerOverride) func(*ecs.RunTaskInput) {
		o.Name = aws.String("iis")
		return func(in *ecs.RunTaskInput) {
			in.Overrides = &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{o}}
		}
	}
	for name, test := range map[string]struct {
		instance sandbox.Instance
		change   func(*ecs.RunTaskInput)
		before   int // tasks that run already
		want     string
	}{
		"no slot left":       {before: 2, want: "RESOURCE:ENI"},
		"no task-eni":        {instance: sandbox.Instance{NoTaskENI: true}, want: "ATTRIBUTE"},
		"agent disconnected": {instance: sandbox.Instance{Disconnected: true}, want: "AGENT"},
		"another Windows": {
			instance: sandbox.Instance{OSFamily: types.OSFamilyWindowsServer2019Core},
			change:   func(in *ecs.RunTaskInput) { in.TaskDefinition = aws.String("iis-2022") }, want: "ATTRIBUTE",
		},
		"another zone":        {change: func(in *ecs.RunTaskInput) { in.NetworkConfiguration.AwsvpcConfiguration.Subnets = []string{} }, want: "ATTRIBUTE"},
		"more than its CPU":   {change: override(types.ContainerOverride{Cpu: aws.Int32(2049)}), want: "RESOURCE:CPU"},
		"more than is left":   {before: 1, change: override(types.ContainerOverride{Memory: aws.Int32(8192 - 1023)}), want: "RESOURCE:MEMORY"},
		"an unmet expression": {change: memberOf("attribute:rack == a"), want: "MemberOf placement constraint unsatisfied."},
		"a met one and no slot": {
			instance: sandbox.Instance{Attributes: map[string]string{"rack": "a"}}, before: 2,
			change: memberOf("attribute:rack == a"), want: "RESOURCE:ENI",
		},
		"not distinct": {
			before: 1,
			change: func(in *ecs.RunTaskInput) {
				in.PlacementConstraints = []types.PlacementConstraint{{Type: types.PlacementConstraintTypeDistinctInstance}}
			}, want: "DistinctInstance placement constraint unsatisfied.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEstate(t, 0)
			core := minimal("iis-2022")
			core.RuntimePlatform = &types.RuntimePlatform{OperatingSystemFamily: types.OSFamilyWindowsServer2022Core}
			must(e.ecs.RegisterTaskDefinition(t.Context(), core))(t)
			ids := e.add(t, test.instance)
			for range test.before {
				e.run(t)
			}
			in := e.request()
			if test.change != nil {
				test.change(in)
			}
			if subnets := &in.NetworkConfiguration.AwsvpcConfiguration.Subnets; len(*subnets) == 0 {
				*subnets = []string{e.subnets["b"], e.subnets["c"]}
			}
			out := must(e.ecs.RunTask(t.Context(), in))(t)
			want := []types.Failure{{Arn: aws.String(ids.ContainerInstance), Reason: aws.String(test.want)}}
			if d := diff(want, out.Failures); d != "" || len(out.Tasks) != 0 {
				t.Errorf("%d tasks, failures (-want +got):\n%s", len(out.Tasks), d)
			}
			if n := len(e.interfaces(t)); n != test.before {
				t.Errorf("%d interfaces, want %d", n, test.before)
			}
		})
	}
}

func TestAFullSubnetIsAFailure(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	e.add(t, sandbox.Instance{Type: "m5.16xlarge"})
	tiny := must(e.AddSubnet("", "", "us-east-1a", "172.31.48.0/28"))(t)
	into := network(func(n *types.AwsVpcConfiguration) { n.Subnets = []string{tiny} })
	e.run(t, into, func(in *ecs.RunTaskInput) { in.Count = aws.Int32(10) })
	out := must(e.ecs.RunTask(t.Context(), e.request(into, func(in *ecs.RunTaskInput) { in.Count = aws.Int32(2) })))(t)
	if len(out.Tasks) != 1 || len(out.Failures) != 1 || *out.Failures[0].Reason != "RESOURCE:ENI" {
		t.Errorf("got %d tasks, failures %v", len(out.Tasks), out.Failures)
	}
}

func TestAClientTokenStartsTasksOnce(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	e.add(t, sandbox.Instance{})
	token := func(in *ecs.RunTaskInput) { in.ClientToken = aws.String("once") }
	first := e.run(t, token)
	again := e.run(t, token)
	if *first[0].TaskArn != *again[0].TaskArn {
		t.Error("the same call started another task")
	}
	_, err := e.ecs.RunTask(t.Context(), e.request(token, func(in *ecs.RunTaskInput) { in.StartedBy = aws.String("me") }))
	var conflict *types.ConflictException
	if !errors.As(err, &conflict) || !slices.Equal(conflict.ResourceIds, []string{*first[0].TaskArn}) {
		t.Errorf("a different call: %v", err)
	}
	if other := e.run(t, func(in *ecs.RunTaskInput) { in.ClientToken = aws.String("twice") }); *other[0].TaskArn == *first[0].TaskArn {
		t.Error("another token started no task")
	}
}

func TestWhereTasksGo(t *testing.T) {
	t.Parallel()
	// Instances a and b lie in two zones, big alone in the third.
	prepare := func(t *testing.T) (*estate, map[string]string) {
		e := newEstate(t, 0)
		names := map[string]string{}
		for name, in := range map[string]sandbox.Instance{
			"a":   {SubnetID: e.subnets["a"], Type: "m5.xlarge"},
			"b":   {SubnetID: e.subnets["b"], Type: "m5.xlarge"},
			"big": {SubnetID: e.subnets["c"], Type: "m5.4xlarge", Attributes: map[string]string{"size": "big"}},
		} {
			names[e.add(t, in).ContainerInstance] = name
		}
		return e, names
	}
	for name, test := range map[string]struct {
		strategy   []types.PlacementStrategy
		expression string
		want       map[string]int
	}{
		"spread by default": {want: map[string]int{"a": 2, "b": 2, "big": 2}},
		"an expression":     {expression: "attribute:size == big and not (attribute:ecs.os-type != windows)", want: map[string]int{"big": 6}},
		"a list":            {expression: "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]", want: map[string]int{"a": 3, "b": 3}},
		"a pattern":         {expression: "attribute:ecs.instance-type =~ m5.4.*", want: map[string]int{"big": 6}},
		"either":            {expression: "attribute:size exists || attribute:ecs.availability-zone == us-east-1a", want: map[string]int{"a": 3, "big": 3}},
		"spread by type": {
			strategy: []types.PlacementStrategy{{Type: types.PlacementStrategyTypeSpread, Field: aws.String("attribute:ecs.instance-type")}},
			want:     map[string]int{"a": 2, "b": 1, "big": 3},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, names := prepare(t)
			got := map[string]int{}
			for _, task := range e.run(t, func(in *ecs.RunTaskInput) {
				in.Count = aws.Int32(6)
				in.PlacementStrategy = test.strategy
				in.NetworkConfiguration.AwsvpcConfiguration.Subnets = []string{e.subnets["a"], e.subnets["b"], e.subnets["c"]}
				if test.expression != "" {
					in.PlacementConstraints = []types.PlacementConstraint{{
						Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String(test.expression),
					}}
				}
			}) {
				got[names[*task.ContainerInstanceArn]]++
			}
			// Which of two equal instances comes first depends on the order in
			// which they registered.
			if got["a"] < got["b"] {
				got["a"], got["b"] = got["b"], got["a"]
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	t.Run("binpack", func(t *testing.T) {
		t.Parallel()
		e, names := prepare(t)
		tasks := e.run(t, func(in *ecs.RunTaskInput) {
			in.Count = aws.Int32(3)
			in.PlacementStrategy = []types.PlacementStrategy{{Type: types.PlacementStrategyTypeBinpack, Field: aws.String("memory")}}
			in.NetworkConfiguration.AwsvpcConfiguration.Subnets = []string{e.subnets["a"], e.subnets["c"]}
		})
		for _, task := range tasks {
			if got := names[*task.ContainerInstanceArn]; got != "a" {
				t.Errorf("a task went to %s", got)
			}
		}
	})
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		outcome  sandbox.Outcome
		seen     string
		code     types.TaskStopCode
		reason   string
		exitCode *int32
	}{
		"a job": {
			sandbox.Outcome{ExitCode: 3}, "PENDING ACTIVATING RUNNING DEACTIVATING STOPPING DEPROVISIONING STOPPED",
			types.TaskStopCodeEssentialContainerExited, "Essential container in task exited", aws.Int32(3),
		},
		"an image that is not there": {
			sandbox.Outcome{At: "PENDING", StoppedReason: "CannotPullContainerError: not found", Reason: "CannotPullContainerError"},
			"PENDING DEPROVISIONING STOPPED", types.TaskStopCodeTaskFailedToStart, "CannotPullContainerError: not found", nil,
		},
		"an interface that never came": {
			sandbox.Outcome{At: "PROVISIONING", StoppedReason: "Timeout waiting for network interface provisioning to complete."},
			"DEPROVISIONING STOPPED", types.TaskStopCodeTaskFailedToStart,
			"Timeout waiting for network interface provisioning to complete.", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEstate(t, 0)
			e.add(t, sandbox.Instance{})
			if err := e.SetOutcome("iis", test.outcome); err != nil {
				t.Fatal(err)
			}
			arn := e.run(t)[0].TaskArn
			var seen []string
			var task types.Task
			for len(seen) == 0 || seen[len(seen)-1] != "STOPPED" {
				task = e.describe(t, arn)
				seen = append(seen, *task.LastStatus)
			}
			if got := strings.Join(seen, " "); got != test.seen {
				t.Errorf("states %s, want %s", got, test.seen)
			}
			if task.StopCode != test.code || *task.StoppedReason != test.reason {
				t.Errorf("stopped: %s %s", task.StopCode, *task.StoppedReason)
			}
			if d := cmp.Diff(test.exitCode, task.Containers[0].ExitCode); d != "" {
				t.Errorf("exit code (-want +got):\n%s", d)
			}
			if n := len(e.interfaces(t)); n != 0 {
				t.Errorf("%d interfaces are left over", n)
			}
		})
	}
	e := newEstate(t, 0)
	if err := e.SetOutcome("iis", sandbox.Outcome{At: "STOPPED"}); err == nil {
		t.Error("a task can end when it has ended")
	}
}

func TestFargateTasksNeedNoInstance(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 0)
	windows := minimal("win")
	windows.Cpu, windows.Memory = aws.String("1024"), aws.String("2048")
	windows.RequiresCompatibilities = []types.Compatibility{types.CompatibilityFargate}
	windows.RuntimePlatform = &types.RuntimePlatform{OperatingSystemFamily: types.OSFamilyWindowsServer2022Core, CpuArchitecture: types.CPUArchitectureX8664}
	must(e.ecs.RegisterTaskDefinition(t.Context(), windows))(t)
	task := e.run(t, func(in *ecs.RunTaskInput) {
		in.TaskDefinition = aws.String("win")
		in.LaunchType = types.LaunchTypeFargate
		in.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp = types.AssignPublicIpEnabled
	})[0]
	task = e.describe(t, task.TaskArn)
	if task.ContainerInstanceArn != nil || task.LaunchType != types.LaunchTypeFargate || *task.PlatformVersion != "1.0.0" || detail(task, "networkInterfaceId") == "" {
		t.Errorf("got %+v", task)
	}
}
