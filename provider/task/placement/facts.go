package placement

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
)

// maxInstances is how many container instances are looked at: one page, for
// an explanation is read by people.
const maxInstances = 100

// facts is what was found out.
type facts struct {
	instances []instance
	// subnets are the task's; empty where they are not known.
	subnets []subnet
	// unread are sentences on what could not be read.
	unread []string
}

// subnet is one in which the task's interface could be.
type subnet struct {
	id, zone string
	// free is how many addresses are left.
	free int
}

// instance is one container instance, with what EC2 tells of it.
type instance struct {
	ecstypes.ContainerInstance

	// interfaces is how many the type allows on its default network card; 0
	// where that is not known.
	interfaces int
	// attached is how many EC2 counts now, the first included; 0 where that is
	// not known.
	attached int
}

func (i instance) attribute(name string) (string, bool) {
	for _, a := range i.Attributes {
		if aws.ToString(a.Name) == name {
			return aws.ToString(a.Value), true
		}
	}
	return "", false
}

// name is the instance's id, or what its ARN ends in.
func (i instance) name() string {
	if id := aws.ToString(i.Ec2InstanceId); id != "" {
		return id
	}
	return lastPart(aws.ToString(i.ContainerInstanceArn))
}

// taskInterfaces is how many interfaces ECS has attached for tasks, or is
// about to.
func (i instance) taskInterfaces() int {
	n := 0
	for _, a := range i.Attachments {
		kind, status := aws.ToString(a.Type), aws.ToString(a.Status)
		if (kind == "ElasticNetworkInterface" || kind == "eni") && status != "DETACHED" && status != "DELETED" && status != "FAILED" {
			n++
		}
	}
	return n
}

// remaining returns what is left of CPU or MEMORY.
func (i instance) remaining(resource string) (int, bool) {
	for _, r := range i.RemainingResources {
		if aws.ToString(r.Name) == resource {
			return int(r.IntegerValue), true
		}
	}
	return 0, false
}

func (f facts) nameOf(arn string) string {
	for _, i := range f.instances {
		if aws.ToString(i.ContainerInstanceArn) == arn {
			return i.name()
		}
	}
	return lastPart(arn)
}

func lastPart(arn string) string {
	return arn[strings.LastIndexByte(arn, '/')+1:]
}

func (e Explainer) look(ctx context.Context, r Request) facts {
	var f facts
	f.unable("container instances", e.lookAtMembers(ctx, r, &f))
	f.unable("instance types", e.lookAtTypes(ctx, &f))
	f.unable("EC2 instances", e.lookAtHosts(ctx, &f))
	f.unable("subnets", e.lookAtSubnets(ctx, r, &f))
	return f
}

func (f *facts) unable(what string, err error) {
	if err != nil {
		f.unread = append(f.unread, fmt.Sprintf("More could be said if the %s could be read. %s", what, awsapi.Explain(err).Cause))
	}
}

func (e Explainer) lookAtMembers(ctx context.Context, r Request, f *facts) error {
	listed, err := e.Members.ListContainerInstances(ctx, &ecs.ListContainerInstancesInput{
		Cluster: aws.String(r.Cluster), MaxResults: aws.Int32(maxInstances),
	})
	if err != nil || len(listed.ContainerInstanceArns) == 0 {
		return err
	}
	described, err := e.Members.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{
		Cluster: aws.String(r.Cluster), ContainerInstances: listed.ContainerInstanceArns,
	})
	if err != nil {
		return err
	}
	for _, i := range described.ContainerInstances {
		f.instances = append(f.instances, instance{ContainerInstance: i})
	}
	slices.SortFunc(f.instances, func(a, b instance) int { return cmp.Compare(a.name(), b.name()) })
	return nil
}

func (e Explainer) lookAtTypes(ctx context.Context, f *facts) error {
	var names []ec2types.InstanceType
	for _, i := range f.instances {
		if name, ok := i.attribute("ecs.instance-type"); ok && !slices.Contains(names, ec2types.InstanceType(name)) {
			names = append(names, ec2types.InstanceType(name))
		}
	}
	if len(names) == 0 {
		return nil
	}
	out, err := e.Hosts.DescribeInstanceTypes(ctx, &ec2.DescribeInstanceTypesInput{InstanceTypes: names})
	if err != nil {
		return err
	}
	limits := map[string]int{}
	for _, t := range out.InstanceTypes {
		limits[string(t.InstanceType)] = interfaceLimit(t.NetworkInfo)
	}
	for n := range f.instances {
		name, _ := f.instances[n].attribute("ecs.instance-type")
		f.instances[n].interfaces = limits[name]
	}
	return nil
}

// interfaceLimit is the limit of the default network card: ECS attaches no
// task's interface to another one.
func interfaceLimit(info *ec2types.NetworkInfo) int {
	if info == nil {
		return 0
	}
	for _, card := range info.NetworkCards {
		if aws.ToInt32(card.NetworkCardIndex) == aws.ToInt32(info.DefaultNetworkCardIndex) && card.MaximumNetworkInterfaces != nil {
			return int(*card.MaximumNetworkInterfaces)
		}
	}
	return int(aws.ToInt32(info.MaximumNetworkInterfaces))
}

func (e Explainer) lookAtHosts(ctx context.Context, f *facts) error {
	var ids []string
	for _, i := range f.instances {
		if id := aws.ToString(i.Ec2InstanceId); id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	out, err := e.Hosts.DescribeInstances(ctx, &ec2.DescribeInstancesInput{
		Filters: []ec2types.Filter{{Name: aws.String("instance-id"), Values: ids}},
	})
	if err != nil {
		return err
	}
	attached := map[string]int{}
	for _, reservation := range out.Reservations {
		for _, i := range reservation.Instances {
			attached[aws.ToString(i.InstanceId)] = len(i.NetworkInterfaces)
		}
	}
	for n := range f.instances {
		f.instances[n].attached = attached[aws.ToString(f.instances[n].Ec2InstanceId)]
	}
	return nil
}

func (e Explainer) lookAtSubnets(ctx context.Context, r Request, f *facts) error {
	if len(r.Subnets) == 0 || len(f.instances) == 0 {
		return nil
	}
	out, err := e.Hosts.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{
		Filters: []ec2types.Filter{{Name: aws.String("subnet-id"), Values: r.Subnets}},
	})
	if err != nil {
		return err
	}
	for _, s := range out.Subnets {
		f.subnets = append(f.subnets, subnet{
			id: aws.ToString(s.SubnetId), zone: aws.ToString(s.AvailabilityZone), free: int(aws.ToInt32(s.AvailableIpAddressCount)),
		})
	}
	return nil
}
