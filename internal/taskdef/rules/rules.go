// Package rules says what AWS would reject, ignore, never place or fail in the
// definition of a Windows task that uses the awsvpc network mode.
//
// A rule is a row of a table: an ID, a severity, what is wrong, what AWS does
// about it, the remedy, and where that is written. Rules look at a definition
// of which parts may be unknown, as in a Terraform plan, and say nothing that a
// value still to come could make untrue.
package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// Severity says how much a finding matters.
type Severity int

const (
	// Error marks what AWS is known to reject, never place, or fail.
	Error Severity = iota + 1
	// Warning marks what AWS ignores, and what is unsupported without a source
	// that says what happens.
	Warning
	// Note marks a sound definition that runs only on container instances set
	// up for it, which no definition can show.
	Note
)

// String gives the severity in lower case: error, warning or note.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Note:
		return "note"
	}
	return fmt.Sprintf("severity %d", int(s))
}

// Rule is one thing that can be wrong with a definition.
type Rule struct {
	// ID is stable and never used again for another rule. DEF rules are what
	// the ECS API asks of any definition, NET rules come from the awsvpc
	// network mode, WIN rules from Windows container instances.
	ID string
	// Severity is the same for every finding of the rule.
	Severity Severity
	// Title says in one line what is wrong.
	Title string
	// Effect says what AWS does about it.
	Effect string
	// Remedy says what to change.
	Remedy string
	// Source says where the fact is written.
	Source string

	check check
}

// check reports every place in a definition that breaks a rule.
type check func(d *definition, report reporter)

// reporter takes a place that breaks a rule. The detail may name containers,
// volumes, members, numbers and enum words, and never a value of an
// environment variable, command, entry point, label or option.
type reporter func(at taskdef.Path, detail string, args ...any)

// Finding is one place in a definition that breaks a rule.
type Finding struct {
	// Rule is the rule that is broken.
	Rule *Rule
	// Path is the place to blame.
	Path taskdef.Path
	// Detail says what was found there. It holds no secrets.
	Detail string
}

// Text explains the finding to a user in full: what was found, what AWS does,
// the remedy, and the rule with its source.
func (f Finding) Text() string {
	return fmt.Sprintf("%s\n\n%s\n\nRemedy: %s\n\nRule %s. Source: %s", f.Detail, f.Rule.Effect, f.Rule.Remedy, f.Rule.ID, f.Rule.Source)
}

// All returns every rule, sorted by ID. The slice is the caller's to keep.
func All() []Rule {
	all := table()
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// table returns every rule, by theme.
func table() []Rule {
	return slices.Concat(
		requiredRules(),
		nameRules(),
		imageRules(),
		resourceRules(),
		portRules(),
		startupRules(),
		healthRules(),
		environmentRules(),
		roleRules(),
		logRules(),
		volumeRules(),
		mountRules(),
		networkRules(),
		platformRules(),
		placementRules(),
		processRules(),
		unsupportedContainerRules(),
		unsupportedTaskRules(),
		instanceRules(),
		tagRules(),
	)
}

// Check returns what is wrong with a definition, sorted by path and then by
// rule, at most one finding for each rule at a path.
//
// Places in unknown have no value yet, and Check concludes nothing from their
// absence: what it finds, it would find whatever their values turn out to be.
// An item that is unknown as a whole must still stand in its list, with its
// name where it has one and otherwise empty. A nil set means that everything is
// known.
func Check(in *ecs.RegisterTaskDefinitionInput, unknown *taskdef.Unknowns) []Finding {
	if in == nil {
		return nil
	}
	d := newDefinition(in, unknown)
	rules := table()
	var found []Finding
	for i := range rules {
		rule := &rules[i]
		rule.check(d, func(at taskdef.Path, detail string, args ...any) {
			found = append(found, Finding{Rule: rule, Path: at, Detail: fmt.Sprintf(detail, args...)})
		})
	}
	slices.SortStableFunc(found, compare)
	return slices.CompactFunc(found, func(a, b Finding) bool { return compare(a, b) == 0 })
}

func compare(a, b Finding) int {
	return cmp.Or(
		slices.CompareFunc(a.Path.Steps(), b.Path.Steps(), compareSteps),
		cmp.Compare(a.Rule.ID, b.Rule.ID),
	)
}

func compareSteps(a, b taskdef.Step) int {
	return cmp.Or(
		cmp.Compare(a.Kind, b.Kind),
		strings.Compare(a.Name, b.Name),
		cmp.Compare(a.Index, b.Index),
	)
}
