package taskdefinition

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef/rules"
)

// ValidateConfig implements resource.ResourceWithValidateConfig: it reports
// the rules that are errors. Warnings wait for the plan, where it is known
// whether the provider is strict.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if config.NetworkMode.IsNull() {
		config.NetworkMode = types.StringValue("awsvpc")
	}
	in, found := config.spec().toAPI()
	resp.Diagnostics.Append(found.errors(r.schema)...)
	for _, f := range rules.Check(in, &found.unknown) {
		if f.Rule.Severity == rules.Error {
			at := attributePath(f.Path, r.schema.Attributes)
			resp.Diagnostics.AddAttributeError(at, f.Rule.Title, explain(f, at))
		}
	}
}

// warnings reports the rules that are warnings; strict makes errors of them.
func warnings(in *ecs.RegisterTaskDefinitionInput, found *reading, s schema.Schema, strict bool) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, f := range rules.Check(in, &found.unknown) {
		if f.Rule.Severity != rules.Warning {
			continue
		}
		at := attributePath(f.Path, s.Attributes)
		if strict {
			diags.AddAttributeError(at, f.Rule.Title, explain(f, at)+"\n\nThis is an error because the provider is configured with strict = true.")
		} else {
			diags.AddAttributeWarning(at, f.Rule.Title, explain(f, at))
		}
	}
	return diags
}

// explain names the place too: Terraform shows the line of a root attribute,
// and for what is nested in a map no more than the resource.
func explain(f rules.Finding, at path.Path) string {
	if len(at.Steps()) < 2 {
		return f.Text()
	}
	return at.String() + ": " + f.Text()
}

// errors reports what has no place in the API's type.
func (r *reading) errors(s schema.Schema) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, at := range r.nulls {
		diags.AddAttributeError(attributePath(at, s.Attributes), "Null element",
			fmt.Sprintf("%s is null, which AWS does not know. Leave the element out, for instance with { for k, v in m : k => v if v != null }.", at))
	}
	for _, at := range r.outOfRange {
		diags.AddAttributeError(attributePath(at, s.Attributes), "Number out of range",
			fmt.Sprintf("%s does not fit in 32 bits.", at))
	}
	return diags
}

// attributePath translates a place in a definition to the attribute that holds
// it. Steps below a leaf (a secret's valueFrom) end at the leaf.
func attributePath(p taskdef.Path, attributes map[string]schema.Attribute) path.Path {
	at := path.Empty()
	for _, step := range p.Steps() {
		switch step.Kind {
		case taskdef.StepMember:
			name := attributeName(step.Name)
			attribute, ok := attributes[name]
			if !ok {
				return at
			}
			at = at.AtName(name)
			attributes = nestedAttributes(attribute)
		case taskdef.StepKey:
			at = at.AtMapKey(step.Name)
		case taskdef.StepIndex:
			at = at.AtListIndex(step.Index)
		}
	}
	return at
}

func nestedAttributes(attribute schema.Attribute) map[string]schema.Attribute {
	switch a := attribute.(type) {
	case schema.MapNestedAttribute:
		return a.NestedObject.Attributes
	case schema.ListNestedAttribute:
		return a.NestedObject.Attributes
	case schema.SingleNestedAttribute:
		return a.Attributes
	default:
		return nil
	}
}

// attributeName is the inverse of memberName.
func attributeName(member string) string {
	var b strings.Builder
	for _, c := range member {
		if c >= 'A' && c <= 'Z' {
			b.WriteByte('_')
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}
