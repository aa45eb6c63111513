package cluster

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/provider/meta"
)

const webARN = "arn:aws:ecs:us-east-1:123456789012:cluster/web"

func newIdentity(t *testing.T, r *Resource) *tfsdk.ResourceIdentity {
	t.Helper()
	var resp resource.IdentitySchemaResponse
	r.IdentitySchema(t.Context(), resource.IdentitySchemaRequest{}, &resp)
	s := resp.IdentitySchema
	return &tfsdk.ResourceIdentity{Schema: s, Raw: tftypes.NewValue(s.Type().TerraformType(t.Context()), nil)}
}

// TestImportByIdentity imports as Terraform from 1.12 on can.
func TestImportByIdentity(t *testing.T) {
	t.Parallel()
	r := &Resource{meta: &meta.Data{Client: &awsapi.Client{Region: "us-east-1", AccountID: "123456789012"}}}
	tests := map[string]struct {
		identity identityModel
		want     string
		wantErr  string
	}{
		"name alone":    {identityModel{Name: types.StringValue("web")}, "web", ""},
		"all":           {identityModel{types.StringValue("123456789012"), types.StringValue("us-east-1"), types.StringValue("web")}, "web", ""},
		"other Region":  {identityModel{types.StringNull(), types.StringValue("eu-west-1"), types.StringValue("web")}, "", ": It is in Region eu-west-1"},
		"other account": {identityModel{types.StringValue("999999999999"), types.StringNull(), types.StringValue("web")}, "", ": It belongs to account 999999999999"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			identity := newIdentity(t, r)
			expectDiagnostics(t, identity.Set(t.Context(), tt.identity))
			s := resourceSchema(t.Context())
			resp := resource.ImportStateResponse{State: tfsdk.State{Schema: s, Raw: tftypes.NewValue(s.Type().TerraformType(t.Context()), nil)}}
			r.ImportState(t.Context(), resource.ImportStateRequest{Identity: identity}, &resp)
			if tt.wantErr != "" {
				expectDiagnostics(t, resp.Diagnostics, tt.wantErr)
				return
			}
			expectDiagnostics(t, resp.Diagnostics)
			var got types.String
			expectDiagnostics(t, resp.State.GetAttribute(t.Context(), path.Root("name"), &got))
			if got.ValueString() != tt.want {
				t.Errorf("imports %s, want %s", got, tt.want)
			}
		})
	}
}

func TestSetIdentity(t *testing.T) {
	t.Parallel()
	identity := newIdentity(t, &Resource{})
	expectDiagnostics(t, setIdentity(t.Context(), identity, webARN))
	var got identityModel
	expectDiagnostics(t, identity.Get(t.Context(), &got))
	want := identityModel{types.StringValue("123456789012"), types.StringValue("us-east-1"), types.StringValue("web")}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	expectDiagnostics(t, setIdentity(t.Context(), nil, webARN))
}

// TestClusterChange sends what differs and nothing else.
func TestClusterChange(t *testing.T) {
	t.Parallel()
	base := model{features: nothingYet(), ARN: types.StringValue(webARN)}
	base.Settings = stringMap("a", "1", "b", "2")
	with := func(change func(*model)) *model {
		m := base
		change(&m)
		return &m
	}
	namespace := serviceConnectFromAPI(&ecstypes.ClusterServiceConnectDefaults{Namespace: aws.String("ns")})
	explicit := configurationFromAPI(&ecstypes.ClusterConfiguration{ExecuteCommandConfiguration: &ecstypes.ExecuteCommandConfiguration{}})
	tests := map[string]struct {
		before, after *model
		want          *ecs.UpdateClusterInput
	}{
		"nothing":             {&base, &base, nil},
		"spelling":            {&base, with(func(m *model) { m.Configuration = explicit }), nil},
		"setting out of view": {&base, with(func(m *model) { m.Settings = stringMap("a", "1") }), nil},
		"one setting": {
			&base, with(func(m *model) { m.Settings = stringMap("a", "1", "b", "3") }),
			&ecs.UpdateClusterInput{Settings: settingsToAPI(map[string]string{"b": "3"})},
		},
		"namespace": {
			&base, with(func(m *model) { m.ServiceConnectDefaults = namespace }),
			&ecs.UpdateClusterInput{ServiceConnectDefaults: &ecstypes.ClusterServiceConnectDefaultsRequest{Namespace: aws.String("ns")}},
		},
		"no namespace any more": {
			with(func(m *model) { m.ServiceConnectDefaults = namespace }), &base,
			&ecs.UpdateClusterInput{ServiceConnectDefaults: &ecstypes.ClusterServiceConnectDefaultsRequest{Namespace: aws.String("")}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.want != nil {
				tt.want.Cluster = aws.String(webARN)
			}
			if diff := cmp.Diff(tt.want, clusterChange(tt.before, tt.after), ignoreUnexported(),
				cmpopts.IgnoreUnexported(ecs.UpdateClusterInput{}, ecstypes.ClusterServiceConnectDefaultsRequest{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestContents says for each kind of content how to get rid of it.
func TestContents(t *testing.T) {
	t.Parallel()
	r := &Resource{manager: manager{api: &fakeClusters{describe: []described{{status: "ACTIVE"}}}}}
	for want, cause := range map[string]error{
		"aws ecs delete-service --force --cluster web":                &ecstypes.ClusterContainsServicesException{},
		"aws ecs stop-task --cluster web":                             &ecstypes.ClusterContainsTasksException{},
		"aws ecs deregister-container-instance --force --cluster web": &ecstypes.ClusterContainsContainerInstancesException{},
		"aws ecs delete-capacity-provider --capacity-provider":        &ecstypes.ClusterContainsCapacityProviderException{},
	} {
		expectText(t, r.contents(t.Context(), "web", cause), want, "0 running and 0 pending tasks", cause.Error())
	}
}

// known is the state of a cluster without anything.
func known() model {
	members := map[string]attr.Type{"create": types.StringType, "update": types.StringType, "delete": types.StringType}
	m := model{
		features: nothingYet(),
		Name:     types.StringValue("web"), ARN: types.StringValue(webARN),
		Tags: types.MapNull(types.StringType), TagsAll: stringMap(),
		Timeouts: timeouts.Value{Object: types.ObjectNull(members)},
	}
	m.Settings, m.CapacityProviders, m.DefaultCapacityProviderStrategy = stringMap("a", "1"), stringsOf(), strategy()
	return m
}

func plans(t *testing.T, m model) tfsdk.Plan {
	t.Helper()
	s := resourceSchema(t.Context())
	plan := tfsdk.Plan{Schema: s, Raw: tftypes.NewValue(s.Type().TerraformType(t.Context()), nil)}
	expectDiagnostics(t, plan.Set(t.Context(), &m))
	return plan
}

func states(t *testing.T, m model) tfsdk.State {
	t.Helper()
	return tfsdk.State(plans(t, m))
}

// TestPartialUpdateIsInTheState fails each step of an update in turn and wants
// the state to hold what the steps before it have done.
func TestPartialUpdateIsInTheState(t *testing.T) {
	t.Parallel()
	before, after := known(), known()
	after.Settings, after.CapacityProviders = stringMap("a", "2"), stringsOf("win")
	after.TagsAll = stringMap("app", "iis")
	tests := map[string]struct {
		api           fakeClusters
		wantSettings  types.Map
		wantProviders types.Set
		wantError     string
	}{
		"first":  {fakeClusters{update: errors.New("denied")}, before.Settings, before.CapacityProviders, ": denied"},
		"second": {fakeClusters{put: []error{errors.New("denied")}}, after.Settings, before.CapacityProviders, "capacity_providers: denied"},
		"wait":   {fakeClusters{describe: []described{{status: "ACTIVE", attachments: "UPDATE_FAILED"}}}, after.Settings, after.CapacityProviders, "capacity_providers: setting up"},
		"last":   {fakeClusters{describe: []described{{status: "ACTIVE"}}}, after.Settings, after.CapacityProviders, "tags: setting tags of " + webARN + ": denied"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, _ := newManager(&tt.api)
			r := &Resource{manager: m, tagger: refusingTagger{}}
			state := states(t, before)
			resp := resource.UpdateResponse{State: states(t, before)}
			r.Update(t.Context(), resource.UpdateRequest{State: state, Plan: plans(t, after)}, &resp)
			expectDiagnostics(t, resp.Diagnostics, tt.wantError)
			var got model
			expectDiagnostics(t, resp.State.Get(t.Context(), &got))
			if !got.Settings.Equal(tt.wantSettings) || !got.CapacityProviders.Equal(tt.wantProviders) || !got.TagsAll.Equal(before.TagsAll) {
				t.Errorf("the state has %s, %s and %s", got.Settings, got.CapacityProviders, got.TagsAll)
			}
		})
	}
}

type refusingTagger struct{}

func (refusingTagger) TagResource(context.Context, *ecs.TagResourceInput) (*ecs.TagResourceOutput, error) {
	return nil, errors.New("denied")
}

func (refusingTagger) UntagResource(context.Context, *ecs.UntagResourceInput) (*ecs.UntagResourceOutput, error) {
	return nil, errors.New("denied")
}

// TestUnfinishedCreateIsInTheState: a cluster that exists belongs to the
// resource, even if it never becomes active.
func TestUnfinishedCreateIsInTheState(t *testing.T) {
	t.Parallel()
	m, _ := newManager(&fakeClusters{describe: []described{{}, {status: "PROVISIONING"}}})
	plan := known()
	plan.ARN, plan.Settings = types.StringUnknown(), types.MapUnknown(types.StringType)
	resp := resource.CreateResponse{State: states(t, known())}
	(&Resource{manager: m}).Create(t.Context(), resource.CreateRequest{Plan: plans(t, plan)}, &resp)
	expectDiagnostics(t, resp.Diagnostics, ": waited 20m0s for cluster web to be ACTIVE, last seen: status PROVISIONING")
	var got model
	expectDiagnostics(t, resp.State.Get(t.Context(), &got))
	if got.ARN.ValueString() != webARN || got.Settings.IsUnknown() {
		t.Errorf("the state has arn %s and settings %s", got.ARN, got.Settings)
	}
}
