package rules_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef/rules"
)

// What is found while parts of a definition are unknown is found whatever
// their values turn out to be. Definitions are made of examples, so that every
// rule comes into play, and any node of them may be unknown.
func TestUnknownsNeverAddFindings(t *testing.T) {
	t.Parallel()
	var changes []change
	for _, e := range examples() {
		changes = append(changes, e.breaks, e.keeps)
	}
	rapid.Check(t, func(t *rapid.T) {
		picked := all(rapid.SliceOfN(rapid.SampledFrom(changes), 0, 6).Draw(t, "changes")...)
		complete := sound()
		picked(complete)
		partial := clone(t, complete)

		var unknown taskdef.Unknowns
		var hidden []string
		one := rapid.IntRange(0, 12)
		for _, n := range nodes(partial) {
			if one.Draw(t, n.path.String()) == 12 {
				n.hide()
				unknown.Add(n.path)
				hidden = append(hidden, n.path.String())
			}
		}

		found := lines(rules.Check(complete, nil))
		for _, line := range lines(rules.Check(partial, &unknown)) {
			if !slices.Contains(found, line) {
				t.Errorf("%s, but not once these are known: %s", line, strings.Join(hidden, ", "))
			}
		}
	})
}

// Each example on its own, with each value that it sets unknown in turn.
func TestOneUnknownNeverAddsFindings(t *testing.T) {
	t.Parallel()
	for _, e := range examples() {
		for _, c := range []change{e.breaks, e.keeps} {
			found := lines(check(c))
			example := sound()
			c(example)
			partial := clone(t, example)
			for _, n := range nodes(partial) {
				if !n.set {
					continue
				}
				restore := n.hide()
				var unknown taskdef.Unknowns
				unknown.Add(n.path)
				for _, line := range lines(rules.Check(partial, &unknown)) {
					if !slices.Contains(found, line) {
						t.Errorf("%s: %s, but not once %s is known", e.rule, line, n.path)
					}
				}
				restore()
			}
		}
	}
}

// clone copies a definition, so that clearing its nodes leaves the other and
// the example alone.
func clone(t interface{ Fatal(args ...any) }, d *ecs.RegisterTaskDefinitionInput) *ecs.RegisterTaskDefinitionInput {
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var c ecs.RegisterTaskDefinitionInput
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return &c
}

// node is a value in a definition that can be unknown.
type node struct {
	path taskdef.Path
	set  bool
	// hide clears the value and returns what brings it back.
	hide func() (restore func())
}

// nodes lists every value that is set in a definition, and those that are not
// but could be, outermost first.
func nodes(d *ecs.RegisterTaskDefinitionInput) []node {
	return below(taskdef.Path{}, reflect.ValueOf(d).Elem(), "")
}

// below lists the nodes under the value at p, which is of a structure, list or
// map. The member is the name of what holds it.
func below(p taskdef.Path, v reflect.Value, member string) []node {
	var all []node
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return below(p, v.Elem(), member)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			name := apiName(field.Name)
			if !field.IsExported() || isKeyed(member) && (name == "name" || name == "key") {
				continue
			}
			all = append(all, nodeAt(p.Member(name), v.Field(i)))
			all = append(all, below(p.Member(name), v.Field(i), name)...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			item := v.Index(i)
			at := p.Index(i)
			if isKeyed(member) {
				key := keyOf(item)
				if !isOnlyOne(v, key) {
					continue
				}
				at = p.Key(key)
			}
			all = append(all, itemNode(at, item, member))
			all = append(all, below(at, item, member)...)
		}
	case reflect.Map:
		for _, key := range slices.Sorted(mapKeys(v)) {
			all = append(all, entryNode(p.Key(key), v, reflect.ValueOf(key)))
		}
	}
	return all
}

func mapKeys(v reflect.Value) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, k := range v.MapKeys() {
			if !yield(k.String()) {
				return
			}
		}
	}
}

func nodeAt(p taskdef.Path, v reflect.Value) node {
	return node{p, !v.IsZero(), func() func() { return replace(v, reflect.Zero(v.Type())) }}
}

// itemNode is a whole item. Its name, which is its key, stays.
func itemNode(p taskdef.Path, item reflect.Value, member string) node {
	return node{p, true, func() func() {
		blank := reflect.New(item.Type()).Elem()
		if isKeyed(member) {
			blank.FieldByName(keyField(item)).Set(item.FieldByName(keyField(item)))
		}
		return replace(item, blank)
	}}
}

func entryNode(p taskdef.Path, m, key reflect.Value) node {
	return node{p, true, func() func() {
		old := m.MapIndex(key)
		m.SetMapIndex(key, reflect.Value{})
		return func() { m.SetMapIndex(key, old) }
	}}
}

func replace(v, by reflect.Value) (restore func()) {
	old := reflect.New(v.Type()).Elem()
	old.Set(v)
	v.Set(by)
	return func() { v.Set(old) }
}

// isKeyed reports whether the items of a list are known by name.
func isKeyed(member string) bool {
	switch member {
	case "containerDefinitions", "volumes", "environment", "secrets", "secretOptions", "tags":
		return true
	}
	return false
}

func keyField(item reflect.Value) string {
	if item.FieldByName("Key").IsValid() {
		return "Key"
	}
	return "Name"
}

func keyOf(item reflect.Value) string {
	f := item.FieldByName(keyField(item))
	if f.IsNil() {
		return ""
	}
	return f.Elem().String()
}

// isOnlyOne reports whether one item alone has the key. A map, which is where
// unknown values come from, has no second.
func isOnlyOne(list reflect.Value, key string) bool {
	n := 0
	for i := range list.Len() {
		if keyOf(list.Index(i)) == key {
			n++
		}
	}
	return n == 1
}

func apiName(field string) string {
	r := []rune(field)
	r[0] = unicode.ToLower(r[0])
	return string(r)
}
