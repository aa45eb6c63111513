package taskdef

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Override returns the definition that a task runs with when it overrides
// parts of in: sizes, roles and commands in place of the definition's,
// environment variables by their names. Containers that the definition does
// not have are left out, and so is what only Fargate or accelerators know. The
// result shares memory with both arguments, of which neither is changed.
//
// Source: Amazon ECS API Reference, TaskOverride and ContainerOverride.
func Override(in *ecs.RegisterTaskDefinitionInput, o *types.TaskOverride) *ecs.RegisterTaskDefinitionInput {
	if in == nil || o == nil {
		return in
	}
	out := *in
	out.Cpu, out.Memory = given(o.Cpu, in.Cpu), given(o.Memory, in.Memory)
	out.TaskRoleArn = given(o.TaskRoleArn, in.TaskRoleArn)
	out.ExecutionRoleArn = given(o.ExecutionRoleArn, in.ExecutionRoleArn)
	out.ContainerDefinitions = slices.Clone(in.ContainerDefinitions)
	for _, container := range o.ContainerOverrides {
		for i := range out.ContainerDefinitions {
			if aws.ToString(out.ContainerDefinitions[i].Name) == aws.ToString(container.Name) {
				overrideContainer(&out.ContainerDefinitions[i], container)
			}
		}
	}
	return &out
}

func overrideContainer(c *types.ContainerDefinition, o types.ContainerOverride) {
	if o.Cpu != nil {
		c.Cpu = *o.Cpu
	}
	c.Memory, c.MemoryReservation = given(o.Memory, c.Memory), given(o.MemoryReservation, c.MemoryReservation)
	if o.Command != nil {
		c.Command = o.Command
	}
	if o.EnvironmentFiles != nil {
		c.EnvironmentFiles = o.EnvironmentFiles
	}
	c.Environment = overrideVariables(c.Environment, o.Environment)
}

func overrideVariables(defined, overrides []types.KeyValuePair) []types.KeyValuePair {
	if len(overrides) == 0 {
		return defined
	}
	kept := slices.DeleteFunc(slices.Clone(defined), func(had types.KeyValuePair) bool {
		return slices.ContainsFunc(overrides, func(set types.KeyValuePair) bool {
			return aws.ToString(set.Name) == aws.ToString(had.Name)
		})
	})
	return append(kept, overrides...)
}

func given[T any](override, defined *T) *T {
	if override != nil {
		return override
	}
	return defined
}
