package cluster

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

// features are the attributes that the resource and the data source share.
type features struct {
	Settings                        types.Map    `tfsdk:"settings"`
	Configuration                   types.Object `tfsdk:"configuration"`
	ServiceConnectDefaults          types.Object `tfsdk:"service_connect_defaults"`
	CapacityProviders               types.Set    `tfsdk:"capacity_providers"`
	DefaultCapacityProviderStrategy types.Map    `tfsdk:"default_capacity_provider_strategy"`
}

// model is the resource's configuration, plan or state.
type model struct {
	features

	Name     types.String   `tfsdk:"name"`
	ARN      types.String   `tfsdk:"arn"`
	Tags     types.Map      `tfsdk:"tags"`
	TagsAll  types.Map      `tfsdk:"tags_all"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// identityModel tells one cluster from all others.
type identityModel struct {
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	Name      types.String `tfsdk:"name"`
}

// toCreate returns the call that creates the planned cluster. What is unknown
// in the plan is left to AWS.
func (m *model) toCreate() *ecs.CreateClusterInput {
	return &ecs.CreateClusterInput{
		ClusterName:                     m.Name.ValueStringPointer(),
		Settings:                        settingsToAPI(tags.Strings(m.Settings)),
		Configuration:                   configurationToAPI(m.Configuration),
		ServiceConnectDefaults:          serviceConnectToAPI(m.ServiceConnectDefaults),
		CapacityProviders:               providersToAPI(m.CapacityProviders),
		DefaultCapacityProviderStrategy: strategyToAPI(m.DefaultCapacityProviderStrategy),
		Tags:                            tags.ToECS(tags.Strings(m.TagsAll)),
	}
}

// complete fills what the plan left to AWS.
func (m *model) complete(c *ecstypes.Cluster) {
	m.ARN = types.StringPointerValue(c.ClusterArn)
	if m.Settings.IsUnknown() {
		m.Settings = settingsFromAPI(c.Settings)
	}
	if m.CapacityProviders.IsUnknown() {
		m.CapacityProviders = providersFromAPI(c.CapacityProviders)
	}
	if m.DefaultCapacityProviderStrategy.IsUnknown() {
		m.DefaultCapacityProviderStrategy = strategyFromAPI(c.DefaultCapacityProviderStrategy)
	}
}

// describe sets the attributes to what AWS reports.
func (f *features) describe(c *ecstypes.Cluster) {
	f.Settings = settingsFromAPI(c.Settings)
	f.Configuration = configurationFromAPI(c.Configuration)
	f.ServiceConnectDefaults = serviceConnectFromAPI(c.ServiceConnectDefaults)
	f.CapacityProviders = providersFromAPI(c.CapacityProviders)
	f.DefaultCapacityProviderStrategy = strategyFromAPI(c.DefaultCapacityProviderStrategy)
}

// refresh sets the attributes to what AWS reports, but keeps what was not
// managed out of sight, and the prior spelling of what means the same.
func (f *features) refresh(c *ecstypes.Cluster) {
	prior := *f
	f.describe(c)
	f.Settings = onlyKeysOf(prior.Settings, f.Settings)
	if meaningOf(configurationToAPI(prior.Configuration)) == meaningOf(c.Configuration) {
		f.Configuration = prior.Configuration
	}
}
