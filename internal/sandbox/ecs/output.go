package ecs

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/smithy-go"
)

// alwaysThere returns those members of a structure that ECS reports even when
// they are zero. The SDK's types cannot tell zero from absent and would leave
// them out.
func alwaysThere(structure *smithy.Schema) []*smithy.Schema {
	var members []*smithy.Schema
	for _, m := range []*smithy.Schema{
		schemas.Cluster_activeServicesCount,
		schemas.Cluster_pendingTasksCount,
		schemas.Cluster_registeredContainerInstancesCount,
		schemas.Cluster_runningTasksCount,
		schemas.ContainerDefinition_cpu,
		schemas.ContainerInstance_pendingTasksCount,
		schemas.ContainerInstance_runningTasksCount,
		schemas.Resource_integerValue,
		schemas.CapacityProviderStrategyItem_base,
		schemas.CapacityProviderStrategyItem_weight,
	} {
		if structure.Member(m.MemberName()) == m {
			members = append(members, m)
		}
	}
	return members
}

// withZeroes is an output that writes the numbers in alwaysThere.
type withZeroes struct {
	smithy.Serializable
}

// Serialize writes the output.
func (v withZeroes) Serialize(s smithy.ShapeSerializer) {
	v.Serializable.Serialize(&zeroWriter{ShapeSerializer: s})
}

// zeroWriter passes everything on, and at the end of each structure adds the
// numbers that are missing.
type zeroWriter struct {
	smithy.ShapeSerializer
	open []openStruct
}

type openStruct struct {
	expected []*smithy.Schema
	written  map[*smithy.Schema]bool
}

// WriteStruct begins a structure.
func (z *zeroWriter) WriteStruct(s *smithy.Schema) {
	z.open = append(z.open, openStruct{expected: alwaysThere(s), written: map[*smithy.Schema]bool{}})
	z.ShapeSerializer.WriteStruct(s)
}

// WriteInt32 writes a number and remembers that it is there.
func (z *zeroWriter) WriteInt32(s *smithy.Schema, v int32) {
	if n := len(z.open); n > 0 {
		z.open[n-1].written[s] = true
	}
	z.ShapeSerializer.WriteInt32(s, v)
}

// CloseStruct adds what is missing and ends the structure.
func (z *zeroWriter) CloseStruct() {
	last := z.open[len(z.open)-1]
	z.open = z.open[:len(z.open)-1]
	for _, s := range last.expected {
		if !last.written[s] {
			z.ShapeSerializer.WriteInt32(s, 0)
		}
	}
	z.ShapeSerializer.CloseStruct()
}
