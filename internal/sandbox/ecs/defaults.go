package ecs

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// complete fills in what ECS reports of a task definition although it was not
// given: the defaults of the API reference, empty lists, and cpu and memory in
// their plain units.
func complete(in *api.RegisterTaskDefinitionInput) {
	in.Cpu = plain(in.Cpu, vcpu)
	in.Memory = plain(in.Memory, gigabytes)
	in.Volumes = orEmpty(in.Volumes)
	in.PlacementConstraints = orEmpty(in.PlacementConstraints)
	for i := range in.Volumes {
		completeVolume(&in.Volumes[i])
	}
	for i := range in.ContainerDefinitions {
		completeContainer(&in.ContainerDefinitions[i], in.NetworkMode)
	}
	// No compatibility asked for is none reported.
	if len(in.RequiresCompatibilities) == 0 {
		in.RequiresCompatibilities = nil
	}
}

// completeVolume makes a volume of no other kind one of the host's.
func completeVolume(v *types.Volume) {
	if volumeKinds(v) == 0 {
		v.Host = &types.HostVolumeProperties{}
	}
}

func completeContainer(c *types.ContainerDefinition, mode types.NetworkMode) {
	if c.Essential == nil {
		c.Essential = aws.Bool(true)
	}
	c.Environment = orEmpty(c.Environment)
	c.MountPoints = orEmpty(c.MountPoints)
	c.PortMappings = orEmpty(c.PortMappings)
	c.SystemControls = orEmpty(c.SystemControls)
	c.VolumesFrom = orEmpty(c.VolumesFrom)
	for i := range c.PortMappings {
		completePort(&c.PortMappings[i], mode)
	}
	if c.HealthCheck != nil {
		completeHealthCheck(c.HealthCheck)
	}
	if p := c.RestartPolicy; p != nil && aws.ToBool(p.Enabled) && p.RestartAttemptPeriod == nil {
		p.RestartAttemptPeriod = aws.Int32(300)
	}
}

func completePort(p *types.PortMapping, mode types.NetworkMode) {
	if p.Protocol == "" {
		p.Protocol = types.TransportProtocolTcp
	}
	if p.ContainerPort == nil || p.HostPort != nil {
		return
	}
	switch mode {
	case types.NetworkModeAwsvpc, types.NetworkModeHost:
		p.HostPort = aws.Int32(*p.ContainerPort)
	default:
		p.HostPort = aws.Int32(0)
	}
}

func completeHealthCheck(h *types.HealthCheck) {
	for field, byDefault := range map[**int32]int32{&h.Interval: 30, &h.Timeout: 5, &h.Retries: 3} {
		if *field == nil {
			*field = aws.Int32(byDefault)
		}
	}
}

// The spellings of a task's size that stand for a number of units.
var (
	vcpu      = regexp.MustCompile(`(?i)^([0-9]*\.?[0-9]+)\s*vcpu$`)
	gigabytes = regexp.MustCompile(`(?i)^([0-9]*\.?[0-9]+)\s*gb$`)
)

// unitsPer is how many CPU units a vCPU has, and MiB a GB.
const unitsPer = 1024

// plain turns "1 vCPU" or "2 GB" into units; anything else stays as it is.
func plain(size *string, spelling *regexp.Regexp) *string {
	if size == nil {
		return nil
	}
	match := spelling.FindStringSubmatch(strings.TrimSpace(*size))
	if match == nil {
		return size
	}
	n, err := strconv.ParseFloat(match[1], 64)
	if err != nil {
		return size
	}
	return aws.String(strconv.Itoa(int(n * unitsPer)))
}
