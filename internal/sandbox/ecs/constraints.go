package ecs

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// constraint is a placement constraint that has been read.
type constraint struct {
	kind  types.PlacementConstraintType
	holds func(*containerInstance) bool
}

// runConstraints returns a task definition's constraints as RunTask writes them.
func runConstraints(definition *revision) []types.PlacementConstraint {
	var all []types.PlacementConstraint
	for _, c := range definition.PlacementConstraints {
		all = append(all, types.PlacementConstraint{Type: types.PlacementConstraintType(c.Type), Expression: c.Expression})
	}
	return all
}

func parseConstraints(given []types.PlacementConstraint) ([]constraint, error) {
	var all []constraint
	for _, g := range given {
		if err := oneOf(invalidParameter, "placement constraint type", g.Type, g.Type.Values()); err != nil {
			return nil, err
		}
		// The text is assumed.
		if g.Type == types.PlacementConstraintTypeDistinctInstance && valueOf(g.Expression) != "" {
			return nil, invalidf("An expression can not be specified for the placement constraint distinctInstance.")
		}
		if g.Type == types.PlacementConstraintTypeMemberOf && strings.TrimSpace(valueOf(g.Expression)) == "" {
			return nil, invalidf("An expression must be specified for the placement constraint memberOf.")
		}
		holds, err := parseExpression(valueOf(g.Expression))
		if err != nil {
			return nil, err
		}
		all = append(all, constraint{kind: g.Type, holds: holds})
	}
	return all, nil
}

// unmet returns why an instance does not meet the constraint, or "".
func (c constraint) unmet(l *launch, i *containerInstance) string {
	if c.kind == types.PlacementConstraintTypeMemberOf {
		if c.holds(i) {
			return ""
		}
		return lackMember
	}
	taken := slices.ContainsFunc(l.cluster.tasks, func(t *task) bool {
		return t.instance == i && t.group == l.group && !t.stopped()
	})
	if taken {
		return lackDistinct
	}
	return ""
}

// checkPlacementStrategy checks a call's placement strategy. The rules are
// those of the API reference, the texts are assumed.
func checkPlacementStrategy(given []types.PlacementStrategy) error {
	if len(given) > maxStrategies {
		return invalidf("A task can have at most %d placement strategies.", maxStrategies)
	}
	for _, s := range given {
		if err := oneOf(invalidParameter, "placement strategy type", s.Type, s.Type.Values()); err != nil {
			return err
		}
		field := valueOf(s.Field)
		switch s.Type {
		case types.PlacementStrategyTypeRandom:
			if field != "" {
				return invalidf("The placement strategy random takes no field.")
			}
		case types.PlacementStrategyTypeBinpack:
			if !isCPU(field) && !strings.EqualFold(field, "memory") {
				return invalidf("The field of the placement strategy binpack should be one of [cpu,memory].")
			}
		case types.PlacementStrategyTypeSpread:
			if !isHost(field) && !strings.HasPrefix(field, "attribute:") {
				return invalidf("The field of the placement strategy spread should be instanceId, host or an attribute.")
			}
		}
	}
	return nil
}

func isCPU(field string) bool { return strings.EqualFold(field, "cpu") }

func isHost(field string) bool { return field == "instanceId" || field == "host" }

// spreadValue is what a spread strategy counts tasks by.
func spreadValue(i *containerInstance, field string) string {
	if called, ok := strings.CutPrefix(field, "attribute:"); ok {
		value, _ := i.attribute(called)
		return value
	}
	return i.id
}
