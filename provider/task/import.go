package task

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// identityModel tells one task from all others.
type identityModel struct {
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	Cluster   types.String `tfsdk:"cluster"`
	ID        types.String `tfsdk:"id"`
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"account_id": identityschema.StringAttribute{OptionalForImport: true, Description: "Account; the provider's by default."},
		"region":     identityschema.StringAttribute{OptionalForImport: true, Description: "Region; the provider's by default."},
		"cluster":    identityschema.StringAttribute{RequiredForImport: true, Description: "Name of the cluster."},
		"id":         identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the task."},
	}}
}

// ImportState implements resource.ResourceWithImportState: by cluster/id, ARN
// or identity. The read that follows fills the rest.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ref, diags := importReference(ctx, req)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if why, ok := ref.elsewhere(r.meta.Client); ok {
		resp.Diagnostics.AddError("Unable to import task "+ref.id, why)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("cluster"), ref.cluster)...)
	// DescribeTasks takes the id too; the read replaces it by the ARN.
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("arn"), ref.name())...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, adoptingKey, []byte("true"))...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, importedKey, []byte("true"))...)
}

func importReference(ctx context.Context, req resource.ImportStateRequest) (reference, diag.Diagnostics) {
	var diags diag.Diagnostics
	if req.ID == "" && req.Identity != nil {
		var id identityModel
		diags.Append(req.Identity.Get(ctx, &id)...)
		return reference{
			cluster: id.Cluster.ValueString(), id: id.ID.ValueString(),
			account: id.AccountID.ValueString(), region: id.Region.ValueString(),
		}, diags
	}
	ref, err := parseReference(req.ID)
	if err != nil {
		diags.AddError("Unable to import a task", err.Error()+".")
	}
	return ref, diags
}

// setIdentity fills the identity, if the call has one.
func setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, m *model) diag.Diagnostics {
	if identity == nil {
		return nil
	}
	ref, err := parseReference(m.ARN.ValueString())
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unable to set the resource's identity", err.Error())}
	}
	return identity.Set(ctx, identityModel{
		AccountID: types.StringValue(ref.account),
		Region:    types.StringValue(ref.region),
		Cluster:   types.StringValue(shortName(m.Cluster.ValueString())),
		ID:        types.StringValue(ref.id),
	})
}

// adopt fills the arguments of an imported task: what AWS reports, and the
// defaults of what it does not.
func (m *model) adopt(t *ecstypes.Task) {
	m.TaskDefinition = text(t.TaskDefinitionArn)
	m.LaunchType = text(aws.String(string(t.LaunchType)))
	if aws.ToString(t.CapacityProviderName) != "" {
		m.LaunchType = types.StringNull()
	}
	m.Overrides = overridesFromAPI(t.Overrides)
	m.EnableExecuteCommand = types.BoolValue(t.EnableExecuteCommand)
	m.EnableECSManagedTags = types.BoolValue(hasManagedTags(t))
	m.Group, m.StartedBy = text(t.Group), text(t.StartedBy)
	m.FailOnExitCode = types.BoolValue(true)
	m.WaitFor = types.StringValue(waitForRunning)
	if aws.ToString(t.LastStatus) == statusStopped {
		m.WaitFor = types.StringValue(waitForStopped)
	}
}

// hasManagedTags knows ECS's own tags.
func hasManagedTags(t *ecstypes.Task) bool {
	for _, tag := range t.Tags {
		if aws.ToString(tag.Key) == "aws:ecs:clusterName" {
			return true
		}
	}
	return false
}

// adoptNetwork fills the network configuration of an imported task from its
// interface, which lies in one of the subnets.
func (m *model) adoptNetwork() {
	shown := m.NetworkInterface.Attributes()
	subnet, ok := shown["subnet_id"].(types.String)
	if !ok || subnet.IsNull() {
		return
	}
	groups, ok := shown["security_groups"].(types.Set)
	if !ok {
		groups = types.SetNull(types.StringType)
	}
	m.NetworkConfiguration = types.ObjectValueMust(networkConfigurationTypes(), map[string]attr.Value{
		"subnets":         types.SetValueMust(types.StringType, []attr.Value{subnet}),
		"security_groups": groups,
	})
}
