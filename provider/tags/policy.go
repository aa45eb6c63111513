package tags

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Policy is what the provider's configuration says about tags. The zero Policy
// has no default tags and ignores nothing but AWS's own tags.
type Policy struct {
	// Default are the tags of default_tags, given to every resource.
	Default map[string]string
	// IgnoreKeys are keys that the provider neither reads nor writes.
	IgnoreKeys []string
	// IgnorePrefixes are beginnings of such keys.
	IgnorePrefixes []string
}

// Ignores reports whether the provider leaves a tag of this key alone: by
// ignore_tags, or because it is one of AWS's own.
func (p Policy) Ignores(key string) bool {
	return isReserved(key) || slices.Contains(p.IgnoreKeys, key) ||
		slices.ContainsFunc(p.IgnorePrefixes, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
}

// Plan returns the planned tags_all for the configured tags, which may be null
// or hold unknowns. Errors and warnings point into at, the path of tags.
func (p Policy) Plan(at path.Path, configured types.Map) (types.Map, diag.Diagnostics) {
	var diags diag.Diagnostics
	elements := configured.Elements()
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		switch {
		case elements[key].IsNull():
			diags.Append(nullValue(at.AtMapKey(key), key))
		case p.Ignores(key):
			diags.AddAttributeWarning(at.AtMapKey(key), "Tag is ignored",
				fmt.Sprintf("The provider's ignore_tags covers the key %q, so the provider neither sets nor removes this tag. "+
					"Take it out of tags, or out of ignore_tags.", key))
		}
	}
	all := p.Merge(configured)
	if n := len(all.Elements()); n > maxTags {
		diags.AddAttributeError(at, "Unable to use tags",
			fmt.Sprintf("With the provider's default_tags the resource would have %d tags; AWS allows %d. Remove some here or there.", n, maxTags))
	}
	return all, diags
}

// Merge returns the default tags overlaid with a resource's own, without the
// ignored ones: the value of tags_all. It is unknown where own is; an unknown
// value stays unknown under its key. Null values are left out.
func (p Policy) Merge(own types.Map) types.Map {
	if own.IsUnknown() {
		return types.MapUnknown(types.StringType)
	}
	merged := map[string]attr.Value{}
	for key, value := range p.Default {
		if !p.Ignores(key) {
			merged[key] = types.StringValue(value)
		}
	}
	for key, value := range own.Elements() {
		if !p.Ignores(key) && !value.IsNull() {
			merged[key] = value
		}
	}
	return types.MapValueMust(types.StringType, merged)
}

// Read returns the attributes tags and tags_all for the tags that AWS reports,
// given their values in the prior state (null at import).
//
// A tag belongs to tags if it did before, or if it is new and not one of the
// default tags: so a tag that is both a resource's own and a default one stays
// where the configuration has it, one that only default_tags brought never
// moves into tags, and one that somebody else added shows up to be removed.
func (p Policy) Read(actual map[string]string, priorTags, priorAll types.Map) (own, all types.Map) {
	before, beforeAll := priorTags.Elements(), priorAll.Elements()
	ownValues, allValues := map[string]attr.Value{}, map[string]attr.Value{}
	for key, value := range before {
		// AWS's answer says nothing on an ignored tag, so the configured
		// value stands.
		if p.Ignores(key) {
			ownValues[key] = value
		}
	}
	for key, value := range actual {
		if p.Ignores(key) {
			continue
		}
		allValues[key] = types.StringValue(value)
		_, wasOwn := before[key]
		_, wasThere := beforeAll[key]
		if wasOwn || !wasThere && !p.isDefault(key, value) {
			ownValues[key] = types.StringValue(value)
		}
	}
	all = types.MapValueMust(types.StringType, allValues)
	if len(ownValues) == 0 && (priorTags.IsNull() || priorTags.IsUnknown()) {
		return types.MapNull(types.StringType), all
	}
	return types.MapValueMust(types.StringType, ownValues), all
}

// Visible returns the tags that AWS reports without the ignored ones, as a
// data source shows them.
func (p Policy) Visible(actual map[string]string) types.Map {
	values := map[string]attr.Value{}
	for key, value := range actual {
		if !p.Ignores(key) {
			values[key] = types.StringValue(value)
		}
	}
	return types.MapValueMust(types.StringType, values)
}

func (p Policy) isDefault(key, value string) bool {
	d, ok := p.Default[key]
	return ok && d == value
}

// Diff returns what turns the tags before into the tags after: those to set,
// and the keys to remove, sorted. Both are values of tags_all.
func Diff(before, after types.Map) (set map[string]string, remove []string) {
	old, wanted := Strings(before), Strings(after)
	set = map[string]string{}
	for key, value := range wanted {
		if had, ok := old[key]; !ok || had != value {
			set[key] = value
		}
	}
	for _, key := range slices.Sorted(maps.Keys(old)) {
		if _, ok := wanted[key]; !ok {
			remove = append(remove, key)
		}
	}
	return set, remove
}

// Strings returns a map attribute's known values; null and unknown ones are
// left out.
func Strings(m types.Map) map[string]string {
	out := make(map[string]string, len(m.Elements()))
	for key, value := range m.Elements() {
		if s, ok := value.(types.String); ok && !s.IsNull() && !s.IsUnknown() {
			out[key] = s.ValueString()
		}
	}
	return out
}
