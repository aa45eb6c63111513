package cluster

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/meta"
	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

var (
	_ datasource.DataSourceWithConfigure        = (*DataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*DataSource)(nil)
)

// DataSource is the data source ecswin_cluster: a cluster, whoever created it.
type DataSource struct {
	meta *meta.Data
	api  describer
}

type dataSourceModel struct {
	features

	Name                              types.String `tfsdk:"name"`
	ARN                               types.String `tfsdk:"arn"`
	Status                            types.String `tfsdk:"status"`
	ActiveServicesCount               types.Int64  `tfsdk:"active_services_count"`
	PendingTasksCount                 types.Int64  `tfsdk:"pending_tasks_count"`
	RunningTasksCount                 types.Int64  `tfsdk:"running_tasks_count"`
	RegisteredContainerInstancesCount types.Int64  `tfsdk:"registered_container_instances_count"`
	Tags                              types.Map    `tfsdk:"tags"`
}

// NewDataSource returns an unconfigured DataSource.
func NewDataSource() datasource.DataSource {
	return &DataSource{}
}

// Metadata implements datasource.DataSource.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_cluster"
}

// Schema implements datasource.DataSource.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads a cluster, whoever created it. One that does not exist, or was deleted, is an error.",
		Attributes: map[string]schema.Attribute{
			"name":     schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Name of the cluster. Give this or `arn`."},
			"arn":      schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "ARN of the cluster, in the provider's account and Region."},
			"status":   schema.StringAttribute{Computed: true, MarkdownDescription: "`ACTIVE`, `PROVISIONING`, `DEPROVISIONING` or `FAILED`."},
			"settings": schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "All settings by name."},
			"configuration": schema.ObjectAttribute{
				Computed: true, AttributeTypes: configurationType().AttrTypes,
				MarkdownDescription: "How ECS Exec works in the cluster, and how its storage is encrypted; null where AWS reports nothing.",
			},
			"service_connect_defaults": schema.ObjectAttribute{
				Computed: true, AttributeTypes: serviceConnectType().AttrTypes,
				MarkdownDescription: "Service Connect namespace of services that name none; null if there is none.",
			},
			"capacity_providers": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Names of the capacity providers."},
			"default_capacity_provider_strategy": schema.MapAttribute{
				Computed: true, ElementType: strategyItemType(),
				MarkdownDescription: "How tasks and services that name neither launch type nor strategy are spread, by the name of the capacity provider.",
			},
			"active_services_count": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of active services."},
			"pending_tasks_count":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of tasks in the state `PENDING`."},
			"running_tasks_count":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of tasks in the state `RUNNING`."},
			"registered_container_instances_count": schema.Int64Attribute{
				Computed: true, MarkdownDescription: "Number of container instances, active and draining.",
			},
			"tags": tags.DataSourceAttribute(),
		},
	}
}

// ConfigValidators implements datasource.DataSourceWithConfigValidators.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("name"), path.MatchRoot("arn")),
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := meta.From(req.ProviderData)
	resp.Diagnostics.Append(diags...)
	if data != nil {
		d.meta, d.api = data, data.Client.Clusters
	}
}

// Read implements datasource.DataSource.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m dataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	at, given := path.Root("name"), m.Name.ValueString()
	if m.Name.IsNull() {
		at, given = path.Root("arn"), m.ARN.ValueString()
	}
	summary := fmt.Sprintf("Unable to read cluster %s", given)
	ref, err := parseReference(given)
	if err != nil {
		resp.Diagnostics.AddAttributeError(at, summary, err.Error()+".")
		return
	}
	if why, ok := ref.elsewhere(d.meta.Client); ok {
		resp.Diagnostics.AddAttributeError(at, summary, why)
		return
	}
	found, err := find(ctx, d.api, ref.name)
	if err != nil {
		meta.AddAttributeError(&resp.Diagnostics, at, summary, err)
		return
	}
	if found == nil {
		resp.Diagnostics.AddAttributeError(at, summary, missing(ref.name, d.meta.Client.Region))
		return
	}
	m.describe(found)
	m.Name = types.StringPointerValue(found.ClusterName)
	m.ARN = types.StringPointerValue(found.ClusterArn)
	m.Status = types.StringPointerValue(found.Status)
	m.ActiveServicesCount = types.Int64Value(int64(found.ActiveServicesCount))
	m.PendingTasksCount = types.Int64Value(int64(found.PendingTasksCount))
	m.RunningTasksCount = types.Int64Value(int64(found.RunningTasksCount))
	m.RegisteredContainerInstancesCount = types.Int64Value(int64(found.RegisteredContainerInstancesCount))
	m.Tags = d.meta.Tags.Visible(tags.FromECS(found.Tags))
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}
