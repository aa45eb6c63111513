package userdata

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

func TestAttributePath(t *testing.T) {
	t.Parallel()
	for of, want := range map[string]path.Path{
		"cluster":                   path.Root("cluster"),
		"signal.auto_scaling.hook":  path.Root("signal").AtName("auto_scaling").AtName("hook"),
		"dns.servers[1]":            path.Root("dns").AtName("servers").AtListIndex(1),
		`agent.tags["a b"]`:         path.Root("agent").AtName("tags").AtMapKey("a b"),
		`agent.tags["a\"]\\[1].b"]`: path.Root("agent").AtName("tags").AtMapKey(`a"]\[1].b`),
		`agent.environment["***"]`:  path.Root("agent").AtName("environment"),
		`agent.environment["…"]`:    path.Root("agent").AtName("environment"),
	} {
		if got := attributePath(of); !got.Equal(want) {
			t.Errorf("%s: got %s, want %s", of, got, want)
		}
	}
}

func TestDiagnose(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	diagnose(&diags, nodeconfig.Problems{
		{Path: "log.level", Message: "is wrong", Remedy: "did you mean info?"},
		{Message: "has 17000 bytes", Remedy: "shorten it"},
		{Path: "cluster", Message: "is missing"},
	})
	want := diag.Diagnostics{
		diag.NewAttributeErrorDiagnostic(path.Root("log").AtName("level"), summary, "log.level is wrong.\n\nDid you mean info?"),
		diag.NewErrorDiagnostic(summary, "The user data has 17000 bytes.\n\nShorten it."),
		diag.NewAttributeErrorDiagnostic(path.Root("cluster"), summary, "cluster is missing."),
	}
	if diff := cmp.Diff(want, diags); diff != "" {
		t.Error(diff)
	}
}

// TestSchemaHasEveryMember holds the schema to the document's table, member by member.
func TestSchemaHasEveryMember(t *testing.T) {
	t.Parallel()
	s := dataSourceSchema()
	found := map[string]bool{}
	walk(s.Attributes, s.Blocks, "", found)
	for _, own := range []string{"form", "launch_agent", "operating_system_family", "persist", "user_data", "user_data_base64", "document", "size"} {
		if !found[own] {
			t.Errorf("%s is missing", own)
		}
		delete(found, own)
	}
	for _, f := range nodeconfig.Fields() {
		if !found[f.Path] && !fixed(f.Path) {
			t.Errorf("%s is a member of the document and not of the schema", f.Path)
		}
		delete(found, f.Path)
	}
	for left := range found {
		t.Errorf("%s is an attribute and no member of the document", left)
	}
	if diags := s.ValidateImplementation(t.Context()); diags.HasError() {
		t.Error(diags)
	}
}

func walk(attributes map[string]schema.Attribute, blocks map[string]schema.Block, section string, found map[string]bool) {
	for name, a := range attributes {
		if a.GetMarkdownDescription() == "" {
			found[section+name+" (without a description)"] = true
		}
		found[section+name] = true
	}
	for name, b := range blocks {
		if single, ok := b.(schema.SingleNestedBlock); ok {
			walk(single.Attributes, single.Blocks, section+name+".", found)
		}
	}
}
