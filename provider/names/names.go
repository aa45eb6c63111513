// Package names knows what Amazon ECS takes as a name.
package names

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Rule says in words what Valid checks.
const Rule = "must have 1 to 255 letters, digits, hyphens and underscores"

// maxLength is the longest name of a cluster, capacity provider or family (API
// Reference, CreateCluster, CreateCapacityProvider, RegisterTaskDefinition).
const maxLength = 255

// Valid reports whether name can be that of a cluster, a capacity provider or
// a family. It is plain code because a pattern with a bound of 255 takes
// longer to compile than the provider otherwise takes to start.
func Valid(name string) bool {
	if name == "" || len(name) > maxLength {
		return false
	}
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// Validator checks an attribute with Valid.
func Validator() validator.String {
	return nameValidator{}
}

type nameValidator struct{}

func (nameValidator) Description(context.Context) string {
	return Rule
}

func (nameValidator) MarkdownDescription(context.Context) string {
	return Rule
}

func (nameValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || Valid(req.ConfigValue.ValueString()) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Unable to use the name", "The name "+Rule+".")
}
