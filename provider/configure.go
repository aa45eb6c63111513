package provider

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/provider/meta"
	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

// Configure authenticates to AWS and hands a *meta.Data to all resources.
func (p *ecswin) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	unknown, err := unknownValues(req.Config.Raw)
	if err != nil {
		resp.Diagnostics.AddError("Unable to configure the provider", err.Error())
		return
	}
	if unknown.HasError() && req.ClientCapabilities.DeferralAllowed {
		resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		return
	}
	var m model
	resp.Diagnostics.Append(unknown...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	config := m.toConfig(ctx, &resp.Diagnostics)
	policy := m.toPolicy(ctx, &resp.Diagnostics)
	checkFiles(config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	config.UserAgent = []awsapi.Product{{Name: "Terraform", Version: req.TerraformVersion}, {Name: "ecswin", Version: p.version}}
	config.Dial = p.dial
	config.ExtraUserAgent = os.Getenv("TF_APPEND_USER_AGENT")
	client, err := awsapi.New(ctx, config)
	if err != nil {
		addSetupError(&resp.Diagnostics, config, err)
		return
	}
	data := &meta.Data{Client: client, Tags: policy, Strict: m.Strict.ValueBool()}
	resp.ResourceData, resp.DataSourceData = data, data
}

// toConfig expects a model without unknown values that has passed validation.
func (m model) toConfig(ctx context.Context, diags *diag.Diagnostics) awsapi.Config {
	endpoints := first[endpointsModel](ctx, m.Endpoints, diags)
	c := awsapi.Config{
		Region:                 m.Region.ValueString(),
		Profile:                m.Profile.ValueString(),
		SharedConfigFiles:      expandAll(list(ctx, m.SharedConfigFiles, diags)),
		SharedCredentialsFiles: expandAll(list(ctx, m.SharedCredentialsFiles, diags)),
		AccessKey:              m.AccessKey.ValueString(),
		SecretKey:              m.SecretKey.ValueString(),
		Token:                  m.Token.ValueString(),
		Endpoints:              endpoints.toConfig(),
		STSRegion:              m.STSRegion.ValueString(),
		UseFIPS:                m.UseFIPSEndpoint.ValueBool(),
		UseDualStack:           m.UseDualStackEndpoint.ValueBool(),
		RetryMode:              m.RetryMode.ValueString(),
		HTTPProxy:              m.HTTPProxy.ValueStringPointer(),
		HTTPSProxy:             m.HTTPSProxy.ValueStringPointer(),
		NoProxy:                m.NoProxy.ValueStringPointer(),
		CABundle:               expandHome(m.CustomCABundle.ValueString()),
		MetadataEndpoint:       m.EC2MetadataServiceEndpoint.ValueString(),
		MetadataEndpointMode:   m.EC2MetadataServiceEndpointMode.ValueString(),
		SkipMetadata:           m.SkipMetadataAPICheck.ValueBool(),

		SkipCredentialsValidation: m.SkipCredentialsValidation.ValueBool(),
		AllowedAccountIDs:         set(ctx, m.AllowedAccountIDs, diags),
		ForbiddenAccountIDs:       set(ctx, m.ForbiddenAccountIDs, diags),
	}
	if !m.MaxRetries.IsNull() {
		n := int(m.MaxRetries.ValueInt64())
		c.MaxRetries = &n
	}
	for _, role := range blocks[assumeRoleModel](ctx, m.AssumeRole, diags) {
		c.AssumeRoles = append(c.AssumeRoles, role.toConfig(ctx, diags))
	}
	for _, role := range blocks[webIdentityModel](ctx, m.WebIdentity, diags) {
		c.WebIdentity = role.toConfig(ctx, diags)
	}
	return c
}

func (m endpointsModel) toConfig() awsapi.Endpoints {
	return awsapi.Endpoints{
		ECS: m.ECS.ValueString(),
		EC2: m.EC2.ValueString(),
		STS: m.STS.ValueString(),
	}
}

func (m assumeRoleModel) toConfig(ctx context.Context, diags *diag.Diagnostics) awsapi.AssumeRole {
	return awsapi.AssumeRole{
		RoleARN:           m.RoleARN.ValueString(),
		SessionName:       m.SessionName.ValueString(),
		ExternalID:        m.ExternalID.ValueString(),
		Policy:            m.Policy.ValueString(),
		SourceIdentity:    m.SourceIdentity.ValueString(),
		Duration:          duration(m.Duration),
		PolicyARNs:        set(ctx, m.PolicyARNs, diags),
		Tags:              tags.Strings(m.Tags),
		TransitiveTagKeys: set(ctx, m.TransitiveTagKeys, diags),
	}
}

func (m webIdentityModel) toConfig(ctx context.Context, diags *diag.Diagnostics) *awsapi.WebIdentity {
	return &awsapi.WebIdentity{
		RoleARN:     m.RoleARN.ValueString(),
		SessionName: m.SessionName.ValueString(),
		Policy:      m.Policy.ValueString(),
		Duration:    duration(m.Duration),
		PolicyARNs:  set(ctx, m.PolicyARNs, diags),
		Token:       m.Token.ValueString(),
		TokenFile:   expandHome(m.TokenFile.ValueString()),
	}
}

func (m model) toPolicy(ctx context.Context, diags *diag.Diagnostics) tags.Policy {
	ignore := first[ignoreTagsModel](ctx, m.IgnoreTags, diags)
	return tags.Policy{
		Default:        tags.Strings(first[defaultTagsModel](ctx, m.DefaultTags, diags).Tags),
		IgnoreKeys:     set(ctx, ignore.Keys, diags),
		IgnorePrefixes: set(ctx, ignore.KeyPrefixes, diags),
	}
}

// checkFiles looks for the files that the configuration names. The SDK would
// pass over a missing one in silence.
func checkFiles(c awsapi.Config, diags *diag.Diagnostics) {
	look := func(at path.Path, file string) {
		if _, err := os.Stat(file); err != nil {
			diags.AddAttributeError(at, "Unable to read a file", "The file that "+at.String()+" names cannot be read: "+err.Error())
		}
	}
	for i, file := range c.SharedConfigFiles {
		look(path.Root("shared_config_files").AtListIndex(i), file)
	}
	for i, file := range c.SharedCredentialsFiles {
		look(path.Root("shared_credentials_files").AtListIndex(i), file)
	}
}

// duration trusts the validator; no duration is zero, which STS decides.
func duration(s types.String) time.Duration {
	d, err := time.ParseDuration(s.ValueString())
	if err != nil {
		return 0
	}
	return d
}

func list(ctx context.Context, l types.List, diags *diag.Diagnostics) []string {
	var out []string
	diags.Append(l.ElementsAs(ctx, &out, false)...)
	return out
}

// set returns the elements in a fixed order.
func set(ctx context.Context, s types.Set, diags *diag.Diagnostics) []string {
	var out []string
	if !s.IsNull() {
		diags.Append(s.ElementsAs(ctx, &out, false)...)
	}
	slices.Sort(out)
	return out
}

func expandAll(files []string) []string {
	for i, file := range files {
		files[i] = expandHome(file)
	}
	return files
}

// expandHome replaces a leading ~ as a shell would; without a home directory
// the path stays as it is and is not found.
func expandHome(file string) string {
	rest, found := strings.CutPrefix(file, "~")
	if !found || rest != "" && rest[0] != '/' && rest[0] != filepath.Separator {
		return file
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return file
	}
	return filepath.Join(home, rest)
}
