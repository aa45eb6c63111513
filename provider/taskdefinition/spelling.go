package taskdefinition

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// keepSpelling returns the plan for a configuration that means the same to
// AWS as the prior state: the prior spelling wherever Terraform allows it.
// Terraform wants a leaf that is configured and was null to become what is
// configured, and one that is not configured and not computed to become null.
func keepSpelling(config, prior spec, attributes map[string]schema.Attribute) spec {
	kept := make(spec, len(config))
	for name, c := range config {
		kept[name] = keepValue(c, prior[name], attributes[name])
	}
	return kept
}

func keepValue(config, prior attr.Value, attribute schema.Attribute) attr.Value {
	if config.IsNull() {
		if attribute.IsComputed() {
			return prior
		}
		return config
	}
	if prior == nil || prior.IsNull() {
		return config
	}
	switch a := attribute.(type) {
	case schema.SingleNestedAttribute:
		return keepObject(config, prior, a.Attributes)
	case schema.ListNestedAttribute:
		return keepList(config, prior, a.NestedObject.Attributes)
	case schema.MapNestedAttribute:
		return keepMap(config, prior, a.NestedObject.Attributes)
	default:
		return prior
	}
}

func keepList(config, prior attr.Value, attributes map[string]schema.Attribute) attr.Value {
	c, isList := config.(types.List)
	p, wasList := prior.(types.List)
	if !isList || !wasList {
		return config
	}
	before, elements := p.Elements(), c.Elements()
	for i, e := range elements {
		if i < len(before) {
			elements[i] = keepObject(e, before[i], attributes)
		}
	}
	return types.ListValueMust(objectType(attributes), elements)
}

func keepMap(config, prior attr.Value, attributes map[string]schema.Attribute) attr.Value {
	c, isMap := config.(types.Map)
	p, wasMap := prior.(types.Map)
	if !isMap || !wasMap {
		return config
	}
	before, elements := p.Elements(), c.Elements()
	for key, e := range elements {
		if before[key] != nil {
			elements[key] = keepObject(e, before[key], attributes)
		}
	}
	return types.MapValueMust(objectType(attributes), elements)
}

func keepObject(config, prior attr.Value, attributes map[string]schema.Attribute) attr.Value {
	c, isObject := config.(types.Object)
	p, wasObject := prior.(types.Object)
	if !isObject || !wasObject {
		return config
	}
	return keepSpelling(c.Attributes(), p.Attributes(), attributes).object(specTypes{objectType(attributes)})
}
