package rules

import (
	"regexp"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

func roleRules() []Rule {
	return []Rule{{
		ID: "DEF051", Severity: Error,
		Title:  "Something needs a task execution role and there is none",
		Effect: "The ECS API rejects secrets without one. Private registry credentials, environment files and FSx credentials cannot be read without one, so the task fails.",
		Remedy: "Set executionRoleArn to a role that may read them.",
		Source: secretsGuide,
		check:  checkExecutionRole,
	}, {
		ID: "DEF057", Severity: Error,
		Title:  "A role is neither an ARN nor a name",
		Effect: "The ECS API rejects the definition, or the task cannot assume the role.",
		Remedy: "Give the role's ARN, as in arn:aws:iam::123456789012:role/name.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			for member, role := range map[string]*string{"taskRoleArn": d.in.TaskRoleArn, "executionRoleArn": d.in.ExecutionRoleArn} {
				if role != nil && !isRole(*role) {
					report(taskdef.At(member), "The %s has the form of neither.", member)
				}
			}
		},
	}}
}

func checkExecutionRole(d *definition, report reporter) {
	if value(d.in.ExecutionRoleArn) != "" || !d.known(taskdef.At("executionRoleArn")) {
		return
	}
	for _, c := range d.containers {
		for _, user := range []struct {
			uses bool
			at   taskdef.Path
		}{
			{len(c.Secrets) > 0, c.at("secrets")},
			{len(value(c.LogConfiguration).SecretOptions) > 0, c.at("logConfiguration").Member("secretOptions")},
			{c.RepositoryCredentials != nil, c.at("repositoryCredentials")},
			{len(c.EnvironmentFiles) > 0, c.at("environmentFiles")},
		} {
			if user.uses {
				report(user.at, "Container %q uses it, and executionRoleArn is not set.", c.name())
			}
		}
	}
	for _, v := range d.volumes {
		if v.FsxWindowsFileServerVolumeConfiguration != nil {
			report(v.at("fsxWindowsFileServerVolumeConfiguration"), "Volume %q uses it, and executionRoleArn is not set.", v.name())
		}
	}
}

var (
	rolePattern = regexp.MustCompile(`^arn:aws[a-z0-9-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+$`)
	roleName    = regexp.MustCompile(`^[\w+=,.@/-]+$`)
)

// isRole reports whether s is a role's ARN or, which ECS takes too, its name.
func isRole(s string) bool {
	if strings.HasPrefix(s, "arn:") {
		return rolePattern.MatchString(s)
	}
	return roleName.MatchString(s)
}
