package ecs

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
)

// The reasons of failures (ECS Developer Guide, API failure reasons).
const (
	lackAgent     = "AGENT"
	lackAttribute = "ATTRIBUTE"
	lackCPU       = "RESOURCE:CPU"
	lackMemory    = "RESOURCE:MEMORY"
	lackENI       = "RESOURCE:ENI"
	lackMember    = "MemberOf placement constraint unsatisfied."
	lackDistinct  = "DistinctInstance placement constraint unsatisfied."
)

// spot is where a task goes: an instance, or a zone of AWS Fargate, and a
// subnet if it has a network interface.
type spot struct {
	instance     *containerInstance
	zone, subnet string
}

// fargateSpot is in the first subnet that has an address left. If none has, the
// interface will say so.
func (w *world) fargateSpot(l *launch) spot {
	subnets := w.subnetsOf(l)
	best := subnets[0]
	for _, s := range subnets {
		if best.FreeAddresses == 0 {
			best = s
		}
	}
	return spot{zone: best.Zone, subnet: best.ID}
}

// subnetsOf returns the subnets that a call names.
func (w *world) subnetsOf(l *launch) []ec2.Subnet {
	if l.vpc == nil {
		return nil
	}
	return slices.DeleteFunc(w.ec2.Subnets(w.Place), func(s ec2.Subnet) bool {
		return !slices.Contains(l.vpc.Subnets, s.ID)
	})
}

// findSpot returns the best place for a task, or for each instance why it is
// none.
func (w *world) findSpot(l *launch) (spot, []types.Failure) {
	var candidates []spot
	failures := []types.Failure{}
	subnets := w.subnetsOf(l)
	for _, i := range l.cluster.instances {
		if !i.active() {
			continue
		}
		at, reason := w.fit(l, i, subnets)
		if reason != "" {
			failures = append(failures, types.Failure{Arn: aws.String(i.arn), Reason: aws.String(reason)})
			continue
		}
		candidates = append(candidates, at)
	}
	if len(candidates) == 0 {
		return spot{}, failures
	}
	return l.best(candidates), nil
}

// fit returns a task's place on an instance, or why there is none. The order of
// the reasons is assumed.
func (w *world) fit(l *launch, i *containerInstance, subnets []ec2.Subnet) (at spot, reason string) {
	used := l.cluster.usageOf(i)
	at = spot{instance: i, zone: i.zone}
	switch {
	case !i.connected:
		return at, lackAgent
	case !l.hasAttributes(i):
		return at, lackAttribute
	case used.cpu+l.cpu > i.cpu:
		return at, lackCPU
	case used.memory+l.memory > i.memory:
		return at, lackMemory
	}
	for _, c := range l.constraints {
		if reason := c.unmet(l, i); reason != "" {
			return at, reason
		}
	}
	if l.vpc == nil {
		return at, ""
	}
	at.subnet, reason = w.fitNetwork(i, subnets)
	return at, reason
}

// fitNetwork returns the subnet for a task on an instance: one in its zone and
// VPC that has an address left, while the instance has a slot left.
func (w *world) fitNetwork(i *containerInstance, subnets []ec2.Subnet) (subnet, reason string) {
	near := slices.DeleteFunc(slices.Clone(subnets), func(s ec2.Subnet) bool {
		return s.Zone != i.zone || s.VpcID != i.vpc
	})
	// ECS turns the subnets into a condition on the zone, whose failing it
	// reports like any attribute's: assumed.
	if len(near) == 0 {
		return "", lackAttribute
	}
	host, ok := w.ec2.Instance(w.Place, i.ec2)
	if !ok || host.FreeSlots == 0 {
		return "", lackENI
	}
	for _, s := range near {
		if s.FreeAddresses > 0 {
			return s.ID, ""
		}
	}
	return "", lackENI
}

// hasAttributes reports whether an instance has what the task definition
// requires, and the operating system that it is for.
func (l *launch) hasAttributes(i *containerInstance) bool {
	for _, needed := range l.definition.RequiresAttributes {
		value, ok := i.attribute(*needed.Name)
		if !ok || needed.Value != nil && *needed.Value != value {
			return false
		}
	}
	if l.EnableExecuteCommand {
		if _, ok := i.attribute(attrExecuteCommand); !ok {
			return false
		}
	}
	return l.fitsSystem(i)
}

// fitsSystem compares the runtime platform with the instance's. That ECS
// compares the whole family, and Windows with Linux when none is given, is
// assumed.
func (l *launch) fitsSystem(i *containerInstance) bool {
	if p := l.definition.RuntimePlatform; p == nil || p.OperatingSystemFamily == "" {
		return true
	}
	if !l.windows() {
		kind, _ := i.attribute("ecs.os-type")
		return kind == "linux"
	}
	family, _ := i.attribute("ecs.os-family")
	return family == string(l.definition.RuntimePlatform.OperatingSystemFamily)
}

// attrExecuteCommand is what ECS Exec requires of an instance.
const attrExecuteCommand = "ecs.capability.execute-command"

// best returns the candidate that the call's strategy prefers. Where it leaves a
// choice, and without a strategy, tasks spread over zones and instances, the
// one that registered first coming first; ECS's own choice is not documented.
func (l *launch) best(candidates []spot) spot {
	return slices.MinFunc(candidates, func(a, b spot) int {
		for _, s := range l.PlacementStrategy {
			if order := cmp.Compare(l.cost(s, a.instance), l.cost(s, b.instance)); order != 0 {
				return order
			}
		}
		zone := types.PlacementStrategy{Type: types.PlacementStrategyTypeSpread, Field: aws.String("attribute:" + attrZone)}
		host := types.PlacementStrategy{Type: types.PlacementStrategyTypeSpread, Field: aws.String("instanceId")}
		return cmp.Or(
			cmp.Compare(l.cost(zone, a.instance), l.cost(zone, b.instance)),
			cmp.Compare(l.cost(host, a.instance), l.cost(host, b.instance)),
		)
	})
}

const attrZone = "ecs.availability-zone"

// cost says how little a strategy likes an instance.
func (l *launch) cost(s types.PlacementStrategy, i *containerInstance) int {
	used := l.cluster.usageOf(i)
	field := valueOf(s.Field)
	switch {
	case s.Type == types.PlacementStrategyTypeRandom:
		return 0
	case s.Type == types.PlacementStrategyTypeBinpack && isCPU(field):
		return i.cpu - used.cpu
	case s.Type == types.PlacementStrategyTypeBinpack:
		return i.memory - used.memory
	}
	cost := 0
	for _, t := range l.cluster.tasks {
		if t.instance != nil && !t.stopped() && t.group == l.group && spreadValue(t.instance, field) == spreadValue(i, field) {
			cost++
		}
	}
	return cost
}
