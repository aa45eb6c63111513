package task

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// pointer returns a string as the API takes it: nil where it is null, unknown
// or empty.
func pointer(s types.String) *string {
	if s.ValueString() == "" {
		return nil
	}
	return s.ValueStringPointer()
}

// text returns a string of the API: AWS leaves out and empties the same.
func text(s *string) types.String {
	if aws.ToString(s) == "" {
		return types.StringNull()
	}
	return types.StringPointerValue(s)
}

func timestamp(t *time.Time) types.String {
	if t == nil {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}

// words returns the strings of a list or a set.
func words(v interface{ Elements() []attr.Value }) []string {
	var out []string
	for _, e := range v.Elements() {
		if s, ok := e.(types.String); ok {
			out = append(out, s.ValueString())
		}
	}
	return out
}

func setOf(words []string) types.Set {
	values := make([]attr.Value, 0, len(words))
	for _, w := range words {
		values = append(values, types.StringValue(w))
	}
	return types.SetValueMust(types.StringType, values)
}

func narrow(n types.Int64) int32 {
	return int32(n.ValueInt64()) // #nosec G115 -- the schema's validators bound it
}

func narrowPointer(n types.Int64) *int32 {
	if n.IsNull() || n.IsUnknown() {
		return nil
	}
	return aws.Int32(narrow(n))
}

func widen(n *int32) types.Int64 {
	if n == nil {
		return types.Int64Null()
	}
	return types.Int64Value(int64(*n))
}

// canonical returns overrides without what overrides nothing: AWS reports an
// empty override for each container, and none means the same.
func canonical(o *ecstypes.TaskOverride) *ecstypes.TaskOverride {
	if o == nil {
		return nil
	}
	out := &ecstypes.TaskOverride{
		TaskRoleArn: some(o.TaskRoleArn), ExecutionRoleArn: some(o.ExecutionRoleArn),
		Cpu: some(o.Cpu), Memory: some(o.Memory),
	}
	for _, c := range o.ContainerOverrides {
		if len(c.Command)+len(c.Environment) > 0 || c.Cpu != nil || c.Memory != nil || c.MemoryReservation != nil {
			out.ContainerOverrides = append(out.ContainerOverrides, c)
		}
	}
	if out.TaskRoleArn == nil && out.ExecutionRoleArn == nil && out.Cpu == nil && out.Memory == nil && len(out.ContainerOverrides) == 0 {
		return nil
	}
	return out
}

func some(s *string) *string {
	if aws.ToString(s) == "" {
		return nil
	}
	return s
}

func overridesFromAPI(o *ecstypes.TaskOverride) types.Object {
	o = canonical(o)
	if o == nil {
		return types.ObjectNull(overridesTypes())
	}
	containers := map[string]attr.Value{}
	for _, c := range o.ContainerOverrides {
		command, environment := types.ListNull(types.StringType), types.MapNull(types.StringType)
		if len(c.Command) > 0 {
			values := make([]attr.Value, 0, len(c.Command))
			for _, w := range c.Command {
				values = append(values, types.StringValue(w))
			}
			command = types.ListValueMust(types.StringType, values)
		}
		if len(c.Environment) > 0 {
			values := map[string]attr.Value{}
			for _, pair := range c.Environment {
				values[aws.ToString(pair.Name)] = types.StringValue(aws.ToString(pair.Value))
			}
			environment = types.MapValueMust(types.StringType, values)
		}
		containers[aws.ToString(c.Name)] = types.ObjectValueMust(containerOverrideType().AttrTypes, map[string]attr.Value{
			"command": command, "environment": environment,
			"cpu": widen(c.Cpu), "memory": widen(c.Memory), "memory_reservation": widen(c.MemoryReservation),
		})
	}
	byName := types.MapNull(containerOverrideType())
	if len(containers) > 0 {
		byName = types.MapValueMust(containerOverrideType(), containers)
	}
	return types.ObjectValueMust(overridesTypes(), map[string]attr.Value{
		"container_overrides": byName,
		"task_role_arn":       text(o.TaskRoleArn), "execution_role_arn": text(o.ExecutionRoleArn),
		"cpu": text(o.Cpu), "memory": text(o.Memory),
	})
}

func overridesTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"container_overrides": types.MapType{ElemType: containerOverrideType()},
		"task_role_arn":       types.StringType, "execution_role_arn": types.StringType,
		"cpu": types.StringType, "memory": types.StringType,
	}
}

func containerOverrideType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"command":     types.ListType{ElemType: types.StringType},
		"environment": types.MapType{ElemType: types.StringType},
		"cpu":         types.Int64Type, "memory": types.Int64Type, "memory_reservation": types.Int64Type,
	}}
}

func networkConfigurationTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"subnets":         types.SetType{ElemType: types.StringType},
		"security_groups": types.SetType{ElemType: types.StringType},
	}
}

// subset reports whether all strings of part are in whole.
func subset(part, whole types.Set) bool {
	in := words(whole)
	return !slices.ContainsFunc(words(part), func(w string) bool { return !slices.Contains(in, w) })
}
