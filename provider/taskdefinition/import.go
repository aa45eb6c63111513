package taskdefinition

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// ImportState implements resource.ResourceWithImportState: by family (its
// latest ACTIVE revision), family:revision, ARN, or identity. The read that
// follows fills the rest.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ref, diags := r.importReference(ctx, req)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if client := r.meta.Client; ref.region != "" && ref.region != client.Region {
		resp.Diagnostics.AddError("Unable to import task definition "+ref.String(),
			fmt.Sprintf("It is in Region %s, and the provider works in %s. Import it through a provider configuration for %s.", ref.region, client.Region, ref.region))
		return
	} else if ref.account != "" && client.AccountID != "" && ref.account != client.AccountID {
		resp.Diagnostics.AddError("Unable to import task definition "+ref.String(),
			fmt.Sprintf("It belongs to account %s, and the provider's credentials to %s.", ref.account, client.AccountID))
		return
	}
	// DescribeTaskDefinition takes the short form too; the read replaces it by
	// the ARN.
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("arn"), ref.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("family"), ref.family)...)
}

func (r *Resource) importReference(ctx context.Context, req resource.ImportStateRequest) (reference, diag.Diagnostics) {
	var diags diag.Diagnostics
	if req.ID == "" && req.Identity != nil {
		var id identityModel
		diags.Append(req.Identity.Get(ctx, &id)...)
		return reference{family: id.Family.ValueString(), account: id.AccountID.ValueString(), region: id.Region.ValueString()}, diags
	}
	ref, err := parseReference(req.ID)
	if err != nil {
		diags.AddError("Unable to import a task definition", err.Error()+".")
	}
	return ref, diags
}

// importable refuses what could not be managed afterwards without a loss.
func importable(td *ecstypes.TaskDefinition) diag.Diagnostics {
	var diags diag.Diagnostics
	name := fmt.Sprintf("%s:%d", aws.ToString(td.Family), td.Revision)
	if td.Status != ecstypes.TaskDefinitionStatusActive {
		diags.AddError("Unable to import task definition "+name,
			fmt.Sprintf("The revision is %s: nothing new can be started from it. Import the family %q to get its latest active revision.", td.Status, aws.ToString(td.Family)))
	}
	if lost := notModelledIn(taskdef.FromTaskDefinition(td)); len(lost) > 0 {
		diags.AddError("Unable to import task definition "+name,
			"It uses what this provider does not model, so the next change would lose it:\n\n  - "+strings.Join(lost, "\n  - ")+
				"\n\nRegister a revision without it, or manage this family by other means.")
	}
	return diags
}

func arnWithoutRevision(taskDefinitionARN string) string {
	return taskDefinitionARN[:max(0, strings.LastIndexByte(taskDefinitionARN, ':'))]
}

// setIdentity fills the identity, which Terraform before 1.12 does not have.
func setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, taskDefinitionARN string) diag.Diagnostics {
	if identity == nil {
		return nil
	}
	parsed, err := arn.Parse(taskDefinitionARN)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unable to set the resource's identity", err.Error())}
	}
	ref, err := parseReference(taskDefinitionARN)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unable to set the resource's identity", err.Error())}
	}
	return identity.Set(ctx, identityModel{
		AccountID: types.StringValue(parsed.AccountID),
		Region:    types.StringValue(parsed.Region),
		Family:    types.StringValue(ref.family),
	})
}
