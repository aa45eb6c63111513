package rules

import (
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// maxContainers is the quota of containers in a task definition, which AWS does
// not raise.
const maxContainers = 10

func nameRules() []Rule {
	return []Rule{{
		ID: "DEF001", Severity: Error,
		Title:  "The family has no valid name",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Name the family with 1 to 255 letters, digits, underscores and hyphens.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			at := taskdef.At("family")
			if d.known(at) && !isName(value(d.in.Family)) {
				report(at, "%s", nameFault(value(d.in.Family)))
			}
		},
	}, {
		ID: "DEF002", Severity: Error,
		Title:  "There are no containers",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Define at least one container.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			at := taskdef.At("containerDefinitions")
			if len(d.in.ContainerDefinitions) == 0 && d.known(at) {
				report(at, "The definition has no container.")
			}
		},
	}, {
		ID: "DEF003", Severity: Error,
		Title:  "A container has no valid name",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Name the container with 1 to 255 letters, digits, underscores and hyphens.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			if c.known("name") && !isName(c.name()) {
				report(c.at("name"), "%s", nameFault(c.name()))
			}
		}),
	}, {
		ID: "DEF004", Severity: Error,
		Title:  "Two containers have the same name",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Give every container a name of its own.",
		Source: apiType("ContainerDefinition"),
		check: func(d *definition, report reporter) {
			all := d.containers
			for _, i := range repeats(all, (*container).name) {
				report(all[i].at("name"), "More than one container is named %q.", all[i].name())
			}
		},
	}, {
		ID: "DEF005", Severity: Error,
		Title:  "No container is essential",
		Effect: "The ECS API rejects the definition: a task needs an essential container.",
		Remedy: "Mark the container that the task exists for as essential, which is also the default.",
		Source: apiType("ContainerDefinition"),
		check: func(d *definition, report reporter) {
			all := d.containers
			for _, c := range all {
				if !c.nonessential() {
					return
				}
			}
			if len(all) > 0 {
				report(taskdef.At("containerDefinitions"), "All %d containers have essential set to false.", len(all))
			}
		},
	}, {
		ID: "DEF010", Severity: Error,
		Title:  "There are too many containers",
		Effect: "The ECS API rejects the definition. AWS does not raise this quota.",
		Remedy: "Split the task: a definition takes at most 10 containers.",
		Source: quotaGuide,
		check: func(d *definition, report reporter) {
			if n := len(d.in.ContainerDefinitions); n > maxContainers {
				report(taskdef.At("containerDefinitions"), "The definition has %d containers.", n)
			}
		},
	}}
}

// isName reports whether s is a name as ECS takes it for families, containers
// and volumes: 1 to 255 letters, digits, underscores and hyphens.
func isName(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return true
}

func isNameByte(b byte) bool {
	return isAlphanumeric(b) || b == '_' || b == '-'
}

func isAlphanumeric(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

// nameFault says in a sentence why isName is false.
func nameFault(s string) string {
	switch {
	case s == "":
		return "The name is missing."
	case len(s) > 255:
		return "The name is longer than 255 characters."
	}
	return "The name has characters other than letters, digits, underscores and hyphens."
}
