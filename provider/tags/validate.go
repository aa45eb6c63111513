package tags

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The bounds and characters of tags, from the description of the member tags
// in the ECS API.
const (
	maxTags     = 50
	maxKeyLen   = 128
	maxValueLen = 256
)

// allowed reports whether a key or value has only characters that AWS takes
// in tags.
func allowed(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool {
		return !unicode.In(c, unicode.L, unicode.Z, unicode.N) && !strings.ContainsRune("_.:/=+-@", c)
	})
}

const characterRule = "letters, numbers, spaces and + - = . _ : / @"

// Validator checks a map of tags against AWS's rules for keys and values. Its
// diagnostics name keys, never values.
func Validator() validator.Map {
	return mapValidator{}
}

type mapValidator struct{}

func (mapValidator) Description(context.Context) string {
	return fmt.Sprintf("at most %d tags; keys of 1 to %d and values of up to %d characters of %s; no key begins with aws:",
		maxTags, maxKeyLen, maxValueLen, characterRule)
}

func (v mapValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (mapValidator) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()
	if len(elements) > maxTags {
		resp.Diagnostics.AddAttributeError(req.Path, "Unable to use tags",
			fmt.Sprintf("There are %d tags; AWS allows %d a resource.", len(elements), maxTags))
	}
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		at := req.Path.AtMapKey(key)
		resp.Diagnostics.Append(checkKey(at, key)...)
		switch value, ok := elements[key].(types.String); {
		case !ok || value.IsUnknown():
		case value.IsNull():
			resp.Diagnostics.Append(nullValue(at, key))
		default:
			resp.Diagnostics.Append(checkValue(at, key, value.ValueString())...)
		}
	}
}

func checkKey(at path.Path, key string) diag.Diagnostics {
	var diags diag.Diagnostics
	if n := utf8.RuneCountInString(key); n == 0 || n > maxKeyLen {
		diags.AddAttributeError(at, "Unable to use tag key",
			fmt.Sprintf("A tag key has 1 to %d characters; this one has %d.", maxKeyLen, n))
	}
	if isReserved(key) {
		diags.AddAttributeError(at, "Unable to use tag key",
			fmt.Sprintf("The key %q begins with aws:, which AWS keeps for itself in any case of letters. Choose another key.", key))
	}
	if !allowed(key) {
		diags.AddAttributeError(at, "Unable to use tag key",
			fmt.Sprintf("The key %q has characters that AWS does not take. Allowed are %s.", key, characterRule))
	}
	return diags
}

func checkValue(at path.Path, key, value string) diag.Diagnostics {
	var diags diag.Diagnostics
	if n := utf8.RuneCountInString(value); n > maxValueLen {
		diags.AddAttributeError(at, "Unable to use tag value",
			fmt.Sprintf("The value of tag %q has %d characters; AWS allows %d.", key, n, maxValueLen))
	}
	if isReserved(value) {
		diags.AddAttributeError(at, "Unable to use tag value",
			fmt.Sprintf("The value of tag %q begins with aws:, which AWS keeps for itself in any case of letters.", key))
	}
	if !allowed(value) {
		diags.AddAttributeError(at, "Unable to use tag value",
			fmt.Sprintf("The value of tag %q has characters that AWS does not take. Allowed are %s.", key, characterRule))
	}
	return diags
}

func nullValue(at path.Path, key string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Unable to use tag value",
		fmt.Sprintf("The value of tag %q is null, which AWS cannot store. Leave the key out, or give it an empty string.", key))
}

// isReserved reports whether a key or value begins with aws: in any case.
func isReserved(s string) bool {
	return len(s) >= 4 && strings.EqualFold(s[:4], "aws:")
}
