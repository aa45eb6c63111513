package inprocess

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// propose is the state that Terraform proposes to the provider: the
// configuration where it speaks, the prior state where it is silent and the
// provider computes. It follows Terraform's rules for attributes; resources
// with blocks are not modelled.
func propose(attributes []*tfprotov6.SchemaAttribute, prior, config tftypes.Value) tftypes.Value {
	if config.IsNull() || !config.IsKnown() {
		return config
	}
	given, before := members(config), members(prior)
	proposed := make(map[string]tftypes.Value, len(given))
	for _, a := range attributes {
		was, had := before[a.Name]
		if !had {
			was = tftypes.NewValue(a.ValueType(), nil)
		}
		proposed[a.Name] = proposeAttribute(a, was, given[a.Name])
	}
	return tftypes.NewValue(config.Type(), proposed)
}

func proposeAttribute(a *tfprotov6.SchemaAttribute, prior, config tftypes.Value) tftypes.Value {
	switch {
	case a.Computed && config.IsNull():
		if a.Optional && wasConfigured(a, prior) {
			return config
		}
		return prior
	case a.NestedType != nil:
		return proposeNested(a.NestedType, prior, config)
	default:
		return config
	}
}

// wasConfigured reports whether a value holds something that only a
// configuration can have brought.
func wasConfigured(a *tfprotov6.SchemaAttribute, v tftypes.Value) bool {
	if a.NestedType == nil || v.IsNull() || !v.IsKnown() {
		return false
	}
	for _, o := range nestedObjects(a.NestedType, v) {
		values := members(o)
		for _, nested := range a.NestedType.Attributes {
			value := values[nested.Name]
			if nested.NestedType == nil && !nested.Computed && !value.IsNull() || wasConfigured(nested, value) {
				return true
			}
		}
	}
	return false
}

func nestedObjects(o *tfprotov6.SchemaObject, v tftypes.Value) []tftypes.Value {
	switch o.Nesting {
	case tfprotov6.SchemaObjectNestingModeSingle:
		return []tftypes.Value{v}
	case tfprotov6.SchemaObjectNestingModeMap:
		var objects []tftypes.Value
		for _, object := range members(v) {
			objects = append(objects, object)
		}
		return objects
	default:
		return elements(v)
	}
}

// proposeNested pairs the objects of a map by key and those of a list by
// position. Those of a set have no prior here; Terraform looks for one that
// may be meant.
func proposeNested(o *tfprotov6.SchemaObject, prior, config tftypes.Value) tftypes.Value {
	if config.IsNull() || !config.IsKnown() {
		return config
	}
	switch o.Nesting {
	case tfprotov6.SchemaObjectNestingModeSingle:
		return propose(o.Attributes, prior, config)
	case tfprotov6.SchemaObjectNestingModeMap:
		before, proposed := members(prior), map[string]tftypes.Value{}
		for key, object := range members(config) {
			proposed[key] = propose(o.Attributes, orNull(before[key], object), object)
		}
		return tftypes.NewValue(config.Type(), proposed)
	default:
		var before, proposed []tftypes.Value
		if o.Nesting == tfprotov6.SchemaObjectNestingModeList {
			before = elements(prior)
		}
		for i, object := range elements(config) {
			was := tftypes.NewValue(object.Type(), nil)
			if i < len(before) {
				was = before[i]
			}
			proposed = append(proposed, propose(o.Attributes, was, object))
		}
		return tftypes.NewValue(config.Type(), proposed)
	}
}

// orNull replaces the value of an absent key.
func orNull(v, like tftypes.Value) tftypes.Value {
	if v.Type() == nil {
		return tftypes.NewValue(like.Type(), nil)
	}
	return v
}
