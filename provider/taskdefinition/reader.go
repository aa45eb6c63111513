package taskdefinition

import (
	"math"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// reading collects what a conversion from Terraform values to the API's type
// finds on its way and the API's type has no room for.
type reading struct {
	// unknown are the places whose values the plan does not know yet.
	unknown taskdef.Unknowns
	// nulls are the null elements of maps and lists: no API has them.
	nulls []taskdef.Path
	// outOfRange are the numbers that do not fit the API's 32 bits.
	outOfRange []taskdef.Path
}

// reader reads the attributes of one Terraform object. An unknown attribute
// reads as absent and is recorded.
type reader struct {
	attributes map[string]attr.Value
	at         taskdef.Path
	*reading
}

func (r reader) path(attribute string) taskdef.Path {
	return r.at.Member(memberName(attribute))
}

// known returns the attribute's value, or nil where it is null or unknown.
func (r reader) known(attribute string) attr.Value {
	return r.knownAt(r.attributes[attribute], r.path(attribute))
}

func (r reader) knownAt(v attr.Value, at taskdef.Path) attr.Value {
	if v == nil || v.IsNull() {
		return nil
	}
	if v.IsUnknown() {
		r.unknown.Add(at)
		return nil
	}
	return v
}

// element is knownAt for the elements of maps and lists, where null is wrong.
func (r reader) element(v attr.Value, at taskdef.Path) attr.Value {
	if v != nil && v.IsNull() {
		r.nulls = append(r.nulls, at)
	}
	return r.knownAt(v, at)
}

func (r reader) string(attribute string) *string {
	if v, ok := r.known(attribute).(types.String); ok {
		return v.ValueStringPointer()
	}
	return nil
}

func (r reader) bool(attribute string) *bool {
	if v, ok := r.known(attribute).(types.Bool); ok {
		return v.ValueBoolPointer()
	}
	return nil
}

func (r reader) int32(attribute string) *int32 {
	v, ok := r.known(attribute).(types.Int64)
	if !ok {
		return nil
	}
	return r.narrow(v, r.path(attribute))
}

func (r reader) narrow(v types.Int64, at taskdef.Path) *int32 {
	n := v.ValueInt64()
	if n < math.MinInt32 || n > math.MaxInt32 {
		r.outOfRange = append(r.outOfRange, at)
		return nil
	}
	narrow := int32(n)
	return &narrow
}

// object returns a reader of a single nested attribute.
func (r reader) object(attribute string) (reader, bool) {
	v, ok := r.known(attribute).(types.Object)
	if !ok {
		return reader{}, false
	}
	return reader{attributes: v.Attributes(), at: r.path(attribute), reading: r.reading}, true
}

func (r reader) strings(attribute string) []string {
	elements := r.elements(attribute)
	if elements == nil {
		return nil
	}
	read := make([]string, 0, len(elements))
	for i, e := range elements {
		// An unknown or null element keeps its place, so that the indexes of
		// its neighbours in findings are right.
		s, _ := r.element(e, r.path(attribute).Index(i)).(types.String)
		read = append(read, s.ValueString())
	}
	return read
}

func (r reader) int32s(attribute string) []int32 {
	var read []int32
	for i, e := range r.elements(attribute) {
		at := r.path(attribute).Index(i)
		if v, ok := r.element(e, at).(types.Int64); ok {
			if n := r.narrow(v, at); n != nil {
				read = append(read, *n)
			}
		}
	}
	return read
}

// elements returns a list's or set's elements, or nil where it is null or
// unknown.
func (r reader) elements(attribute string) []attr.Value {
	switch v := r.known(attribute).(type) {
	case types.List:
		return v.Elements()
	case types.Set:
		return v.Elements()
	default:
		return nil
	}
}

// stringMap returns a map's known values by key; unknown values are recorded
// and read as the empty string, so that the key is not lost.
func (r reader) stringMap(attribute string) map[string]string {
	v, ok := r.known(attribute).(types.Map)
	if !ok {
		return nil
	}
	read := make(map[string]string, len(v.Elements()))
	for key, e := range v.Elements() {
		s, _ := r.element(e, r.path(attribute).Key(key)).(types.String)
		read[key] = s.ValueString()
	}
	return read
}

// listOf reads a list of nested objects.
func listOf[T any](r reader, attribute string, read func(reader) T) []T {
	elements := r.elements(attribute)
	if elements == nil {
		return nil
	}
	items := make([]T, 0, len(elements))
	for i, e := range elements {
		at := r.path(attribute).Index(i)
		o, _ := r.element(e, at).(types.Object)
		items = append(items, read(reader{attributes: o.Attributes(), at: at, reading: r.reading}))
	}
	return items
}

// mapOf reads a map of nested objects in the order of its keys.
func mapOf[T any](r reader, attribute string, read func(string, reader) T) []T {
	v, ok := r.known(attribute).(types.Map)
	if !ok {
		return nil
	}
	elements := v.Elements()
	items := make([]T, 0, len(elements))
	for _, key := range sortedKeys(elements) {
		at := r.path(attribute).Key(key)
		o, _ := r.element(elements[key], at).(types.Object)
		items = append(items, read(key, reader{attributes: o.Attributes(), at: at, reading: r.reading}))
	}
	return items
}

// memberName turns an attribute's name into the API's: entry_point is
// entryPoint. A test checks the names against the SDK's schemas.
func memberName(attribute string) string {
	words := strings.Split(attribute, "_")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}
