package taskdefinition

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// BenchmarkPlan measures one validation and one plan of the real resource,
// side by side with the framework's share (BenchmarkSchemaCost frozen).
func BenchmarkPlan(b *testing.B) {
	s := Schema()
	server := providerserver.NewProtocol6(&resourceProvider{})()
	typ := s.Type().TerraformType(b.Context())
	null := dynamic(b, typ, tftypes.NewValue(typ, nil))
	for _, size := range []struct {
		name                    string
		containers, environment int
	}{{"3x20", 3, 20}, {"10x100", 10, 100}} {
		config := dynamic(b, typ, benchDefinition(b, s, size.containers, size.environment))
		b.Run(size.name+"/validate", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				resp, err := server.ValidateResourceConfig(b.Context(), &tfprotov6.ValidateResourceConfigRequest{
					TypeName: "bench_task_definition", Config: config,
				})
				if err != nil || len(resp.Diagnostics) > 0 {
					b.Fatal(err, resp.Diagnostics)
				}
			}
		})
		b.Run(size.name+"/create", func(b *testing.B) { planOnce(b, server, null, config) })
	}
}

// resourceProvider serves the real resource, unconfigured.
type resourceProvider struct{ schemaProvider }

func (*resourceProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{NewResource}
}

var _ provider.Provider = (*resourceProvider)(nil)
