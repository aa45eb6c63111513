package cluster

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/provider/names"
)

// reference names a cluster, as a user writes it.
type reference struct {
	name string
	// account and region are empty unless the user gave them.
	account, region string
}

// parseReference reads a cluster's name or ARN.
func parseReference(s string) (reference, error) {
	r := reference{name: s}
	if arn.IsARN(s) {
		parsed, err := arn.Parse(s)
		if err != nil {
			return r, fmt.Errorf("%q is no valid ARN: %w", s, err)
		}
		name, ok := strings.CutPrefix(parsed.Resource, "cluster/")
		if parsed.Service != "ecs" || !ok {
			return r, fmt.Errorf("%q is not the ARN of an ECS cluster, which looks like arn:aws:ecs:us-east-1:123456789012:cluster/name", s)
		}
		r = reference{name: name, account: parsed.AccountID, region: parsed.Region}
	}
	if !names.Valid(r.name) {
		return r, fmt.Errorf("%q names no cluster: write a name or an ARN", s)
	}
	return r, nil
}

// elsewhere says why a client cannot work on the cluster, if so.
func (r reference) elsewhere(client *awsapi.Client) (string, bool) {
	switch {
	case r.region != "" && r.region != client.Region:
		return fmt.Sprintf("It is in Region %s, and the provider works in %s. Use a provider configuration for %s.", r.region, client.Region, r.region), true
	case r.account != "" && client.AccountID != "" && r.account != client.AccountID:
		return fmt.Sprintf("It belongs to account %s, and the provider's credentials to %s.", r.account, client.AccountID), true
	}
	return "", false
}

// ImportState implements resource.ResourceWithImportState: by name, ARN or
// identity. The read that follows fills the rest.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ref, diags := importReference(ctx, req)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if why, ok := ref.elsewhere(r.meta.Client); ok {
		resp.Diagnostics.AddError("Unable to import cluster "+ref.name, why)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), ref.name)...)
}

func importReference(ctx context.Context, req resource.ImportStateRequest) (reference, diag.Diagnostics) {
	var diags diag.Diagnostics
	if req.ID == "" && req.Identity != nil {
		var id identityModel
		diags.Append(req.Identity.Get(ctx, &id)...)
		return reference{name: id.Name.ValueString(), account: id.AccountID.ValueString(), region: id.Region.ValueString()}, diags
	}
	ref, err := parseReference(req.ID)
	if err != nil {
		diags.AddError("Unable to import a cluster", err.Error()+".")
	}
	return ref, diags
}

// setIdentity fills the identity, if the call has one.
func setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, clusterARN string) diag.Diagnostics {
	if identity == nil {
		return nil
	}
	ref, err := parseReference(clusterARN)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unable to set the resource's identity", err.Error())}
	}
	return identity.Set(ctx, identityModel{
		AccountID: types.StringValue(ref.account),
		Region:    types.StringValue(ref.region),
		Name:      types.StringValue(ref.name),
	})
}
