package cluster

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ModifyPlan implements resource.ResourceWithModifyPlan: what is not
// configured keeps its prior value.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var config, plan, state model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	creates := req.State.Raw.IsNull()
	if creates {
		state.features = nothingYet()
	} else {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if r.meta != nil {
		all, diags := r.meta.Tags.Plan(path.Root("tags"), plan.Tags)
		resp.Diagnostics.Append(diags...)
		plan.TagsAll = all
	}
	plan.keep(config.features, state.features)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)

	providers := plan.CapacityProviders
	if creates && config.CapacityProviders.IsNull() {
		providers = types.SetValueMust(types.StringType, nil)
	}
	if !config.DefaultCapacityProviderStrategy.IsNull() {
		resp.Diagnostics.Append(checkMembership(config.DefaultCapacityProviderStrategy, providers)...)
	}
	if strict := r.meta != nil && r.meta.Strict; strict || !plan.Settings.Equal(state.Settings) {
		resp.Diagnostics.Append(unlistedSettings(config.Settings, strict)...)
	}
}

// nothingYet is what there is before a cluster is created: AWS decides on
// what the configuration leaves out.
func nothingYet() features {
	return features{
		Settings:                        types.MapUnknown(types.StringType),
		Configuration:                   types.ObjectNull(configurationType().AttrTypes),
		ServiceConnectDefaults:          types.ObjectNull(serviceConnectType().AttrTypes),
		CapacityProviders:               types.SetUnknown(types.StringType),
		DefaultCapacityProviderStrategy: types.MapUnknown(strategyItemType()),
	}
}

// keep puts the prior values into a plan wherever the configuration asks for
// no others.
func (f *features) keep(config, prior features) {
	f.Settings = planSettings(config.Settings, prior.Settings)
	if config.Configuration.IsNull() {
		f.Configuration = planSilence(prior.Configuration)
	}
	if config.CapacityProviders.IsNull() {
		f.CapacityProviders = prior.CapacityProviders
	}
	if config.DefaultCapacityProviderStrategy.IsNull() {
		f.DefaultCapacityProviderStrategy = planStrategy(prior.DefaultCapacityProviderStrategy, f.CapacityProviders)
	}
}
