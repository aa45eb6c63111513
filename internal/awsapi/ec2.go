package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// ec2Call is call for EC2, whose client has some hundred operations: held as
// a whole, or handed to the SDK's paginators and waiters, it would more than
// double the binary.
type ec2Call[In, Out any] func(context.Context, *In, ...func(*ec2.Options)) (*Out, error)

// Network are the EC2 calls that tell where a task's network interface is,
// and how many of them a container instance can have. All of them only read.
type Network struct {
	interfaces    ec2Call[ec2.DescribeNetworkInterfacesInput, ec2.DescribeNetworkInterfacesOutput]
	instances     ec2Call[ec2.DescribeInstancesInput, ec2.DescribeInstancesOutput]
	instanceTypes ec2Call[ec2.DescribeInstanceTypesInput, ec2.DescribeInstanceTypesOutput]
	subnets       ec2Call[ec2.DescribeSubnetsInput, ec2.DescribeSubnetsOutput]
}

func newNetwork(c *ec2.Client) *Network {
	return &Network{
		interfaces:    c.DescribeNetworkInterfaces,
		instances:     c.DescribeInstances,
		instanceTypes: c.DescribeInstanceTypes,
		subnets:       c.DescribeSubnets,
	}
}

// DescribeNetworkInterfaces returns one page. With a filter on
// network-interface-id (at most 200 values) one that is gone is left out; with
// ids it is an error.
func (n *Network) DescribeNetworkInterfaces(ctx context.Context, in *ec2.DescribeNetworkInterfacesInput) (*ec2.DescribeNetworkInterfacesOutput, error) {
	return n.interfaces(ctx, in)
}

// DescribeInstances returns one page of instances, grouped by reservation.
func (n *Network) DescribeInstances(ctx context.Context, in *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
	return n.instances(ctx, in)
}

// DescribeInstanceTypes describes up to 100 types by name.
func (n *Network) DescribeInstanceTypes(ctx context.Context, in *ec2.DescribeInstanceTypesInput) (*ec2.DescribeInstanceTypesOutput, error) {
	return n.instanceTypes(ctx, in)
}

// DescribeSubnets returns one page of subnets.
func (n *Network) DescribeSubnets(ctx context.Context, in *ec2.DescribeSubnetsInput) (*ec2.DescribeSubnetsOutput, error) {
	return n.subnets(ctx, in)
}
