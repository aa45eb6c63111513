package ecs_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// maybe draws a value or its absence.
func maybe[T any](t *rapid.T, label string, values ...T) *T {
	i := rapid.IntRange(-1, len(values)-1).Draw(t, label)
	if i < 0 {
		return nil
	}
	return &values[i]
}

// valid draws a task definition that ECS accepts.
func valid(t *rapid.T) *sdk.RegisterTaskDefinitionInput {
	in := &sdk.RegisterTaskDefinitionInput{
		Family:           aws.String("iis"),
		NetworkMode:      rapid.SampledFrom([]types.NetworkMode{"", "awsvpc", "bridge", "host"}).Draw(t, "networkMode"),
		Cpu:              maybe(t, "task cpu", "1 vCPU", "2vcpu", "2048"),
		Memory:           maybe(t, "task memory", "4 GB", "4096"),
		ExecutionRoleArn: aws.String("ecsTaskExecutionRole"),
		RuntimePlatform: maybe(t, "platform", types.RuntimePlatform{
			OperatingSystemFamily: types.OSFamilyWindowsServer2022Core,
		}),
		RequiresCompatibilities: rapid.SampledFrom([][]types.Compatibility{nil, {}, {"EC2"}}).Draw(t, "compatibilities"),
	}
	if rapid.Bool().Draw(t, "volume") {
		in.Volumes = []types.Volume{{Name: aws.String("data"), Host: maybe(t, "host", types.HostVolumeProperties{})}}
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "containers") {
		in.ContainerDefinitions = append(in.ContainerDefinitions, validContainer(t, i, in))
	}
	in.ContainerDefinitions[0].Essential = maybe(t, "essential", true)
	return in
}

func validContainer(t *rapid.T, i int, in *sdk.RegisterTaskDefinitionInput) types.ContainerDefinition {
	c := types.ContainerDefinition{
		Name:        aws.String("c" + strconv.Itoa(i)),
		Image:       aws.String("iis"),
		Memory:      aws.Int32(512),
		Cpu:         rapid.SampledFrom([]int32{0, 256}).Draw(t, "cpu"),
		Essential:   maybe(t, "essential", true, false),
		Environment: rapid.SampledFrom([][]types.KeyValuePair{nil, {}, {pair("B"), pair("A")}}).Draw(t, "environment"),
		Privileged:  maybe(t, "privileged", false),
		HealthCheck: maybe(t, "health check", types.HealthCheck{
			Command: []string{"CMD", "x"}, Interval: maybe(t, "interval", int32(30), int32(60)), Retries: maybe(t, "retries", int32(3)),
		}),
		RestartPolicy: maybe(t, "restart policy", types.ContainerRestartPolicy{
			Enabled: aws.Bool(rapid.Bool().Draw(t, "restart")),
		}),
	}
	if rapid.Bool().Draw(t, "port") {
		p := types.PortMapping{ContainerPort: aws.Int32(80), HostPort: maybe(t, "hostPort", int32(80))}
		p.Protocol = rapid.SampledFrom([]types.TransportProtocol{"", "tcp", "udp"}).Draw(t, "protocol")
		c.PortMappings = []types.PortMapping{p}
	}
	if len(in.Volumes) > 0 {
		c.MountPoints = []types.MountPoint{{
			SourceVolume: aws.String("data"), ContainerPath: aws.String(`C:\data`), ReadOnly: maybe(t, "readOnly", false, true),
		}}
	}
	return c
}

func pair(name string) types.KeyValuePair {
	return types.KeyValuePair{Name: &name, Value: aws.String("")}
}

// What ECS fills in must not look like a change: the definition that it
// reports is equal to the one that was registered.
func TestReportedDefinitionEqualsTheRegisteredOne(t *testing.T) {
	t.Parallel()
	server := &sandboxtest.Server{Sandbox: sandbox.New(sandbox.Options{}), URL: "http://sandbox"}
	client := server.ECS(func(o *sdk.Options) { o.HTTPClient = inProcess{server} })
	rapid.Check(t, func(t *rapid.T) {
		in := valid(t)
		if _, err := client.RegisterTaskDefinition(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		out, err := client.DescribeTaskDefinition(t.Context(), &sdk.DescribeTaskDefinitionInput{TaskDefinition: in.Family})
		if err != nil {
			t.Fatal(err)
		}
		if changes := taskdef.Changes(in, taskdef.FromTaskDefinition(out.TaskDefinition)); len(changes) > 0 {
			t.Fatalf("ECS reports something else at %v", changes)
		}
	})
}

func TestReportedExampleEqualsItsFile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../testdata/iis.json")
	if err != nil {
		t.Fatal(err)
	}
	in := must(taskdef.FromJSON(text))(t)
	c, _ := newClient(t)
	out := must(c.RegisterTaskDefinition(t.Context(), in))(t)
	if changes := taskdef.Changes(in, taskdef.FromTaskDefinition(out.TaskDefinition)); len(changes) > 0 {
		t.Errorf("ECS reports something else at %v", changes)
	}
}
