package rules

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

func placementRules() []Rule {
	return []Rule{{
		ID: "DEF084", Severity: Error,
		Title:  "There are too many placement constraints",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Keep at most 10, counting those given when the task is run. One expression can join several with and.",
		Source: registerAPI,
		check: func(d *definition, report reporter) {
			if n := len(d.in.PlacementConstraints); n > 10 {
				report(taskdef.At("placementConstraints"), "The definition has %d placement constraints.", n)
			}
		},
	}, {
		ID: "DEF085", Severity: Error,
		Title:  "The type of a placement constraint is not for task definitions",
		Effect: "The ECS API rejects the definition.",
		Remedy: "Use memberOf. A service can have distinctInstance.",
		Source: apiType("TaskDefinitionPlacementConstraint"),
		check: eachConstraint(func(_ *definition, c types.TaskDefinitionPlacementConstraint, at taskdef.Path, report reporter) {
			if isUnlisted(c.Type) {
				report(at.Member("type"), "The type is %q.", c.Type)
			}
		}),
	}, {
		ID: "DEF086", Severity: Error,
		Title:  "A placement constraint has no expression",
		Effect: "The ECS API rejects the definition: memberOf needs an expression.",
		Remedy: "Give an expression in the cluster query language, such as attribute:ecs.os-type == windows.",
		Source: apiType("TaskDefinitionPlacementConstraint"),
		check: eachConstraint(func(d *definition, c types.TaskDefinitionPlacementConstraint, at taskdef.Path, report reporter) {
			if value(c.Expression) == "" && d.known(at.Member("expression")) {
				report(at.Member("expression"), "The expression is missing.")
			}
		}),
	}}
}

// eachConstraint makes a check out of one for a single placement constraint.
func eachConstraint(one func(d *definition, c types.TaskDefinitionPlacementConstraint, at taskdef.Path, report reporter)) check {
	return func(d *definition, report reporter) {
		for i, c := range d.in.PlacementConstraints {
			one(d, c, taskdef.At("placementConstraints").Index(i), report)
		}
	}
}
