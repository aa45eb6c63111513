package placement

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// world is a cluster on fakes. A name in denied refuses that call.
type world struct {
	instances []ecstypes.ContainerInstance
	hosts     []ec2types.Instance
	types     []ec2types.InstanceTypeInfo
	subnets   []ec2types.Subnet
	denied    map[string]bool
}

func (w world) refuse(call string) error {
	if w.denied[call] {
		return &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized to perform: ec2:" + call}
	}
	return nil
}

func (w world) ListContainerInstances(context.Context, *ecs.ListContainerInstancesInput) (*ecs.ListContainerInstancesOutput, error) {
	out := &ecs.ListContainerInstancesOutput{}
	for _, i := range w.instances {
		out.ContainerInstanceArns = append(out.ContainerInstanceArns, aws.ToString(i.ContainerInstanceArn))
	}
	return out, w.refuse("ListContainerInstances")
}

func (w world) DescribeContainerInstances(context.Context, *ecs.DescribeContainerInstancesInput) (*ecs.DescribeContainerInstancesOutput, error) {
	return &ecs.DescribeContainerInstancesOutput{ContainerInstances: w.instances}, w.refuse("DescribeContainerInstances")
}

func (w world) DescribeInstances(context.Context, *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
	return &ec2.DescribeInstancesOutput{Reservations: []ec2types.Reservation{{Instances: w.hosts}}}, w.refuse("DescribeInstances")
}

func (w world) DescribeInstanceTypes(context.Context, *ec2.DescribeInstanceTypesInput) (*ec2.DescribeInstanceTypesOutput, error) {
	return &ec2.DescribeInstanceTypesOutput{InstanceTypes: w.types}, w.refuse("DescribeInstanceTypes")
}

func (w world) DescribeSubnets(context.Context, *ec2.DescribeSubnetsInput) (*ec2.DescribeSubnetsOutput, error) {
	return &ec2.DescribeSubnetsOutput{Subnets: w.subnets}, w.refuse("DescribeSubnets")
}

func attribute(name, value string) ecstypes.Attribute {
	a := ecstypes.Attribute{Name: aws.String(name)}
	if value != "" {
		a.Value = aws.String(value)
	}
	return a
}

func containerInstanceARN(n int) string {
	return fmt.Sprintf("arn:aws:ecs:us-east-1:123456789012:container-instance/windows/%d", n)
}

// instanceNo is the n-th instance of a cluster, on which a task has place.
func instanceNo(n int, changes ...func(*ecstypes.ContainerInstance)) ecstypes.ContainerInstance {
	i := ecstypes.ContainerInstance{
		ContainerInstanceArn: aws.String(containerInstanceARN(n)), Ec2InstanceId: aws.String(fmt.Sprintf("i-%d", n)),
		Status: aws.String("ACTIVE"), AgentConnected: true,
		Attributes: []ecstypes.Attribute{
			attribute("ecs.instance-type", "m5.large"), attribute("ecs.availability-zone", "us-east-1a"),
			attribute("ecs.os-family", "WINDOWS_SERVER_2022_CORE"), attribute("ecs.capability.task-eni", ""),
		},
		RemainingResources: []ecstypes.Resource{
			{Name: aws.String("CPU"), IntegerValue: 2048}, {Name: aws.String("MEMORY"), IntegerValue: 4096},
		},
	}
	for _, change := range changes {
		change(&i)
	}
	return i
}

func without(name string) func(*ecstypes.ContainerInstance) {
	return func(i *ecstypes.ContainerInstance) {
		var kept []ecstypes.Attribute
		for _, a := range i.Attributes {
			if aws.ToString(a.Name) != name {
				kept = append(kept, a)
			}
		}
		i.Attributes = kept
	}
}

func with(name, value string) func(*ecstypes.ContainerInstance) {
	return func(i *ecstypes.ContainerInstance) {
		without(name)(i)
		i.Attributes = append(i.Attributes, attribute(name, value))
	}
}

func tasks(statuses ...string) func(*ecstypes.ContainerInstance) {
	return func(i *ecstypes.ContainerInstance) {
		for _, s := range statuses {
			i.Attachments = append(i.Attachments, ecstypes.Attachment{Type: aws.String("ElasticNetworkInterface"), Status: aws.String(s)})
		}
	}
}

func host(n, interfaces int) ec2types.Instance {
	return ec2types.Instance{InstanceId: aws.String(fmt.Sprintf("i-%d", n)), NetworkInterfaces: make([]ec2types.InstanceNetworkInterface, interfaces)}
}

func m5large() []ec2types.InstanceTypeInfo {
	return []ec2types.InstanceTypeInfo{{InstanceType: "m5.large", NetworkInfo: &ec2types.NetworkInfo{MaximumNetworkInterfaces: aws.Int32(3)}}}
}

func inZone(zone string, free int32) []ec2types.Subnet {
	return []ec2types.Subnet{{SubnetId: aws.String("subnet-0a"), AvailabilityZone: aws.String(zone), AvailableIpAddressCount: aws.Int32(free)}}
}

func failed(reason string, instances ...int) []ecstypes.Failure {
	var out []ecstypes.Failure
	for _, n := range instances {
		out = append(out, ecstypes.Failure{Arn: aws.String(containerInstanceARN(n)), Reason: aws.String(reason)})
	}
	return out
}

func definition(changes ...func(*ecstypes.TaskDefinition)) *ecstypes.TaskDefinition {
	d := &ecstypes.TaskDefinition{
		RequiresAttributes:   []ecstypes.Attribute{attribute("ecs.capability.task-eni", "")},
		RuntimePlatform:      &ecstypes.RuntimePlatform{OperatingSystemFamily: ecstypes.OSFamilyWindowsServer2022Core},
		ContainerDefinitions: []ecstypes.ContainerDefinition{{Name: aws.String("iis"), Cpu: 1024, Memory: aws.Int32(2048)}},
	}
	for _, change := range changes {
		change(d)
	}
	return d
}

func TestExplain(t *testing.T) {
	t.Parallel()
	disconnected := func(i *ecstypes.ContainerInstance) { i.AgentConnected = false }
	draining := func(i *ecstypes.ContainerInstance) { i.Status = aws.String("DRAINING") }
	tests := map[string]struct {
		world    world
		request  Request
		want     []string
		wantNone []string
	}{
		"slots used up by tasks": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1, tasks("ATTACHED", "ATTACHING"))}, types: m5large(), hosts: []ec2types.Instance{host(1, 2)}},
			Request{Failures: failed("RESOURCE:ENI", 1)},
			[]string{"RESOURCE:ENI (i-1)", "i-1: m5.large has 2 network interfaces for tasks, and 2 are in use", "no ENI trunking"}, nil,
		},
		"slots used up by others": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1, tasks("ATTACHED", "DELETED"))}, types: m5large(), hosts: []ec2types.Instance{host(1, 3)}},
			Request{Failures: failed("RESOURCE:ENI", 1)},
			[]string{"1 are in use by tasks, and 1 are attached by somebody else"}, nil,
		},
		"slots free again": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1, tasks("ATTACHED", "FAILED"))}, types: m5large(), hosts: []ec2types.Instance{host(1, 2)}},
			Request{Failures: failed("RESOURCE:ENI", 1)},
			[]string{"nothing that stands in its way by now", adviceENI}, []string{"are in use"},
		},
		"a card of its own limit": {
			world{
				instances: []ecstypes.ContainerInstance{instanceNo(1, tasks("ATTACHED"))}, hosts: []ec2types.Instance{host(1, 2)},
				types: []ec2types.InstanceTypeInfo{{InstanceType: "m5.large", NetworkInfo: &ec2types.NetworkInfo{
					MaximumNetworkInterfaces: aws.Int32(15), DefaultNetworkCardIndex: aws.Int32(0),
					NetworkCards: []ec2types.NetworkCardInfo{{NetworkCardIndex: aws.Int32(0), MaximumNetworkInterfaces: aws.Int32(2)}},
				}}},
			},
			Request{Failures: failed("RESOURCE:ENI", 1)},
			[]string{"has 1 network interfaces for tasks, and 1 are in use"}, nil,
		},
		"attribute of the node": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1, without("ecs.capability.task-eni")), instanceNo(2, without("ecs.capability.task-eni"))}},
			Request{Failures: failed("ATTRIBUTE", 1, 2)},
			[]string{
				"ATTRIBUTE (i-1, i-2)", "each of the 2 instances: it lacks the attribute ecs.capability.task-eni, which the task definition requires",
				"comes from ECS_ENABLE_TASK_ENI=true", "restart the service AmazonECS",
			}, []string{"describe-container-instances"},
		},
		"attribute with another value": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1, with("stack", "blue"))}},
			Request{Failures: failed("ATTRIBUTE", 1), Definition: definition(func(d *ecstypes.TaskDefinition) {
				d.RequiresAttributes = []ecstypes.Attribute{attribute("stack", "green"), attribute("tier", "web")}
			})},
			[]string{"its attribute stack is blue, and the task definition requires green", "lacks the attribute tier = web", "custom attribute"}, nil,
		},
		"other Windows": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1, with("ecs.os-family", "WINDOWS_SERVER_2019_CORE"))}},
			Request{Failures: failed("ATTRIBUTE", 1)},
			[]string{"it runs WINDOWS_SERVER_2019_CORE, and the task definition asks for WINDOWS_SERVER_2022_CORE", adviceOS}, nil,
		},
		"other zone": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1)}, subnets: inZone("us-east-1b", 9)},
			Request{Failures: failed("ATTRIBUTE", 1)},
			[]string{"it is in us-east-1a, and the subnets are in us-east-1b", adviceZone}, nil,
		},
		"no address": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1)}, subnets: inZone("us-east-1a", 0)},
			Request{Failures: failed("RESOURCE:ENI", 1)},
			[]string{"no free address (subnet-0a)", adviceAddresses}, nil,
		},
		"cpu and memory": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1)}},
			Request{Failures: failed("RESOURCE:CPU", 1), Definition: definition(func(d *ecstypes.TaskDefinition) {
				d.Cpu = aws.String("4096")
			}), Overrides: &ecstypes.TaskOverride{ContainerOverrides: []ecstypes.ContainerOverride{{Name: aws.String("iis"), Memory: aws.Int32(8192)}}}},
			[]string{"it has 2048 CPU units left, and the task needs 4096", "it has 4096 MiB of memory left, and the task needs 8192", adviceCPU, adviceMemory}, nil,
		},
		"agent": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1, disconnected), instanceNo(2)}},
			Request{Failures: failed("AGENT", 1)},
			[]string{"AGENT (i-1)", "  - i-1: its ECS agent is not connected", "Get-Service AmazonECS"}, []string{"i-2"},
		},
		"draining": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1, draining)}}, Request{},
			[]string{"it gave no reason", "its status is DRAINING", adviceStatus}, nil,
		},
		"many instances": {
			world{instances: []ecstypes.ContainerInstance{
				instanceNo(1, disconnected), instanceNo(2, disconnected), instanceNo(3, disconnected),
				instanceNo(4, disconnected), instanceNo(5, disconnected), instanceNo(6, disconnected), instanceNo(7),
			}},
			Request{Failures: failed("AGENT", 1, 2, 3, 4, 5, 6)},
			[]string{"AGENT (i-1, i-2, i-3, i-4, i-5 and 1 more)"}, nil,
		},
		"nothing may be read": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1)}, denied: map[string]bool{"ListContainerInstances": true}},
			Request{Failures: failed("ATTRIBUTE", 1)},
			[]string{"ATTRIBUTE (1)", "requiresAttributes", "More could be said if the container instances could be read."}, []string{"Availability"},
		},
		"EC2 may not be read": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1)}, denied: map[string]bool{"DescribeInstances": true, "DescribeInstanceTypes": true, "DescribeSubnets": true}},
			Request{Failures: failed("RESOURCE:ENI", 1)},
			[]string{adviceENI, "if the instance types could be read", "if the EC2 instances could be read", "if the subnets could be read"}, nil,
		},
		"no definition": {
			world{instances: []ecstypes.ContainerInstance{instanceNo(1)}}, Request{Failures: failed("RESOURCE:MEMORY", 1), Definition: &ecstypes.TaskDefinition{}},
			[]string{adviceMemory}, nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.request.Cluster, tt.request.Subnets = "windows", []string{"subnet-0a"}
			if tt.request.Definition == nil {
				tt.request.Definition = definition()
			}
			got := Explainer{Members: tt.world, Hosts: tt.world}.Explain(t.Context(), tt.request)
			for _, part := range tt.want {
				if !strings.Contains(got, part) {
					t.Errorf("%q does not say %q", got, part)
				}
			}
			for _, part := range tt.wantNone {
				if strings.Contains(got, part) {
					t.Errorf("%q says %q", got, part)
				}
			}
		})
	}
}

// TestAttributeAdvice: each attribute gets the advice of its own setting.
func TestAttributeAdvice(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"ecs.capability.task-eni":                                       "ECS_ENABLE_TASK_ENI=true",
		"ecs.capability.task-eni-block-instance-metadata":               "ECS_AWSVPC_BLOCK_IMDS=true",
		"ecs.capability.task-eni-trunking":                              "No Windows instance ever has",
		"ecs.capability.efsAuth":                                        "No Windows instance ever has",
		"ecs.capability.increased-task-cpu-limit":                       "10240",
		"ecs.capability.execution-role-awslogs":                         "ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true",
		"com.amazonaws.ecs.capability.task-iam-role":                    "ECS_ENABLE_TASK_IAM_ROLE=true",
		"com.amazonaws.ecs.capability.task-iam-role-network-host":       "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST=true",
		"com.amazonaws.ecs.capability.logging-driver.splunk":            `ECS_AVAILABLE_LOGGING_DRIVERS with "splunk" in its list`,
		"com.amazonaws.ecs.capability.logging-driver.awsfirelens":       "FireLens is not available on Windows",
		"ecs.capability.firelens.fluentbit":                             "FireLens is not available on Windows",
		"ecs.capability.gmsa":                                           "joined the domain",
		"ecs.capability.gmsa-domainless":                                "CCG",
		"com.amazonaws.ecs.capability.docker-remote-api.1.99":           "newer ECS agent or Docker",
		"ecs.capability.secrets.asm.environment-variables.and-the-rest": "newer ECS agent or Docker",
		"stack": "ECS_INSTANCE_ATTRIBUTES",
	} {
		if got := attributeAdvice(name); !strings.Contains(got, want) || !strings.Contains(got, name) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestSizeOfATask: the task's own size wins over that of its containers, and
// an override over both.
func TestSizeOfATask(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, o := &ecstypes.TaskDefinition{}, &ecstypes.TaskOverride{}
		wantCPU, wantMemory := 0, 0
		for n := range rapid.IntRange(0, 4).Draw(t, "containers") {
			cpu, memory := rapid.Int32Range(0, 4096).Draw(t, "cpu"), rapid.Int32Range(4, 8192).Draw(t, "memory")
			d.ContainerDefinitions = append(d.ContainerDefinitions, ecstypes.ContainerDefinition{
				Name: aws.String(fmt.Sprint(n)), Cpu: cpu, Memory: aws.Int32(memory),
			})
			if rapid.Bool().Draw(t, "override") {
				cpu++
				o.ContainerOverrides = append(o.ContainerOverrides, ecstypes.ContainerOverride{Name: aws.String(fmt.Sprint(n)), Cpu: aws.Int32(cpu)})
			}
			wantCPU, wantMemory = wantCPU+int(cpu), wantMemory+int(memory)
		}
		if rapid.Bool().Draw(t, "taskLevel") {
			wantMemory = 512
			d.Memory = aws.String("512")
		}
		if rapid.Bool().Draw(t, "taskOverride") {
			wantMemory = 256
			o.Memory = aws.String("256")
		}
		cpu, memory := size(d, o)
		if diff := cmp.Diff([]int{wantCPU, wantMemory}, []int{cpu, memory}); diff != "" {
			t.Fatal(diff)
		}
	})
}
