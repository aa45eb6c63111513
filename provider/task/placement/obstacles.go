package placement

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

const (
	adviceENI = "On Windows an instance takes one awsvpc task for each network interface beyond its first, and ECS has no ENI trunking there. " +
		"Add instances, choose a type with more interfaces, put several containers into one task, or stop tasks."
	adviceAgent = "Look at the node: the service AmazonECS must run (Get-Service AmazonECS), its log C:\\ProgramData\\Amazon\\ECS\\log\\ecs-agent.log says why not, " +
		"and it must reach the endpoints ecs, ecs-agent and ecs-telemetry."
	adviceCPU    = "Ask for less cpu, add instances, choose a larger type, or stop tasks."
	adviceMemory = "Ask for less memory, add instances, choose a larger type, or stop tasks."
	adviceOS     = "Launch instances of the family in runtime_platform.operating_system_family of the task definition, or change it there, and the image's tag with it."
	adviceZone   = "A task's network interface can only be attached to an instance in the Availability Zone of its subnet. " +
		"Name subnets in the instances' zones, or launch instances in those of the subnets."
	adviceAddresses = "Every awsvpc task takes an address of its subnet. Add a subnet in that zone, or stop tasks."
	adviceStatus    = "Only ACTIVE instances take tasks. Wait for one, or set a draining one ACTIVE: aws ecs update-container-instances-state --status ACTIVE"
)

// general is what to do about a reason of ECS's where no instance tells more.
func general(reason string) (string, bool) {
	switch reason {
	case "RESOURCE:ENI":
		return adviceENI, true
	case "RESOURCE:CPU":
		return adviceCPU, true
	case "RESOURCE:MEMORY":
		return adviceMemory, true
	case "AGENT":
		return adviceAgent, true
	case "ATTRIBUTE":
		return "An instance lacks an attribute that the task definition requires, or that a placement constraint names. " +
			"Compare: aws ecs describe-task-definition --query taskDefinition.requiresAttributes and aws ecs describe-container-instances --query containerInstances[].attributes", true
	}
	return "", false
}

// needs is what the task asks of an instance.
type needs struct {
	attributes  []ecstypes.Attribute
	osFamily    string
	cpu, memory int
	awsvpc      bool
}

func need(r Request) needs {
	d := r.Definition
	n := needs{awsvpc: len(r.Subnets) > 0}
	if d == nil {
		return n
	}
	n.attributes = d.RequiresAttributes
	if d.RuntimePlatform != nil {
		n.osFamily = string(d.RuntimePlatform.OperatingSystemFamily)
	}
	n.cpu, n.memory = size(d, r.Overrides)
	return n
}

// size returns the CPU units and MiB that placement counts: those of the task,
// or those of its containers.
func size(d *ecstypes.TaskDefinition, o *ecstypes.TaskOverride) (cpu, memory int) {
	if o == nil {
		o = &ecstypes.TaskOverride{}
	}
	for _, c := range d.ContainerDefinitions {
		ownCPU, ownMemory, reserved := c.Cpu, aws.ToInt32(c.Memory), aws.ToInt32(c.MemoryReservation)
		for _, override := range o.ContainerOverrides {
			if aws.ToString(override.Name) == aws.ToString(c.Name) {
				ownCPU = orElse(override.Cpu, ownCPU)
				ownMemory = orElse(override.Memory, ownMemory)
				reserved = orElse(override.MemoryReservation, reserved)
			}
		}
		if reserved > 0 {
			ownMemory = reserved
		}
		cpu, memory = cpu+int(ownCPU), memory+int(ownMemory)
	}
	return taskLevel(cpu, d.Cpu, o.Cpu), taskLevel(memory, d.Memory, o.Memory)
}

func orElse(override *int32, n int32) int32 {
	if override != nil {
		return *override
	}
	return n
}

// taskLevel returns the last of the values that is a number.
func taskLevel(containers int, values ...*string) int {
	size := containers
	for _, v := range values {
		if n, err := strconv.Atoi(aws.ToString(v)); err == nil {
			size = n
		}
	}
	return size
}

// obstacles returns what keeps the task off one instance.
func obstacles(i instance, n needs, f facts) []obstacle {
	var found []obstacle
	add := func(advice, format string, args ...any) {
		found = append(found, obstacle{what: fmt.Sprintf(format, args...), remedy: advice})
	}
	if status := aws.ToString(i.Status); status != "" && status != "ACTIVE" {
		add(adviceStatus, "its status is %s", status)
	}
	if !i.AgentConnected {
		add(adviceAgent, "its ECS agent is not connected")
	}
	for _, required := range n.attributes {
		name, value := aws.ToString(required.Name), aws.ToString(required.Value)
		had, ok := i.attribute(name)
		switch {
		case !ok && value != "":
			add(attributeAdvice(name), "it lacks the attribute %s = %s, which the task definition requires", name, value)
		case !ok:
			add(attributeAdvice(name), "it lacks the attribute %s, which the task definition requires", name)
		case value != "" && value != had:
			add(attributeAdvice(name), "its attribute %s is %s, and the task definition requires %s", name, had, value)
		}
	}
	if family, ok := i.attribute("ecs.os-family"); ok && n.osFamily != "" && !strings.EqualFold(family, n.osFamily) {
		add(adviceOS, "it runs %s, and the task definition asks for %s", family, n.osFamily)
	}
	if zone, ok := i.attribute("ecs.availability-zone"); ok && len(f.subnets) > 0 {
		near := f.near(zone)
		switch {
		case len(near) == 0:
			add(adviceZone, "it is in %s, and the subnets are in %s", zone, f.zoneNames())
		case !slices.ContainsFunc(near, func(s subnet) bool { return s.free > 0 }):
			add(adviceAddresses, "the subnets in its zone have no free address (%s)", ids(near))
		}
	}
	if free, ok := i.remaining("CPU"); ok && free < n.cpu {
		add(adviceCPU, "it has %d CPU units left, and the task needs %d", free, n.cpu)
	}
	if free, ok := i.remaining("MEMORY"); ok && free < n.memory {
		add(adviceMemory, "it has %d MiB of memory left, and the task needs %d", free, n.memory)
	}
	if used := i.taskInterfaces(); n.awsvpc && i.interfaces > 0 && i.slotsTaken() >= i.slots() {
		kind, _ := i.attribute("ecs.instance-type")
		foreign := i.slotsTaken() - used
		switch {
		case foreign > 0:
			add(adviceENI, "%s has %d network interfaces for tasks: %d are in use by tasks, and %d are attached by somebody else", kind, i.slots(), used, foreign)
		default:
			add(adviceENI, "%s has %d network interfaces for tasks, and %d are in use", kind, i.slots(), used)
		}
	}
	return found
}

// slots is how many awsvpc tasks the type can take.
func (i instance) slots() int {
	return max(0, i.interfaces-1)
}

// slotsTaken counts the interfaces that ECS knows of and those that EC2 sees.
func (i instance) slotsTaken() int {
	return max(i.taskInterfaces(), i.attached-1)
}

// near returns the subnets in a zone.
func (f facts) near(zone string) []subnet {
	return slices.DeleteFunc(slices.Clone(f.subnets), func(s subnet) bool { return s.zone != zone })
}

func (f facts) zoneNames() string {
	var names []string
	for _, s := range f.subnets {
		names = append(names, s.zone)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

func ids(subnets []subnet) string {
	names := make([]string, 0, len(subnets))
	for _, s := range subnets {
		names = append(names, s.id)
	}
	return strings.Join(names, ", ")
}
