// Package checks turns a rule for strings into a validator of attributes.
package checks

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Check is a validator of a string. It never shows the value: some are
// secrets, and Terraform marks the place anyway. OK is plain code where a
// pattern would have bounds: those take long to compile, and schemas are made
// at every start.
type Check struct {
	// Rule says what the value must be, as the end of "The value must be ...".
	Rule string
	// OK reports whether a known value follows the rule.
	OK func(string) bool
}

// Description implements validator.Describer.
func (c Check) Description(context.Context) string {
	return "must be " + c.Rule
}

// MarkdownDescription implements validator.Describer.
func (c Check) MarkdownDescription(ctx context.Context) string {
	return c.Description(ctx)
}

// ValidateString implements validator.String.
func (c Check) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || c.OK(req.ConfigValue.ValueString()) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Unable to use "+named(req.Path), fmt.Sprintf("The value must be %s.", c.Rule))
}

// named is a place as a user reads it. A set's element has no place but its
// value, so it goes by the set.
func named(at path.Path) string {
	steps := at.Steps()
	i := slices.IndexFunc(steps, func(step path.PathStep) bool {
		_, isElement := step.(path.PathStepElementKeyValue)
		return isElement
	})
	if i < 0 {
		return at.String()
	}
	for range len(steps) - i {
		at = at.ParentPath()
	}
	return "an element of " + at.String()
}
