package rules

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

func logRules() []Rule {
	return []Rule{{
		ID: "DEF060", Severity: Warning,
		Title:  "A log driver is not known",
		Effect: "The ECS API rejects values it does not know. This list is that of the AWS SDK's ECS package " + sdkVersion + ".",
		Remedy: "Use awslogs, fluentd, gelf, json-file, splunk or syslog, or a newer provider.",
		Source: apiType("LogConfiguration"),
		check: eachLog(func(l logging, report reporter) {
			if isUnlisted(l.LogDriver) {
				report(l.driverPath(), "The log driver of container %q is %q.", l.container.name(), l.LogDriver)
			}
		}),
	}, {
		ID: "DEF061", Severity: Error,
		Title:  "The awslogs driver lacks an option",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Set the options awslogs-group and awslogs-region.",
		Source: apiType("LogConfiguration"),
		check: eachLog(func(l logging, report reporter) {
			if l.LogDriver == types.LogDriverAwslogs {
				l.reportMissing(report, "awslogs-group", "awslogs-region")
			}
		}),
	}, {
		ID: "DEF062", Severity: Error,
		Title:  "The awslogs driver has two ways to tell where a message begins",
		Effect: "AWS does not take both options: Docker refuses to create the container.",
		Remedy: "Keep awslogs-datetime-format or awslogs-multiline-pattern.",
		Source: apiType("LogConfiguration"),
		check: eachLog(func(l logging, report reporter) {
			if l.LogDriver == types.LogDriverAwslogs && l.sets("awslogs-datetime-format") && l.sets("awslogs-multiline-pattern") {
				report(l.optionPath("awslogs-multiline-pattern"), "Container %q has awslogs-datetime-format beside it.", l.container.name())
			}
		}),
	}, {
		ID: "DEF063", Severity: Error,
		Title:  "A log driver's mode does not exist",
		Effect: "Docker refuses to create the container, so the task fails.",
		Remedy: "Set mode to blocking or non-blocking, or leave it out.",
		Source: apiType("LogConfiguration"),
		check: eachLog(func(l logging, report reporter) {
			mode, set := l.Options["mode"]
			if set && mode != "blocking" && mode != "non-blocking" && l.container.d.known(l.optionPath("mode")) {
				report(l.optionPath("mode"), "The mode of container %q is neither.", l.container.name())
			}
		}),
	}, {
		ID: "DEF064", Severity: Error,
		Title:  "The splunk driver lacks an option",
		Effect: "Docker refuses to create the container, so the task fails.",
		Remedy: "Set splunk-url as an option and splunk-token as a secret option.",
		Source: apiType("LogConfiguration"),
		check: eachLog(func(l logging, report reporter) {
			if l.LogDriver == types.LogDriverSplunk {
				l.reportMissing(report, "splunk-token", "splunk-url")
			}
		}),
	}, {
		ID: "WIN060", Severity: Error,
		Title:  "FireLens is not for Windows",
		Effect: "ECS never places the task: no agent on Windows registers the FireLens capabilities.",
		Remedy: "Use awslogs, or the fluentd driver with a Fluent Bit service of your own.",
		Source: agentOnWindows,
		check: eachContainer(func(c *container, report reporter) {
			if value(c.LogConfiguration).LogDriver == types.LogDriverAwsfirelens {
				report(c.at("logConfiguration").Member("logDriver"), "The log driver of container %q is awsfirelens.", c.name())
			}
			if c.FirelensConfiguration != nil {
				report(c.at("firelensConfiguration"), "Container %q is a FireLens log router.", c.name())
			}
		}),
	}, {
		ID: "WIN061", Severity: Error,
		Title:  "The journald log driver is not for Windows",
		Effect: "Docker on Windows has no such driver, so the container is not created and the task fails.",
		Remedy: "Use awslogs.",
		Source: dockerLogDrivers,
		check: eachLog(func(l logging, report reporter) {
			if l.LogDriver == types.LogDriverJournald {
				report(l.driverPath(), "The log driver of container %q is journald.", l.container.name())
			}
		}),
	}}
}

// logging is a container's log configuration and its place.
type logging struct {
	types.LogConfiguration
	container *container
}

// eachLog makes a check out of one for a single log configuration.
func eachLog(one func(l logging, report reporter)) check {
	return eachContainer(func(c *container, report reporter) {
		if c.LogConfiguration != nil {
			one(logging{*c.LogConfiguration, c}, report)
		}
	})
}

func (l logging) path() taskdef.Path {
	return l.container.at("logConfiguration")
}

func (l logging) driverPath() taskdef.Path {
	return l.path().Member("logDriver")
}

func (l logging) optionPath(name string) taskdef.Path {
	return l.path().Member("options").Key(name)
}

// sets reports whether an option is given, in the open or as a secret.
func (l logging) sets(option string) bool {
	_, open := l.Options[option]
	return open || slices.ContainsFunc(l.SecretOptions, func(s types.Secret) bool { return value(s.Name) == option })
}

// reportMissing reports those options that are certainly not given.
func (l logging) reportMissing(report reporter, options ...string) {
	var missing []string
	for _, o := range options {
		if !l.sets(o) && l.container.d.known(l.optionPath(o)) {
			missing = append(missing, o)
		}
	}
	if len(missing) > 0 && l.container.d.known(l.path().Member("secretOptions")) {
		report(l.path().Member("options"), "Container %q lacks %s.", l.container.name(), strings.Join(missing, " and "))
	}
}
