package taskdefinition

import (
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// definition is what the resource and the data source share: the definition
// itself.
type definition struct {
	Family                  types.String `tfsdk:"family"`
	ContainerDefinitions    types.Map    `tfsdk:"container_definitions"`
	NetworkMode             types.String `tfsdk:"network_mode"`
	RequiresCompatibilities types.Set    `tfsdk:"requires_compatibilities"`
	CPU                     types.String `tfsdk:"cpu"`
	Memory                  types.String `tfsdk:"memory"`
	RuntimePlatform         types.Object `tfsdk:"runtime_platform"`
	TaskRoleARN             types.String `tfsdk:"task_role_arn"`
	ExecutionRoleARN        types.String `tfsdk:"execution_role_arn"`
	Volumes                 types.Map    `tfsdk:"volumes"`
	PlacementConstraints    types.List   `tfsdk:"placement_constraints"`
}

// model is the resource's configuration, plan or state.
type model struct {
	definition

	SkipDestroy         types.Bool   `tfsdk:"skip_destroy"`
	Drift               types.String `tfsdk:"drift"`
	ARN                 types.String `tfsdk:"arn"`
	ARNWithoutRevision  types.String `tfsdk:"arn_without_revision"`
	Revision            types.Int64  `tfsdk:"revision"`
	RegisteredRevisions types.List   `tfsdk:"registered_revisions"`
	Status              types.String `tfsdk:"status"`
	Tags                types.Map    `tfsdk:"tags"`
	TagsAll             types.Map    `tfsdk:"tags_all"`
}

// spec returns the attributes that make up the definition itself.
func (m *definition) spec() spec {
	return spec{
		"family":                   m.Family,
		"container_definitions":    m.ContainerDefinitions,
		"network_mode":             m.NetworkMode,
		"requires_compatibilities": m.RequiresCompatibilities,
		"cpu":                      m.CPU,
		"memory":                   m.Memory,
		"runtime_platform":         m.RuntimePlatform,
		"task_role_arn":            m.TaskRoleARN,
		"execution_role_arn":       m.ExecutionRoleARN,
		"volumes":                  m.Volumes,
		"placement_constraints":    m.PlacementConstraints,
	}
}

// setSpec replaces the attributes that make up the definition itself.
func (m *definition) setSpec(s spec) {
	m.Family, _ = s["family"].(types.String)
	m.ContainerDefinitions, _ = s["container_definitions"].(types.Map)
	m.NetworkMode, _ = s["network_mode"].(types.String)
	m.RequiresCompatibilities, _ = s["requires_compatibilities"].(types.Set)
	m.CPU, _ = s["cpu"].(types.String)
	m.Memory, _ = s["memory"].(types.String)
	m.RuntimePlatform, _ = s["runtime_platform"].(types.Object)
	m.TaskRoleARN, _ = s["task_role_arn"].(types.String)
	m.ExecutionRoleARN, _ = s["execution_role_arn"].(types.String)
	m.Volumes, _ = s["volumes"].(types.Map)
	m.PlacementConstraints, _ = s["placement_constraints"].(types.List)
}

// identityModel tells one family from all others.
type identityModel struct {
	AccountID types.String `tfsdk:"account_id"`
	Region    types.String `tfsdk:"region"`
	Family    types.String `tfsdk:"family"`
}
