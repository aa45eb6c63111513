// Package cluster is the resource and the data source ecswin_cluster.
package cluster

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"

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

// Resource is ecswin_cluster.
type Resource struct {
	meta    *meta.Data
	manager manager
	tagger  tags.Tagger
}

// NewResource returns an unconfigured Resource.
func NewResource() resource.Resource {
	return &Resource{}
}

// Metadata implements resource.Resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_cluster"
}

// Schema implements resource.Resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = resourceSchema(ctx)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"account_id": identityschema.StringAttribute{OptionalForImport: true, Description: "Account; the provider's by default."},
		"region":     identityschema.StringAttribute{OptionalForImport: true, Description: "Region; the provider's by default."},
		"name":       identityschema.StringAttribute{RequiredForImport: true, Description: "Name of the cluster."},
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
	r.manager = manager{api: data.Client.Clusters, clock: wait.System()}
	r.tagger = data.Client.Tags
}

// Create implements resource.Resource. AWS answers CreateCluster on the name
// of an active cluster with that cluster, so Create looks first and refuses.
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
	name := plan.Name.ValueString()
	summary := "Unable to create cluster " + name
	existing, err := find(ctx, r.manager.api, name)
	if err != nil {
		meta.AddError(&resp.Diagnostics, summary, err)
		return
	}
	if existing != nil {
		r.refuse(&resp.Diagnostics, name, existing)
		return
	}
	created, err := r.manager.create(ctx, plan.toCreate())
	if err != nil {
		meta.AddError(&resp.Diagnostics, summary, err)
		return
	}
	// From here on the cluster is this resource's, whatever the wait brings.
	state := plan
	state.complete(created)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, state.ARN.ValueString())...)
	settled, err := r.manager.settle(ctx, name, timeout)
	if err != nil {
		meta.AddError(&resp.Diagnostics, summary, err)
		return
	}
	plan.complete(settled)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

func (r *Resource) refuse(diags *diag.Diagnostics, name string, existing *ecstypes.Cluster) {
	diags.AddAttributeError(path.Root("name"), "Unable to create cluster "+name,
		fmt.Sprintf("Region %s has a cluster of this name already (status %s), and AWS would hand it out instead of creating one. "+
			"To manage it here, import it, with this resource's address in place of ecswin_cluster.example:\n\n"+
			"  terraform import ecswin_cluster.example %s\n\nOr choose another name.",
			r.meta.Client.Region, aws.ToString(existing.Status), name))
}

// Read implements resource.Resource.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	name := state.Name.ValueString()
	imported := state.ARN.IsNull()
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()
	found, err := r.manager.look(ctx, name)
	switch {
	case err != nil:
		meta.AddError(&resp.Diagnostics, "Unable to read cluster "+name, err)
		return
	case found == nil && imported:
		resp.Diagnostics.AddError("Unable to import cluster "+name, missing(name, r.meta.Client.Region))
		return
	case found == nil:
		// The framework wants an identity even then, and Terraform before 1.12
		// has not kept one.
		resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, state.ARN.ValueString())...)
		resp.State.RemoveResource(ctx)
		return
	}
	if imported {
		state.describe(found)
	} else {
		state.refresh(found)
	}
	state.complete(found)
	state.Tags, state.TagsAll = r.meta.Tags.Read(tags.FromECS(found.Tags), state.Tags, state.TagsAll)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, state.ARN.ValueString())...)
}

// Update implements resource.Resource. After each step the state holds what
// has been done, so that a failure of a later one loses nothing.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	name := plan.Name.ValueString()
	if in := clusterChange(&state, &plan); in != nil {
		if _, err := r.manager.api.UpdateCluster(ctx, in); err != nil {
			meta.AddError(&resp.Diagnostics, "Unable to update cluster "+name, err)
			return
		}
	}
	state.Settings, state.Configuration, state.ServiceConnectDefaults = plan.Settings, plan.Configuration, plan.ServiceConnectDefaults
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)

	if in := capacityChange(&state, &plan); in != nil {
		if err := r.manager.putCapacityProviders(ctx, in, timeout); err != nil {
			meta.AddAttributeError(&resp.Diagnostics, path.Root("capacity_providers"), "Unable to change the capacity providers of cluster "+name, err)
			return
		}
		state.CapacityProviders, state.DefaultCapacityProviderStrategy = plan.CapacityProviders, plan.DefaultCapacityProviderStrategy
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		if _, err := r.manager.settle(ctx, name, timeout); err != nil {
			meta.AddAttributeError(&resp.Diagnostics, path.Root("capacity_providers"), "Unable to change the capacity providers of cluster "+name, err)
			return
		}
	}
	if err := tags.Update(ctx, r.tagger, state.ARN.ValueString(), state.TagsAll, plan.TagsAll); err != nil {
		meta.AddAttributeError(&resp.Diagnostics, path.Root("tags"), "Unable to change the tags of cluster "+name, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, plan.ARN.ValueString())...)
}

// clusterChange returns the call that brings settings, configuration and
// service connect defaults from one state to another; nil if nothing that
// AWS knows of differs.
func clusterChange(before, after *model) *ecs.UpdateClusterInput {
	in := &ecs.UpdateClusterInput{Cluster: after.ARN.ValueStringPointer()}
	changed := false
	if set, _ := tags.Diff(before.Settings, after.Settings); len(set) > 0 {
		in.Settings, changed = settingsToAPI(set), true
	}
	was, wanted := configurationToAPI(before.Configuration), configurationToAPI(after.Configuration)
	if meaningOf(was) != meaningOf(wanted) {
		in.Configuration, changed = configurationChange(was, wanted), true
	}
	if !after.ServiceConnectDefaults.Equal(before.ServiceConnectDefaults) {
		in.ServiceConnectDefaults, changed = serviceConnectChange(after.ServiceConnectDefaults), true
	}
	if !changed {
		return nil
	}
	return in
}

// capacityChange is clusterChange for capacity providers and strategy, which
// AWS takes only together.
func capacityChange(before, after *model) *ecs.PutClusterCapacityProvidersInput {
	if after.CapacityProviders.Equal(before.CapacityProviders) &&
		after.DefaultCapacityProviderStrategy.Equal(before.DefaultCapacityProviderStrategy) {
		return nil
	}
	return &ecs.PutClusterCapacityProvidersInput{
		Cluster:                         after.ARN.ValueStringPointer(),
		CapacityProviders:               providersToAPI(after.CapacityProviders),
		DefaultCapacityProviderStrategy: strategyToAPI(after.DefaultCapacityProviderStrategy),
	}
}

// Delete implements resource.Resource. It can be repeated.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	name := state.Name.ValueString()
	err := r.manager.remove(ctx, state.ARN.ValueString(), timeout)
	switch {
	case err == nil:
	case isReleasedSoon(err) || isA[*ecstypes.ClusterContainsCapacityProviderException](err):
		resp.Diagnostics.AddError("Unable to delete cluster "+name, r.contents(ctx, name, err))
	default:
		meta.AddError(&resp.Diagnostics, "Unable to delete cluster "+name, err)
	}
}

// contents says what keeps a cluster from being deleted, and what to do.
func (r *Resource) contents(ctx context.Context, name string, cause error) string {
	paragraphs := []string{"AWS deletes a cluster only when it is empty."}
	if c, err := find(ctx, r.manager.api, name); err == nil && c != nil {
		paragraphs[0] += fmt.Sprintf(" It has %d active services, %d running and %d pending tasks, and %d container instances.",
			c.ActiveServicesCount, c.RunningTasksCount, c.PendingTasksCount, c.RegisteredContainerInstancesCount)
	}
	switch {
	case isA[*ecstypes.ClusterContainsServicesException](cause):
		paragraphs = append(paragraphs, "Delete its services first: destroy them in Terraform, or\n\n  aws ecs delete-service --force --cluster "+name+" --service <name>")
	case isA[*ecstypes.ClusterContainsTasksException](cause):
		paragraphs = append(paragraphs, "Stop its tasks first, or wait until they have stopped:\n\n  aws ecs stop-task --cluster "+name+" --task <id>")
	case isA[*ecstypes.ClusterContainsContainerInstancesException](cause):
		paragraphs = append(paragraphs, "Terminate its container instances first (scale their Auto Scaling group to 0), or deregister them:\n\n"+
			"  aws ecs deregister-container-instance --force --cluster "+name+" --container-instance <id>")
	default:
		paragraphs = append(paragraphs, "Delete its capacity providers first:\n\n  aws ecs delete-capacity-provider --capacity-provider <name>")
	}
	return strings.Join(append(paragraphs, cause.Error()), "\n\n")
}

func missing(name, region string) string {
	return fmt.Sprintf("There is no active cluster of this name in Region %s. Check name, Region and account of the provider (aws ecs describe-clusters --clusters %s --region %s).", region, name, region)
}
