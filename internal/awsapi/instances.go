package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// ContainerInstances are the ECS calls on the members of a cluster.
type ContainerInstances struct {
	describe call[ecs.DescribeContainerInstancesInput, ecs.DescribeContainerInstancesOutput]
	list     call[ecs.ListContainerInstancesInput, ecs.ListContainerInstancesOutput]
}

func newContainerInstances(c *ecs.Client) *ContainerInstances {
	return &ContainerInstances{
		describe: c.DescribeContainerInstances,
		list:     c.ListContainerInstances,
	}
}

// DescribeContainerInstances describes up to 100 container instances of one
// cluster. One that does not exist is in the output's Failures, not an error.
func (c *ContainerInstances) DescribeContainerInstances(ctx context.Context, in *ecs.DescribeContainerInstancesInput) (*ecs.DescribeContainerInstancesOutput, error) {
	return c.describe(ctx, in)
}

// ListContainerInstances returns one page of at most 100 ARNs.
func (c *ContainerInstances) ListContainerInstances(ctx context.Context, in *ecs.ListContainerInstancesInput) (*ecs.ListContainerInstancesOutput, error) {
	return c.list(ctx, in)
}
