package taskdefinition

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

// JSONTypes returns the attributes of a definition that was read from JSON:
// the inputs of ecswin_task_definition that make up the definition, and tags.
func JSONTypes() map[string]attr.Type {
	attrTypes := specTypesOf(Schema()).attributes()
	attrTypes["tags"] = types.MapType{ElemType: types.StringType}
	return attrTypes
}

// FromJSON reads the JSON that the AWS CLI and the console take. Its errors
// name places and members, and no value of the document.
func FromJSON(src string) (types.Object, error) {
	in, err := taskdef.FromJSON([]byte(src))
	if err != nil {
		return types.ObjectNull(JSONTypes()), err
	}
	if lost := notModelledIn(in); len(lost) > 0 {
		return types.ObjectNull(JSONTypes()), fmt.Errorf("the definition uses what ecswin_task_definition does not model:\n  - %s\nRemove it; on Windows it would have no effect or keep the task from running",
			strings.Join(lost, "\n  - "))
	}
	s := fromAPI(in, specTypesOf(Schema()))
	s["tags"] = stringMapFromAPI(tags.FromECS(in.Tags))
	return s.object(specTypes{types.ObjectType{AttrTypes: JSONTypes()}}), nil
}

// ContainersToJSON returns AWS's JSON array of container definitions for a map
// or object with the attributes of container_definitions; what it leaves out
// is left out in the JSON.
func ContainersToJSON(containers attr.Value) (string, error) {
	t := specTypesOf(Schema()).AttrTypes["container_definitions"]
	typed, err := conform(containers, t, "container_definitions")
	if err != nil {
		return "", err
	}
	in, found := spec{"container_definitions": typed}.toAPI()
	if len(found.nulls) > 0 {
		return "", fmt.Errorf("%s is null, which AWS does not know; leave it out", found.nulls[0])
	}
	if len(found.outOfRange) > 0 {
		return "", fmt.Errorf("%s does not fit in 32 bits", found.outOfRange[0])
	}
	return taskdef.ContainersJSON(in.ContainerDefinitions)
}
