package task

import (
	"context"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
)

// adoptingKey marks, in the private state, a task that was imported and not
// applied since: what AWS does not report of it is taken from the
// configuration.
const adoptingKey = "adopting"

// importedKey marks a task that was imported, for as long as it lives: where
// the configuration names no security groups, those of its interface stand.
const importedKey = "imported"

type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

func isAdopting(ctx context.Context, private privateState) (bool, diag.Diagnostics) {
	return isMarked(ctx, private, adoptingKey)
}

func isMarked(ctx context.Context, private privateState, key string) (bool, diag.Diagnostics) {
	value, diags := private.GetKey(ctx, key)
	return string(value) == "true", diags
}

// ModifyPlan implements resource.ResourceWithModifyPlan. It decides what
// replaces the task, keeps what means the same in its prior spelling, and finds
// early what AWS would refuse.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var config, plan model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.meta != nil {
		all, diags := r.meta.Tags.Plan(path.Root("tags"), plan.Tags)
		resp.Diagnostics.Append(diags...)
		plan.TagsAll = all
	}
	starts := req.State.Raw.IsNull()
	if starts {
		plan.leaveToAWS(&config)
	} else {
		var state model
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		adopting, diags := isAdopting(ctx, req.Private)
		resp.Diagnostics.Append(diags...)
		imported, diags := isMarked(ctx, req.Private, importedKey)
		resp.Diagnostics.Append(diags...)
		if resp.Diagnostics.HasError() {
			return
		}
		plan.keep(ctx, &config, &state)
		plan.keepGroups(&config, &state, imported)
		resp.RequiresReplace = plan.replaces(ctx, &state, adopting)
		starts = len(resp.RequiresReplace) > 0
		if starts {
			resp.Diagnostics.Append(checkToken(&config, &state)...)
		} else {
			plan.observed = state.observed
		}
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	if starts {
		resp.Diagnostics.Append(r.checkStart(ctx, &plan)...)
	}
}

// checkStart finds early what AWS would refuse, fail or ignore of a task to
// start.
func (r *Resource) checkStart(ctx context.Context, plan *model) diag.Diagnostics {
	var d *ecstypes.TaskDefinition
	if r.definitions != nil && !plan.TaskDefinition.IsUnknown() {
		// A definition that is not there yet, or may not be read, is for the
		// apply.
		if found, err := r.definition(ctx, plan); err == nil {
			d = found
		}
	}
	return append(checkDefinition(plan, d), checkOverrides(ctx, plan, d, r.meta != nil && r.meta.Strict)...)
}

// leaveToAWS plans what the configuration leaves out of a task to start.
func (m *model) leaveToAWS(config *model) {
	switch {
	case !config.LaunchType.IsNull():
	case config.CapacityProviderStrategy.IsNull():
		m.LaunchType = types.StringValue(string(ecstypes.LaunchTypeEc2))
	default:
		m.LaunchType = types.StringNull()
	}
	for _, leaf := range []struct{ config, plan *types.String }{
		{&config.Group, &m.Group}, {&config.StartedBy, &m.StartedBy}, {&config.ClientToken, &m.ClientToken},
	} {
		if leaf.config.IsNull() {
			*leaf.plan = types.StringUnknown()
		}
	}
	m.planGroups(config, types.SetNull(types.StringType))
}

// planGroups plans the security groups of a network configuration that names
// none.
func (m *model) planGroups(config *model, groups attr.Value) {
	c := config.NetworkConfiguration
	if c.IsNull() || c.IsUnknown() || !c.Attributes()["security_groups"].IsNull() {
		return
	}
	m.NetworkConfiguration = types.ObjectValueMust(networkConfigurationTypes(), map[string]attr.Value{
		"subnets": c.Attributes()["subnets"], "security_groups": groups,
	})
}

// keep puts the prior values into a plan where the configuration asks for no
// others.
func (m *model) keep(ctx context.Context, config, state *model) {
	for _, leaf := range []struct{ config, plan, state *types.String }{
		{&config.Group, &m.Group, &state.Group}, {&config.StartedBy, &m.StartedBy, &state.StartedBy},
		{&config.ClientToken, &m.ClientToken, &state.ClientToken},
	} {
		if leaf.config.IsNull() {
			*leaf.plan = *leaf.state
		}
	}
	switch {
	case !config.LaunchType.IsNull():
	case config.CapacityProviderStrategy.IsNull():
		m.LaunchType = state.LaunchType
	default:
		m.LaunchType = types.StringNull()
	}
	for _, leaf := range []struct{ plan, state *types.String }{
		{&m.Cluster, &state.Cluster}, {&m.TaskDefinition, &state.TaskDefinition},
	} {
		if !leaf.plan.IsUnknown() && sameThing(leaf.plan.ValueString(), leaf.state.ValueString()) {
			*leaf.plan = *leaf.state
		}
	}
	// A configuration that is not null cannot be planned as null.
	if m.Overrides.IsNull() == state.Overrides.IsNull() && sameOverrides(ctx, m.Overrides, state.Overrides) {
		m.Overrides = state.Overrides
	}
}

// keepGroups plans what a configuration without security groups means for a
// task that is there: the VPC's default group, or, for an imported task, the
// groups that it has.
func (m *model) keepGroups(config, state *model, imported bool) {
	groups, ok := state.NetworkConfiguration.Attributes()["security_groups"]
	if !ok || !imported {
		groups = types.SetNull(types.StringType)
	}
	m.planGroups(config, groups)
}

// sameOverrides reports whether two spellings override the same.
func sameOverrides(ctx context.Context, a, b types.Object) bool {
	if !isWhollyKnown(ctx, a) {
		return false
	}
	var diags diag.Diagnostics
	before, after := canonical(overridesToAPI(ctx, b, &diags)), canonical(overridesToAPI(ctx, a, &diags))
	return !diags.HasError() && reflect.DeepEqual(before, after)
}

func isWhollyKnown(ctx context.Context, v attr.Value) bool {
	raw, err := v.ToTerraformValue(ctx)
	return err == nil && raw.IsFullyKnown()
}

// replaces returns the arguments whose change takes another task. Of a task
// that was imported, what AWS does not report is adopted instead.
func (m *model) replaces(ctx context.Context, state *model, adopting bool) path.Paths {
	var changed path.Paths
	for _, a := range []struct {
		name string
		same bool
		// told is whether AWS reports the argument.
		told bool
	}{
		{"cluster", m.Cluster.Equal(state.Cluster), true},
		{"task_definition", m.TaskDefinition.Equal(state.TaskDefinition), true},
		{"network_configuration", m.NetworkConfiguration.Equal(state.NetworkConfiguration) || adopting && fitsNetwork(m, state), true},
		{"launch_type", m.LaunchType.Equal(state.LaunchType), true},
		{"capacity_provider_strategy", m.CapacityProviderStrategy.Equal(state.CapacityProviderStrategy), false},
		{"overrides", sameOverrides(ctx, m.Overrides, state.Overrides), true},
		{"placement_constraints", m.PlacementConstraints.Equal(state.PlacementConstraints), false},
		{"placement_strategy", m.PlacementStrategy.Equal(state.PlacementStrategy), false},
		{"enable_execute_command", m.EnableExecuteCommand.Equal(state.EnableExecuteCommand), true},
		{"enable_ecs_managed_tags", m.EnableECSManagedTags.Equal(state.EnableECSManagedTags), false},
		{"propagate_tags", m.PropagateTags.Equal(state.PropagateTags), false},
		{"group", m.Group.Equal(state.Group), true},
		{"started_by", m.StartedBy.Equal(state.StartedBy), true},
		{"client_token", m.ClientToken.Equal(state.ClientToken), false},
		{"triggers", m.Triggers.Equal(state.Triggers), false},
		// A job that has ended cannot become a standing task.
		{"wait_for", m.WaitFor.ValueString() != waitForRunning || state.LastStatus.ValueString() != statusStopped, true},
	} {
		if !a.same && (a.told || !adopting) {
			changed = append(changed, path.Root(a.name))
		}
	}
	return changed
}

// fitsNetwork reports whether the interface of an imported task, which is all
// that AWS tells, may come from the planned network configuration.
func fitsNetwork(plan, state *model) bool {
	if plan.NetworkConfiguration.IsUnknown() {
		return true
	}
	if plan.NetworkConfiguration.IsNull() || state.NetworkConfiguration.IsNull() {
		// A job that has stopped has no interface any more.
		return state.NetworkConfiguration.IsNull()
	}
	was, wanted := state.NetworkConfiguration.Attributes(), plan.NetworkConfiguration.Attributes()
	subnets, _ := wanted["subnets"].(types.Set)
	used, _ := was["subnets"].(types.Set)
	if !subnets.IsUnknown() && !hasUnknown(subnets) && !subset(used, subnets) {
		return false
	}
	groups, _ := wanted["security_groups"].(types.Set)
	had, _ := was["security_groups"].(types.Set)
	return groups.IsNull() || groups.IsUnknown() || hasUnknown(groups) || had.IsNull() || groups.Equal(had)
}

func hasUnknown(s types.Set) bool {
	return slices.ContainsFunc(s.Elements(), attr.Value.IsUnknown)
}

// checkToken refuses a replacement with the token of the task that it
// replaces: AWS would answer it with that task, or with a refusal.
func checkToken(config, state *model) diag.Diagnostics {
	var diags diag.Diagnostics
	if !config.ClientToken.IsNull() && config.ClientToken.Equal(state.ClientToken) {
		diags.AddAttributeError(path.Root("client_token"), "Unable to replace the task",
			"client_token is still that of the present task, and AWS starts nothing new for a token that was used. "+
				"Choose another one, or leave it out. A token made of what replaces the task changes with it, such as one with a hash of triggers.")
	}
	return diags
}

// definition reads the task definition of a plan.
func (r *Resource) definition(ctx context.Context, m *model) (*ecstypes.TaskDefinition, error) {
	ctx, cancel := context.WithTimeout(ctx, glanceTime)
	defer cancel()
	out, err := r.definitions.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: aws.String(m.TaskDefinition.ValueString()),
	})
	if err != nil {
		return nil, err
	}
	return out.TaskDefinition, nil
}

// settledDefinition is definition for one that may just have been registered.
// ECS reads are eventually consistent: only what is missing twice is not
// there.
func (r *Resource) settledDefinition(ctx context.Context, m *model) (*ecstypes.TaskDefinition, error) {
	found, err := r.definition(ctx, m)
	if !awsapi.IsNotFound(err) || r.runner.clock.Sleep(ctx, secondLook) != nil {
		return found, err
	}
	return r.definition(ctx, m)
}
