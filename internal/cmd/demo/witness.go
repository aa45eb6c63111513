package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

// witness asks the sandbox with the AWS SDK, past Terraform and the provider.
type witness struct {
	ecs *ecs.Client
	ec2 *ec2.Client
	ssm *ssm.Client
}

// imageParameter names the newest ECS-optimized AMI of Windows Server 2022 Core.
const imageParameter = "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-ECS_Optimized/image_id"

func newWitness(url string) witness {
	config := aws.Config{
		BaseEndpoint: aws.String(url),
		Region:       sandbox.DefaultRegion,
		Credentials:  credentials.NewStaticCredentialsProvider("AKIASANDBOX", "sandbox", ""),
	}
	return witness{ecs: ecs.NewFromConfig(config), ec2: ec2.NewFromConfig(config), ssm: ssm.NewFromConfig(config)}
}

// instanceSubnet returns the subnet that the first instance lies in.
func (w witness) instanceSubnet(ctx context.Context) (string, error) {
	out, err := w.ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
	if err != nil {
		return "", fmt.Errorf("looking up the instance: %w", err)
	}
	for _, reservation := range out.Reservations {
		for _, instance := range reservation.Instances {
			return aws.ToString(instance.SubnetId), nil
		}
	}
	return "", errors.New("looking up the instance: there is none")
}

// interfaceLimit returns how many network interfaces an instance of the story's
// type can have.
func (w witness) interfaceLimit(ctx context.Context) (int32, error) {
	out, err := w.ec2.DescribeInstanceTypes(ctx, &ec2.DescribeInstanceTypesInput{
		InstanceTypes: []ec2types.InstanceType{instanceType},
	})
	if err != nil {
		return 0, fmt.Errorf("looking up the instance type: %w", err)
	}
	if len(out.InstanceTypes) != 1 || out.InstanceTypes[0].NetworkInfo == nil {
		return 0, fmt.Errorf("looking up the instance type: EC2 does not tell of %s", instanceType)
	}
	return aws.ToInt32(out.InstanceTypes[0].NetworkInfo.MaximumNetworkInterfaces), nil
}

// task returns the only running task as Terraform imports it.
func (w witness) task(ctx context.Context) (string, error) {
	out, err := w.ecs.ListTasks(ctx, &ecs.ListTasksInput{Cluster: aws.String(cluster)})
	if err != nil {
		return "", fmt.Errorf("looking up the task: %w", err)
	}
	if len(out.TaskArns) != 1 {
		return "", fmt.Errorf("looking up the task: there are %d", len(out.TaskArns))
	}
	_, id, _ := strings.Cut(out.TaskArns[0], ":task/")
	return id, nil
}

// image returns the AMI that AWS recommends, by its public parameter.
func (w witness) image(ctx context.Context) (string, error) {
	out, err := w.ssm.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(imageParameter)})
	if err != nil {
		return "", fmt.Errorf("looking up the AMI: %w", err)
	}
	return aws.ToString(out.Parameter.Value), nil
}

// launch starts an instance.
func (w witness) launch(ctx context.Context, image, userData string) (string, error) {
	out, err := w.ec2.RunInstances(ctx, &ec2.RunInstancesInput{
		ImageId: aws.String(image), InstanceType: instanceType, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		IamInstanceProfile: &ec2types.IamInstanceProfileSpecification{Name: aws.String("ecsInstanceRole")},
		UserData:           aws.String(base64.StdEncoding.EncodeToString([]byte(userData))),
	})
	if err != nil {
		return "", fmt.Errorf("launching the instance: %w", err)
	}
	return aws.ToString(out.Instances[0].InstanceId), nil
}

// console returns the last line of an instance's serial console.
func (w witness) console(ctx context.Context, instance string) (string, error) {
	out, err := w.ec2.GetConsoleOutput(ctx, &ec2.GetConsoleOutputInput{InstanceId: aws.String(instance)})
	if err != nil {
		return "", fmt.Errorf("reading the instance's console: %w", err)
	}
	text, err := base64.StdEncoding.DecodeString(aws.ToString(out.Output))
	if err != nil {
		return "", fmt.Errorf("reading the instance's console: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1], nil
}

// terminate ends an instance.
func (w witness) terminate(ctx context.Context, instance string) error {
	if _, err := w.ec2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{instance}}); err != nil {
		return fmt.Errorf("terminating the instance: %w", err)
	}
	return nil
}

// interfaces describes the ENIs that ECS made for tasks.
func (w witness) interfaces(ctx context.Context) ([]string, error) {
	out, err := w.ec2.DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{
		Filters: []ec2types.Filter{{Name: aws.String("description"), Values: []string{"arn:aws:ecs:*"}}},
	})
	if err != nil {
		return nil, fmt.Errorf("looking up the ENIs of tasks: %w", err)
	}
	var lines []string
	for _, i := range out.NetworkInterfaces {
		lines = append(lines, fmt.Sprintf("%s  %s  %s  in %s, %s",
			aws.ToString(i.NetworkInterfaceId), aws.ToString(i.PrivateIpAddress), aws.ToString(i.MacAddress), aws.ToString(i.SubnetId), i.Status))
	}
	return lines, nil
}

// left lists what is still there: tasks' ENIs, active task definitions, and
// clusters.
func (w witness) left(ctx context.Context) ([]string, error) {
	left, err := w.interfaces(ctx)
	if err != nil {
		return nil, err
	}
	definitions, err := w.ecs.ListTaskDefinitions(ctx, &ecs.ListTaskDefinitionsInput{Status: ecstypes.TaskDefinitionStatusActive})
	if err != nil {
		return nil, fmt.Errorf("listing what is left: %w", err)
	}
	clusters, err := w.ecs.ListClusters(ctx, &ecs.ListClustersInput{})
	if err != nil {
		return nil, fmt.Errorf("listing what is left: %w", err)
	}
	return append(append(left, definitions.TaskDefinitionArns...), clusters.ClusterArns...), nil
}
