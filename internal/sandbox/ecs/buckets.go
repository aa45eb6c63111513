package ecs

import "github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"

// The groups of calls that share a token bucket.
const (
	clusterModify    = "cluster-modify"
	clusterRead      = "cluster-read"
	resourceModify   = "cluster-resource-modify"
	resourceRead     = "cluster-resource-read"
	capacityRead     = "capacity-provider-read"
	definitionModify = "task-definition-modify"
	definitionRead   = "task-definition-read"
	definitionDelete = "task-definition-delete"
	settingModify    = "settings-modify"
	settingRead      = "settings-read"
	tagModify        = "tags-modify"
	tagRead          = "tags-read"
)

// buckets returns the sizes from
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/request-throttling.html
func buckets() map[string]wire.Bucket {
	return map[string]wire.Bucket{
		clusterModify:    {Burst: 20, PerSecond: 1},
		clusterRead:      {Burst: 50, PerSecond: 20},
		resourceModify:   {Burst: 100, PerSecond: 40},
		resourceRead:     {Burst: 100, PerSecond: 20},
		capacityRead:     {Burst: 50, PerSecond: 20},
		definitionModify: {Burst: 20, PerSecond: 1},
		definitionRead:   {Burst: 50, PerSecond: 20},
		definitionDelete: {Burst: 5, PerSecond: 1},
		settingModify:    {Burst: 10, PerSecond: 1},
		settingRead:      {Burst: 50, PerSecond: 20},
		tagModify:        {Burst: 20, PerSecond: 10},
		tagRead:          {Burst: 50, PerSecond: 20},
	}
}
