package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// TaskDefinitions are the ECS calls on task definitions.
type TaskDefinitions struct {
	register   call[ecs.RegisterTaskDefinitionInput, ecs.RegisterTaskDefinitionOutput]
	describe   call[ecs.DescribeTaskDefinitionInput, ecs.DescribeTaskDefinitionOutput]
	deregister call[ecs.DeregisterTaskDefinitionInput, ecs.DeregisterTaskDefinitionOutput]
	list       call[ecs.ListTaskDefinitionsInput, ecs.ListTaskDefinitionsOutput]
}

func newTaskDefinitions(c *ecs.Client) *TaskDefinitions {
	return &TaskDefinitions{
		register:   c.RegisterTaskDefinition,
		describe:   c.DescribeTaskDefinition,
		deregister: c.DeregisterTaskDefinition,
		list:       c.ListTaskDefinitions,
	}
}

// RegisterTaskDefinition registers a revision. The call has no idempotency
// token, so it is repeated only when AWS said that it refused it (throttling):
// after a lost response the caller must look whether the revision exists.
func (t *TaskDefinitions) RegisterTaskDefinition(ctx context.Context, in *ecs.RegisterTaskDefinitionInput) (*ecs.RegisterTaskDefinitionOutput, error) {
	return t.register(ctx, in, retryOnlyThrottling)
}

// DescribeTaskDefinition describes one revision; IsNotFound tells whether the
// error means that there is none.
func (t *TaskDefinitions) DescribeTaskDefinition(ctx context.Context, in *ecs.DescribeTaskDefinitionInput) (*ecs.DescribeTaskDefinitionOutput, error) {
	return t.describe(ctx, in)
}

// DeregisterTaskDefinition makes one revision INACTIVE.
func (t *TaskDefinitions) DeregisterTaskDefinition(ctx context.Context, in *ecs.DeregisterTaskDefinitionInput) (*ecs.DeregisterTaskDefinitionOutput, error) {
	return t.deregister(ctx, in)
}

// ListTaskDefinitions returns one page of at most 100 ARNs.
func (t *TaskDefinitions) ListTaskDefinitions(ctx context.Context, in *ecs.ListTaskDefinitionsInput) (*ecs.ListTaskDefinitionsOutput, error) {
	return t.list(ctx, in)
}
