package ec2_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ssm"
)

// launch is a request for one instance of Windows Server 2022 Core.
func launch(changes ...func(*api.RunInstancesInput)) *api.RunInstancesInput {
	in := &api.RunInstancesInput{
		ImageId: aws.String(ssm.ImageID("WINDOWS_SERVER_2022_CORE")), InstanceType: types.InstanceTypeM5Large,
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	}
	for _, change := range changes {
		change(in)
	}
	return in
}

func TestAnInstanceIsLaunchedDescribedAndTerminated(t *testing.T) {
	t.Parallel()
	c := sandboxtest.New(t, sandbox.Options{}).EC2()
	free := func() int32 {
		subnets := must(c.DescribeSubnets(t.Context(), &api.DescribeSubnetsInput{}))(t).Subnets
		return *subnets[0].AvailableIpAddressCount
	}
	before := free()
	run := must(c.RunInstances(t.Context(), launch(func(in *api.RunInstancesInput) {
		in.MaxCount = aws.Int32(2)
		in.TagSpecifications = []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}}}}
	})))(t)
	if len(run.Instances) != 2 || run.Instances[0].State.Name != types.InstanceStateNameRunning {
		t.Fatalf("got %d instances: %v", len(run.Instances), run.Instances)
	}
	if free() != before-2 {
		t.Errorf("%d addresses are free, %d were", free(), before)
	}
	id := *run.Instances[0].InstanceId
	shown := must(c.DescribeInstances(t.Context(), &api.DescribeInstancesInput{Filters: []types.Filter{filter("tag:team", "shop")}}))(t)
	if len(shown.Reservations) != 2 || *shown.Reservations[0].Instances[0].InstanceId != id {
		t.Errorf("found by tag: %v", shown.Reservations)
	}
	ended := must(c.TerminateInstances(t.Context(), &api.TerminateInstancesInput{InstanceIds: []string{id, *run.Instances[1].InstanceId}}))(t)
	if len(ended.TerminatingInstances) != 2 || ended.TerminatingInstances[0].CurrentState.Name != types.InstanceStateNameShuttingDown {
		t.Errorf("terminating: %v", ended.TerminatingInstances)
	}
	if free() != before {
		t.Errorf("%d addresses are free after the end, %d were", free(), before)
	}
	_, err := c.GetConsoleOutput(t.Context(), &api.GetConsoleOutputInput{InstanceId: aws.String(id)})
	wantCode(t, err, "InvalidInstanceID.NotFound")
}

func TestAClientTokenLaunchesOnce(t *testing.T) {
	t.Parallel()
	c := sandboxtest.New(t, sandbox.Options{}).EC2()
	with := func(token string) string {
		in := launch(func(in *api.RunInstancesInput) { in.ClientToken = aws.String(token) })
		return *must(c.RunInstances(t.Context(), in))(t).Instances[0].InstanceId
	}
	first := with("a")
	if second := with("a"); second != first {
		t.Errorf("the same token launched %s and %s", first, second)
	}
	if other := with("b"); other == first {
		t.Error("another token launched nothing")
	}
}

// TestAsManyAsThereIsRoomFor launches instances into a subnet with eleven
// addresses.
func TestAsManyAsThereIsRoomFor(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	c := s.EC2()
	small := must(s.AddSubnet("", "", "us-east-1b", "172.31.48.0/28"))(t)
	many := func(least int32) (*api.RunInstancesOutput, error) {
		return c.RunInstances(t.Context(), launch(func(in *api.RunInstancesInput) {
			in.SubnetId, in.MinCount, in.MaxCount = &small, aws.Int32(least), aws.Int32(20)
		}))
	}
	_, err := many(12)
	wantCode(t, err, "InsufficientFreeAddressesInSubnet")
	if left := must(c.DescribeInstances(t.Context(), &api.DescribeInstancesInput{}))(t).Reservations; len(left) > 0 {
		t.Errorf("a call that failed left %d instances", len(left))
	}
	if run := must(many(11))(t); len(run.Instances) != 11 {
		t.Errorf("%d instances were launched, want 11", len(run.Instances))
	}
}

func TestWhatEC2DoesNotLaunch(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*api.RunInstancesInput)
		code   string
	}{
		"an unknown AMI":    {func(in *api.RunInstancesInput) { in.ImageId = aws.String("ami-0123") }, "InvalidAMIID.NotFound"},
		"an unknown type":   {func(in *api.RunInstancesInput) { in.InstanceType = "m5.tiny" }, "InvalidParameterValue"},
		"an unknown subnet": {func(in *api.RunInstancesInput) { in.SubnetId = aws.String("subnet-1") }, "InvalidParameterValue"},
		"no number":         {func(in *api.RunInstancesInput) { in.MaxCount = aws.Int32(0) }, "InvalidParameterValue"},
		"too much user data": {func(in *api.RunInstancesInput) {
			in.UserData = aws.String(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 16385))))
		}, "InvalidParameterValue"},
		"user data that is not base64": {func(in *api.RunInstancesInput) { in.UserData = aws.String("<script>") }, "InvalidParameterValue"},
		"a hop limit beyond 64": {func(in *api.RunInstancesInput) {
			in.MetadataOptions = &types.InstanceMetadataOptionsRequest{HttpPutResponseHopLimit: aws.Int32(65)}
		}, "InvalidParameterValue"},
		"tokens that are neither": {func(in *api.RunInstancesInput) {
			in.MetadataOptions = &types.InstanceMetadataOptionsRequest{HttpTokens: "sometimes"}
		}, "InvalidParameterValue"},
		"a dry run": {func(in *api.RunInstancesInput) { in.DryRun = aws.Bool(true) }, "DryRunOperation"},
	}
	c := sandboxtest.New(t, sandbox.Options{}).EC2()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.RunInstances(t.Context(), launch(test.change))
			wantCode(t, err, test.code)
		})
	}
	most := launch(func(in *api.RunInstancesInput) {
		in.UserData = aws.String(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 16384))))
	})
	if _, err := c.RunInstances(t.Context(), most); err != nil {
		t.Errorf("16384 bytes of user data: %v", err)
	}
}
