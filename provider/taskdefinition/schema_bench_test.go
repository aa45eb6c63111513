package taskdefinition

import (
	"context"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// BenchmarkSchemaCost measures what the framework alone spends on planning one
// definition of 3 containers with 20 environment entries each: with nested
// types computed at every step (plain) and computed once (frozen). The choice
// is written down in docs/design/schema-cost.md.
func BenchmarkSchemaCost(b *testing.B) {
	frozen := Schema()
	plain := frozen
	plain.Attributes = thaw(frozen.Attributes)
	for _, variant := range []struct {
		name   string
		schema schema.Schema
	}{{"plain", plain}, {"frozen", frozen}} {
		server := serveSchema(variant.schema)
		typ := variant.schema.Type().TerraformType(b.Context())
		config := benchDefinition(b, variant.schema, 3, 20)
		null := dynamic(b, typ, tftypes.NewValue(typ, nil))
		b.Run(variant.name+"/create", func(b *testing.B) { planOnce(b, server, null, dynamic(b, typ, config)) })
		b.Run(variant.name+"/no-op", func(b *testing.B) {
			planOnce(b, server, dynamic(b, typ, config), dynamic(b, typ, config))
		})
	}
}

func planOnce(b *testing.B, server tfprotov6.ProviderServer, prior, config *tfprotov6.DynamicValue) {
	b.ReportAllocs()
	for b.Loop() {
		resp, err := server.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: "bench_task_definition", PriorState: prior, ProposedNewState: config, Config: config,
		})
		if err != nil {
			b.Fatal(err)
		}
		for _, d := range resp.Diagnostics {
			if d.Severity == tfprotov6.DiagnosticSeverityError {
				b.Fatal(d.Summary, d.Detail)
			}
		}
	}
}

func benchDefinition(b *testing.B, s schema.Schema, containers, environment int) tftypes.Value {
	b.Helper()
	root := spec{}
	for name, a := range s.Attributes {
		root[name] = nullOf(b.Context(), a.GetType())
	}
	root["family"] = types.StringValue("bench")
	t := specTypesOf(s).object("container_definitions")
	definitions := map[string]attr.Value{}
	for c := range containers {
		container := spec{}
		for name, typ := range t.AttrTypes {
			container[name] = nullOf(b.Context(), typ)
		}
		entries := map[string]attr.Value{}
		for e := range environment {
			entries[fmt.Sprintf("NAME_%03d", e)] = types.StringValue(fmt.Sprintf("value %d", e))
		}
		container["image"] = types.StringValue("mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022")
		container["memory"] = types.Int64Value(1024)
		container["cpu"] = types.Int64Value(1024)
		container["environment"] = types.MapValueMust(types.StringType, entries)
		definitions[fmt.Sprintf("container-%d", c)] = container.object(t)
	}
	root["container_definitions"] = types.MapValueMust(t.ObjectType, definitions)
	v, err := root.object(specTypes{objectType(s.Attributes)}).ToTerraformValue(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return v
}

func nullOf(ctx context.Context, t attr.Type) attr.Value {
	v, err := t.ValueFromTerraform(ctx, tftypes.NewValue(t.TerraformType(ctx), nil))
	if err != nil {
		panic(err)
	}
	return v
}

func dynamic(b *testing.B, t tftypes.Type, v tftypes.Value) *tfprotov6.DynamicValue {
	b.Helper()
	d, err := tfprotov6.NewDynamicValue(t, v)
	if err != nil {
		b.Fatal(err)
	}
	return &d
}

// thaw undoes freeze.
func thaw(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	thawed := map[string]schema.Attribute{}
	for name, attribute := range attributes {
		switch a := attribute.(type) {
		case schema.MapNestedAttribute:
			a.CustomType, a.NestedObject.CustomType = nil, nil
			a.NestedObject.Attributes = thaw(a.NestedObject.Attributes)
			attribute = a
		case schema.ListNestedAttribute:
			a.CustomType, a.NestedObject.CustomType = nil, nil
			a.NestedObject.Attributes = thaw(a.NestedObject.Attributes)
			attribute = a
		case schema.SingleNestedAttribute:
			a.CustomType = nil
			a.Attributes = thaw(a.Attributes)
			attribute = a
		}
		thawed[name] = attribute
	}
	return thawed
}

func serveSchema(s schema.Schema) tfprotov6.ProviderServer {
	return providerserver.NewProtocol6(&schemaProvider{schema: s})()
}

// schemaProvider serves one resource that has a schema and nothing else.
type schemaProvider struct{ schema schema.Schema }

func (*schemaProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "bench"
}
func (*schemaProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}
func (*schemaProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}
func (*schemaProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }
func (p *schemaProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return schemaResource{p.schema} }}
}

type schemaResource struct{ schema schema.Schema }

func (schemaResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "bench_task_definition"
}
func (r schemaResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.schema
}
func (schemaResource) Create(context.Context, resource.CreateRequest, *resource.CreateResponse) {}
func (schemaResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse)       {}
func (schemaResource) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}
func (schemaResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
