package taskdefinition

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// spec holds the attributes of one object of the definition (the whole of it,
// a container, a port mapping) by their names.
type spec map[string]attr.Value

// object makes a Terraform object of s. It panics if s does not have exactly
// the attributes of t, which only a mistake in this package can bring about.
func (s spec) object(t specTypes) types.Object {
	return types.ObjectValueMust(t.attributes(), s)
}

// specTypes is the type of an object of the definition, as the schema has it.
type specTypes struct {
	types.ObjectType
}

// specTypesOf returns the type of the definition's inputs in a schema.
func specTypesOf(s schema.Schema) specTypes {
	attrTypes := map[string]attr.Type{}
	for name := range specAttributes() {
		attrTypes[name] = s.Attributes[name].GetType()
	}
	return specTypes{types.ObjectType{AttrTypes: attrTypes}}
}

func (t specTypes) objectType() types.ObjectType {
	return t.ObjectType
}

func (t specTypes) attributes() map[string]attr.Type {
	return t.AttrTypes
}

// object returns the type of a nested object, or of the nested objects in a
// list or map.
func (t specTypes) object(attribute string) specTypes {
	at := t.AttrTypes[attribute]
	if collection, ok := at.(attr.TypeWithElementType); ok {
		at = collection.ElementType()
	}
	o, ok := at.(types.ObjectType)
	if !ok {
		panic(fmt.Sprintf("attribute %s holds no objects", attribute))
	}
	return specTypes{o}
}
