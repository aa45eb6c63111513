package taskdefinition

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// freeze computes the type of every nested attribute once and pins it there.
// Without it the framework builds the whole type anew for each leaf that it
// walks; docs/design/schema-cost.md has the figures.
func freeze(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	frozen := make(map[string]schema.Attribute, len(attributes))
	for name, attribute := range attributes {
		switch a := attribute.(type) {
		case schema.MapNestedAttribute:
			a.NestedObject = freezeObject(a.NestedObject)
			a.CustomType = types.MapType{ElemType: a.NestedObject.CustomType}
			frozen[name] = a
		case schema.ListNestedAttribute:
			a.NestedObject = freezeObject(a.NestedObject)
			a.CustomType = types.ListType{ElemType: a.NestedObject.CustomType}
			frozen[name] = a
		case schema.SingleNestedAttribute:
			a.Attributes = freeze(a.Attributes)
			a.CustomType = objectType(a.Attributes)
			frozen[name] = a
		default:
			frozen[name] = a
		}
	}
	return frozen
}

func freezeObject(o schema.NestedAttributeObject) schema.NestedAttributeObject {
	o.Attributes = freeze(o.Attributes)
	o.CustomType = objectType(o.Attributes)
	return o
}

func objectType(attributes map[string]schema.Attribute) types.ObjectType {
	attrTypes := make(map[string]attr.Type, len(attributes))
	for name, attribute := range attributes {
		attrTypes[name] = attribute.GetType()
	}
	return types.ObjectType{AttrTypes: attrTypes}
}
