package userdata

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
	"github.com/ecswin/terraform-provider-ecswin/provider/meta"
)

var (
	_ datasource.DataSourceWithConfigure      = (*DataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*DataSource)(nil)
)

// DataSource is the data source ecswin_user_data.
type DataSource struct {
	// region is the provider's.
	region string
}

// NewDataSource returns an unconfigured DataSource.
func NewDataSource() datasource.DataSource {
	return &DataSource{}
}

// Metadata implements datasource.DataSource.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_data"
}

// Schema implements datasource.DataSource.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = dataSourceSchema()
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := meta.From(req.ProviderData)
	resp.Diagnostics.Append(diags...)
	if data != nil {
		d.region = data.Client.Region
	}
}

// ValidateConfig implements datasource.DataSourceWithValidateConfig. Of a configuration with unknown values it checks each
// known member by itself; what members mean to each other is checked once all are known.
func (d *DataSource) ValidateConfig(_ context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	r := fromConfig(req.Config.Raw)
	diagnose(&resp.Diagnostics, r.check())
}

// check returns what can be said of the document already.
func (r read) check() nodeconfig.Problems {
	switch {
	case len(r.problems) > 0:
		return r.problems
	case !r.unknown:
		return nodeconfig.Validate(r.document)
	}
	var problems nodeconfig.Problems
	for _, path := range r.given {
		problems = append(problems, nodeconfig.ValidateMember(r.document, path)...)
	}
	return problems
}

// Read implements datasource.DataSource. Terraform calls it once every value is known.
func (d *DataSource) Read(_ context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	r := fromConfig(req.Config.Raw)
	if problems := r.check(); len(problems) > 0 {
		diagnose(&resp.Diagnostics, problems)
		return
	}
	var config map[string]tftypes.Value
	if err := req.Config.Raw.As(&config); err != nil {
		resp.Diagnostics.AddError(summary, err.Error())
		return
	}
	request := optionsOf(config).request(r.document, d.region)
	text, ok := render(request, &resp.Diagnostics)
	if !ok {
		return
	}
	state := maps.Clone(config)
	state["launch_agent"] = tftypes.NewValue(tftypes.String, string(request.LaunchAgent))
	state["user_data"] = tftypes.NewValue(tftypes.String, string(text))
	state["user_data_base64"] = tftypes.NewValue(tftypes.String, base64.StdEncoding.EncodeToString(text))
	state["document"] = tftypes.NewValue(tftypes.String, string(nodeconfig.Encode(r.document)))
	state["size"] = tftypes.NewValue(tftypes.Number, len(text))
	resp.State.Raw = tftypes.NewValue(req.Config.Raw.Type(), state)
}

func render(request userdata.Request, diags *diag.Diagnostics) ([]byte, bool) {
	text, err := userdata.Render(request)
	if problems, ok := errors.AsType[nodeconfig.Problems](err); ok {
		diagnose(diags, problems)
		return nil, false
	}
	if err != nil {
		diags.AddError(summary, err.Error())
		return nil, false
	}
	return text, true
}

// options are what user data has beside its document.
type options struct {
	form, launchAgent, family, region string
	persist                           bool
}

// optionsOf takes the options out of values by their attributes' names. A value of another type is left for null; the
// schema and the function's own check keep those away.
func optionsOf(values map[string]tftypes.Value) options {
	var o options
	for name, target := range map[string]*string{"form": &o.form, "launch_agent": &o.launchAgent, "operating_system_family": &o.family, "region": &o.region} {
		if v, ok := values[name]; ok && !v.IsNull() && v.Type().Is(tftypes.String) {
			*target, _ = toString(v)
		}
	}
	if v, ok := values["persist"]; ok && !v.IsNull() && v.Type().Is(tftypes.Bool) {
		o.persist, _ = toBool(v)
	}
	return o
}

// request asks for user data, with the defaults filled in.
func (o options) request(document *nodeconfig.Document, region string) userdata.Request {
	r := userdata.Request{
		Document: document, Form: userdata.Form(o.form), LaunchAgent: userdata.LaunchAgent(o.launchAgent),
		OperatingSystemFamily: o.family, Persist: o.persist, Region: region,
	}
	if r.Form == "" {
		r.Form = userdata.FormScript
	}
	if r.LaunchAgent == "" {
		r.LaunchAgent = userdata.LaunchAgentOf(o.family)
	}
	return r
}
