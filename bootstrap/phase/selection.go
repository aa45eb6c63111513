package phase

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// Selection is which phases of a run take part. The zero Selection is all.
type Selection struct {
	// Only these change anything; what they need is looked at and left as it is.
	Only []ID
	// Skip leaves these out. Phases that need them take them for done.
	Skip []ID
	// Until ends with this phase: it and what it needs take part.
	Until ID
}

// role is what a phase does in a run.
type role int

const (
	whole role = iota
	// looking phases are probed, because others need what they find.
	looking
	left
)

// graph is what is known of the phases before they run, in their order.
type graph struct {
	order []ID
	desc  map[ID]Description
	// above is what needs has found out.
	above map[ID]map[ID]bool
}

// describe reads the phases' descriptions. The error names a need that no phase has, an id that two have, a circle, or a phase
// that would never begin.
func describe(phases []Phase, d *nodeconfig.Document) (graph, error) {
	g := graph{desc: map[ID]Description{}, above: map[ID]map[ID]bool{}}
	for _, p := range phases {
		desc := p.Describe(d)
		if _, twice := g.desc[desc.ID]; twice {
			return graph{}, fmt.Errorf("two phases have the id %s", desc.ID)
		}
		g.desc[desc.ID] = desc
		g.order = append(g.order, desc.ID)
	}
	for _, id := range g.order {
		for _, need := range g.desc[id].Needs {
			if _, ok := g.desc[need]; !ok {
				return graph{}, fmt.Errorf("phase %s needs %s, and there is no such phase", id, need)
			}
			if g.needs(need)[id] {
				return graph{}, fmt.Errorf("phase %s needs %s, which needs it", id, need)
			}
			if g.desc[need].Always && !g.desc[id].Always {
				return graph{}, fmt.Errorf("phase %s needs %s, which always runs, and after all that do not", id, need)
			}
		}
	}
	return g, nil
}

// needs returns all that a phase needs, also through others.
func (g graph) needs(id ID) map[ID]bool {
	if all, known := g.above[id]; known {
		return all
	}
	all := map[ID]bool{}
	open := slices.Clone(g.desc[id].Needs)
	for len(open) > 0 {
		next := open[0]
		open = open[1:]
		if !all[next] {
			all[next] = true
			open = append(open, g.desc[next].Needs...)
		}
	}
	g.above[id] = all
	return all
}

// roles says what each phase does, and why it does not take part.
func (g graph) roles(s Selection) (map[ID]role, map[ID]string, error) {
	roles, why := map[ID]role{}, map[ID]string{}
	for _, id := range slices.Concat(s.Only, s.Skip, []ID{s.Until}) {
		if _, ok := g.desc[id]; !ok && id != "" {
			return nil, nil, fmt.Errorf("there is no phase %q; the phases are %s", id, g.names())
		}
	}
	for _, id := range g.order {
		switch {
		case slices.Contains(s.Skip, id):
			roles[id], why[id] = left, "left out on request"
		case s.Until != "" && id != s.Until && !g.needs(s.Until)[id] && !g.desc[id].Always:
			roles[id], why[id] = left, "the run ends with "+string(s.Until)
		case len(s.Only) == 0 || slices.Contains(s.Only, id):
			roles[id] = whole
		case slices.ContainsFunc(s.Only, func(only ID) bool { return g.needs(only)[id] }):
			roles[id] = looking
		default:
			roles[id], why[id] = left, "not among the phases asked for"
		}
	}
	return roles, why, nil
}

func (g graph) names() string {
	names := make([]string, len(g.order))
	for i, id := range g.order {
		names[i] = string(id)
	}
	return strings.Join(names, ", ")
}

// Dependents returns the phases that need one, also through others.
func Dependents(phases []Phase, d *nodeconfig.Document, id ID) (map[ID]bool, error) {
	g, err := describe(phases, d)
	if err != nil {
		return nil, err
	}
	all := map[ID]bool{}
	for _, other := range g.order {
		if g.needs(other)[id] {
			all[other] = true
		}
	}
	return all, nil
}
