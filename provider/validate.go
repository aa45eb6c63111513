package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
)

// ValidateConfig checks what takes more than one argument to see. It opens no
// file and calls nobody, since a configuration is also validated where neither
// is there.
func (p *ecswin) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	checkRegions(m, &resp.Diagnostics)
	checkCredentialSources(m, &resp.Diagnostics)
	checkWebIdentityTokens(ctx, m, &resp.Diagnostics)
	checkAccountQuestions(m, &resp.Diagnostics)
	checkEndpointVariants(ctx, m, &resp.Diagnostics)
}

func checkRegions(m model, diags *diag.Diagnostics) {
	if m.SkipRegionValidation.ValueBool() || m.SkipRegionValidation.IsUnknown() {
		return
	}
	checkRegion("region", m.Region, diags)
	checkRegion("sts_region", m.STSRegion, diags)
}

func checkRegion(name string, region types.String, diags *diag.Diagnostics) {
	if known(region) && !awsapi.LooksLikeRegion(region.ValueString()) {
		diags.AddAttributeError(path.Root(name), "Unable to use "+name,
			fmt.Sprintf("%q does not look like a Region, such as eu-central-1 or us-gov-west-1. "+
				"If it is one all the same, set skip_region_validation = true.", region.ValueString()))
	}
}

func checkCredentialSources(m model, diags *diag.Diagnostics) {
	if known(m.AccessKey) && known(m.Profile) {
		diags.AddAttributeWarning(path.Root("profile"), "Credentials of the profile are not used",
			"Both access_key and profile are given. The keys win; the profile still gives other settings, such as the Region. Remove one of the two.")
	}
	if known(m.AccessKey) && len(m.WebIdentity.Elements()) > 0 {
		diags.AddAttributeError(path.Root("access_key"), "Unable to use access_key",
			"access_key and assume_role_with_web_identity are both given, and the web identity replaces other credentials. Remove one of the two.")
	}
}

func checkWebIdentityTokens(ctx context.Context, m model, diags *diag.Diagnostics) {
	for i, role := range blocks[webIdentityModel](ctx, m.WebIdentity, diags) {
		at := path.Root("assume_role_with_web_identity").AtListIndex(i).AtName("web_identity_token")
		switch {
		case role.Token.IsNull() && role.TokenFile.IsNull():
			diags.AddAttributeError(at, "Unable to use assume_role_with_web_identity",
				"There is no token. Give web_identity_token, or web_identity_token_file with the path of its file.")
		case known(role.Token) && known(role.TokenFile):
			diags.AddAttributeError(at, "Unable to use assume_role_with_web_identity",
				"web_identity_token and web_identity_token_file are both given. Remove one of the two.")
		}
	}
}

func checkAccountQuestions(m model, diags *diag.Diagnostics) {
	if !m.SkipRequestingAccountID.ValueBool() {
		return
	}
	if len(m.AllowedAccountIDs.Elements())+len(m.ForbiddenAccountIDs.Elements()) > 0 {
		diags.AddAttributeError(path.Root("skip_requesting_account_id"), "Unable to use skip_requesting_account_id",
			"allowed_account_ids and forbidden_account_ids can only be checked when the provider may ask for the account id. Remove one of the two.")
	}
}

// checkEndpointVariants: the SDK's endpoint rules refuse FIPS and dual stack
// with an address of the user's own.
func checkEndpointVariants(ctx context.Context, m model, diags *diag.Diagnostics) {
	endpoints := first[endpointsModel](ctx, m.Endpoints, diags)
	if !slices.ContainsFunc([]types.String{endpoints.ECS, endpoints.EC2, endpoints.STS}, known) {
		return
	}
	checkVariant("use_fips_endpoint", m.UseFIPSEndpoint, diags)
	checkVariant("use_dualstack_endpoint", m.UseDualStackEndpoint, diags)
}

func checkVariant(name string, wanted types.Bool, diags *diag.Diagnostics) {
	if wanted.ValueBool() {
		diags.AddAttributeError(path.Root(name), "Unable to use "+name,
			"An address in the endpoints block is used as it is, so no FIPS or dual-stack variant of it can be chosen. Remove one of the two.")
	}
}

func known(s types.String) bool {
	return !s.IsNull() && !s.IsUnknown()
}
