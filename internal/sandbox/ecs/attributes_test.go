package ecs_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestFeaturesRequireAttributes(t *testing.T) {
	t.Parallel()
	type definition = ecs.RegisterTaskDefinitionInput
	const role = "arn:aws:iam::123456789012:role/x"
	first := func(change func(*types.ContainerDefinition)) func(*definition) {
		return func(in *definition) {
			in.ExecutionRoleArn = aws.String(role)
			change(&in.ContainerDefinitions[0])
		}
	}
	secret := func(from string) func(*definition) {
		return first(func(c *types.ContainerDefinition) {
			c.Secrets = []types.Secret{{Name: aws.String("A"), ValueFrom: &from}}
		})
	}
	for want, change := range map[string]func(*definition){
		"ecs.capability.task-eni": func(*definition) {},
		"com.amazonaws.ecs.capability.task-iam-role": func(in *definition) {
			in.TaskRoleArn = aws.String(role)
		},
		"com.amazonaws.ecs.capability.ecr-auth": first(func(c *types.ContainerDefinition) {
			c.Image = aws.String("123456789012.dkr.ecr.us-east-1.amazonaws.com/iis:1")
		}),
		"ecs.capability.secrets.asm.environment-variables": secret("arn:aws:secretsmanager:us-east-1:123456789012:secret:a"),
		"ecs.capability.secrets.ssm.environment-variables": secret("/iis/token"),
		"ecs.capability.gmsa": first(func(c *types.ContainerDefinition) {
			c.CredentialSpecs = []string{"credentialspec:arn:aws:s3:::b/spec.json"}
		}),
		"ecs.capability.gmsa-domainless": first(func(c *types.ContainerDefinition) {
			c.CredentialSpecs = []string{"credentialspecdomainless:arn:aws:s3:::b/spec.json"}
		}),
		"ecs.capability.increased-task-cpu-limit":           func(in *definition) { in.Cpu = aws.String("16384") },
		"com.amazonaws.ecs.capability.privileged-container": first(func(c *types.ContainerDefinition) { c.Privileged = aws.Bool(true) }),
		"ecs.capability.network.container-port-range": first(func(c *types.ContainerDefinition) {
			c.PortMappings = []types.PortMapping{{ContainerPortRange: aws.String("80-90")}}
		}),
		"ecs.capability.storage.ebs-task-volume-attach": func(in *definition) {
			in.Volumes = []types.Volume{{Name: aws.String("v"), ConfiguredAtLaunch: aws.Bool(true)}}
		},
		"ecs.capability.pid-ipc-namespace-sharing": func(in *definition) { in.PidMode = types.PidModeTask },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			c, _ := newClient(t)
			in := minimal("iis")
			has := func() bool {
				out := must(c.RegisterTaskDefinition(t.Context(), in))(t)
				return slices.ContainsFunc(out.TaskDefinition.RequiresAttributes, func(a types.Attribute) bool {
					return *a.Name == want
				})
			}
			if want != "ecs.capability.task-eni" && has() {
				t.Fatal("the attribute is required of any definition")
			}
			change(in)
			if !has() {
				t.Error("the attribute is not required")
			}
		})
	}
}

func TestCompatibilities(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*ecs.RegisterTaskDefinitionInput)
		want   []types.Compatibility
	}{
		"awsvpc without a size": {func(*ecs.RegisterTaskDefinitionInput) {}, []types.Compatibility{"EC2"}},
		"awsvpc with a Fargate size": {func(in *ecs.RegisterTaskDefinitionInput) {
			in.Cpu, in.Memory = aws.String("1 vCPU"), aws.String("2 GB")
		}, []types.Compatibility{"EC2", "FARGATE"}},
		"Windows below one vCPU": {func(in *ecs.RegisterTaskDefinitionInput) {
			in.Cpu, in.Memory = aws.String("512"), aws.String("2048")
			in.RuntimePlatform = &types.RuntimePlatform{OperatingSystemFamily: types.OSFamilyWindowsServer2022Core}
		}, []types.Compatibility{"EC2"}},
		"bridge": {func(in *ecs.RegisterTaskDefinitionInput) {
			in.NetworkMode = types.NetworkModeBridge
		}, []types.Compatibility{"EC2", "EXTERNAL"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newClient(t)
			in := minimal("iis")
			test.change(in)
			out := must(c.RegisterTaskDefinition(t.Context(), in))(t)
			if d := diff(test.want, out.TaskDefinition.Compatibilities); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestConcurrentRegistrationsGetNumbersOfTheirOwn(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t)
	const callers, each = 8, 10
	numbers := make(chan int32, callers*each)
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for range each {
				out, err := c.RegisterTaskDefinition(t.Context(), minimal("iis"))
				if err != nil {
					t.Error(err)
					return
				}
				numbers <- out.TaskDefinition.Revision
			}
		})
	}
	group.Wait()
	close(numbers)
	seen := map[int32]bool{}
	for n := range numbers {
		if seen[n] || n < 1 || n > callers*each {
			t.Errorf("revision %d was given twice, or is out of range", n)
		}
		seen[n] = true
	}
	if len(seen) != callers*each {
		t.Errorf("%d revisions, want %d", len(seen), callers*each)
	}
}
