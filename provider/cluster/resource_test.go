package cluster

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
