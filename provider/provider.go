// Package provider is the Terraform face: the provider's own configuration and
// the list of what it offers. Each noun has a package of its own below.
package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/provider/cluster"
	"github.com/ecswin/terraform-provider-ecswin/provider/functions"
	"github.com/ecswin/terraform-provider-ecswin/provider/task"
	"github.com/ecswin/terraform-provider-ecswin/provider/taskdefinition"
	"github.com/ecswin/terraform-provider-ecswin/provider/userdata"
)

var (
	_ provider.ProviderWithFunctions      = (*ecswin)(nil)
	_ provider.ProviderWithValidateConfig = (*ecswin)(nil)
)

// New returns the factory of the provider. The version is told to Terraform
// and to AWS in the User-Agent header.
func New(version string, options ...Option) func() provider.Provider {
	return func() provider.Provider {
		p := &ecswin{version: version}
		for _, option := range options {
			option(p)
		}
		return p
	}
}

// Option changes the provider in what no configuration may.
type Option func(*ecswin)

// WithDialer makes the provider open its connections to AWS with dial in place
// of the network.
func WithDialer(dial awsapi.Dialer) Option {
	return func(p *ecswin) { p.dial = dial }
}

type ecswin struct {
	version string
	dial    awsapi.Dialer
}

// resources are all managed resources.
func resources() []func() resource.Resource {
	return []func() resource.Resource{
		cluster.NewResource,
		task.NewResource,
		taskdefinition.NewResource,
	}
}

// dataSources are all data sources.
func dataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{
		cluster.NewDataSource,
		taskdefinition.NewDataSource,
		userdata.NewDataSource,
	}
}

func (p *ecswin) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = "ecswin", p.version
}

func (p *ecswin) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerSchema()
}

func (p *ecswin) Resources(context.Context) []func() resource.Resource {
	return resources()
}

func (p *ecswin) DataSources(context.Context) []func() datasource.DataSource {
	return dataSources()
}

func (p *ecswin) Functions(context.Context) []func() function.Function {
	return functions.All()
}
