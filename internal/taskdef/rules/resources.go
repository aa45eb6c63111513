package rules

import (
	"strconv"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

const (
	// CPU units that a task may ask for, as the RegisterTaskDefinition
	// reference gives them for EC2.
	minTaskCPU, maxTaskCPU = 128, 196608
	// maxTaskCPUOnWindows is the most that ECS places without the capability
	// ecs.capability.increased-task-cpu-limit, which Windows agents lack.
	maxTaskCPUOnWindows = 10240
	// minContainerMemory is what a Docker daemon since 20.10 needs, in MiB.
	minContainerMemory = 6
)

func resourceRules() []Rule {
	return []Rule{{
		ID: "DEF011", Severity: Error,
		Title:  "The task's cpu is malformed or out of range",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give CPU units from 128 to 196608, such as 1024, or vCPUs, such as 1 vCPU. On Windows, leave it out.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			units, ok := taskCPU(d)
			if d.in.Cpu != nil && (!ok || units < minTaskCPU || units > maxTaskCPU) {
				report(taskdef.At("cpu"), "The task's cpu is not a number of CPU units from %d to %d.", minTaskCPU, maxTaskCPU)
			}
		},
	}, {
		ID: "DEF012", Severity: Error,
		Title:  "The task's memory is malformed",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give MiB, such as 2048, or GB, such as 2 GB. On Windows, leave it out.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			if _, ok := taskMemory(d); d.in.Memory != nil && !ok {
				report(taskdef.At("memory"), "The task's memory is neither a positive number of MiB nor of GB.")
			}
		},
	}, {
		ID: "DEF013", Severity: Error,
		Title:  "A container has no memory and neither has the task",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Set the container's memory.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			atTask := taskdef.At("memory")
			if c.d.in.Memory == nil && c.d.known(atTask) &&
				value(c.Memory) == 0 && c.known("memory") &&
				value(c.MemoryReservation) == 0 && c.known("memoryReservation") {
				report(c.at("memory"), "Container %q has neither memory nor memoryReservation.", c.name())
			}
		}),
	}, {
		ID: "DEF014", Severity: Error,
		Title:  "A container reserves more memory than it may use",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Leave out memoryReservation, which Windows does not support.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			if m, r := value(c.Memory), value(c.MemoryReservation); m > 0 && r > m {
				report(c.at("memoryReservation"), "Container %q reserves %d MiB and may use %d MiB.", c.name(), r, m)
			}
		}),
	}, {
		ID: "DEF015", Severity: Error,
		Title:  "A container's cpu or memory is negative",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give CPU units and MiB as positive numbers.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			for member, n := range map[string]int32{"cpu": c.Cpu, "memory": value(c.Memory), "memoryReservation": value(c.MemoryReservation)} {
				if n < 0 {
					report(c.at(member), "The %s of container %q is %d.", member, c.name(), n)
				}
			}
		}),
	}, {
		ID: "DEF016", Severity: Error,
		Title:  "The containers ask for more memory than the task has",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Leave out the task's memory, which Windows ignores, or raise it.",
		Source: apiType("ContainerDefinition"),
		check: func(d *definition, report reporter) {
			limit, ok := taskMemory(d)
			var sum int64
			for _, c := range d.containers {
				sum += c.leastMemory()
			}
			if ok && sum > limit {
				report(taskdef.At("memory"), "The containers ask for at least %d MiB, the task has %d MiB.", sum, limit)
			}
		},
	}, {
		ID: "DEF017", Severity: Warning,
		Title:  "The containers ask for more cpu than the task has",
		Effect: "The ECS API rejects such a definition for Fargate. For EC2 the effect is not documented.",
		Remedy: "Leave out the task's cpu, which Windows ignores, or raise it.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			limit, ok := taskCPU(d)
			var sum int64
			for _, c := range d.containers {
				sum += max(0, int64(c.Cpu))
			}
			if ok && sum > limit {
				report(taskdef.At("cpu"), "The containers ask for at least %d CPU units, the task has %d.", sum, limit)
			}
		},
	}, {
		ID: "DEF018", Severity: Warning,
		Title:  "A container has less memory than Docker reserves",
		Effect: "AWS advises against less than 6 MiB, which Docker itself reserves. A Windows container needs far more to start.",
		Remedy: "Give a Server Core container 512 MiB or more.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			if m := value(c.Memory); m > 0 && m < minContainerMemory {
				report(c.at("memory"), "Container %q has %d MiB of memory.", c.name(), m)
			}
		}),
	}, {
		ID: "WIN001", Severity: Warning,
		Title:  "The task's cpu and memory are ignored on Windows",
		Effect: "ECS takes the value and the agent on Windows ignores it. No container is limited by it.",
		Remedy: "Set cpu and memory of each container instead.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			if units, ok := taskCPU(d); ok && units >= minTaskCPU && units <= maxTaskCPUOnWindows {
				report(taskdef.At("cpu"), "The definition sets cpu for the whole task.")
			}
			if _, ok := taskMemory(d); ok {
				report(taskdef.At("memory"), "The definition sets memory for the whole task.")
			}
		},
	}, {
		ID: "WIN002", Severity: Error,
		Title:  "The task asks for more than 10 vCPUs",
		Effect: "ECS never places the task: it then requires ecs.capability.increased-task-cpu-limit, which no agent on Windows registers.",
		Remedy: "Leave out the task's cpu and set the cpu of each container.",
		Source: agentOnWindows,
		check: func(d *definition, report reporter) {
			if units, ok := taskCPU(d); ok && units > maxTaskCPUOnWindows && units <= maxTaskCPU {
				report(taskdef.At("cpu"), "The task asks for %d CPU units, more than %d.", units, maxTaskCPUOnWindows)
			}
		},
	}, {
		ID: "WIN003", Severity: Warning,
		Title:  "A container has no memory limit of its own",
		Effect: "The definition registers with the task's memory, which Windows ignores. The container may use all memory of the instance.",
		Remedy: "Set the container's memory.",
		Source: registerAPI,
		check: eachContainer(func(c *container, report reporter) {
			_, ok := taskMemory(c.d)
			if ok && value(c.Memory) == 0 && c.known("memory") && value(c.MemoryReservation) == 0 && c.known("memoryReservation") {
				report(c.at("memory"), "Container %q has no memory, only the task has.", c.name())
			}
		}),
	}, {
		ID: "WIN004", Severity: Warning,
		Title:  "A container has no cpu",
		Effect: "On Windows cpu is a quota, not a share. The agent turns none into 1 percent, so the container starts and runs very slowly.",
		Remedy: "Set the container's cpu; 512 or more lets Windows containers start in time.",
		Source: apiType("ContainerDefinition") + "; " + agentTask,
		check: eachContainer(func(c *container, report reporter) {
			if c.Cpu == 0 && c.known("cpu") {
				report(c.at("cpu"), "The cpu of container %q is absent or 0.", c.name())
			}
		}),
	}, {
		ID: "WIN005", Severity: Warning,
		Title:  "A container reserves memory without a limit",
		Effect: "Docker on Windows refuses to create the container, unless the instance sets ECS_ENABLE_MEMORY_UNBOUNDED_WINDOWS_WORKAROUND.",
		Remedy: "Set memory instead of memoryReservation.",
		Source: dockerOnWindows + "; " + agentTask,
		check: eachContainer(func(c *container, report reporter) {
			if value(c.MemoryReservation) > 0 && value(c.Memory) == 0 && c.known("memory") {
				report(c.at("memoryReservation"), "Container %q has memoryReservation and no memory.", c.name())
			}
		}),
	}, {
		ID: "WIN006", Severity: Error,
		Title:  "A container reserves memory beside its limit",
		Effect: "The agent hands both to Docker, and Docker on Windows refuses to create a container with a memory reservation. The task fails.",
		Remedy: "Leave out memoryReservation.",
		Source: dockerOnWindows + "; " + agentTask,
		check: eachContainer(func(c *container, report reporter) {
			if value(c.MemoryReservation) > 0 && value(c.Memory) > 0 {
				report(c.at("memoryReservation"), "Container %q has memory and memoryReservation.", c.name())
			}
		}),
	}}
}

// leastMemory is what ECS subtracts from the instance for the container, in
// MiB: the reservation if there is one, else the limit. While the reservation
// is unknown it may be anything, so the container counts for nothing.
func (c *container) leastMemory() int64 {
	if r := value(c.MemoryReservation); r > 0 {
		return int64(r)
	}
	if !c.known("memoryReservation") {
		return 0
	}
	return max(0, int64(value(c.Memory)))
}

// taskCPU returns the task's CPU units, and whether they are there and valid.
func taskCPU(d *definition) (units int64, ok bool) {
	return parseSize(value(d.in.Cpu), "vcpu")
}

// taskMemory returns the task's memory in MiB, and whether it is there and
// valid.
func taskMemory(d *definition) (mib int64, ok bool) {
	return parseSize(value(d.in.Memory), "gb")
}

// parseSize reads a positive whole number, or a positive decimal one with a
// unit that is worth 1024.
func parseSize(s, unit string) (n int64, ok bool) {
	amount, hasUnit := strings.CutSuffix(strings.ToLower(strings.TrimSpace(s)), unit)
	amount = strings.TrimSpace(amount)
	if strings.Trim(amount, "0123456789.") != "" {
		return 0, false
	}
	if !hasUnit {
		n, err := strconv.ParseInt(amount, 10, 32)
		if err != nil || n < 1 {
			return 0, false
		}
		return n, true
	}
	f, err := strconv.ParseFloat(amount, 64)
	if err != nil || f*1024 < 1 || f > 1<<20 {
		return 0, false
	}
	return int64(f * 1024), true
}
