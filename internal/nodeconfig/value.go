package nodeconfig

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Type is the type of a member.
type Type int

// The types of members.
const (
	TypeString Type = iota
	TypeBool
	TypeInt
	TypeDuration
	TypeStrings
	TypeInts
	TypeMap
)

// String names the type as a user reads it.
func (t Type) String() string {
	return [...]string{"string", "boolean", "whole number", "duration", "list of strings", "list of whole numbers", "map of strings"}[t]
}

// typeOf returns the type of the member that p points to.
func typeOf(p any) Type {
	switch p.(type) {
	case *bool:
		return TypeBool
	case *int:
		return TypeInt
	case *time.Duration:
		return TypeDuration
	case *[]string:
		return TypeStrings
	case *[]int:
		return TypeInts
	case *map[string]string:
		return TypeMap
	}
	return TypeString
}

// load returns a copy of what p points to.
func load(p any) any {
	switch p := p.(type) {
	case *string:
		return *p
	case *bool:
		return *p
	case *int:
		return *p
	case *time.Duration:
		return *p
	case *[]string:
		return slices.Clone(*p)
	case *[]int:
		return slices.Clone(*p)
	case *map[string]string:
		return maps.Clone(*p)
	}
	return nil
}

// store puts a copy of v where p points to, and reports whether it is of the right type.
func store(p, v any) bool {
	switch p := p.(type) {
	case *string:
		return assign(p, v)
	case *bool:
		return assign(p, v)
	case *int:
		return assign(p, v)
	case *time.Duration:
		return assign(p, v)
	case *[]string:
		ok := assign(p, v)
		*p = slices.Clone(*p)
		return ok
	case *[]int:
		ok := assign(p, v)
		*p = slices.Clone(*p)
		return ok
	case *map[string]string:
		ok := assign(p, v)
		*p = maps.Clone(*p)
		return ok
	}
	return false
}

func assign[T any](p *T, v any) bool {
	typed, ok := v.(T)
	if ok {
		*p = typed
	}
	return ok
}

// same compares two values of one member. An empty list or map is as good as none.
func same(a, b any) bool {
	switch a := a.(type) {
	case []string:
		b, ok := b.([]string)
		return ok && slices.Equal(a, b)
	case []int:
		b, ok := b.([]int)
		return ok && slices.Equal(a, b)
	case map[string]string:
		b, ok := b.(map[string]string)
		return ok && maps.Equal(a, b)
	}
	return a == b
}

// FormatDuration writes a duration the short way, 2h rather than 2h0m0s. time.ParseDuration reads it back.
func FormatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// text writes a scalar value.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case time.Duration:
		return FormatDuration(v)
	}
	return ""
}
