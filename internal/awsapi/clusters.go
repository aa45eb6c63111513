package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// Clusters are the ECS calls on clusters.
type Clusters struct {
	create               call[ecs.CreateClusterInput, ecs.CreateClusterOutput]
	describe             call[ecs.DescribeClustersInput, ecs.DescribeClustersOutput]
	update               call[ecs.UpdateClusterInput, ecs.UpdateClusterOutput]
	putCapacityProviders call[ecs.PutClusterCapacityProvidersInput, ecs.PutClusterCapacityProvidersOutput]
	remove               call[ecs.DeleteClusterInput, ecs.DeleteClusterOutput]
}

func newClusters(c *ecs.Client) *Clusters {
	return &Clusters{
		create:               c.CreateCluster,
		describe:             c.DescribeClusters,
		update:               c.UpdateCluster,
		putCapacityProviders: c.PutClusterCapacityProviders,
		remove:               c.DeleteCluster,
	}
}

// CreateCluster creates a cluster. On the name of an ACTIVE cluster AWS
// returns that cluster instead of an error.
func (c *Clusters) CreateCluster(ctx context.Context, in *ecs.CreateClusterInput) (*ecs.CreateClusterOutput, error) {
	return c.create(ctx, in)
}

// DescribeClusters describes up to 100 clusters. One that does not exist is
// in the output's Failures, not an error.
func (c *Clusters) DescribeClusters(ctx context.Context, in *ecs.DescribeClustersInput) (*ecs.DescribeClustersOutput, error) {
	return c.describe(ctx, in)
}

// UpdateCluster changes settings, configuration and service connect defaults.
func (c *Clusters) UpdateCluster(ctx context.Context, in *ecs.UpdateClusterInput) (*ecs.UpdateClusterOutput, error) {
	return c.update(ctx, in)
}

// PutClusterCapacityProviders replaces the cluster's capacity providers and
// its default strategy. While a previous change is under way AWS answers
// UpdateInProgressException or ResourceInUseException.
func (c *Clusters) PutClusterCapacityProviders(ctx context.Context, in *ecs.PutClusterCapacityProvidersInput) (*ecs.PutClusterCapacityProvidersOutput, error) {
	return c.putCapacityProviders(ctx, in)
}

// DeleteCluster deletes an empty cluster. AWS refuses one with services,
// tasks or container instances.
func (c *Clusters) DeleteCluster(ctx context.Context, in *ecs.DeleteClusterInput) (*ecs.DeleteClusterOutput, error) {
	return c.remove(ctx, in)
}
