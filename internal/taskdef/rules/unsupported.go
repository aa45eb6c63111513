package rules

import (
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

func unsupportedContainerRules() []Rule {
	undocumented := "AWS does not support it for Windows containers. Whether ECS rejects it, Docker refuses it or nothing happens is not documented."
	return []Rule{{
		ID: "WIN030", Severity: Error,
		Title:  "Windows containers cannot be privileged",
		Effect: "ECS places the task, then Docker on Windows refuses to create the container, so the task fails.",
		Remedy: "Remove privileged.",
		Source: windowsGuide + "; " + dockerHostOptions,
		check:  eachSet("privileged", func(c *container) bool { return value(c.Privileged) }),
	}, {
		ID: "WIN031", Severity: Error,
		Title:  "Windows containers cannot have a read-only root file system",
		Effect: "Docker on Windows refuses to create the container, so the task fails.",
		Remedy: "Remove readonlyRootFilesystem.",
		Source: windowsGuide + "; " + dockerHostOptions,
		check:  eachSet("readonlyRootFilesystem", func(c *container) bool { return value(c.ReadonlyRootFilesystem) }),
	}, {
		ID: "WIN032", Severity: Warning,
		Title:  "AWS does not support a container's user on Windows",
		Effect: undocumented,
		Remedy: "Set the user in the image, with USER in its Dockerfile.",
		Source: windowsGuide,
		check:  eachSet("user", func(c *container) bool { return value(c.User) != "" }),
	}, {
		ID: "WIN033", Severity: Error,
		Title:  "Windows containers have no ulimits",
		Effect: "Docker on Windows refuses to create the container, so the task fails.",
		Remedy: "Remove ulimits.",
		Source: windowsGuide + "; " + dockerOnWindows,
		check:  eachSet("ulimits", func(c *container) bool { return len(c.Ulimits) > 0 }),
	}, {
		ID: "WIN034", Severity: Warning,
		Title:  "Linux parameters are not for Windows containers",
		Effect: undocumented,
		Remedy: "Remove linuxParameters.",
		Source: windowsGuide,
		check:  eachSet("linuxParameters", func(c *container) bool { return c.LinuxParameters != nil }),
	}, {
		ID: "WIN035", Severity: Warning,
		Title:  "System controls are not for Windows containers",
		Effect: undocumented,
		Remedy: "Remove systemControls, which set parameters of the Linux kernel.",
		Source: apiType("SystemControl"),
		check:  eachSet("systemControls", func(c *container) bool { return len(c.SystemControls) > 0 }),
	}, {
		ID: "WIN036", Severity: Warning,
		Title:  "A Docker security option is not for Windows containers",
		Effect: "Of these options only credentialspec has a meaning on Windows. What Docker does with another is not documented.",
		Remedy: "Remove the option, and give a credential spec with credentialSpecs.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			for i, option := range c.DockerSecurityOptions {
				if option != "" && !strings.HasPrefix(option, "credentialspec:") {
					report(c.at("dockerSecurityOptions").Index(i), "An option of container %q is not a credentialspec.", c.name())
				}
			}
		}),
	}, {
		ID: "WIN037", Severity: Error,
		Title:  "GPUs and accelerators are not for Windows containers",
		Effect: "ECS never places the task: no agent on Windows registers such a resource.",
		Remedy: "Remove resourceRequirements.",
		Source: agentOnWindows,
		check:  eachSet("resourceRequirements", func(c *container) bool { return len(c.ResourceRequirements) > 0 }),
	}, {
		ID: "WIN039", Severity: Warning,
		Title:  "Windows containers cannot have DNS settings of their own",
		Effect: undocumented + " The task gets the DNS servers that the instance had when its agent started.",
		Remedy: "Remove the setting, and set DNS with the VPC's DHCP options.",
		Source: windowsGuide,
		check: eachContainer(func(c *container, report reporter) {
			if len(c.DnsServers) > 0 {
				report(c.at("dnsServers"), "Container %q sets dnsServers.", c.name())
			}
			if len(c.DnsSearchDomains) > 0 {
				report(c.at("dnsSearchDomains"), "Container %q sets dnsSearchDomains.", c.name())
			}
		}),
	}, {
		ID: "WIN040", Severity: Warning,
		Title:  "Networking cannot be off in a Windows container",
		Effect: undocumented,
		Remedy: "Remove disableNetworking, and restrict traffic with the task's security groups.",
		Source: windowsGuide,
		check:  eachSet("disableNetworking", func(c *container) bool { return value(c.DisableNetworking) }),
	}, {
		ID: "WIN041", Severity: Error,
		Title:  "A container has more than one credential spec",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Keep one.",
		Source: apiType("ContainerDefinition"),
		check: eachContainer(func(c *container, report reporter) {
			if n := len(c.CredentialSpecs); n > 1 {
				report(c.at("credentialSpecs"), "Container %q has %d credential specs.", c.name(), n)
			}
		}),
	}, {
		ID: "WIN042", Severity: Error,
		Title:  "A credential spec has no known form",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Write credentialspec: or credentialspecdomainless: and the ARN of the file in Amazon S3 or Systems Manager.",
		Source: gmsaGuide,
		check: eachContainer(func(c *container, report reporter) {
			for i, spec := range c.CredentialSpecs {
				if spec != "" && !isCredentialSpec(spec) {
					report(c.at("credentialSpecs").Index(i), "The credential spec of container %q begins with neither.", c.name())
				}
			}
		}),
	}}
}

func unsupportedTaskRules() []Rule {
	return []Rule{{
		ID: "WIN070", Severity: Warning,
		Title:  "Windows tasks cannot share processes or memory",
		Effect: "AWS does not support it for Windows containers. Whether ECS ignores it or never places the task is not documented.",
		Remedy: "Remove pidMode and ipcMode.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			if d.in.PidMode != "" {
				report(taskdef.At("pidMode"), "The definition sets pidMode.")
			}
			if d.in.IpcMode != "" {
				report(taskdef.At("ipcMode"), "The definition sets ipcMode.")
			}
		},
	}, {
		ID: "WIN071", Severity: Error,
		Title:  "App Mesh is not for Windows",
		Effect: "ECS never places the task: no agent on Windows registers the App Mesh capability.",
		Remedy: "Remove proxyConfiguration.",
		Source: windowsGuide + "; " + agentOnWindows,
		check:  onTask("proxyConfiguration", func(d *definition) bool { return d.in.ProxyConfiguration != nil }),
	}, {
		ID: "WIN072", Severity: Error,
		Title:  "Fault injection is not for Windows",
		Effect: "ECS never places the task: no agent on Windows registers the fault injection capability.",
		Remedy: "Remove enableFaultInjection.",
		Source: agentOnWindows,
		check:  onTask("enableFaultInjection", func(d *definition) bool { return value(d.in.EnableFaultInjection) }),
	}, {
		ID: "WIN073", Severity: Warning,
		Title:  "Ephemeral storage is for Fargate",
		Effect: "The API reference describes it for Fargate alone. What ECS does with it on EC2 is not documented.",
		Remedy: "Remove ephemeralStorage, and size the instance's disk.",
		Source: registerAPI,
		check:  onTask("ephemeralStorage", func(d *definition) bool { return d.in.EphemeralStorage != nil }),
	}, {
		ID: "WIN074", Severity: Warning,
		Title:  "Elastic Inference is gone",
		Effect: "AWS has ended the feature. What ECS does with it is not documented.",
		Remedy: "Remove inferenceAccelerators.",
		Source: registerAPI,
		check:  onTask("inferenceAccelerators", func(d *definition) bool { return len(d.in.InferenceAccelerators) > 0 }),
	}}
}

// eachSet makes a check out of whether a container sets a member.
func eachSet(member string, set func(c *container) bool) check {
	return eachContainer(func(c *container, report reporter) {
		if set(c) {
			report(c.at(member), "Container %q sets %s.", c.name(), member)
		}
	})
}

// onTask makes a check out of whether the definition itself sets a member.
func onTask(member string, set func(d *definition) bool) check {
	return func(d *definition, report reporter) {
		if set(d) {
			report(taskdef.At(member), "The definition sets %s.", member)
		}
	}
}

func isCredentialSpec(s string) bool {
	return slices.ContainsFunc([]string{"credentialspec:", "credentialspecdomainless:"}, func(prefix string) bool {
		return strings.HasPrefix(s, prefix)
	})
}
