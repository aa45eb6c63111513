package rules

import (
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// processRules are about the process that a container runs.
func processRules() []Rule {
	return []Rule{{
		ID: "DEF045", Severity: Error,
		Title:  "The version consistency does not exist",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Use enabled or disabled, or leave it out.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			if isUnlisted(c.VersionConsistency) {
				report(c.at("versionConsistency"), "The version consistency is %q.", c.VersionConsistency)
			}
		}),
	}, {
		ID: "WIN022", Severity: Warning,
		Title:  "A container runs a Linux shell",
		Effect: "Windows images have no such program, so the container does not start.",
		Remedy: "Use cmd or powershell.",
		Source: imageGuide,
		check: eachContainer(func(c *container, report reporter) {
			reportShell(c, report, c.at("entryPoint"), c.EntryPoint, 0)
			// With an entry point of its own, a command begins with an argument.
			if len(c.EntryPoint) == 0 && c.known("entryPoint") {
				reportShell(c, report, c.at("command"), c.Command, 0)
			}
			if h := c.HealthCheck; h != nil && len(h.Command) > 1 && h.Command[0] == "CMD" {
				reportShell(c, report, c.at("healthCheck").Member("command"), h.Command, 1)
			}
		}),
	}, {
		ID: "WIN023", Severity: Warning,
		Title:  "A working directory looks like one of Linux",
		Effect: "Docker on Windows takes a path without a drive for one on drive C, which is hardly what was meant.",
		Remedy: "Write it with a drive, as in C:\\app.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			if parseWinPath(value(c.WorkingDirectory)).kind == unixPath {
				report(c.at("workingDirectory"), "The working directory of container %q begins with a slash.", c.name())
			}
		}),
	}}
}

// reportShell reports the i-th word of a command line if it is a Linux shell.
func reportShell(c *container, report reporter, at taskdef.Path, line []string, i int) {
	if i < len(line) && isLinuxShell(line[i]) {
		report(at.Index(i), "Container %q runs a shell that Windows does not have.", c.name())
	}
}

func isLinuxShell(program string) bool {
	switch strings.TrimPrefix(strings.TrimPrefix(program, "/usr"), "/bin/") {
	case "sh", "bash", "ash", "dash", "zsh", "env":
		return true
	}
	return false
}
