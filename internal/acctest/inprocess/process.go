package inprocess

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// process is one process of the provider, as Terraform starts it for each
// command. It collects the diagnostics of every call.
type process struct {
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
	found  []*tfprotov6.Diagnostic
}

// instance is a resource as the state file holds it. The zero instance is
// none.
type instance struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	// tainted is one whose creation failed halfway: the next apply replaces it.
	tainted bool
}

func (i instance) exists() bool {
	return i.value.Type() != nil && !i.value.IsNull()
}

// planned is what a provider answered to a proposal.
type planned struct {
	action        Action
	prior         instance
	config, value tftypes.Value
	private       []byte
	identity      *tfprotov6.ResourceIdentityData
}

// startProcess configures a provider. Where no schema is known yet it asks for
// it, and has the provider block checked.
func startProcess(ctx context.Context, server tfprotov6.ProviderServer, schema *tfprotov6.GetProviderSchemaResponse, config map[string]any) (*process, error) {
	p := &process{server: server, schema: schema}
	first := schema == nil
	if first {
		var err error
		if p.schema, err = server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{}); err != nil {
			return nil, err
		}
		p.note(p.schema.Diagnostics)
	}
	value, err := Config(p.schema.Provider, config)
	if err != nil {
		return nil, fmt.Errorf("the provider block: %w", err)
	}
	if first {
		validated, err := server.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: dynamic(value)})
		if err != nil {
			return nil, err
		}
		p.note(validated.Diagnostics)
	}
	configured, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.14.0", Config: dynamic(value)})
	if err != nil {
		return nil, err
	}
	p.note(configured.Diagnostics)
	return p, nil
}

func (p *process) note(diags []*tfprotov6.Diagnostic) {
	p.found = append(p.found, diags...)
}

// accuse notes that the provider broke the protocol, as Terraform does.
func (p *process) accuse(summary string, details []string) {
	if len(details) > 0 {
		p.note([]*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: summary, Detail: strings.Join(details, "\n")}})
	}
}

func (p *process) failed() bool {
	return hasErrors(p.found)
}

func (p *process) attributes(typeName string) []*tfprotov6.SchemaAttribute {
	return p.schema.ResourceSchemas[typeName].Block.Attributes
}

func (p *process) null(typeName string) tftypes.Value {
	return tftypes.NewValue(p.schema.ResourceSchemas[typeName].ValueType(), nil)
}

func (p *process) validate(ctx context.Context, typeName string, config tftypes.Value) error {
	resp, err := p.server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: typeName, Config: dynamic(config)})
	if err == nil {
		p.note(resp.Diagnostics)
	}
	return err
}

// load does what Terraform does with a state file: the provider gets it as
// JSON and may bring it up to date.
func (p *process) load(ctx context.Context, typeName string, i instance) (instance, error) {
	if !i.exists() {
		return i, nil
	}
	raw, err := json.Marshal(plain(i.value))
	if err != nil {
		return i, err
	}
	resp, err := p.server.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{
		TypeName: typeName, Version: p.schema.ResourceSchemas[typeName].Version, RawState: &tfprotov6.RawState{JSON: raw},
	})
	if err != nil {
		return i, err
	}
	p.note(resp.Diagnostics)
	if resp.UpgradedState != nil {
		i.value, err = resp.UpgradedState.Unmarshal(i.value.Type())
	}
	return i, err
}

func (p *process) read(ctx context.Context, typeName string, i instance) (instance, error) {
	resp, err := p.server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
		TypeName: typeName, CurrentState: dynamic(i.value), Private: i.private, CurrentIdentity: i.identity,
	})
	if err != nil {
		return i, err
	}
	p.note(resp.Diagnostics)
	if hasErrors(resp.Diagnostics) {
		return i, nil
	}
	value, err := resp.NewState.Unmarshal(i.value.Type())
	if err != nil {
		return i, err
	}
	if !value.IsFullyKnown() {
		p.accuse("Provider produced invalid object", []string{"the state that was read holds unknown values"})
	}
	return instance{value: value, private: resp.Private, identity: resp.NewIdentity, tainted: i.tainted}, nil
}

// plan asks what it takes to get from prior to config; a null config destroys.
func (p *process) plan(ctx context.Context, typeName string, prior instance, config tftypes.Value) (planned, error) {
	attributes := p.attributes(typeName)
	if !prior.exists() {
		prior = instance{value: p.null(typeName)}
	}
	resp, err := p.server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: dynamic(prior.value), Config: dynamic(config),
		ProposedNewState: dynamic(propose(attributes, prior.value, config)),
		PriorPrivate:     prior.private, PriorIdentity: prior.identity,
	})
	if err != nil {
		return planned{action: NoChange}, err
	}
	p.note(resp.Diagnostics)
	if hasErrors(resp.Diagnostics) {
		return planned{action: NoChange}, nil
	}
	value, err := resp.PlannedState.Unmarshal(prior.value.Type())
	if err != nil {
		return planned{action: NoChange}, err
	}
	if !config.IsNull() {
		p.accuse("Provider produced invalid plan", checkPlan(attributes, typeName, prior.value, config, value))
	}
	return planned{
		action: actionOf(prior, config, value, resp.RequiresReplace), prior: prior, config: config, value: value,
		private: resp.PlannedPrivate, identity: resp.PlannedIdentity,
	}, nil
}

func actionOf(prior instance, config, value tftypes.Value, replace []*tftypes.AttributePath) Action {
	switch {
	case !prior.exists() && config.IsNull():
		return NoChange
	case !prior.exists():
		return Create
	case config.IsNull():
		return Delete
	case prior.tainted || len(replace) > 0:
		return Replace
	case value.Equal(prior.value):
		return NoChange
	}
	return Update
}

// apply carries a plan out and returns what Terraform would save.
func (p *process) apply(ctx context.Context, typeName string, plan planned) (instance, error) {
	resp, err := p.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: dynamic(plan.prior.value), PlannedState: dynamic(plan.value), Config: dynamic(plan.config),
		PlannedPrivate: plan.private, PlannedIdentity: plan.identity,
	})
	if err != nil {
		return plan.prior, err
	}
	p.note(resp.Diagnostics)
	value, err := resp.NewState.Unmarshal(plan.prior.value.Type())
	if err != nil {
		return plan.prior, err
	}
	failed := hasErrors(resp.Diagnostics)
	if !failed {
		p.accuse("Provider produced inconsistent result after apply", checkResult(typeName, plan.value, value))
	}
	var invalid []string
	if !value.IsFullyKnown() {
		invalid = append(invalid, "the state after the apply holds unknown values")
	}
	if !failed && !value.IsNull() && len(p.identities(ctx, typeName)) > 0 && resp.NewIdentity == nil {
		invalid = append(invalid, "the resource has an identity schema and no identity")
	}
	p.accuse("Provider produced invalid object", invalid)
	return instance{
		value: value, private: resp.Private, identity: resp.NewIdentity,
		tainted: failed && (plan.action == Create || plan.prior.tainted),
	}, nil
}

func (p *process) identities(ctx context.Context, typeName string) []*tfprotov6.ResourceIdentitySchemaAttribute {
	resp, err := p.server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil || resp.IdentitySchemas[typeName] == nil {
		return nil
	}
	return resp.IdentitySchemas[typeName].IdentityAttributes
}

// adopt imports by id, and reads as Terraform does right after.
func (p *process) adopt(ctx context.Context, typeName, id string) (instance, error) {
	none := instance{value: p.null(typeName)}
	resp, err := p.server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
	if err != nil {
		return none, err
	}
	p.note(resp.Diagnostics)
	if hasErrors(resp.Diagnostics) {
		return none, nil
	}
	if len(resp.ImportedResources) != 1 {
		return none, fmt.Errorf("the import of %s gave %d resources, want 1", typeName, len(resp.ImportedResources))
	}
	imported := resp.ImportedResources[0]
	value, err := imported.State.Unmarshal(none.value.Type())
	if err != nil {
		return none, err
	}
	read, err := p.read(ctx, typeName, instance{value: value, private: imported.Private, identity: imported.Identity})
	switch {
	case err != nil || p.failed():
		return none, err
	case read.value.IsNull():
		p.accuse("Cannot import non-existent remote object", []string{typeName + " " + id + " was not found"})
	}
	return read, nil
}

func hasErrors(diags []*tfprotov6.Diagnostic) bool {
	return slices.ContainsFunc(diags, func(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError })
}

// dynamic never fails for a value that was made with its own type.
func dynamic(v tftypes.Value) *tfprotov6.DynamicValue {
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		panic("a value does not encode as its own type: " + err.Error())
	}
	return &d
}
