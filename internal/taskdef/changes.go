package taskdef

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
)

// Changes returns the places in which two definitions differ for ECS, tags
// aside, in the order of their members' names. A thing that only one of them
// has is one place. It is empty exactly if the two are Equal.
func Changes(a, b *ecs.RegisterTaskDefinitionInput) []Path {
	treeA, okA := tree(a)
	treeB, okB := tree(b)
	if !okA || !okB {
		return changedWhole(a, b)
	}
	return appendChanges(nil, Path{}, schemas.RegisterTaskDefinitionRequest, treeA, treeB)
}

// changedWhole answers for definitions that have no JSON, such as nil.
func changedWhole(a, b *ecs.RegisterTaskDefinitionInput) []Path {
	if Equal(a, b) {
		return nil
	}
	return []Path{{}}
}

// tree returns the canonical definition as encoding/json reads it.
func tree(in *ecs.RegisterTaskDefinitionInput) (any, bool) {
	if in == nil {
		return nil, false
	}
	text, err := awsjson.Encode(Canonical(in))
	if err != nil {
		return nil, false
	}
	var v any
	return v, json.Unmarshal(text, &v) == nil
}

// appendChanges compares what stands at one path; nil is an absent value.
func appendChanges(to []Path, at Path, s *smithy.Schema, a, b any) []Path {
	if reflect.DeepEqual(a, b) {
		return to
	}
	switch s.Type() {
	case smithy.ShapeTypeStructure:
		membersA, okA := a.(map[string]any)
		membersB, okB := b.(map[string]any)
		if !okA || !okB {
			break
		}
		for _, name := range allKeys(membersA, membersB) {
			to = appendChanges(to, at.Member(name), s.Member(name), membersA[name], membersB[name])
		}
		return to
	case smithy.ShapeTypeMap:
		entriesA, _ := a.(map[string]any)
		entriesB, _ := b.(map[string]any)
		for _, key := range allKeys(entriesA, entriesB) {
			to = appendChanges(to, at.Key(key), s.MapValue(), entriesA[key], entriesB[key])
		}
		return to
	case smithy.ShapeTypeList:
		return appendListChanges(to, at, s, a, b)
	}
	return append(to, at)
}

func appendListChanges(to []Path, at Path, s *smithy.Schema, a, b any) []Path {
	itemsA, _ := a.([]any)
	itemsB, _ := b.([]any)
	if named(s.MemberName()) {
		namedA, okA := itemsByName(itemsA)
		namedB, okB := itemsByName(itemsB)
		if okA && okB {
			for _, name := range allKeys(namedA, namedB) {
				to = appendChanges(to, at.Key(name), s.ListMember(), namedA[name], namedB[name])
			}
			return to
		}
	}
	if len(itemsA) == 0 || len(itemsB) == 0 {
		return append(to, at)
	}
	for i := range max(len(itemsA), len(itemsB)) {
		to = appendChanges(to, at.Index(i), s.ListMember(), item(itemsA, i), item(itemsB, i))
	}
	return to
}

// named tells the lists whose items a Path addresses by name.
func named(member string) bool {
	switch member {
	case "containerDefinitions", "volumes", "environment", "secrets", "secretOptions":
		return true
	}
	return false
}

// itemsByName fails if a name is missing or there twice.
func itemsByName(items []any) (map[string]any, bool) {
	byName := make(map[string]any, len(items))
	for _, item := range items {
		members, _ := item.(map[string]any)
		name, ok := members["name"].(string)
		if _, twice := byName[name]; !ok || twice {
			return nil, false
		}
		byName[name] = item
	}
	return byName, true
}

func item(items []any, i int) any {
	if i < len(items) {
		return items[i]
	}
	return nil
}

func allKeys(a, b map[string]any) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}
