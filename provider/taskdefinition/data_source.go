package taskdefinition

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
	"github.com/ecswin/terraform-provider-ecswin/provider/meta"
	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// DataSource is the data source ecswin_task_definition: one revision of a
// family, whoever registered it.
type DataSource struct {
	types specTypes
	meta  *meta.Data
	api   describer
}

type describer interface {
	DescribeTaskDefinition(context.Context, *ecs.DescribeTaskDefinitionInput) (*ecs.DescribeTaskDefinitionOutput, error)
}

type dataSourceModel struct {
	TaskDefinition types.String `tfsdk:"task_definition"`
	AllowMissing   types.Bool   `tfsdk:"allow_missing"`
	Exists         types.Bool   `tfsdk:"exists"`

	definition

	ARN                types.String `tfsdk:"arn"`
	ARNWithoutRevision types.String `tfsdk:"arn_without_revision"`
	Revision           types.Int64  `tfsdk:"revision"`
	Status             types.String `tfsdk:"status"`
	Tags               types.Map    `tfsdk:"tags"`
}

// NewDataSource returns an unconfigured DataSource.
func NewDataSource() datasource.DataSource {
	return &DataSource{types: specTypesOf(Schema())}
}

// Metadata implements datasource.DataSource.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_task_definition"
}

// Schema implements datasource.DataSource.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"task_definition": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Family (its latest `ACTIVE` revision), `family:revision`, or ARN.",
		},
		"allow_missing": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "Read a definition that does not exist as `exists = false` instead of failing. Default `false`.",
		},
		"exists":                   schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether there is such a revision."},
		"arn":                      schema.StringAttribute{Computed: true, MarkdownDescription: "ARN of the revision."},
		"arn_without_revision":     schema.StringAttribute{Computed: true, MarkdownDescription: "ARN of the family."},
		"revision":                 schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of the revision."},
		"status":                   schema.StringAttribute{Computed: true, MarkdownDescription: "`ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`."},
		"tags":                     tags.DataSourceAttribute(),
		"family":                   schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the family."},
		"container_definitions":    d.computedMap("container_definitions", "Containers by name, with the attributes that the resource has."),
		"network_mode":             schema.StringAttribute{Computed: true, MarkdownDescription: "`awsvpc`, or `default` where the definition has none."},
		"requires_compatibilities": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Launch types that AWS checked the definition against."},
		"cpu":                      schema.StringAttribute{Computed: true, MarkdownDescription: "Task-level CPU units."},
		"memory":                   schema.StringAttribute{Computed: true, MarkdownDescription: "Task-level memory in MiB."},
		"runtime_platform":         schema.ObjectAttribute{Computed: true, AttributeTypes: d.types.object("runtime_platform").attributes(), MarkdownDescription: "Operating system family and CPU architecture."},
		"task_role_arn":            schema.StringAttribute{Computed: true, MarkdownDescription: "IAM role of the containers."},
		"execution_role_arn":       schema.StringAttribute{Computed: true, MarkdownDescription: "IAM role with which ECS pulls images, reads secrets and writes logs."},
		"volumes":                  d.computedMap("volumes", "Volumes by name, with the attributes that the resource has."),
		"placement_constraints": schema.ListAttribute{
			Computed: true, ElementType: d.types.object("placement_constraints").objectType(),
			MarkdownDescription: "Where tasks may be placed.",
		},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one revision of a task definition, whoever registered it.",
		Attributes:          attributes,
	}
}

func (d *DataSource) computedMap(attribute, description string) schema.MapAttribute {
	return schema.MapAttribute{
		Computed: true, ElementType: d.types.object(attribute).objectType(), MarkdownDescription: description,
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := meta.From(req.ProviderData)
	resp.Diagnostics.Append(diags...)
	if data != nil {
		d.meta, d.api = data, data.Client.TaskDefinitions
	}
}

// Read implements datasource.DataSource.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m dataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	name := m.TaskDefinition.ValueString()
	if _, err := parseReference(name); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("task_definition"), "Unable to read task definition", err.Error()+".")
		return
	}
	out, err := d.api.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: aws.String(name),
		Include:        []ecstypes.TaskDefinitionField{ecstypes.TaskDefinitionFieldTags},
	})
	switch {
	case awsapi.IsNotFound(err) && m.AllowMissing.ValueBool():
		m.describeNothing(d.types)
	case awsapi.IsNotFound(err):
		resp.Diagnostics.AddAttributeError(path.Root("task_definition"), "Unable to read task definition "+name,
			fmt.Sprintf("There is no such task definition in Region %s, or it has no ACTIVE revision. Set allow_missing = true to read it as exists = false.", d.meta.Client.Region))
		return
	case err != nil:
		meta.AddAttributeError(&resp.Diagnostics, path.Root("task_definition"), "Unable to read task definition "+name, err)
		return
	default:
		m.describe(out, d.types)
		m.Tags = d.meta.Tags.Visible(tags.FromECS(out.Tags))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (m *dataSourceModel) describe(out *ecs.DescribeTaskDefinitionOutput, t specTypes) {
	td := out.TaskDefinition
	arn := aws.ToString(td.TaskDefinitionArn)
	m.Exists = types.BoolValue(true)
	m.setSpec(fromAPI(taskdef.FromTaskDefinition(td), t))
	m.ARN = types.StringValue(arn)
	m.ARNWithoutRevision = types.StringValue(arnWithoutRevision(arn))
	m.Revision = types.Int64Value(int64(td.Revision))
	m.Status = types.StringValue(string(td.Status))
}

// describeNothing leaves everything null but exists.
func (m *dataSourceModel) describeNothing(t specTypes) {
	m.Exists = types.BoolValue(false)
	m.setSpec(fromAPI(&ecs.RegisterTaskDefinitionInput{}, t))
	m.NetworkMode = types.StringNull()
	m.Tags = types.MapNull(types.StringType)
}
