package rules

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// definition is what a check looks at: a definition and what is unknown of it.
//
// A value that is present is known. One that is absent may be unknown, so a
// check that concludes anything from an absence asks known first.
type definition struct {
	in         *ecs.RegisterTaskDefinitionInput
	unknown    *taskdef.Unknowns
	containers []*container
	volumes    []volume
}

func newDefinition(in *ecs.RegisterTaskDefinitionInput, unknown *taskdef.Unknowns) *definition {
	d := &definition{in: in, unknown: unknown}
	for _, c := range in.ContainerDefinitions {
		d.containers = append(d.containers, &container{ContainerDefinition: c, d: d, path: containerPath(value(c.Name))})
	}
	for _, v := range in.Volumes {
		d.volumes = append(d.volumes, volume{Volume: v, path: volumePath(value(v.Name))})
	}
	return d
}

// known reports whether an absence at p is a fact.
func (d *definition) known(p taskdef.Path) bool {
	return !d.unknown.Covers(p)
}

// awsvpc reports whether the definition certainly uses the awsvpc mode.
func (d *definition) awsvpc() bool {
	return d.in.NetworkMode == types.NetworkModeAwsvpc
}

// osFamily returns the operating system family, "" if there is none or it is
// unknown.
func (d *definition) osFamily() types.OSFamily {
	if d.in.RuntimePlatform == nil {
		return ""
	}
	return d.in.RuntimePlatform.OperatingSystemFamily
}

// container is a container definition and its place.
type container struct {
	types.ContainerDefinition
	d    *definition
	path taskdef.Path
}

// container returns the container of a name, and whether there is one. The
// empty name, which may stand for an unknown one, has none.
func (d *definition) container(name string) (*container, bool) {
	i := slices.IndexFunc(d.containers, func(c *container) bool { return c.name() == name })
	if i < 0 || name == "" {
		return nil, false
	}
	return d.containers[i], true
}

func containerPath(name string) taskdef.Path {
	return taskdef.At("containerDefinitions").Key(name)
}

func (c *container) name() string {
	return value(c.Name)
}

func (c *container) at(member string) taskdef.Path {
	return c.path.Member(member)
}

// known reports whether the absence of a member is a fact.
func (c *container) known(member string) bool {
	return c.d.known(c.at(member))
}

// essential reports whether the container is certainly essential: AWS takes
// it for essential unless told otherwise.
func (c *container) essential() bool {
	if c.Essential == nil {
		return c.known("essential")
	}
	return *c.Essential
}

// nonessential reports whether the container is certainly not essential.
func (c *container) nonessential() bool {
	return c.Essential != nil && !*c.Essential
}

// volume is a volume and its place.
type volume struct {
	types.Volume
	path taskdef.Path
}

// volume returns the volume of a name, and whether there is one. The empty
// name, which may stand for an unknown one, has none.
func (d *definition) volume(name string) (volume, bool) {
	i := slices.IndexFunc(d.volumes, func(v volume) bool { return v.name() == name })
	if i < 0 || name == "" {
		return volume{}, false
	}
	return d.volumes[i], true
}

func volumePath(name string) taskdef.Path {
	return taskdef.At("volumes").Key(name)
}

func (v volume) name() string {
	return value(v.Name)
}

func (v volume) at(member string) taskdef.Path {
	return v.path.Member(member)
}

// eachContainer makes a check out of one for a single container.
func eachContainer(one func(c *container, report reporter)) check {
	return func(d *definition, report reporter) {
		for _, c := range d.containers {
			one(c, report)
		}
	}
}

// eachVolume makes a check out of one for a single volume.
func eachVolume(one func(d *definition, v volume, report reporter)) check {
	return func(d *definition, report reporter) {
		for _, v := range d.volumes {
			one(d, v, report)
		}
	}
}

// repeats returns the indexes of the items whose key an earlier item has.
// Items with the zero key are left out.
func repeats[T any, K comparable](items []T, key func(T) K) []int {
	var zero K
	seen := map[K]bool{}
	var again []int
	for i, item := range items {
		k := key(item)
		if k == zero {
			continue
		}
		if seen[k] {
			again = append(again, i)
		}
		seen[k] = true
	}
	return again
}

// value follows a pointer, to the zero value if it is nil.
func value[T any](p *T) T {
	var v T
	if p != nil {
		v = *p
	}
	return v
}
