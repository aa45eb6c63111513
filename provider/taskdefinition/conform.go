package taskdefinition

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// conform turns a value of whatever type an expression has into a value of
// type t, as Terraform does for an attribute: attributes left out are null, an
// object may stand for a map and a tuple for a list. at names the place in
// errors.
func conform(v attr.Value, t attr.Type, at string) (attr.Value, error) {
	if d, ok := v.(types.Dynamic); ok {
		v = d.UnderlyingValue()
	}
	switch t := t.(type) {
	case types.ObjectType:
		return conformObject(v, t, at)
	case types.MapType:
		return conformMap(v, t, at)
	case types.ListType:
		return conformList(v, t, at)
	default:
		return conformLeaf(v, t, at)
	}
}

func conformObject(v attr.Value, t types.ObjectType, at string) (attr.Value, error) {
	if isNull(v) {
		return types.ObjectNull(t.AttrTypes), nil
	}
	members, ok := members(v)
	if !ok {
		return nil, fmt.Errorf("%s must be an object", at)
	}
	attributes := make(map[string]attr.Value, len(t.AttrTypes))
	for name, attrType := range t.AttrTypes {
		a, err := conform(members[name], attrType, at+"."+name)
		if err != nil {
			return nil, err
		}
		attributes[name] = a
	}
	for _, name := range sortedKeys(members) {
		if _, ok := t.AttrTypes[name]; !ok {
			return nil, fmt.Errorf("%s has no attribute %q; it has %s", at, name, strings.Join(sortedKeys(t.AttrTypes), ", "))
		}
	}
	return types.ObjectValueMust(t.AttrTypes, attributes), nil
}

func conformMap(v attr.Value, t types.MapType, at string) (attr.Value, error) {
	if isNull(v) {
		return types.MapNull(t.ElemType), nil
	}
	members, ok := members(v)
	if !ok {
		return nil, fmt.Errorf("%s must be a map", at)
	}
	elements := make(map[string]attr.Value, len(members))
	for key, m := range members {
		e, err := conform(m, t.ElemType, fmt.Sprintf("%s[%q]", at, key))
		if err != nil {
			return nil, err
		}
		elements[key] = e
	}
	return types.MapValueMust(t.ElemType, elements), nil
}

func conformList(v attr.Value, t types.ListType, at string) (attr.Value, error) {
	if isNull(v) {
		return types.ListNull(t.ElemType), nil
	}
	var items []attr.Value
	switch v := v.(type) {
	case types.List:
		items = v.Elements()
	case types.Tuple:
		items = v.Elements()
	case types.Set:
		items = v.Elements()
	default:
		return nil, fmt.Errorf("%s must be a list", at)
	}
	elements := make([]attr.Value, 0, len(items))
	for i, item := range items {
		e, err := conform(item, t.ElemType, fmt.Sprintf("%s[%d]", at, i))
		if err != nil {
			return nil, err
		}
		elements = append(elements, e)
	}
	return types.ListValueMust(t.ElemType, elements), nil
}

func conformLeaf(v attr.Value, t attr.Type, at string) (attr.Value, error) {
	switch t {
	case types.StringType:
		if isNull(v) {
			return types.StringNull(), nil
		}
		switch v := v.(type) {
		case types.String:
			return v, nil
		case types.Bool:
			return types.StringValue(fmt.Sprint(v.ValueBool())), nil
		case types.Number:
			return types.StringValue(v.ValueBigFloat().Text('f', -1)), nil
		}
		return nil, fmt.Errorf("%s must be a string", at)
	case types.BoolType:
		if isNull(v) {
			return types.BoolNull(), nil
		}
		if b, ok := v.(types.Bool); ok {
			return b, nil
		}
		return nil, fmt.Errorf("%s must be true or false", at)
	case types.Int64Type:
		if isNull(v) {
			return types.Int64Null(), nil
		}
		switch v := v.(type) {
		case types.Int64:
			return v, nil
		case types.Number:
			if n, accuracy := v.ValueBigFloat().Int64(); accuracy == big.Exact {
				return types.Int64Value(n), nil
			}
		}
		return nil, fmt.Errorf("%s must be a whole number", at)
	default:
		return nil, fmt.Errorf("%s has a type that is not provided for", at)
	}
}

func isNull(v attr.Value) bool {
	return v == nil || v.IsNull()
}

// members returns the attributes of an object or the elements of a map.
func members(v attr.Value) (map[string]attr.Value, bool) {
	switch v := v.(type) {
	case types.Object:
		return v.Attributes(), true
	case types.Map:
		return v.Elements(), true
	default:
		return nil, false
	}
}
