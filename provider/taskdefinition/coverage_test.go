package taskdefinition

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/smithy-go"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// TestEveryMemberIsModelledOrListed walks the SDK's own schema, so that a new
// SDK cannot bring a member unseen.
func TestEveryMemberIsModelledOrListed(t *testing.T) {
	t.Parallel()
	left := notModelled()
	walkMembers(schemas.RegisterTaskDefinitionRequest, Schema().Attributes, "", func(path string, modelled bool) bool {
		_, listed := left[path]
		delete(left, path)
		switch {
		case modelled && listed && path != "tags":
			t.Errorf("%s is an attribute and stands in notModelled too", path)
		case !modelled && !listed:
			t.Errorf("%s is neither an attribute nor in notModelled", path)
		}
		return modelled && !listed
	})
	for _, path := range slices.Sorted(maps.Keys(left)) {
		t.Errorf("notModelled has %s, which the SDK does not know there", path)
	}
}

// walkMembers calls visit for every member below a structure and goes into
// those for which it returns true.
func walkMembers(s *smithy.Schema, attributes map[string]schema.Attribute, at string, visit func(path string, modelled bool) bool) {
	for _, name := range slices.Sorted(maps.Keys(s.Members())) {
		member := s.Member(name)
		path := strings.TrimPrefix(at+"."+name, ".")
		attribute, modelled := attributes[attributeName(name)]
		if !visit(path, modelled) {
			continue
		}
		if structure := structureIn(member); structure != nil {
			walkMembers(structure, nestedAttributes(attribute), path, visit)
		}
	}
}

func structureIn(s *smithy.Schema) *smithy.Schema {
	switch s.Type() {
	case smithy.ShapeTypeList:
		return structureIn(s.ListMember())
	case smithy.ShapeTypeStructure:
		return s
	default:
		return nil
	}
}

func TestMemberNameAndAttributeNameAreInverse(t *testing.T) {
	t.Parallel()
	var walk func(attributes map[string]schema.Attribute)
	walk = func(attributes map[string]schema.Attribute) {
		for name, attribute := range attributes {
			if got := attributeName(memberName(name)); got != name {
				t.Errorf("attributeName(memberName(%q)) = %q", name, got)
			}
			walk(nestedAttributes(attribute))
		}
	}
	walk(Schema().Attributes)
}
