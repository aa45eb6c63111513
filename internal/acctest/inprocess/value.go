package inprocess

import (
	"fmt"
	"maps"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Unknown stands for a value that is known only after apply.
type Unknown struct{}

// Value turns a Go value into one of a Terraform type: nil is null, a
// map[string]any an object or map, a []any a list, a set or the blocks of one
// kind. Attributes that an object leaves out are null; one that the type does
// not have is an error.
func Value(typ tftypes.Type, v any) (tftypes.Value, error) {
	var inner any
	var err error
	switch v := v.(type) {
	case Unknown:
		inner = tftypes.UnknownValue
	case int:
		inner = big.NewFloat(float64(v))
	case []any:
		inner, err = listValues(typ, v)
	case map[string]any:
		inner, err = memberValues(typ, v)
	default:
		inner = v
	}
	if err != nil {
		return tftypes.Value{}, err
	}
	if err := tftypes.ValidateValue(typ, inner); err != nil {
		return tftypes.Value{}, fmt.Errorf("%s does not take this value: %w", typ, err)
	}
	return tftypes.NewValue(typ, inner), nil
}

// Config is Value for a configuration with a schema: blocks that are left out
// do not exist.
func Config(s *tfprotov6.Schema, arguments map[string]any) (tftypes.Value, error) {
	whole := maps.Clone(arguments)
	for _, block := range s.Block.BlockTypes {
		if _, given := whole[block.TypeName]; !given {
			whole[block.TypeName] = []any{}
		}
	}
	return Value(s.ValueType(), whole)
}

// plain turns a known Terraform value into a Go value: numbers are int64 where
// they are whole.
func plain(v tftypes.Value) any {
	switch {
	case v.IsNull():
		return nil
	case !v.IsKnown():
		return Unknown{}
	case isCollection(v.Type()):
		items := []any{}
		for _, e := range elements(v) {
			items = append(items, plain(e))
		}
		return items
	case v.Type().Is(tftypes.String):
		return as[string](v)
	case v.Type().Is(tftypes.Bool):
		return as[bool](v)
	case v.Type().Is(tftypes.Number):
		number := as[*big.Float](v)
		if whole, accuracy := number.Int64(); accuracy == big.Exact {
			return whole
		}
		fraction, _ := number.Float64()
		return fraction
	default:
		out := map[string]any{}
		for name, m := range members(v) {
			out[name] = plain(m)
		}
		return out
	}
}

// members are the attributes of an object or the elements of a map; none where
// it is null or unknown.
func members(v tftypes.Value) map[string]tftypes.Value {
	if v.IsNull() || !v.IsKnown() {
		return nil
	}
	return as[map[string]tftypes.Value](v)
}

// elements are those of a list, set or tuple; none where it is null or unknown.
func elements(v tftypes.Value) []tftypes.Value {
	if v.IsNull() || !v.IsKnown() {
		return nil
	}
	return as[[]tftypes.Value](v)
}

func isCollection(typ tftypes.Type) bool {
	return typ.Is(tftypes.List{}) || typ.Is(tftypes.Set{}) || typ.Is(tftypes.Tuple{})
}

// as reads a value whose type the caller has looked at.
func as[T any](v tftypes.Value) T {
	var out T
	if err := v.As(&out); err != nil {
		panic("a value is not of its own type: " + err.Error())
	}
	return out
}

func listValues(typ tftypes.Type, items []any) ([]tftypes.Value, error) {
	element, err := elementType(typ)
	if err != nil {
		return nil, err
	}
	values := make([]tftypes.Value, 0, len(items))
	for _, item := range items {
		value, err := Value(element, item)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

func elementType(typ tftypes.Type) (tftypes.Type, error) {
	switch typ := typ.(type) {
	case tftypes.List:
		return typ.ElementType, nil
	case tftypes.Set:
		return typ.ElementType, nil
	default:
		return nil, fmt.Errorf("%s takes no list", typ)
	}
}

func memberValues(typ tftypes.Type, members map[string]any) (map[string]tftypes.Value, error) {
	types, err := memberTypes(typ, members)
	if err != nil {
		return nil, err
	}
	values := make(map[string]tftypes.Value, len(types))
	for name, memberType := range types {
		if values[name], err = Value(memberType, members[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return values, nil
}

func memberTypes(typ tftypes.Type, members map[string]any) (map[string]tftypes.Type, error) {
	switch typ := typ.(type) {
	case tftypes.Map:
		types := make(map[string]tftypes.Type, len(members))
		for key := range members {
			types[key] = typ.ElementType
		}
		return types, nil
	case tftypes.Object:
		for name := range members {
			if _, ok := typ.AttributeTypes[name]; !ok {
				return nil, fmt.Errorf("no argument %s", name)
			}
		}
		return typ.AttributeTypes, nil
	default:
		return nil, fmt.Errorf("%s takes no members", typ)
	}
}
