package taskdefinition

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
	"github.com/ecswin/terraform-provider-ecswin/provider/meta"
	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// operationTimeout bounds each operation. Its calls are short; without a bound
// the attempts at one that never gets an answer would take half an hour.
const operationTimeout = 20 * time.Minute

// Resource is ecswin_task_definition: a family whose changes register
// revisions.
type Resource struct {
	schema    schema.Schema
	types     specTypes
	meta      *meta.Data
	registrar registrar
	tagger    tags.Tagger
}

// NewResource returns an unconfigured Resource.
func NewResource() resource.Resource {
	s := Schema()
	return &Resource{schema: s, types: specTypesOf(s)}
}

// Metadata implements resource.Resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_task_definition"
	// An update moves the resource to another revision; without this, newer
	// CLIs refuse the first update.
	resp.ResourceBehavior.MutableIdentity = true
}

// Schema implements resource.Resource.
func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.schema
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"account_id": identityschema.StringAttribute{OptionalForImport: true, Description: "Account; the provider's by default."},
		"region":     identityschema.StringAttribute{OptionalForImport: true, Description: "Region; the provider's by default."},
		"family":     identityschema.StringAttribute{RequiredForImport: true, Description: "Name of the family."},
	}}
}

// Configure implements resource.ResourceWithConfigure.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	data, diags := meta.From(req.ProviderData)
	resp.Diagnostics.Append(diags...)
	if data == nil {
		return
	}
	r.meta = data
	r.registrar = registrar{api: data.Client.TaskDefinitions, clock: wait.System()}
	r.tagger = data.Client.Tags
}

// Create implements resource.Resource. It always registers: a revision that
// is there already belongs to somebody else.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	family := plan.Family.ValueString()
	before, err := r.registrar.latest(ctx, family)
	if err != nil {
		meta.AddError(&resp.Diagnostics, "Unable to create task definition "+family, err)
		return
	}
	if before != nil {
		resp.Diagnostics.AddAttributeWarning(path.Root("family"), "Family "+family+" existed before",
			fmt.Sprintf("Its revision %d was ACTIVE already and stays as it is; this resource registered the next one beside it. "+
				"To manage the existing revision instead, remove this resource from the state and import it:\n\n"+
				"  terraform state rm <address>\n  terraform import <address> %s:%d", before.Revision, family, before.Revision))
	}
	r.registerPlanned(ctx, &plan, before, nil, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, plan.ARN.ValueString())...)
}

// registerPlanned registers the planned definition and fills the plan's
// computed attributes.
func (r *Resource) registerPlanned(ctx context.Context, plan *model, before *ecstypes.TaskDefinition, owned []attr.Value, diags *diag.Diagnostics) {
	in, found := plan.spec().toAPI()
	diags.Append(found.errors(r.schema)...)
	if diags.HasError() {
		return
	}
	in.Tags = tags.ToECS(tags.Strings(plan.TagsAll))
	registered, err := r.registrar.register(ctx, in, before)
	if err != nil {
		meta.AddError(diags, "Unable to register a revision of task definition "+aws.ToString(in.Family), err)
		return
	}
	plan.setRevision(registered)
	plan.RegisteredRevisions = types.ListValueMust(types.Int64Type, append(owned, plan.Revision))
}

// abandoned warns of a latest revision that is what a change is about to
// register, and that this resource did not register as far as it knows.
func abandoned(plan *model, latest *ecstypes.TaskDefinition, owned []int64) diag.Diagnostics {
	in, _ := plan.spec().toAPI()
	if latest == nil || slices.Contains(owned, int64(latest.Revision)) || !taskdef.Equal(in, taskdef.FromTaskDefinition(latest)) {
		return nil
	}
	family := aws.ToString(latest.Family)
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("family"), "Family "+family+" has this revision already",
		fmt.Sprintf("Its revision %d is what this change registers, and this resource does not know it: a run that was killed may have left it, "+
			"or somebody else registered the same. It stays as it is; this resource registered the next one beside it. "+
			"If nothing uses it:\n\n  aws ecs deregister-task-definition --task-definition %s:%d", latest.Revision, family, latest.Revision))}
}

func (m *model) setRevision(td *ecstypes.TaskDefinition) {
	arn := aws.ToString(td.TaskDefinitionArn)
	m.ARN = types.StringValue(arn)
	m.ARNWithoutRevision = types.StringValue(arnWithoutRevision(arn))
	m.Revision = types.Int64Value(int64(td.Revision))
	m.Status = types.StringValue(string(td.Status))
}

// Read implements resource.Resource.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	imported := state.ContainerDefinitions.IsNull()
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	out, err := r.describe(ctx, &state)
	if awsapi.IsNotFound(err) && r.registrar.clock.Sleep(ctx, lostResponsePause) == nil {
		// ECS reads are eventually consistent: only what is missing twice is
		// gone.
		out, err = r.describe(ctx, &state)
	}
	if awsapi.IsNotFound(err) && !imported {
		// The framework wants the identity even of what is gone, and a state
		// of an older CLI has none.
		resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, state.ARN.ValueString())...)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		meta.AddError(&resp.Diagnostics, "Unable to read task definition "+state.ARN.ValueString(), err)
		return
	}
	if imported {
		resp.Diagnostics.Append(importable(out.TaskDefinition)...)
		if resp.Diagnostics.HasError() {
			return
		}
		state.SkipDestroy = types.BoolValue(false)
		state.Drift = types.StringValue(driftPinned)
		state.RegisteredRevisions = types.ListValueMust(types.Int64Type,
			[]attr.Value{types.Int64Value(int64(out.TaskDefinition.Revision))})
	}
	state.setRevision(out.TaskDefinition)
	reported := taskdef.FromTaskDefinition(out.TaskDefinition)
	known, _ := state.spec().toAPI()
	if !taskdef.Equal(known, reported) {
		state.setSpec(fromAPI(reported, r.types))
	}
	state.Tags, state.TagsAll = r.meta.Tags.Read(tags.FromECS(out.Tags), state.Tags, state.TagsAll)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, state.ARN.ValueString())...)
}

// describe looks up the revision that drift asks for. Where a family that is
// followed has no ACTIVE revision left, that is the one in the state.
func (r *Resource) describe(ctx context.Context, state *model) (*ecs.DescribeTaskDefinitionOutput, error) {
	in := &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: state.ARN.ValueStringPointer(),
		Include:        []ecstypes.TaskDefinitionField{ecstypes.TaskDefinitionFieldTags},
	}
	if state.Drift.ValueString() == driftLatest {
		in.TaskDefinition = state.Family.ValueStringPointer()
		if out, err := r.registrar.api.DescribeTaskDefinition(ctx, in); !awsapi.IsNotFound(err) {
			return out, err
		}
		in.TaskDefinition = state.ARN.ValueStringPointer()
	}
	return r.registrar.api.DescribeTaskDefinition(ctx, in)
}

// Update implements resource.Resource. It registers exactly when the plan
// said so, and keeps the new revision in the state whatever fails after it.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	if plan.ARN.IsUnknown() {
		family := plan.Family.ValueString()
		before, err := r.registrar.latest(ctx, family)
		if err != nil {
			meta.AddError(&resp.Diagnostics, "Unable to update task definition "+family, err)
			return
		}
		resp.Diagnostics.Append(abandoned(&plan, before, revisions(state.RegisteredRevisions))...)
		r.registerPlanned(ctx, &plan, before, state.RegisteredRevisions.Elements(), &resp.Diagnostics)
	} else if err := tags.Update(ctx, r.tagger, state.ARN.ValueString(), state.TagsAll, plan.TagsAll); err != nil {
		meta.AddAttributeError(&resp.Diagnostics, path.Root("tags"), "Unable to change the tags of task definition "+state.Family.ValueString(), err)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, plan.ARN.ValueString())...)
}

// Delete implements resource.Resource: it deregisters the revisions that this
// resource registered or imported, and no others. It can be repeated.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || state.SkipDestroy.ValueBool() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	for _, revision := range revisions(state.RegisteredRevisions) {
		arn := state.ARNWithoutRevision.ValueString() + ":" + strconv.FormatInt(revision, 10)
		if err := r.registrar.deregister(ctx, arn); err != nil {
			meta.AddError(&resp.Diagnostics, "Unable to destroy task definition "+state.Family.ValueString(), err)
			return
		}
	}
	resp.Diagnostics.Append(left(&state)...)
}

// left warns of a current revision that stays, because this resource has not
// registered it as far as it knows. That happens with drift = "latest" alone.
func left(state *model) diag.Diagnostics {
	revision := state.Revision.ValueInt64()
	if slices.Contains(revisions(state.RegisteredRevisions), revision) || state.Status.ValueString() != active {
		return nil
	}
	family := state.Family.ValueString()
	return diag.Diagnostics{diag.NewWarningDiagnostic(fmt.Sprintf("Revision %s:%d stays", family, revision),
		fmt.Sprintf("It is the family's latest, and this resource does not know it as its own: somebody else registered it, or a run that was killed. "+
			"If nothing uses it:\n\n  aws ecs deregister-task-definition --task-definition %s:%d", family, revision))}
}

func revisions(list types.List) []int64 {
	numbers := make([]int64, 0, len(list.Elements()))
	for _, e := range list.Elements() {
		if n, ok := e.(types.Int64); ok {
			numbers = append(numbers, n.ValueInt64())
		}
	}
	return numbers
}
