package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// model is the provider block.
type model struct {
	Region                 types.String `tfsdk:"region"`
	Profile                types.String `tfsdk:"profile"`
	AccessKey              types.String `tfsdk:"access_key"`
	SecretKey              types.String `tfsdk:"secret_key"`
	Token                  types.String `tfsdk:"token"`
	SharedConfigFiles      types.List   `tfsdk:"shared_config_files"`
	SharedCredentialsFiles types.List   `tfsdk:"shared_credentials_files"`

	AllowedAccountIDs         types.Set  `tfsdk:"allowed_account_ids"`
	ForbiddenAccountIDs       types.Set  `tfsdk:"forbidden_account_ids"`
	SkipCredentialsValidation types.Bool `tfsdk:"skip_credentials_validation"`
	SkipRequestingAccountID   types.Bool `tfsdk:"skip_requesting_account_id"`
	SkipRegionValidation      types.Bool `tfsdk:"skip_region_validation"`

	RetryMode  types.String `tfsdk:"retry_mode"`
	MaxRetries types.Int64  `tfsdk:"max_retries"`

	HTTPProxy            types.String `tfsdk:"http_proxy"`
	HTTPSProxy           types.String `tfsdk:"https_proxy"`
	NoProxy              types.String `tfsdk:"no_proxy"`
	CustomCABundle       types.String `tfsdk:"custom_ca_bundle"`
	UseFIPSEndpoint      types.Bool   `tfsdk:"use_fips_endpoint"`
	UseDualStackEndpoint types.Bool   `tfsdk:"use_dualstack_endpoint"`
	STSRegion            types.String `tfsdk:"sts_region"`

	SkipMetadataAPICheck           types.Bool   `tfsdk:"skip_metadata_api_check"`
	EC2MetadataServiceEndpoint     types.String `tfsdk:"ec2_metadata_service_endpoint"`
	EC2MetadataServiceEndpointMode types.String `tfsdk:"ec2_metadata_service_endpoint_mode"`

	Strict types.Bool `tfsdk:"strict"`

	AssumeRole  types.List `tfsdk:"assume_role"`
	WebIdentity types.List `tfsdk:"assume_role_with_web_identity"`
	Endpoints   types.List `tfsdk:"endpoints"`
	DefaultTags types.List `tfsdk:"default_tags"`
	IgnoreTags  types.List `tfsdk:"ignore_tags"`
}

type assumeRoleModel struct {
	RoleARN           types.String `tfsdk:"role_arn"`
	SessionName       types.String `tfsdk:"session_name"`
	Duration          types.String `tfsdk:"duration"`
	Policy            types.String `tfsdk:"policy"`
	PolicyARNs        types.Set    `tfsdk:"policy_arns"`
	ExternalID        types.String `tfsdk:"external_id"`
	SourceIdentity    types.String `tfsdk:"source_identity"`
	Tags              types.Map    `tfsdk:"tags"`
	TransitiveTagKeys types.Set    `tfsdk:"transitive_tag_keys"`
}

type webIdentityModel struct {
	RoleARN     types.String `tfsdk:"role_arn"`
	SessionName types.String `tfsdk:"session_name"`
	Duration    types.String `tfsdk:"duration"`
	Policy      types.String `tfsdk:"policy"`
	PolicyARNs  types.Set    `tfsdk:"policy_arns"`
	Token       types.String `tfsdk:"web_identity_token"`
	TokenFile   types.String `tfsdk:"web_identity_token_file"`
}

type endpointsModel struct {
	ECS types.String `tfsdk:"ecs"`
	EC2 types.String `tfsdk:"ec2"`
	STS types.String `tfsdk:"sts"`
}

type defaultTagsModel struct {
	Tags types.Map `tfsdk:"tags"`
}

type ignoreTagsModel struct {
	Keys        types.Set `tfsdk:"keys"`
	KeyPrefixes types.Set `tfsdk:"key_prefixes"`
}

// blocks returns the blocks of one kind; none where a plan does not know yet
// how many there are.
func blocks[T any](ctx context.Context, list types.List, diags *diag.Diagnostics) []T {
	if list.IsNull() || list.IsUnknown() {
		return nil
	}
	var out []T
	diags.Append(list.ElementsAs(ctx, &out, false)...)
	return out
}

// first returns the only block of a kind, or its zero value.
func first[T any](ctx context.Context, list types.List, diags *diag.Diagnostics) T {
	var zero T
	if all := blocks[T](ctx, list, diags); len(all) > 0 {
		return all[0]
	}
	return zero
}
