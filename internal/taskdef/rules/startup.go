package rules

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// startupRules are about the order in which containers start and stop.
func startupRules() []Rule {
	return []Rule{{
		ID: "DEF030", Severity: Error,
		Title:  "A container depends on one that does not exist",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Name a container of this definition.",
		Source: apiType("ContainerDependency"),
		check: eachDependency(func(dep dependency, report reporter) {
			if dep.missing() {
				report(dep.path.Member("containerName"), "Container %q depends on %q, which is not in the definition.", dep.from.name(), dep.on())
			}
		}),
	}, {
		ID: "DEF031", Severity: Error,
		Title:  "A container depends on itself",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Remove the dependency.",
		Source: apiType("ContainerDependency"),
		check: eachDependency(func(dep dependency, report reporter) {
			if dep.on() != "" && dep.on() == dep.from.name() {
				report(dep.path.Member("containerName"), "Container %q depends on itself.", dep.on())
			}
		}),
	}, {
		ID: "DEF032", Severity: Error,
		Title:  "Containers depend on each other in a circle",
		Effect: "The ECS API rejects the definition: no container of the circle could start first.",
		Remedy: "Remove one dependency of the circle.",
		Source: apiType("ContainerDependency"),
		check: eachDependency(func(dep dependency, report reporter) {
			if circle := dep.circle(); circle != nil {
				report(dep.path.Member("containerName"), "The circle is %s.", strings.Join(circle, " -> "))
			}
		}),
	}, {
		ID: "DEF033", Severity: Error,
		Title:  "A container waits for the health of one without a health check",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give the container that is waited for a healthCheck, or wait for START.",
		Source: apiType("ContainerDependency"),
		check: eachDependency(func(dep dependency, report reporter) {
			target, ok := dep.target()
			if ok && dep.Condition == types.ContainerConditionHealthy && target.HealthCheck == nil && target.known("healthCheck") {
				report(dep.path.Member("condition"), "Container %q waits until %q is HEALTHY, which has no health check.", dep.from.name(), dep.on())
			}
		}),
	}, {
		ID: "DEF034", Severity: Error,
		Title:  "A container waits for the end of an essential one",
		Effect: "The ECS API rejects the definition: when an essential container ends, the task ends.",
		Remedy: "Set essential to false on the container that is waited for.",
		Source: apiType("ContainerDependency"),
		check: eachDependency(func(dep dependency, report reporter) {
			target, ok := dep.target()
			waits := dep.Condition == types.ContainerConditionComplete || dep.Condition == types.ContainerConditionSuccess
			if ok && waits && target.essential() {
				report(dep.path.Member("condition"), "Container %q waits for %s of %q, which is essential.", dep.from.name(), dep.Condition, dep.on())
			}
		}),
	}, {
		ID: "DEF035", Severity: Error,
		Title:  "A dependency's condition does not exist",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Use START, COMPLETE, SUCCESS or HEALTHY.",
		Source: apiType("ContainerDependency"),
		check: eachDependency(func(dep dependency, report reporter) {
			if isUnlisted(dep.Condition) {
				report(dep.path.Member("condition"), "The condition is %q.", dep.Condition)
			}
		}),
	}, {
		ID: "DEF036", Severity: Error,
		Title:  "A restart policy is out of range",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give a restartAttemptPeriod from 60 to 1800 seconds and at most 50 ignoredExitCodes.",
		Source: apiType("ContainerRestartPolicy"),
		check: eachContainer(func(c *container, report reporter) {
			policy := value(c.RestartPolicy)
			at := c.at("restartPolicy")
			if s := policy.RestartAttemptPeriod; s != nil && (*s < 60 || *s > 1800) {
				report(at.Member("restartAttemptPeriod"), "The restart attempt period of container %q is %d seconds.", c.name(), *s)
			}
			if n := len(policy.IgnoredExitCodes); n > 50 {
				report(at.Member("ignoredExitCodes"), "Container %q ignores %d exit codes.", c.name(), n)
			}
		}),
	}, {
		ID: "DEF037", Severity: Error,
		Title:  "A start or stop timeout is out of range",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give positive seconds; where the definition is to fit Fargate too, from 2 to 120.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			fargate := slices.Contains(c.d.in.RequiresCompatibilities, types.CompatibilityFargate)
			for member, s := range map[string]*int32{"startTimeout": c.StartTimeout, "stopTimeout": c.StopTimeout} {
				if s != nil && (*s < 0 || fargate && (*s < 2 || *s > 120)) {
					report(c.at(member), "The %s of container %q is %d seconds.", member, c.name(), *s)
				}
			}
		}),
	}, {
		ID: "DEF038", Severity: Error,
		Title:  "A container takes volumes from one that does not exist",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Name a container of this definition.",
		Source: apiType("VolumeFrom"),
		check: eachContainer(func(c *container, report reporter) {
			for i, v := range c.VolumesFrom {
				name := value(v.SourceContainer)
				if _, ok := c.d.container(name); name != "" && !ok && c.d.known(containerPath(name)) {
					report(c.at("volumesFrom").Index(i).Member("sourceContainer"), "Container %q takes volumes from %q, which is not in the definition.", c.name(), name)
				}
			}
		}),
	}}
}

// dependency is one container's dependency on another, and its place.
type dependency struct {
	types.ContainerDependency
	from *container
	path taskdef.Path
}

func (c *container) dependencies() []dependency {
	list := make([]dependency, len(c.DependsOn))
	for i, dep := range c.DependsOn {
		list[i] = dependency{ContainerDependency: dep, from: c, path: c.at("dependsOn").Index(i)}
	}
	return list
}

// eachDependency makes a check out of one for a single dependency.
func eachDependency(one func(dep dependency, report reporter)) check {
	return eachContainer(func(c *container, report reporter) {
		for _, dep := range c.dependencies() {
			one(dep, report)
		}
	})
}

// on returns the name of the container depended on.
func (dep dependency) on() string {
	return value(dep.ContainerName)
}

// target returns the container depended on, and whether it is there.
func (dep dependency) target() (*container, bool) {
	return dep.from.d.container(dep.on())
}

// missing reports whether the container depended on is certainly not there.
func (dep dependency) missing() bool {
	_, ok := dep.target()
	return dep.on() != "" && !ok && dep.from.d.known(containerPath(dep.on()))
}

// circle returns the names on a way along dependencies that begins with dep and
// comes back to where it started, nil if there is none. A container that
// depends on itself is no circle here.
func (dep dependency) circle() []string {
	start := dep.from.name()
	if start == "" || dep.on() == start {
		return nil
	}
	seen := map[string]bool{}
	var walk func(name string, way []string) []string
	walk = func(name string, way []string) []string {
		way = append(way, name)
		if name == start {
			return way
		}
		if seen[name] {
			return nil
		}
		seen[name] = true
		c, ok := dep.from.d.container(name)
		if !ok {
			return nil
		}
		for _, next := range c.dependencies() {
			if found := walk(next.on(), way); found != nil {
				return found
			}
		}
		return nil
	}
	return walk(dep.on(), []string{start})
}
