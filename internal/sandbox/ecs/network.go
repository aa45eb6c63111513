package ecs

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The bounds of ports (API reference, PortMapping).
const (
	maxPort   = 65_535
	maxRanges = 100
)

// checkNetwork refuses what does not go with a network mode. The texts about
// ports, links and host names are AWS's, the others are assumed.
func checkNetwork(c *types.ContainerDefinition, mode types.NetworkMode) error {
	if mode == types.NetworkModeNone && len(c.PortMappings) > 0 {
		return clientErrorf("Port mappings are not supported when networkMode=none.")
	}
	if mode == types.NetworkModeAwsvpc || mode == types.NetworkModeHost {
		for _, p := range c.PortMappings {
			if p.ContainerPort != nil && *p.HostPort != *p.ContainerPort {
				return clientErrorf("When networkMode=%s, the host ports and container ports in port mappings must match.", mode)
			}
		}
	}
	if mode != types.NetworkModeAwsvpc {
		return nil
	}
	switch {
	case len(c.Links) > 0:
		return clientErrorf("Links are not supported when networkMode=awsvpc.")
	case c.Hostname != nil:
		return clientErrorf("hostname is not supported on container when networkMode=awsvpc.")
	case len(c.ExtraHosts) > 0:
		return clientErrorf("Extra hosts are not supported when networkMode=awsvpc.")
	case len(c.DnsServers) > 0:
		return clientErrorf("DNS servers are not supported on container when networkMode=awsvpc.")
	case len(c.DnsSearchDomains) > 0:
		return clientErrorf("DNS search domains are not supported on container when networkMode=awsvpc.")
	}
	return nil
}

// checkPorts checks a container's port mappings among themselves. The rules
// are those of the API reference, the texts are assumed.
func checkPorts(c *types.ContainerDefinition) error {
	ranges := 0
	for _, p := range c.PortMappings {
		if err := oneOf(client, "protocol", p.Protocol, p.Protocol.Values()); err != nil {
			return err
		}
		switch {
		case p.ContainerPortRange != nil && (p.ContainerPort != nil || p.HostPort != nil):
			return clientErrorf("containerPortRange cannot be used together with containerPort or hostPort.")
		case p.ContainerPortRange != nil:
			ranges++
			if !validRange(*p.ContainerPortRange) {
				return clientErrorf("containerPortRange must be two ports between 1 and %d, the first not above the last.", maxPort)
			}
		case p.ContainerPort == nil || *p.ContainerPort < 1 || *p.ContainerPort > maxPort:
			return clientErrorf("Invalid container port. It must be between 1 and %d.", maxPort)
		case *p.HostPort < 0 || *p.HostPort > maxPort:
			return clientErrorf("Invalid host port. It must be between 0 and %d.", maxPort)
		}
	}
	if ranges > maxRanges {
		return clientErrorf("A container can have at most %d container port ranges.", maxRanges)
	}
	return nil
}

func validRange(text string) bool {
	first, last, ok := strings.Cut(text, "-")
	low, errLow := strconv.Atoi(first)
	high, errHigh := strconv.Atoi(last)
	return ok && errLow == nil && errHigh == nil && 1 <= low && low <= high && high <= maxPort
}
