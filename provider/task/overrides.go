package task

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef/rules"
)

// maxOverrides is how many characters the JSON of overrides may have (API
// Reference, RunTask).
const maxOverrides = 8192

// checkOverrides finds what AWS would refuse, fail or ignore of a task's
// overrides: it holds the definition, as they change it, to the rules for
// definitions. Without the definition it holds what the overrides themselves
// say. strict makes errors of warnings.
func checkOverrides(ctx context.Context, m *model, d *ecstypes.TaskDefinition, strict bool) diag.Diagnostics {
	var diags diag.Diagnostics
	o := overridesToAPI(ctx, m.Overrides, &diags)
	containers, known := containersOf(m.Overrides)
	if o == nil || !known {
		return diags
	}
	if isWhollyKnown(ctx, m.Overrides) {
		diags.Append(checkLength(o)...) //nolint:contextcheck // the context in awsjson.Encode is a stand-in: it calls nobody
	}
	diags.Append(checkContainers(containers, d)...)
	before, unknown := overridable(o, d)
	addUnknowns(unknown, m.Overrides, containers)
	there := map[string]bool{}
	for _, f := range rules.Check(before, unknown) {
		there[f.Rule.ID+f.Path.String()] = true
	}
	for _, f := range rules.Check(taskdef.Override(before, o), unknown) {
		if at, set := overrideAt(f.Path, m.Overrides, containers); set || !there[f.Rule.ID+f.Path.String()] {
			addFinding(&diags, f, at, strict)
		}
	}
	return diags
}

// addFinding reports a broken rule. What rules on the API's own checks say, they
// say of a registration.
func addFinding(diags *diag.Diagnostics, f rules.Finding, at path.Path, strict bool) {
	detail := fmt.Sprintf("With %s, this holds for the task's definition:\n\n%s", at, f.Text())
	registers := strings.HasPrefix(f.Rule.ID, "DEF")
	if registers {
		detail += "\n\nThe rule speaks of a definition that is registered. Whether AWS refuses the same in overrides is not documented."
	}
	switch {
	case f.Rule.Severity == rules.Error && !registers:
		diags.AddAttributeError(at, f.Rule.Title, detail)
	case f.Rule.Severity == rules.Note:
	case strict:
		diags.AddAttributeError(at, f.Rule.Title, detail+"\n\nThis is an error because the provider is configured with strict = true.")
	default:
		diags.AddAttributeWarning(at, f.Rule.Title, detail)
	}
}

// checkLength counts as AWS does, JSON's own characters with the rest.
func checkLength(o *ecstypes.TaskOverride) diag.Diagnostics {
	var diags diag.Diagnostics
	text, err := awsjson.Encode(o)
	if n := utf8.RuneCount(text); err == nil && n > maxOverrides {
		diags.AddAttributeError(path.Root("overrides"), "Unable to use overrides",
			fmt.Sprintf("As JSON they have %d characters, and AWS takes %d. Put what is long into the task definition, an environment file or a parameter.", n, maxOverrides))
	}
	return diags
}

// checkContainers finds overrides of containers that the definition does not
// have. AWS refuses them.
func checkContainers(containers map[string]attr.Value, d *ecstypes.TaskDefinition) diag.Diagnostics {
	var diags diag.Diagnostics
	if d == nil {
		return diags
	}
	var names []string
	for _, c := range d.ContainerDefinitions {
		names = append(names, aws.ToString(c.Name))
	}
	for _, name := range slices.Sorted(maps.Keys(containers)) {
		if !slices.Contains(names, name) {
			diags.AddAttributeError(containerPath(name), "Unable to override container "+name,
				fmt.Sprintf("The task definition has no container of that name; it has %q.\n\n"+
					"AWS answers: Override for container named %s is not a container in the TaskDefinition.", names, name))
		}
	}
	return diags
}

// overridable returns the definition to override. Where it is not known, it is
// one of which all but the names of the overridden containers is unknown.
func overridable(o *ecstypes.TaskOverride, d *ecstypes.TaskDefinition) (*ecs.RegisterTaskDefinitionInput, *taskdef.Unknowns) {
	unknown := &taskdef.Unknowns{}
	if d != nil {
		return taskdef.FromTaskDefinition(d), unknown
	}
	in := &ecs.RegisterTaskDefinitionInput{}
	for _, c := range o.ContainerOverrides {
		in.ContainerDefinitions = append(in.ContainerDefinitions, ecstypes.ContainerDefinition{Name: c.Name})
		for member := range schemas.ContainerDefinition.Members() {
			if member != "name" {
				unknown.Add(definitionOf(aws.ToString(c.Name)).Member(member))
			}
		}
	}
	for member := range schemas.RegisterTaskDefinitionRequest.Members() {
		if member != "containerDefinitions" {
			unknown.Add(taskdef.At(member))
		}
	}
	return in, unknown
}

// overridableMembers are the members of a definition, and of a container in
// it, that a task can override, by the attributes that do.
func overridableMembers() (ofTask, ofContainer map[string]string) {
	return map[string]string{
			"cpu": "cpu", "memory": "memory", "task_role_arn": "taskRoleArn", "execution_role_arn": "executionRoleArn",
		}, map[string]string{
			"cpu": "cpu", "memory": "memory", "memory_reservation": "memoryReservation", "command": "command", "environment": "environment",
		}
}

// addUnknowns notes what the overrides will set to values that a plan does not
// know yet.
func addUnknowns(unknown *taskdef.Unknowns, v types.Object, containers map[string]attr.Value) {
	ofTask, ofContainer := overridableMembers()
	for attribute, member := range ofTask {
		addUnknown(unknown, taskdef.At(member), v.Attributes()[attribute])
	}
	for name, c := range containers {
		o, _ := c.(types.Object)
		for attribute, member := range ofContainer {
			addUnknown(unknown, definitionOf(name).Member(member), o.Attributes()[attribute])
		}
	}
}

func addUnknown(unknown *taskdef.Unknowns, at taskdef.Path, v attr.Value) {
	if v == nil || v.IsUnknown() {
		unknown.Add(at)
		return
	}
	switch v := v.(type) {
	case types.List:
		for i, e := range v.Elements() {
			addUnknown(unknown, at.Index(i), e)
		}
	case types.Map:
		for key, e := range v.Elements() {
			addUnknown(unknown, at.Key(key), e)
		}
	}
}

// overrideAt translates a place in a definition to the attribute that
// overrides it; set is false where none does, and the attribute is the nearest
// one then.
func overrideAt(p taskdef.Path, v types.Object, containers map[string]attr.Value) (at path.Path, set bool) {
	ofTask, ofContainer := overridableMembers()
	steps, at, attributes, members := p.Steps(), path.Root("overrides"), v.Attributes(), ofTask
	if len(steps) > 2 && steps[0].Name == "containerDefinitions" {
		c, overridden := containers[steps[1].Name].(types.Object)
		if !overridden {
			return at, false
		}
		at, attributes, members, steps = containerPath(steps[1].Name), c.Attributes(), ofContainer, steps[2:]
	}
	for attribute, member := range members {
		given := attributes[attribute]
		if len(steps) == 0 || steps[0].Name != member || given == nil || given.IsNull() {
			continue
		}
		return elementAt(at.AtName(attribute), given, steps[1:])
	}
	return at, false
}

// elementAt goes on to the element of a command or an environment. A variable
// may come from the definition all the same.
func elementAt(at path.Path, v attr.Value, steps []taskdef.Step) (path.Path, bool) {
	if len(steps) == 0 {
		return at, true
	}
	if m, ok := v.(types.Map); ok {
		_, set := m.Elements()[steps[0].Name]
		if !set {
			return at, false
		}
		return at.AtMapKey(steps[0].Name), true
	}
	return at.AtListIndex(steps[0].Index), true
}

func definitionOf(container string) taskdef.Path {
	return taskdef.At("containerDefinitions").Key(container)
}

func containerPath(name string) path.Path {
	return path.Root("overrides").AtName("container_overrides").AtMapKey(name)
}

// containersOf returns the overrides of containers by name, and whether it is
// known what they are.
func containersOf(overrides types.Object) (containers map[string]attr.Value, known bool) {
	all, _ := overrides.Attributes()["container_overrides"].(types.Map)
	containers = all.Elements()
	for _, c := range containers {
		if c.IsUnknown() {
			return nil, false
		}
	}
	return containers, !all.IsUnknown()
}
