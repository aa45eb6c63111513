package ecs

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// checkFargate refuses what Fargate does not run: other network modes, sizes
// that it does not offer, and the container features that need a host. The
// list of those features is not complete.
func checkFargate(in *api.RegisterTaskDefinitionInput) error {
	switch {
	case in.NetworkMode != types.NetworkModeAwsvpc:
		return clientErrorf("Fargate only supports network mode ‘awsvpc’.")
	case in.Cpu == nil:
		return clientErrorf("Fargate requires that 'cpu' be defined at the task level.")
	case in.Memory == nil:
		return clientErrorf("Fargate requires that 'memory' be defined at the task level.")
	case !fargateOffers(units(in.Cpu), units(in.Memory)):
		return clientErrorf("No Fargate configuration exists for given values: %s CPU, %s memory. See the Amazon ECS documentation for the valid values.", *in.Cpu, *in.Memory)
	case windows(in) && units(in.Cpu) < unitsPer:
		return clientErrorf("Fargate requires at least 1 vCPU for Windows containers.")
	case len(in.PlacementConstraints) > 0:
		return clientErrorf("Fargate does not support placement constraints.")
	}
	for i := range in.ContainerDefinitions {
		if aws.ToBool(in.ContainerDefinitions[i].Privileged) {
			return clientErrorf("Fargate does not support privileged containers.")
		}
	}
	for i := range in.Volumes {
		v := &in.Volumes[i]
		switch {
		case v.Host != nil && v.Host.SourcePath != nil:
			return clientErrorf("host.sourcePath should not be set for volumes in Fargate.")
		case v.DockerVolumeConfiguration != nil || v.FsxWindowsFileServerVolumeConfiguration != nil:
			return clientErrorf("Fargate does not support this volume's configuration.")
		}
	}
	return nil
}

func windows(in *api.RegisterTaskDefinitionInput) bool {
	return in.RuntimePlatform != nil && strings.HasPrefix(string(in.RuntimePlatform.OperatingSystemFamily), "WINDOWS")
}

// fargateOffers reports whether Fargate has a size, in CPU units and MiB (API
// reference, RegisterTaskDefinition).
func fargateOffers(cpu, memory int) bool {
	const gb = unitsPer
	in := func(low, high, step int) bool {
		return low <= memory && memory <= high && memory%step == 0
	}
	switch cpu {
	case 256:
		return memory == gb/2 || in(gb, 2*gb, gb)
	case 512:
		return in(gb, 4*gb, gb)
	case 1024:
		return in(2*gb, 8*gb, gb)
	case 2048:
		return in(4*gb, 16*gb, gb)
	case 4096:
		return in(8*gb, 30*gb, gb)
	case 8192:
		return in(16*gb, 60*gb, 4*gb)
	case 16384:
		return in(32*gb, 120*gb, 8*gb)
	default:
		return false
	}
}
