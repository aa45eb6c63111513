package taskdef

import (
	"strconv"
	"strings"
)

// Path names a place in a task definition with the member names of the ECS
// API, such as containerDefinitions["iis"].portMappings[0].hostPort.
//
// Containers, volumes, environment variables, secrets, options and labels are
// addressed by their name (a key), everything else that repeats by its index.
// The zero Path is the definition itself. A Path is never changed in place:
// every method returns a new one.
type Path struct {
	steps []Step
}

// Step is one part of a Path: exactly one of Member, Key and Index is in use.
type Step struct {
	// Kind says which of the other fields is in use.
	Kind StepKind
	// Name is the member's or the key's name.
	Name string
	// Index counts from 0.
	Index int
}

// StepKind tells the kinds of Step apart.
type StepKind int

// The kinds of Step.
const (
	StepMember StepKind = iota
	StepKey
	StepIndex
)

// At returns the path of a member of the definition itself.
func At(member string) Path {
	return Path{}.Member(member)
}

// Member returns the path of a structure's member, by its API name.
func (p Path) Member(name string) Path {
	return p.with(Step{Kind: StepMember, Name: name})
}

// Key returns the path of the item that bears a name.
func (p Path) Key(name string) Path {
	return p.with(Step{Kind: StepKey, Name: name})
}

// Index returns the path of the i-th item, counted from 0.
func (p Path) Index(i int) Path {
	return p.with(Step{Kind: StepIndex, Index: i})
}

// Steps returns the path's parts from the root on. The caller must not change
// them.
func (p Path) Steps() []Step {
	return p.steps
}

// String gives the path as a user reads it.
func (p Path) String() string {
	var b strings.Builder
	for _, s := range p.steps {
		switch s.Kind {
		case StepMember:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.Name)
		case StepKey:
			b.WriteByte('[')
			b.WriteString(strconv.Quote(s.Name))
			b.WriteByte(']')
		case StepIndex:
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.Index))
			b.WriteByte(']')
		}
	}
	return b.String()
}

func (p Path) with(s Step) Path {
	steps := make([]Step, len(p.steps), len(p.steps)+1)
	copy(steps, p.steps)
	return Path{steps: append(steps, s)}
}
