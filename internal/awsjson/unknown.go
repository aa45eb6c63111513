package awsjson

import (
	"fmt"
	"sort"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/aws/smithy-go"
)

// UnknownMember is a member that the schema of the structure it stands in does
// not know.
type UnknownMember struct {
	// Path is where it stands, as in Problem.Path.
	Path string
	// Name is how the document spells it.
	Name string
	// Schema is the structure it stands in.
	Schema *smithy.Schema

	root *smithy.Schema
}

// Message says what is wrong, and where the member belongs or which name is
// probably meant.
func (u UnknownMember) Message() string {
	message := "is not a member of " + typeName(u.Schema)
	nearest, distance := u.nearest()
	if nearest != "" && distance <= 1 {
		return fmt.Sprintf("%s; the nearest is %s", message, nearest)
	}
	if places := u.Places(); len(places) > 0 {
		return fmt.Sprintf("%s; it belongs to %s", message, places[0])
	}
	if nearest != "" {
		return fmt.Sprintf("%s; the nearest is %s", message, nearest)
	}
	return message
}

// Nearest returns the name in the same structure that is probably meant, or ""
// if none is near.
func (u UnknownMember) Nearest() string {
	name, _ := u.nearest()
	return name
}

// nearest returns a name and how far off it is: 0 if only letter case differs.
func (u UnknownMember) nearest() (string, int) {
	name := strings.ToLower(u.Name)
	if len(name) > maxGuess {
		return "", 0
	}
	best, bestDistance := "", maxGuess
	for _, known := range memberNames(u.Schema) {
		if d, near := distance(name, strings.ToLower(known)); near && d < bestDistance {
			best, bestDistance = known, d
		}
	}
	return best, bestDistance
}

// maxGuess is the longest name that is worth a guess; no AWS member is as long.
const maxGuess = 64

// distance counts the letters to change, and tells whether they are few enough
// to be a slip. A name cut short, such as env, is near whatever it begins.
func distance(name, known string) (int, bool) {
	d := levenshtein.Distance(name, known, nil)
	if len(name) >= 3 && strings.HasPrefix(known, name) {
		return min(2, d), true
	}
	return d, d <= max(1, len(name)/3)
}

// Places returns where else in the document a member of this name is known, as
// in containerDefinitions[].image, the least deep first. Letter case does not
// count. Of a structure that occurs in several places it names the least deep.
func (u UnknownMember) Places() []string {
	type place struct {
		schema *smithy.Schema
		path   string
	}
	var found []string
	queue := []place{{u.root, ""}}
	seen := map[string]bool{}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at.schema == nil || seen[typeName(at.schema)] {
			continue
		}
		switch at.schema.Type() {
		case smithy.ShapeTypeList, smithy.ShapeTypeSet:
			queue = append(queue, place{at.schema.ListMember(), at.path + "[]"})
		case smithy.ShapeTypeMap:
			queue = append(queue, place{at.schema.MapValue(), at.path + ".*"})
		case smithy.ShapeTypeStructure, smithy.ShapeTypeUnion:
			seen[typeName(at.schema)] = true
			for _, name := range memberNames(at.schema) {
				path := strings.TrimPrefix(at.path+"."+name, ".")
				if strings.EqualFold(name, u.Name) {
					found = append(found, path)
				}
				queue = append(queue, place{at.schema.Member(name), path})
			}
		}
	}
	return found
}

func memberNames(s *smithy.Schema) []string {
	names := make([]string, 0, len(s.Members()))
	for name := range s.Members() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// typeName returns the name of the structure that a schema, or the target of a
// member's schema, is. A request goes by its operation's name.
func typeName(s *smithy.Schema) string {
	name := s.ID().Name
	if name == "" {
		name = s.TargetID().Name
	}
	return strings.TrimSuffix(name, "Request")
}
