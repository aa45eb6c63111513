package ecs_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// start is when every test begins.
func start() time.Time {
	return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
}

// newClient returns a client of a new sandbox with a clock of its own.
func newClient(t testing.TB) (*ecs.Client, *wait.Manual) {
	t.Helper()
	clock := wait.NewManual(start())
	return sandboxtest.New(t, sandbox.Options{Clock: clock}).ECS(), clock
}

// minimal returns the smallest awsvpc task definition.
func minimal(family string) *ecs.RegisterTaskDefinitionInput {
	return &ecs.RegisterTaskDefinitionInput{
		Family:      aws.String(family),
		NetworkMode: types.NetworkModeAwsvpc,
		ContainerDefinitions: []types.ContainerDefinition{{
			Name:   aws.String("iis"),
			Image:  aws.String("mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022"),
			Memory: aws.Int32(1024),
		}},
	}
}

// must fails the test on an error.
func must[T any](out T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// wantError checks an API error's code and text; an empty text is not checked.
func wantError(t testing.TB, err error, code, message string) {
	t.Helper()
	var got smithy.APIError
	if !errors.As(err, &got) {
		t.Fatalf("got error %v, want %s", err, code)
	}
	if got.ErrorCode() != code || (message != "" && got.ErrorMessage() != message) {
		t.Errorf("got  %s: %s\nwant %s: %s", got.ErrorCode(), got.ErrorMessage(), code, message)
	}
}

// diff compares what the SDK returned, without the parts that only the SDK
// sees.
func diff(want, got any) string {
	return cmp.Diff(want, got, cmpopts.IgnoreUnexported(
		types.Cluster{}, types.ClusterSetting{}, types.Tag{}, types.Failure{}, types.CapacityProviderStrategyItem{},
		types.ClusterConfiguration{}, types.ExecuteCommandConfiguration{}, types.KeyValuePair{},
		types.TaskDefinition{}, types.ContainerDefinition{}, types.PortMapping{}, types.Attribute{},
		types.Volume{}, types.HostVolumeProperties{}, types.HealthCheck{}, types.LogConfiguration{},
		types.ContainerRestartPolicy{}, types.Setting{}, types.CapacityProvider{},
		types.ClusterServiceConnectDefaults{}, types.Task{}, types.Container{}, types.Attachment{},
		types.NetworkInterface{}, types.TaskOverride{}, types.ContainerOverride{}, types.ContainerInstance{},
	))
}
