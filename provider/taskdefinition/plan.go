package taskdefinition

import (
	"context"

	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

const active = string(ecstypes.TaskDefinitionStatusActive)

// ModifyPlan implements resource.ResourceWithModifyPlan. It decides whether a
// registration will happen, and so which computed attributes are unknown.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var config, plan model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	var state *model
	if !req.State.Raw.IsNull() {
		state = &model{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if r.meta != nil {
		all, diags := r.meta.Tags.Plan(path.Root("tags"), plan.Tags)
		resp.Diagnostics.Append(diags...)
		plan.TagsAll = all
	}
	// The default is in the plan only.
	config.NetworkMode = plan.NetworkMode
	wanted, found := config.spec().toAPI()
	registers := true
	if state != nil && !found.unknown.Any() {
		known, _ := state.spec().toAPI()
		registers = !taskdef.Equal(wanted, known) || state.Status.ValueString() != active
	}
	if registers {
		plan.setSpec(config.spec())
		plan.ARN, plan.Revision, plan.Status = types.StringUnknown(), types.Int64Unknown(), types.StringValue(active)
		plan.RegisteredRevisions = types.ListUnknown(types.Int64Type)
	} else {
		plan.setSpec(keepSpelling(config.spec(), state.spec(), r.schema.Attributes))
		plan.ARN, plan.Revision, plan.Status = state.ARN, state.Revision, state.Status
		plan.RegisteredRevisions = state.RegisteredRevisions
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	if strict := r.meta != nil && r.meta.Strict; registers || strict {
		resp.Diagnostics.Append(warnings(wanted, found, r.schema, strict)...)
	}
}
