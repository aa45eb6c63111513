package task

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

// model is the resource's configuration, plan or state.
type model struct {
	Cluster                  types.String   `tfsdk:"cluster"`
	TaskDefinition           types.String   `tfsdk:"task_definition"`
	NetworkConfiguration     types.Object   `tfsdk:"network_configuration"`
	LaunchType               types.String   `tfsdk:"launch_type"`
	CapacityProviderStrategy types.List     `tfsdk:"capacity_provider_strategy"`
	Overrides                types.Object   `tfsdk:"overrides"`
	PlacementConstraints     types.List     `tfsdk:"placement_constraints"`
	PlacementStrategy        types.List     `tfsdk:"placement_strategy"`
	EnableExecuteCommand     types.Bool     `tfsdk:"enable_execute_command"`
	EnableECSManagedTags     types.Bool     `tfsdk:"enable_ecs_managed_tags"`
	PropagateTags            types.String   `tfsdk:"propagate_tags"`
	Group                    types.String   `tfsdk:"group"`
	StartedBy                types.String   `tfsdk:"started_by"`
	ClientToken              types.String   `tfsdk:"client_token"`
	WaitFor                  types.String   `tfsdk:"wait_for"`
	FailOnExitCode           types.Bool     `tfsdk:"fail_on_exit_code"`
	Triggers                 types.Map      `tfsdk:"triggers"`
	Tags                     types.Map      `tfsdk:"tags"`
	TagsAll                  types.Map      `tfsdk:"tags_all"`
	Timeouts                 timeouts.Value `tfsdk:"timeouts"`

	observed
}

// observed is what AWS tells of the task.
type observed struct {
	ARN                  types.String `tfsdk:"arn"`
	TaskDefinitionARN    types.String `tfsdk:"task_definition_arn"`
	LastStatus           types.String `tfsdk:"last_status"`
	DesiredStatus        types.String `tfsdk:"desired_status"`
	StopCode             types.String `tfsdk:"stop_code"`
	StoppedReason        types.String `tfsdk:"stopped_reason"`
	AvailabilityZone     types.String `tfsdk:"availability_zone"`
	CapacityProviderName types.String `tfsdk:"capacity_provider_name"`
	ContainerInstanceARN types.String `tfsdk:"container_instance_arn"`
	EC2InstanceID        types.String `tfsdk:"ec2_instance_id"`
	NetworkInterface     types.Object `tfsdk:"network_interface"`
	Containers           types.Map    `tfsdk:"containers"`
	CreatedAt            types.String `tfsdk:"created_at"`
	StartedAt            types.String `tfsdk:"started_at"`
	StoppedAt            types.String `tfsdk:"stopped_at"`
}

type networkConfigurationModel struct {
	Subnets        types.Set `tfsdk:"subnets"`
	SecurityGroups types.Set `tfsdk:"security_groups"`
}

type strategyItemModel struct {
	CapacityProvider types.String `tfsdk:"capacity_provider"`
	Base             types.Int64  `tfsdk:"base"`
	Weight           types.Int64  `tfsdk:"weight"`
}

type overridesModel struct {
	ContainerOverrides types.Map    `tfsdk:"container_overrides"`
	TaskRoleARN        types.String `tfsdk:"task_role_arn"`
	ExecutionRoleARN   types.String `tfsdk:"execution_role_arn"`
	CPU                types.String `tfsdk:"cpu"`
	Memory             types.String `tfsdk:"memory"`
}

type containerOverrideModel struct {
	Command           types.List  `tfsdk:"command"`
	Environment       types.Map   `tfsdk:"environment"`
	CPU               types.Int64 `tfsdk:"cpu"`
	Memory            types.Int64 `tfsdk:"memory"`
	MemoryReservation types.Int64 `tfsdk:"memory_reservation"`
}

type placementConstraintModel struct {
	Type       types.String `tfsdk:"type"`
	Expression types.String `tfsdk:"expression"`
}

type placementStrategyModel struct {
	Type  types.String `tfsdk:"type"`
	Field types.String `tfsdk:"field"`
}

// isJob reports whether the task is one that ends.
func (m *model) isJob() bool {
	return m.WaitFor.ValueString() == waitForStopped
}

// hasEnded reports whether the task is a job that has stopped. Nothing at AWS
// changes its result any more, and ECS forgets it after an hour.
func (m *model) hasEnded() bool {
	return m.isJob() && m.LastStatus.ValueString() == statusStopped
}

// toRun returns the call that starts the planned task. What is unknown in the
// plan is left to AWS.
func (m *model) toRun(ctx context.Context) (*ecs.RunTaskInput, diag.Diagnostics) {
	var diags diag.Diagnostics
	in := &ecs.RunTaskInput{
		Cluster:              m.Cluster.ValueStringPointer(),
		TaskDefinition:       m.TaskDefinition.ValueStringPointer(),
		Count:                aws.Int32(1),
		LaunchType:           ecstypes.LaunchType(m.LaunchType.ValueString()),
		EnableExecuteCommand: m.EnableExecuteCommand.ValueBool(),
		EnableECSManagedTags: m.EnableECSManagedTags.ValueBool(),
		PropagateTags:        ecstypes.PropagateTags(m.PropagateTags.ValueString()),
		Group:                pointer(m.Group),
		StartedBy:            pointer(m.StartedBy),
		ClientToken:          pointer(m.ClientToken),
		Tags:                 tags.ToECS(tags.Strings(m.TagsAll)),
		Overrides:            overridesToAPI(ctx, m.Overrides, &diags),
	}
	if network, ok := m.network(ctx, &diags); ok {
		in.NetworkConfiguration = &ecstypes.NetworkConfiguration{AwsvpcConfiguration: &ecstypes.AwsVpcConfiguration{
			Subnets:        words(network.Subnets),
			SecurityGroups: words(network.SecurityGroups),
		}}
	}
	for _, item := range items[strategyItemModel](ctx, m.CapacityProviderStrategy, &diags) {
		in.CapacityProviderStrategy = append(in.CapacityProviderStrategy, ecstypes.CapacityProviderStrategyItem{
			CapacityProvider: item.CapacityProvider.ValueStringPointer(),
			Base:             narrow(item.Base),
			Weight:           narrow(item.Weight),
		})
	}
	for _, constraint := range items[placementConstraintModel](ctx, m.PlacementConstraints, &diags) {
		in.PlacementConstraints = append(in.PlacementConstraints, ecstypes.PlacementConstraint{
			Type:       constraint.kind(),
			Expression: pointer(constraint.Expression),
		})
	}
	for _, strategy := range items[placementStrategyModel](ctx, m.PlacementStrategy, &diags) {
		in.PlacementStrategy = append(in.PlacementStrategy, ecstypes.PlacementStrategy{
			Type:  ecstypes.PlacementStrategyType(strategy.Type.ValueString()),
			Field: pointer(strategy.Field),
		})
	}
	return in, diags
}

func (c placementConstraintModel) kind() ecstypes.PlacementConstraintType {
	if c.Type.ValueString() == "" {
		return ecstypes.PlacementConstraintTypeMemberOf
	}
	return ecstypes.PlacementConstraintType(c.Type.ValueString())
}

// network returns the network configuration, if it is known and there.
func (m *model) network(ctx context.Context, diags *diag.Diagnostics) (networkConfigurationModel, bool) {
	return object[networkConfigurationModel](ctx, m.NetworkConfiguration, diags)
}

func overridesToAPI(ctx context.Context, v types.Object, diags *diag.Diagnostics) *ecstypes.TaskOverride {
	o, ok := object[overridesModel](ctx, v, diags)
	if !ok {
		return nil
	}
	out := &ecstypes.TaskOverride{
		TaskRoleArn:      pointer(o.TaskRoleARN),
		ExecutionRoleArn: pointer(o.ExecutionRoleARN),
		Cpu:              pointer(o.CPU),
		Memory:           pointer(o.Memory),
	}
	var containers map[string]containerOverrideModel
	if !o.ContainerOverrides.IsNull() && !o.ContainerOverrides.IsUnknown() {
		diags.Append(o.ContainerOverrides.ElementsAs(ctx, &containers, false)...)
	}
	for _, name := range slices.Sorted(maps.Keys(containers)) {
		out.ContainerOverrides = append(out.ContainerOverrides, containers[name].toAPI(name))
	}
	return out
}

func (c containerOverrideModel) toAPI(name string) ecstypes.ContainerOverride {
	out := ecstypes.ContainerOverride{
		Name:              aws.String(name),
		Command:           words(c.Command),
		Cpu:               narrowPointer(c.CPU),
		Memory:            narrowPointer(c.Memory),
		MemoryReservation: narrowPointer(c.MemoryReservation),
	}
	environment := c.Environment.Elements()
	for _, key := range slices.Sorted(maps.Keys(environment)) {
		// A value that a plan does not know yet is empty: its name is known.
		value, _ := environment[key].(types.String)
		out.Environment = append(out.Environment, ecstypes.KeyValuePair{Name: aws.String(key), Value: aws.String(value.ValueString())})
	}
	return out
}

// object reads a nested attribute; ok is false where it is null or unknown.
func object[T any](ctx context.Context, v types.Object, diags *diag.Diagnostics) (out T, ok bool) {
	if v.IsNull() || v.IsUnknown() {
		return out, false
	}
	diags.Append(v.As(ctx, &out, basetypes.ObjectAsOptions{})...)
	return out, true
}

// items reads a list of nested attributes; none where it is null or unknown.
func items[T any](ctx context.Context, v types.List, diags *diag.Diagnostics) []T {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	var out []T
	diags.Append(v.ElementsAs(ctx, &out, false)...)
	return out
}
