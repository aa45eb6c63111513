package rules

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// programDataDrive is the drive that Docker keeps its data on, in the
// ECS-optimized Windows AMIs.
const programDataDrive = 'c'

func mountRules() []Rule {
	return []Rule{{
		ID: "DEF074", Severity: Error,
		Title:  "A container mounts a volume that does not exist",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Name a volume of this definition.",
		Source: apiType("MountPoint"),
		check: eachMount(func(m mount, report reporter) {
			name := value(m.SourceVolume)
			if _, ok := m.container.d.volume(name); name != "" && !ok && m.container.d.known(volumePath(name)) {
				report(m.at("sourceVolume"), "Container %q mounts %q, which is not among the volumes.", m.container.name(), name)
			}
		}),
	}, {
		ID: "DEF075", Severity: Warning,
		Title:  "A mount point is incomplete",
		Effect: "Nothing can be mounted. Whether ECS rejects the definition is not documented.",
		Remedy: "Set sourceVolume and containerPath.",
		Source: apiType("MountPoint"),
		check: eachMount(func(m mount, report reporter) {
			for member, s := range map[string]*string{"sourceVolume": m.SourceVolume, "containerPath": m.ContainerPath} {
				if value(s) == "" && m.container.d.known(m.at(member)) {
					report(m.at(member), "A mount point of container %q has no %s.", m.container.name(), member)
				}
			}
		}),
	}, {
		ID: "DEF076", Severity: Error,
		Title:  "A container mounts two volumes at one path",
		Effect: "Docker refuses to create the container, so the task fails. Windows paths are the same whatever their case.",
		Remedy: "Give every mount point a containerPath of its own.",
		Source: "moby, volume mounts, https://github.com/moby/moby/blob/master/daemon/volumes.go",
		check: eachContainer(func(c *container, report reporter) {
			all := c.mounts()
			for _, i := range repeats(all, func(m mount) string { return m.inside().text }) {
				report(all[i].at("containerPath"), "Container %q has another mount point at this path.", c.name())
			}
		}),
	}, {
		ID: "WIN050", Severity: Error,
		Title:  "A bind mount goes across drives",
		Effect: "AWS does not support it: a directory of the instance can be mounted on the same drive letter only, so the task fails.",
		Remedy: "Keep host path and container path on drive C, or mount a whole drive such as D:\\ at D:\\.",
		Source: apiType("Volume"),
		check: eachMount(func(m mount, report reporter) {
			outside, inside := m.outside(), m.inside()
			if outside.drive != 0 && inside.drive != 0 && outside.drive != inside.drive {
				report(m.at("containerPath"), "Volume %q is on drive %c, container %q mounts it on drive %c.",
					value(m.SourceVolume), upper(outside.drive), m.container.name(), upper(inside.drive))
			}
		}),
	}, {
		ID: "WIN051", Severity: Warning,
		Title:  "A bind mount is of a directory on another drive than C",
		Effect: "AWS documents bind mounts of directories on the drive of ProgramData, and of other drives as a whole. How others behave is not documented.",
		Remedy: "Use a directory on drive C, or mount the whole drive.",
		Source: apiType("Volume"),
		check: eachMount(func(m mount, report reporter) {
			outside, inside := m.outside(), m.inside()
			whole := outside.isRoot() && inside.isRoot()
			if outside.drive != 0 && outside.drive == inside.drive && outside.drive != programDataDrive && !whole {
				report(m.at("containerPath"), "Container %q mounts a directory of drive %c.", m.container.name(), upper(outside.drive))
			}
		}),
	}, {
		ID: "WIN052", Severity: Warning,
		Title:  "A host path is not an absolute Windows path",
		Effect: "Docker on Windows does not find such a path. Whether the container is refused or gets an empty directory is not verified.",
		Remedy: "Write it with a drive, as in C:\\data.",
		Source: apiType("Volume"),
		check: eachVolume(func(_ *definition, v volume, report reporter) {
			if s := value(value(v.Host).SourcePath); s != "" && !isAbsolute(parseWinPath(s)) {
				report(v.at("host").Member("sourcePath"), "The host path of volume %q has no drive.", v.name())
			}
		}),
	}, {
		ID: "WIN053", Severity: Warning,
		Title:  "A container path is not an absolute Windows path",
		Effect: "Docker on Windows does not mount at such a path. Whether the container is refused is not verified.",
		Remedy: "Write it with a drive, as in C:\\data.",
		Source: apiType("MountPoint"),
		check: eachMount(func(m mount, report reporter) {
			if value(m.ContainerPath) != "" && !isAbsolute(m.inside()) {
				report(m.at("containerPath"), "A container path of container %q has no drive.", m.container.name())
			}
		}),
	}}
}

// mount is a mount point and its place.
type mount struct {
	types.MountPoint
	container *container
	path      taskdef.Path
}

func (c *container) mounts() []mount {
	all := make([]mount, len(c.MountPoints))
	for i, m := range c.MountPoints {
		all[i] = mount{MountPoint: m, container: c, path: c.at("mountPoints").Index(i)}
	}
	return all
}

// eachMount makes a check out of one for a single mount point.
func eachMount(one func(m mount, report reporter)) check {
	return eachContainer(func(c *container, report reporter) {
		for _, m := range c.mounts() {
			one(m, report)
		}
	})
}

func (m mount) at(member string) taskdef.Path {
	return m.path.Member(member)
}

// outside returns the path on the instance, the zero path if there is none.
func (m mount) outside() winPath {
	v, _ := m.container.d.volume(value(m.SourceVolume))
	return parseWinPath(value(value(v.Host).SourcePath))
}

// inside returns the path in the container.
func (m mount) inside() winPath {
	return parseWinPath(value(m.ContainerPath))
}

func isAbsolute(p winPath) bool {
	return p.kind == drivePath || p.kind == pipePath
}

func upper(drive byte) byte {
	return drive - 'a' + 'A'
}
