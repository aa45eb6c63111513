package taskdef_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

func TestOverride(t *testing.T) {
	t.Parallel()
	pair := func(name, value string) types.KeyValuePair {
		return types.KeyValuePair{Name: aws.String(name), Value: aws.String(value)}
	}
	in := &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), Cpu: aws.String("1024"), TaskRoleArn: aws.String("role"),
		ContainerDefinitions: []types.ContainerDefinition{
			{Name: aws.String("iis"), Image: aws.String("iis"), Cpu: 512, Memory: aws.Int32(1024), Command: []string{"ping"}, Environment: []types.KeyValuePair{pair("A", "1"), pair("B", "1")}},
			{Name: aws.String("log"), Cpu: 128},
		},
	}
	before := *in
	got := taskdef.Override(in, &types.TaskOverride{
		Memory: aws.String("4096"), ExecutionRoleArn: aws.String("executor"),
		ContainerOverrides: []types.ContainerOverride{
			{Name: aws.String("iis"), Cpu: aws.Int32(0), MemoryReservation: aws.Int32(256), Command: []string{"cmd"}, Environment: []types.KeyValuePair{pair("B", "2"), pair("C", "2")}},
			{Name: aws.String("nobody"), Memory: aws.Int32(1)},
		},
	})
	want := &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), Cpu: aws.String("1024"), Memory: aws.String("4096"), TaskRoleArn: aws.String("role"), ExecutionRoleArn: aws.String("executor"),
		ContainerDefinitions: []types.ContainerDefinition{
			{
				Name: aws.String("iis"), Image: aws.String("iis"), Memory: aws.Int32(1024), MemoryReservation: aws.Int32(256), Command: []string{"cmd"},
				Environment: []types.KeyValuePair{pair("A", "1"), pair("B", "2"), pair("C", "2")},
			},
			{Name: aws.String("log"), Cpu: 128},
		},
	}
	if changes := taskdef.Changes(want, got); len(changes) > 0 {
		t.Errorf("differs in %v", changes)
	}
	if changes := taskdef.Changes(&before, in); len(changes) > 0 || len(in.ContainerDefinitions[0].Environment) != 2 {
		t.Errorf("the definition itself has changed in %v", changes)
	}
}

// TestOverrideOfNothing is the definition as it is.
func TestOverrideOfNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := named(definition(t))
		none := &types.TaskOverride{}
		for _, c := range in.ContainerDefinitions {
			none.ContainerOverrides = append(none.ContainerOverrides, types.ContainerOverride{Name: c.Name})
		}
		if changes := taskdef.Changes(in, taskdef.Override(in, none)); len(changes) > 0 {
			t.Errorf("differs in %v", changes)
		}
	})
}
