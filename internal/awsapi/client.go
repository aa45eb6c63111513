package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// Client is an authenticated way to AWS in one account and Region. It is safe
// for concurrent use, and its fields are not changed after New.
type Client struct {
	// Region is where the calls go, such as eu-central-1.
	Region string
	// Partition is the Region's partition: aws, aws-cn, aws-us-gov, ...
	Partition string
	// AccountID is the 12-digit id of the account of the credentials. It is
	// empty where nobody asked AWS for it (Config.SkipCredentialsValidation)
	// and the credentials do not tell.
	AccountID string

	// TaskDefinitions are the calls on task definitions.
	TaskDefinitions *TaskDefinitions
	// Clusters are the calls on clusters.
	Clusters *Clusters
	// Tasks are the calls on tasks.
	Tasks *Tasks
	// ContainerInstances are the calls on the members of a cluster.
	ContainerInstances *ContainerInstances
	// Network are the calls to EC2 on network interfaces, instances and
	// subnets.
	Network *Network
	// Tags are the calls on the tags of any ECS resource.
	Tags *Tags
}

// call is one operation of an SDK client as a method value. The adapters hold
// these instead of the client itself: a client inside an interface would keep
// every operation of the service in the binary.
type call[In, Out any] func(context.Context, *In, ...func(*ecs.Options)) (*Out, error)
