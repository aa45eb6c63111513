package inprocess_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
)

// host is a provider of one resource, written by hand so that it can lie. Its
// methods do what an honest provider does, then let the test spoil the answer.
type host struct {
	tfprotov6.ProviderServer
	// made is what exists, nil for nothing.
	made *tftypes.Value
	// replaces makes every change of a machine need another machine.
	replaces bool
	// spoilPlan and spoilApply change an honest answer, if set.
	spoilPlan  func(*tfprotov6.PlanResourceChangeResponse)
	spoilApply func(*tfprotov6.ApplyResourceChangeResponse)
}

const machine = "host_machine"

func attribute(name string, typ tftypes.Type, how string) *tfprotov6.SchemaAttribute {
	return &tfprotov6.SchemaAttribute{
		Name: name, Type: typ,
		Required: how == "required", Optional: strings.HasPrefix(how, "optional"), Computed: strings.HasSuffix(how, "computed"),
	}
}

func schema() *tfprotov6.Schema {
	return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
		attribute("name", tftypes.String, "required"),
		attribute("size", tftypes.Number, "optional computed"),
		attribute("id", tftypes.String, "computed"),
		{Name: "disks", Optional: true, NestedType: &tfprotov6.SchemaObject{
			Nesting: tfprotov6.SchemaObjectNestingModeMap,
			Attributes: []*tfprotov6.SchemaAttribute{
				attribute("path", tftypes.String, "required"),
				attribute("mode", tftypes.String, "optional computed"),
			},
		}},
	}}}
}

func (h *host) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		Provider:        &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{}},
		ResourceSchemas: map[string]*tfprotov6.Schema{machine: schema()},
	}, nil
}

func (h *host) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (h *host) ValidateProviderConfig(context.Context, *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{}, nil
}

func (h *host) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (h *host) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (h *host) UpgradeResourceState(_ context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	value, err := req.RawState.Unmarshal(schema().ValueType())
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: dynamic(value)}, err
}

func (h *host) ReadResource(_ context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	if h.made == nil {
		return &tfprotov6.ReadResourceResponse{NewState: dynamic(tftypes.NewValue(schema().ValueType(), nil))}, nil
	}
	return &tfprotov6.ReadResourceResponse{NewState: dynamic(*h.made), Private: req.Private}, nil
}

// PlanResourceChange plans the proposal, and what it computes as unknown.
func (h *host) PlanResourceChange(_ context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	proposed, err := req.ProposedNewState.Unmarshal(schema().ValueType())
	if err != nil {
		return nil, err
	}
	prior, err := req.PriorState.Unmarshal(schema().ValueType())
	if err != nil {
		return nil, err
	}
	resp := &tfprotov6.PlanResourceChangeResponse{PlannedState: dynamic(fill(proposed, tftypes.UnknownValue, tftypes.UnknownValue))}
	if h.replaces && !prior.IsNull() && !prior.Equal(proposed) {
		resp.RequiresReplace = []*tftypes.AttributePath{tftypes.NewAttributePath().WithAttributeName("name")}
	}
	if h.spoilPlan != nil {
		h.spoilPlan(resp)
	}
	return resp, nil
}

func (h *host) ApplyResourceChange(_ context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	planned, err := req.PlannedState.Unmarshal(schema().ValueType())
	if err != nil {
		return nil, err
	}
	made := fill(planned, "m-1", 2)
	h.made = &made
	if planned.IsNull() {
		h.made = nil
	}
	resp := &tfprotov6.ApplyResourceChangeResponse{NewState: dynamic(made)}
	if h.spoilApply != nil {
		h.spoilApply(resp)
	}
	return resp, nil
}

func (h *host) ImportResourceState(_ context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	state := value(map[string]any{"name": req.ID})
	return &tfprotov6.ImportResourceStateResponse{ImportedResources: []*tfprotov6.ImportedResource{{TypeName: machine, State: dynamic(state)}}}, nil
}

// fill gives the computed attributes that have no value yet one.
func fill(v tftypes.Value, id, size any) tftypes.Value {
	filled, err := tftypes.Transform(v, func(at *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.IsKnown() && !v.IsNull() {
			return v, nil
		}
		switch last(at) {
		case "id":
			return tftypes.NewValue(tftypes.String, id), nil
		case "size":
			return tftypes.NewValue(tftypes.Number, size), nil
		case "mode":
			return tftypes.NewValue(tftypes.String, "rw"), nil
		}
		return v, nil
	})
	if err != nil {
		panic(err)
	}
	return filled
}

func last(at *tftypes.AttributePath) string {
	steps := at.Steps()
	if len(steps) == 0 {
		return ""
	}
	name, _ := steps[len(steps)-1].(tftypes.AttributeName)
	return string(name)
}

func dynamic(v tftypes.Value) *tfprotov6.DynamicValue {
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		panic(err)
	}
	return &d
}

func value(attributes map[string]any) tftypes.Value {
	v, err := inprocess.Value(schema().ValueType(), attributes)
	if err != nil {
		panic(err)
	}
	return v
}

func (h *host) terraform() *inprocess.Terraform {
	return inprocess.New(func() tfprotov6.ProviderServer { return h }, nil)
}

// must runs a command that is to succeed with an action.
func must(t *testing.T, want inprocess.Action, run func() (inprocess.Result, error)) {
	t.Helper()
	got, err := run()
	if err != nil {
		t.Fatal(err)
	}
	if got.Failed() || got.Action != want {
		t.Fatalf("%s, want %s\n%s", got.Action, want, got)
	}
}

type object = map[string]any

func TestLife(t *testing.T) {
	t.Parallel()
	h := &host{}
	tf := h.terraform()
	apply := func(config object) func() (inprocess.Result, error) {
		return func() (inprocess.Result, error) { return tf.Apply(t.Context(), machine, config) }
	}
	config := object{"name": "a", "disks": object{"c": object{"path": "/c"}}}
	must(t, inprocess.Create, apply(config))
	want := object{"name": "a", "size": int64(2), "id": "m-1", "disks": object{"c": object{"path": "/c", "mode": "rw"}}}
	if diff := cmp.Diff(want, tf.State(machine)); diff != "" {
		t.Error(diff)
	}
	must(t, inprocess.NoChange, apply(config))
	must(t, inprocess.Update, apply(object{"name": "a", "size": 3, "disks": object{"c": object{"path": "/c"}, "d": object{"path": "/d", "mode": "ro"}}}))
	// What the configuration leaves out stays as it was where the provider
	// computes it, and goes where it does not.
	must(t, inprocess.Update, apply(object{"name": "a"}))
	if diff := cmp.Diff(object{"name": "a", "size": int64(3), "id": "m-1", "disks": nil}, tf.State(machine)); diff != "" {
		t.Error(diff)
	}
	must(t, inprocess.Delete, func() (inprocess.Result, error) { return tf.Destroy(t.Context(), machine) })
	must(t, inprocess.NoChange, func() (inprocess.Result, error) { return tf.Destroy(t.Context(), machine) })
	if tf.State(machine) != nil {
		t.Errorf("left in the state: %v", tf.State(machine))
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	h := &host{}
	tf := h.terraform()
	must(t, inprocess.Create, func() (inprocess.Result, error) { return tf.Apply(t.Context(), machine, object{"name": "a"}) })
	h.replaces = true
	must(t, inprocess.Replace, func() (inprocess.Result, error) { return tf.Apply(t.Context(), machine, object{"name": "b"}) })
	if got := tf.State(machine)["name"]; got != "b" {
		t.Errorf("name is %v", got)
	}
}

func TestImportAndDrift(t *testing.T) {
	t.Parallel()
	h := &host{}
	tf := h.terraform()
	got, err := tf.Import(t.Context(), machine, "a")
	if err != nil || !strings.Contains(got.String(), "Cannot import non-existent remote object") {
		t.Errorf("importing nothing: %v %s", err, got)
	}
	made := value(object{"name": "a", "size": 2, "id": "m-1"})
	h.made = &made
	must(t, inprocess.NoChange, func() (inprocess.Result, error) { return tf.Import(t.Context(), machine, "a") })
	must(t, inprocess.NoChange, func() (inprocess.Result, error) { return tf.Plan(t.Context(), machine, object{"name": "a"}) })
	h.made = nil
	must(t, inprocess.Create, func() (inprocess.Result, error) { return tf.Plan(t.Context(), machine, object{"name": "a"}) })
	if tf.State(machine) == nil {
		t.Error("a plan changed the state")
	}
	must(t, inprocess.NoChange, func() (inprocess.Result, error) { return tf.Refresh(t.Context(), machine) })
	if tf.State(machine) != nil {
		t.Error("a refresh kept what is gone")
	}
}

func failure() []*tfprotov6.Diagnostic {
	return []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Unable to finish"}}
}

// TestHalfCreated: what a failed creation leaves is kept, and replaced.
func TestHalfCreated(t *testing.T) {
	t.Parallel()
	h := &host{spoilApply: func(r *tfprotov6.ApplyResourceChangeResponse) { r.Diagnostics = failure() }}
	tf := h.terraform()
	got, err := tf.Apply(t.Context(), machine, object{"name": "a"})
	if err != nil || !got.Failed() || tf.State(machine)["id"] != "m-1" || !tf.Tainted(machine) {
		t.Fatalf("%v %s, state %v", err, got, tf.State(machine))
	}
	h.spoilApply = nil
	must(t, inprocess.Replace, func() (inprocess.Result, error) { return tf.Apply(t.Context(), machine, object{"name": "a"}) })
	if tf.Tainted(machine) {
		t.Error("still tainted")
	}
}

// TestKilled: a run on a fork that is thrown away leaves the world changed and
// the state as it was.
func TestKilled(t *testing.T) {
	t.Parallel()
	h := &host{}
	tf := h.terraform()
	must(t, inprocess.Create, func() (inprocess.Result, error) { return tf.Fork().Apply(t.Context(), machine, object{"name": "a"}) })
	if h.made == nil || tf.State(machine) != nil {
		t.Errorf("made %v, state %v", h.made, tf.State(machine))
	}
}

// TestLies has one provider for each rule of Terraform's core that it breaks.
func TestLies(t *testing.T) {
	t.Parallel()
	plan := func(attributes object) func(*tfprotov6.PlanResourceChangeResponse) {
		return func(r *tfprotov6.PlanResourceChangeResponse) { r.PlannedState = dynamic(value(attributes)) }
	}
	apply := func(attributes object) func(*tfprotov6.ApplyResourceChangeResponse) {
		return func(r *tfprotov6.ApplyResourceChangeResponse) { r.NewState = dynamic(value(attributes)) }
	}
	disk := func(path string) object { return object{"c": object{"path": path, "mode": "rw"}} }
	tests := map[string]struct {
		host host
		want string
	}{
		"plans another name": {
			host{spoilPlan: plan(object{"name": "b", "disks": disk("/c")})}, "host_machine.name is planned otherwise",
		},
		"plans another nested value": {
			host{spoilPlan: plan(object{"name": "a", "disks": disk("/d")})}, `host_machine.disks["c"].path is planned otherwise`,
		},
		"plans another key": {
			host{spoilPlan: plan(object{"name": "a", "disks": object{"d": object{"path": "/c"}}})}, "host_machine.disks is planned with other keys",
		},
		"plans nothing": {
			host{spoilPlan: plan(object{"name": "a"})}, "host_machine.disks is planned otherwise",
		},
		"makes another name": {
			host{spoilApply: apply(object{"name": "b", "size": 2, "id": "m", "disks": disk("/c")})}, "host_machine.name came out otherwise",
		},
		"makes another nested value": {
			host{spoilApply: apply(object{"name": "a", "size": 2, "id": "m", "disks": disk("/d")})}, "host_machine.disks.c.path came out otherwise",
		},
		"makes fewer": {
			host{spoilApply: apply(object{"name": "a", "size": 2, "id": "m", "disks": object{}})}, "host_machine.disks came out with other keys",
		},
		"makes null": {
			host{spoilApply: apply(object{"name": "a", "size": 2, "id": "m"})}, "host_machine.disks came out null",
		},
		"leaves unknown": {
			host{spoilApply: apply(object{"name": "a", "size": 2, "id": inprocess.Unknown{}, "disks": disk("/c")})}, "holds unknown values",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.host.terraform().Apply(t.Context(), machine, object{"name": "a", "disks": object{"c": object{"path": "/c"}}})
			if err != nil {
				t.Fatal(err)
			}
			if !got.Failed() || !strings.Contains(got.String(), tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWrongConfigurations(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]object{
		"a name too many":  {"name": "a", "colour": "red"},
		"a wrong type":     {"name": 1},
		"a list for a map": {"name": "a", "disks": []any{}},
		"a map for a text": {"name": object{}},
	} {
		if _, err := (&host{}).terraform().Apply(t.Context(), machine, config); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := (&host{}).terraform().Apply(t.Context(), "host_none", object{}); err == nil {
		t.Error("a resource that does not exist was taken")
	}
}
