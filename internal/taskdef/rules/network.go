package rules

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

func networkRules() []Rule {
	return []Rule{{
		ID: "DEF080", Severity: Error,
		Title:  "The network mode does not exist",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Set networkMode to awsvpc.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			if isUnlisted(d.in.NetworkMode) {
				report(taskdef.At("networkMode"), "The network mode is %q.", d.in.NetworkMode)
			}
		},
	}, {
		ID: "NET001", Severity: Warning,
		Title:  "The task does not use the awsvpc network mode",
		Effect: "The task shares Docker's NAT network of the instance: no network interface, address or security groups of its own.",
		Remedy: "Set networkMode to awsvpc.",
		Source: awsvpcGuide,
		check: func(d *definition, report reporter) {
			at := taskdef.At("networkMode")
			switch {
			case d.in.NetworkMode == types.NetworkModeBridge:
				report(at, "The network mode is bridge.")
			case d.in.NetworkMode == "" && d.known(at):
				report(at, "The network mode is not set, so it is bridge.")
			}
		},
	}, {
		ID: "NET002", Severity: Error,
		Title:  "Windows Server 2016 has no awsvpc",
		Effect: "AWS supports awsvpc on Windows Server 2019 and later, so no instance with Windows Server 2016 can take the task.",
		Remedy: "Use Windows Server 2019 or later.",
		Source: awsvpcGuide,
		check: func(d *definition, report reporter) {
			if d.awsvpc() && releaseOfFamily(d.osFamily()) == "2016" {
				report(familyPath(), "The operating system family is %s.", d.osFamily())
			}
		},
	}, {
		ID: "NET003", Severity: Error,
		Title:  "A task without a network maps ports",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Set networkMode to awsvpc, or remove portMappings.",
		Source: registerAPI,
		check: eachContainer(func(c *container, report reporter) {
			if c.d.in.NetworkMode == types.NetworkModeNone && len(c.PortMappings) > 0 {
				report(c.at("portMappings"), "The network mode is none and container %q maps ports.", c.name())
			}
		}),
	}, {
		ID: "NET005", Severity: Error,
		Title:  "Links are not for awsvpc",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Remove links: containers of an awsvpc task reach each other at localhost.",
		Source: apiType("ContainerDefinition"),
		check:  notWithAwsvpc("links", func(c *container) bool { return len(c.Links) > 0 }),
	}, {
		ID: "NET006", Severity: Error,
		Title:  "A hostname is not for awsvpc",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Remove hostname.",
		Source: apiType("ContainerDefinition"),
		check:  notWithAwsvpc("hostname", func(c *container) bool { return value(c.Hostname) != "" }),
	}, {
		ID: "NET007", Severity: Error,
		Title:  "Extra hosts are not for awsvpc",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Remove extraHosts, and use a private hosted zone of Route 53.",
		Source: apiType("ContainerDefinition"),
		check:  notWithAwsvpc("extraHosts", func(c *container) bool { return len(c.ExtraHosts) > 0 }),
	}, {
		ID: "NET010", Severity: Warning,
		Title:  "The network mode is not for Windows",
		Effect: "AWS documents awsvpc and the default for Windows instances. How they take host and none is not documented.",
		Remedy: "Set networkMode to awsvpc.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			if m := d.in.NetworkMode; m == types.NetworkModeHost || m == types.NetworkModeNone {
				report(taskdef.At("networkMode"), "The network mode is %s.", m)
			}
		},
	}}
}

// notWithAwsvpc makes a check out of whether a container sets a member that
// awsvpc rules out.
func notWithAwsvpc(member string, set func(c *container) bool) check {
	return eachContainer(func(c *container, report reporter) {
		if c.d.awsvpc() && set(c) {
			report(c.at(member), "Container %q sets %s.", c.name(), member)
		}
	})
}
