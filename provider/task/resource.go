// Package task is the resource ecswin_task.
package task

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
	"github.com/ecswin/terraform-provider-ecswin/provider/meta"
	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
	"github.com/ecswin/terraform-provider-ecswin/provider/task/placement"
)

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// Resource is ecswin_task.
type Resource struct {
	meta        *meta.Data
	runner      runner
	definitions definitions
	hosts       hosts
	placement   placement.Explainer
	tagger      tags.Tagger
}

type definitions interface {
	DescribeTaskDefinition(context.Context, *ecs.DescribeTaskDefinitionInput) (*ecs.DescribeTaskDefinitionOutput, error)
}

// hosts tells on which EC2 instance a task runs.
type hosts interface {
	DescribeContainerInstances(context.Context, *ecs.DescribeContainerInstancesInput) (*ecs.DescribeContainerInstancesOutput, error)
}

// NewResource returns an unconfigured Resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata implements resource.Resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_task"
}

// Schema implements resource.Resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema(ctx)
}

// Configure implements resource.ResourceWithConfigure.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	data, diags := meta.From(req.ProviderData)
	resp.Diagnostics.Append(diags...)
	if data == nil {
		return
	}
	client := data.Client
	r.meta = data
	r.runner = runner{tasks: client.Tasks, interfaces: client.Network, clock: wait.System()}
	r.definitions = client.TaskDefinitions
	r.hosts = client.ContainerInstances
	r.placement = placement.Explainer{Members: client.ContainerInstances, Hosts: client.Network}
	r.tagger = client.Tags
}

// Create implements resource.Resource.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	definition, err := r.settledDefinition(ctx, &plan)
	if awsapi.IsNotFound(err) {
		resp.Diagnostics.AddAttributeError(path.Root("task_definition"), "Unable to run task definition "+plan.TaskDefinition.ValueString(),
			"There is no such revision in Region "+r.meta.Client.Region+". Register it first, or correct the name.")
		return
	}
	// Where the definition may not be read, AWS checks it all the same. What the
	// plan has warned of is not said again.
	resp.Diagnostics.Append(checkDefinition(&plan, definition)...)
	resp.Diagnostics.Append(checkOverrides(ctx, &plan, definition, r.meta.Strict).Errors()...)
	if resp.Diagnostics.HasError() {
		return
	}
	started := r.start(ctx, &plan, definition, &resp.Diagnostics)
	if started == nil {
		return
	}
	// From here on the task is this resource's, whatever the wait brings.
	arn := aws.ToString(started.TaskArn)
	plan.observe(started)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, &plan)...)

	wanted := statusRunning
	if plan.isJob() {
		wanted = statusStopped
	}
	last, err := r.runner.await(ctx, plan.Cluster.ValueString(), arn, wanted, timeout)
	if last != nil {
		plan.observe(last)
		r.locate(ctx, &plan, last, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	}
	switch {
	case err != nil:
		meta.AddError(&resp.Diagnostics, "Unable to run task "+arn, err)
	case aws.ToString(last.LastStatus) == statusStopped:
		r.judge(&plan, last, definition, &resp.Diagnostics)
	}
}

// judge reports a task that stopped and should not have, or not so.
func (r *Resource) judge(plan *model, t *ecstypes.Task, definition *ecstypes.TaskDefinition, diags *diag.Diagnostics) {
	why, ok := verdict(t, plan.isJob(), plan.FailOnExitCode.ValueBool(), essentialIn(definition))
	if ok {
		return
	}
	diags.AddError("Unable to run task "+aws.ToString(t.TaskArn), why+"\n\n"+stopped(t)+
		"\n\nThe task stays in the state, tainted: its attributes tell what happened, and the next apply replaces it.")
}

// essentialIn tells which containers end the task when they end. Where the
// definition is not known, all count.
func essentialIn(d *ecstypes.TaskDefinition) func(string) bool {
	return func(name string) bool {
		if d == nil {
			return true
		}
		for _, c := range d.ContainerDefinitions {
			if aws.ToString(c.Name) == name {
				return c.Essential == nil || *c.Essential
			}
		}
		return false
	}
}

// locate fills in where the task is: its network interface and its EC2
// instance. What may not be read is left out, with a warning.
func (r *Resource) locate(ctx context.Context, m *model, t *ecstypes.Task, diags *diag.Diagnostics) {
	r.showInterface(ctx, m, t, diags)
	instance := aws.ToString(t.ContainerInstanceArn)
	if instance == "" || !m.EC2InstanceID.IsNull() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, glanceTime)
	defer cancel()
	out, err := r.hosts.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{
		Cluster: m.Cluster.ValueStringPointer(), ContainerInstances: []string{instance},
	})
	switch {
	case err != nil:
		diags.AddWarning("Unable to read container instance "+instance,
			"ec2_instance_id of the task is null.\n\n"+awsapi.Explain(err).String())
	case len(out.ContainerInstances) > 0:
		m.EC2InstanceID = text(out.ContainerInstances[0].Ec2InstanceId)
	}
}

// showInterface fills in the network interface; null once it is gone.
func (r *Resource) showInterface(ctx context.Context, m *model, t *ecstypes.Task, diags *diag.Diagnostics) {
	known := eniOf(t)
	if known == nil {
		m.NetworkInterface = types.ObjectNull(networkInterfaceTypes())
		return
	}
	id := aws.ToString(known.id)
	ctx, cancel := context.WithTimeout(ctx, glanceTime)
	defer cancel()
	found, err := r.runner.lookUp(ctx, id)
	switch {
	case err != nil:
		m.NetworkInterface = known.fromECS(t, m.priorGroups(known.id))
		diags.AddWarning("Unable to read network interface "+id,
			"What ECS tells of it is shown; its security groups are those that were known before, or null.\n\n"+awsapi.Explain(err).String())
	case found != nil:
		m.NetworkInterface = interfaceFromEC2(found)
	case aws.ToString(t.LastStatus) == statusRunning && r.runner.clock.Now().Sub(aws.ToTime(t.StartedAt)) < missingGrace:
		// EC2 may not show it yet.
		m.NetworkInterface = known.fromECS(t, m.priorGroups(known.id))
	default:
		m.NetworkInterface = types.ObjectNull(networkInterfaceTypes())
	}
}

// Read implements resource.Resource.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state.hasEnded() {
		resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, &state)...)
		return
	}
	name := state.ARN.ValueString()
	imported := state.TaskDefinition.IsNull()
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()
	t, err := r.runner.look(ctx, state.Cluster.ValueString(), name)
	if err != nil {
		meta.AddError(&resp.Diagnostics, "Unable to read task "+name, err)
		return
	}
	if t == nil && imported {
		resp.Diagnostics.AddError("Unable to import task "+name,
			fmt.Sprintf("Cluster %s in Region %s has no such task, or it stopped more than an hour ago. Check with: aws ecs describe-tasks --cluster %s --tasks %s",
				state.Cluster.ValueString(), r.meta.Client.Region, state.Cluster.ValueString(), name))
		return
	}
	if !imported {
		if why, gone := departed(&state, t); gone {
			resp.Diagnostics.AddWarning("Task "+name+" is gone", why)
			resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, &state)...)
			resp.State.RemoveResource(ctx)
			return
		}
	}
	state.observe(t)
	r.locate(ctx, &state, t, &resp.Diagnostics)
	if imported {
		state.adopt(t)
		state.adoptNetwork()
	}
	state.readTags(r.meta.Tags, t)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, &state)...)
}

// departed says why a task is no longer what the state says; t is nil where
// ECS does not know it any more.
func departed(state *model, t *ecstypes.Task) (why string, gone bool) {
	switch {
	case t == nil && state.isJob():
		return "ECS does not know it any more, and its result was never seen: ECS forgets a task an hour after it stopped. The next apply runs it again.", true
	case t == nil:
		why = "ECS does not know it any more: it stopped, more than an hour ago."
		if reason := state.StoppedReason.ValueString(); reason != "" {
			why += " The last reason that was seen: " + reason
		}
		return why + "\n\nThe next apply starts another one.", true
	case !state.isJob() && aws.ToString(t.LastStatus) == statusStopped:
		return "It stopped. " + stopped(t) + "\n\nThe next apply starts another one.", true
	}
	return "", false
}

// readTags sets tags to what AWS reports. Tags that came from the task
// definition are left out: they are neither the resource's nor the provider's.
func (m *model) readTags(policy tags.Policy, t *ecstypes.Task) {
	actual := tags.FromECS(t.Tags)
	if m.PropagateTags.ValueString() == string(ecstypes.PropagateTagsTaskDefinition) {
		known := m.TagsAll.Elements()
		for key := range actual {
			if _, ok := known[key]; !ok {
				delete(actual, key)
			}
		}
	}
	m.Tags, m.TagsAll = policy.Read(actual, m.Tags, m.TagsAll)
}

// Update implements resource.Resource: tags, and what only the provider
// knows.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// AWS takes no tags for a task that has stopped.
	if plan.LastStatus.ValueString() != statusStopped {
		ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
		defer cancel()
		if err := tags.Update(ctx, r.tagger, state.ARN.ValueString(), state.changeableTags(&plan), plan.TagsAll); err != nil {
			meta.AddAttributeError(&resp.Diagnostics, path.Root("tags"), "Unable to change the tags of task "+state.ARN.ValueString(), err)
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, &plan)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, adoptingKey, []byte("false"))...)
}

// changeableTags are the tags in the state that an update may remove. When
// propagate_tags is adopted, the rest came from the task definition.
func (m *model) changeableTags(plan *model) types.Map {
	if plan.PropagateTags.Equal(m.PropagateTags) {
		return m.TagsAll
	}
	had, wanted := m.TagsAll.Elements(), plan.TagsAll.Elements()
	for key := range had {
		if _, ok := wanted[key]; !ok {
			delete(had, key)
		}
	}
	return types.MapValueMust(types.StringType, had)
}

// Delete implements resource.Resource. It can be repeated.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || state.hasEnded() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	id, _ := state.NetworkInterface.Attributes()["id"].(types.String)
	if err := r.runner.stop(ctx, state.Cluster.ValueString(), state.ARN.ValueString(), id.ValueString(), timeout); err != nil {
		meta.AddError(&resp.Diagnostics, "Unable to stop task "+state.ARN.ValueString(), err)
	}
}
