package rules

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// instanceRules are about what a sound definition asks of the container
// instances.
func instanceRules() []Rule {
	return []Rule{{
		ID: "WIN080", Severity: Note,
		Title:  "A task role needs instances that are set up for it",
		Effect: "ECS places the task on instances with the capability task-iam-role alone.",
		Remedy: "Set ECS_ENABLE_TASK_IAM_ROLE to true on the instances, and run the credential proxy there.",
		Source: taskRoleGuide,
		check:  onTask("taskRoleArn", func(d *definition) bool { return value(d.in.TaskRoleArn) != "" }),
	}, {
		ID: "WIN081", Severity: Note,
		Title:  "Logging with the execution role needs instances that are set up for it",
		Effect: "ECS places a task that has awslogs and executionRoleArn on instances with the capability execution-role-awslogs alone.",
		Remedy: "Set ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE to true on the instances.",
		Source: awslogsGuide + "; " + agentSettings,
		check: eachLog(func(l logging, report reporter) {
			if l.LogDriver == types.LogDriverAwslogs && value(l.container.d.in.ExecutionRoleArn) != "" {
				report(l.driverPath(), "Container %q logs with awslogs and the definition has executionRoleArn.", l.container.name())
			}
		}),
	}, {
		ID: "WIN082", Severity: Note,
		Title:  "The instance's role writes the logs",
		Effect: "Without executionRoleArn the awslogs driver uses the role of the container instance, which needs the permissions.",
		Remedy: "Allow logs:CreateLogStream and logs:PutLogEvents to the instance role, or set executionRoleArn.",
		Source: awslogsGuide,
		check: eachLog(func(l logging, report reporter) {
			d := l.container.d
			if l.LogDriver == types.LogDriverAwslogs && value(d.in.ExecutionRoleArn) == "" && d.known(taskdef.At("executionRoleArn")) {
				report(l.driverPath(), "Container %q logs with awslogs and the definition has no executionRoleArn.", l.container.name())
			}
		}),
	}, {
		ID: "WIN083", Severity: Note,
		Title:  "A gMSA needs instances that are set up for it",
		Effect: "ECS places the task on instances with the capability gmsa, for a joined domain, or gmsa-domainless alone.",
		Remedy: "Join the instances to the domain before the agent starts, or set them up for domainless gMSA, and set ECS_GMSA_SUPPORTED to true.",
		Source: gmsaGuide,
		check:  eachSet("credentialSpecs", func(c *container) bool { return len(c.CredentialSpecs) > 0 }),
	}, {
		ID: "WIN084", Severity: Note,
		Title:  "An FSx volume needs instances that are joined to its domain",
		Effect: "On an instance outside the domain the file system cannot be mounted, so the task fails.",
		Remedy: "Join the instances to the Active Directory domain of the file system.",
		Source: fsxGuide,
		check: eachFSx(func(_ *definition, v volume, _ types.FSxWindowsFileServerVolumeConfiguration, report reporter) {
			report(v.at("fsxWindowsFileServerVolumeConfiguration"), "Volume %q is on FSx.", v.name())
		}),
	}, {
		ID: "WIN085", Severity: Note,
		Title:  "An EBS volume needs instances that are set up for it",
		Effect: "ECS places the task on instances with the capability storage.ebs-task-volume-attach alone, and the file system must be NTFS.",
		Remedy: "Use ECS-optimized AMIs that have the EBS driver, and ask for ntfs where the volume is configured.",
		Source: agentOnWindows,
		check: eachVolume(func(_ *definition, v volume, report reporter) {
			if value(v.ConfiguredAtLaunch) {
				report(v.at("configuredAtLaunch"), "Volume %q is configured at launch.", v.name())
			}
		}),
	}, {
		ID: "WIN086", Severity: Note,
		Title:  "A log driver needs instances that offer it",
		Effect: "ECS places the task on instances that register the driver alone. By default an agent on Windows registers json-file and awslogs.",
		Remedy: "Name the driver in ECS_AVAILABLE_LOGGING_DRIVERS on the instances.",
		Source: agentSettings,
		check: eachLog(func(l logging, report reporter) {
			switch l.LogDriver {
			case types.LogDriverFluentd, types.LogDriverGelf, types.LogDriverSplunk, types.LogDriverSyslog:
				report(l.driverPath(), "The log driver of container %q is %s.", l.container.name(), l.LogDriver)
			}
		}),
	}}
}
