package rules

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

func platformRules() []Rule {
	return []Rule{{
		ID: "DEF081", Severity: Error,
		Title:  "The CPU architecture does not exist",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Use X86_64, or leave out cpuArchitecture.",
		Source: apiType("RuntimePlatform"),
		check: func(d *definition, report reporter) {
			if a := value(d.in.RuntimePlatform).CpuArchitecture; isUnlisted(a) {
				report(architecturePath(), "The CPU architecture is %q.", a)
			}
		},
	}, {
		ID: "DEF082", Severity: Warning,
		Title:  "A compatibility is not known",
		Effect: "The ECS API rejects values it does not know. This list is that of the AWS SDK's ECS package " + sdkVersion + ".",
		Remedy: "Use EC2, or a newer provider.",
		Source: registerAPI,
		check: eachCompatibility(func(_ *definition, c types.Compatibility, at taskdef.Path, report reporter) {
			if isUnlisted(c) {
				report(at, "The compatibility is %q.", c)
			}
		}),
	}, {
		ID: "DEF083", Severity: Warning,
		Title:  "The operating system family is not known",
		Effect: "The ECS API rejects values it does not know. This list is that of the AWS SDK's ECS package " + sdkVersion + ".",
		Remedy: "Use a family such as WINDOWS_SERVER_2022_CORE, or a newer provider.",
		Source: apiType("RuntimePlatform"),
		check: func(d *definition, report reporter) {
			if isUnlisted(d.osFamily()) {
				report(familyPath(), "The operating system family is %q.", d.osFamily())
			}
		},
	}, {
		ID: "WIN010", Severity: Warning,
		Title:  "Nothing says which Windows the task needs",
		Effect: "ECS may place the task on an instance of another system or Windows build, where its containers do not start.",
		Remedy: "Set runtimePlatform.operatingSystemFamily, such as WINDOWS_SERVER_2022_CORE, or a placement constraint such as attribute:ecs.os-family == WINDOWS_SERVER_2022_CORE.",
		Source: imageGuide,
		check: func(d *definition, report reporter) {
			if d.osFamily() == "" && d.known(familyPath()) && !constrainsOS(d) {
				report(familyPath(), "There is no operating system family and no placement constraint on ecs.os-family or ecs.os-type.")
			}
		},
	}, {
		ID: "WIN011", Severity: Error,
		Title:  "The task is for Linux",
		Effect: "ECS never places the task on a Windows instance.",
		Remedy: "Use a Windows family such as WINDOWS_SERVER_2022_CORE, or another provider for tasks on Linux.",
		Source: apiType("RuntimePlatform"),
		check: func(d *definition, report reporter) {
			if d.osFamily() == types.OSFamilyLinux {
				report(familyPath(), "The operating system family is LINUX.")
			}
		},
	}, {
		ID: "WIN012", Severity: Error,
		Title:  "Windows tasks do not run on ARM",
		Effect: "ECS never places the task: the architecture ARM64 is for Linux.",
		Remedy: "Use X86_64, or leave out cpuArchitecture.",
		Source: apiType("RuntimePlatform"),
		check: func(d *definition, report reporter) {
			if value(d.in.RuntimePlatform).CpuArchitecture == types.CPUArchitectureArm64 {
				report(architecturePath(), "The CPU architecture is ARM64.")
			}
		},
	}, {
		ID: "WIN013", Severity: Warning,
		Title:  "AWS offers no AMI for this Windows version any more",
		Effect: "The version is out of support and its ECS-optimized AMIs are gone, so a new instance can hardly take the task.",
		Remedy: "Use Windows Server 2022 or 2025.",
		Source: "Amazon ECS Developer Guide, ECS-optimized Windows AMIs, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-optimized_windows_AMI.html",
		check: func(d *definition, report reporter) {
			if r := releaseOfFamily(d.osFamily()); r == "2004" || r == "20H2" {
				report(familyPath(), "The operating system family is %s.", d.osFamily())
			}
		},
	}, {
		ID: "WIN014", Severity: Warning,
		Title:  "The definition asks for more than EC2",
		Effect: "ECS validates the definition for every compatibility named. A Windows task with awsvpc on instances of your own needs EC2 alone.",
		Remedy: "Set requiresCompatibilities to EC2, or leave it out.",
		Source: registerAPI,
		check: eachCompatibility(func(_ *definition, c types.Compatibility, at taskdef.Path, report reporter) {
			if c != "" && c != types.CompatibilityEc2 && !isUnlisted(c) {
				report(at, "The compatibility is %s.", c)
			}
		}),
	}, {
		ID: "WIN015", Severity: Error,
		Title:  "The definition asks for Fargate without the task's size",
		Effect: "The ECS API rejects the definition: Fargate requires cpu and memory of the task.",
		Remedy: "Remove FARGATE from requiresCompatibilities.",
		Source: registerAPI,
		check: eachCompatibility(func(d *definition, c types.Compatibility, at taskdef.Path, report reporter) {
			noCPU := d.in.Cpu == nil && d.known(taskdef.At("cpu"))
			noMemory := d.in.Memory == nil && d.known(taskdef.At("memory"))
			if c == types.CompatibilityFargate && (noCPU || noMemory) {
				report(at, "The task has no cpu or no memory.")
			}
		}),
	}}
}

func familyPath() taskdef.Path {
	return taskdef.At("runtimePlatform").Member("operatingSystemFamily")
}

func architecturePath() taskdef.Path {
	return taskdef.At("runtimePlatform").Member("cpuArchitecture")
}

// constrainsOS reports whether a placement constraint names the instance's
// operating system, or may do so.
func constrainsOS(d *definition) bool {
	return d.unknown.Touches(taskdef.At("placementConstraints")) ||
		slices.ContainsFunc(d.in.PlacementConstraints, func(c types.TaskDefinitionPlacementConstraint) bool {
			e := value(c.Expression)
			return strings.Contains(e, "ecs.os-family") || strings.Contains(e, "ecs.os-type")
		})
}

// eachCompatibility makes a check out of one for a single compatibility.
func eachCompatibility(one func(d *definition, c types.Compatibility, at taskdef.Path, report reporter)) check {
	return func(d *definition, report reporter) {
		for i, c := range d.in.RequiresCompatibilities {
			one(d, c, taskdef.At("requiresCompatibilities").Index(i), report)
		}
	}
}
