package task

import (
	"context"
	"fmt"
	"strings"

	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// ValidateConfig implements resource.ResourceWithValidateConfig: the rules
// that concern more than one attribute.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !config.LaunchType.IsNull() && !config.CapacityProviderStrategy.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("capacity_provider_strategy"), "Unable to use capacity_provider_strategy",
			"launch_type and capacity_provider_strategy are both given, and AWS takes one of them. Remove the other.")
	}
	checkConstraints(ctx, &config, &resp.Diagnostics)
	checkStrategies(ctx, &config, &resp.Diagnostics)
}

// checkConstraints: memberOf has an expression, distinctInstance has none (API
// Reference, PlacementConstraint).
func checkConstraints(ctx context.Context, config *model, diags *diag.Diagnostics) {
	for n, c := range items[placementConstraintModel](ctx, config.PlacementConstraints, diags) {
		at := path.Root("placement_constraints").AtListIndex(n).AtName("expression")
		switch {
		case c.Type.IsUnknown() || c.Expression.IsUnknown():
		case c.kind() == ecstypes.PlacementConstraintTypeMemberOf && c.Expression.IsNull():
			diags.AddAttributeError(at, "Unable to use placement constraint",
				"A memberOf constraint wants an expression, such as attribute:ecs.instance-type == m5.xlarge.")
		case c.kind() == ecstypes.PlacementConstraintTypeDistinctInstance && !c.Expression.IsNull():
			diags.AddAttributeError(at, "Unable to use placement constraint",
				"A distinctInstance constraint takes no expression. Leave it out, or use memberOf.")
		}
	}
}

// checkStrategies: binpack goes by cpu or memory, spread by something, random
// by nothing (API Reference, PlacementStrategy).
func checkStrategies(ctx context.Context, config *model, diags *diag.Diagnostics) {
	for n, s := range items[placementStrategyModel](ctx, config.PlacementStrategy, diags) {
		at := path.Root("placement_strategy").AtListIndex(n).AtName("field")
		if s.Type.IsUnknown() || s.Field.IsUnknown() {
			continue
		}
		field := strings.ToLower(s.Field.ValueString())
		switch ecstypes.PlacementStrategyType(s.Type.ValueString()) {
		case ecstypes.PlacementStrategyTypeBinpack:
			if field != "cpu" && field != "memory" {
				diags.AddAttributeError(at, "Unable to use placement strategy", "binpack goes by field = \"cpu\" or \"memory\".")
			}
		case ecstypes.PlacementStrategyTypeSpread:
			if field == "" {
				diags.AddAttributeError(at, "Unable to use placement strategy",
					"spread wants a field: instanceId, or an attribute such as attribute:ecs.availability-zone.")
			}
		case ecstypes.PlacementStrategyTypeRandom:
			if field != "" {
				diags.AddAttributeError(at, "Unable to use placement strategy", "random takes no field. Leave it out.")
			}
		}
	}
}

// checkDefinition finds what AWS would refuse: a definition that nothing can
// be started from any more, or a network configuration where there must be
// none, or none where there must be one.
func checkDefinition(m *model, d *ecstypes.TaskDefinition) diag.Diagnostics {
	var diags diag.Diagnostics
	if d == nil {
		return diags
	}
	name := shortName(m.TaskDefinition.ValueString())
	summary := "Unable to run task definition " + name
	if d.Status != "" && d.Status != ecstypes.TaskDefinitionStatusActive {
		diags.AddAttributeError(path.Root("task_definition"), summary,
			fmt.Sprintf("The revision is %s, and AWS starts tasks from ACTIVE ones only. Name an active revision.", d.Status))
	}
	at := path.Root("network_configuration")
	switch awsvpc := d.NetworkMode == ecstypes.NetworkModeAwsvpc; {
	case awsvpc && m.NetworkConfiguration.IsNull():
		diags.AddAttributeError(at, summary,
			"Its network mode is awsvpc, so the task gets a network interface of its own, and AWS must know where. Say it:\n\n"+
				"  network_configuration = {\n    subnets         = [\"subnet-...\"]\n    security_groups = [\"sg-...\"]\n  }\n\n"+
				"Without it AWS answers: Network Configuration must be provided when networkMode 'awsvpc' is specified.")
	case !awsvpc && !m.NetworkConfiguration.IsNull() && !m.NetworkConfiguration.IsUnknown():
		mode := withDefault(string(d.NetworkMode), "default (Docker's nat)")
		diags.AddAttributeError(at, summary,
			fmt.Sprintf("Its network mode is %s, which has no network interface to configure. Remove network_configuration, or set network_mode = \"awsvpc\" in the task definition.\n\n"+
				"With it AWS answers: Network Configuration is not valid for the given networkMode of this task definition.", mode))
	}
	return diags
}
