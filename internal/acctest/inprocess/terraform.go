// Package inprocess is a small Terraform for tests: it speaks to a provider in
// the test's own process as the CLI does, in milliseconds. It proposes states,
// checks plans and results, keeps what a failed apply leaves, and replaces
// what a failed creation left behind, by the rules of Terraform's core. It has
// one resource of a type, no expressions, and no blocks in resources.
package inprocess

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Action is what a plan comes to.
type Action string

// The actions of a plan.
const (
	NoChange Action = "no change"
	Create   Action = "create"
	Update   Action = "update"
	Replace  Action = "replace"
	Delete   Action = "delete"
)

// Result is what one command showed.
type Result struct {
	// Action is what was planned; NoChange where the command came to no plan.
	Action Action
	// Diagnostics are all of the command, in the order in which they came.
	Diagnostics []*tfprotov6.Diagnostic
}

// Failed reports whether there was an error.
func (r Result) Failed() bool {
	return hasErrors(r.Diagnostics)
}

// String is what the screen would show: one paragraph a diagnostic.
func (r Result) String() string {
	var out []string
	for _, d := range r.Diagnostics {
		text := fmt.Sprintf("%s: %s\n%s", d.Severity, d.Summary, d.Detail)
		if d.Attribute != nil {
			text = fmt.Sprintf("at %s\n%s", d.Attribute, text)
		}
		out = append(out, text)
	}
	return strings.Join(out, "\n---\n")
}

// Terraform runs commands against one provider and keeps the state between
// them. Each command has a process of the provider of its own.
type Terraform struct {
	start  func() tfprotov6.ProviderServer
	config map[string]any
	state  map[string]instance
	// schema is what the first process said; all say the same.
	schema *tfprotov6.GetProviderSchemaResponse
}

// New returns a Terraform with an empty state. Each command calls start for a
// new provider and configures it with config, the provider block.
func New(start func() tfprotov6.ProviderServer, config map[string]any) *Terraform {
	return &Terraform{start: start, config: config, state: map[string]instance{}}
}

// State returns a resource's attributes as Go values (whole numbers are
// int64), nil where the state has no such resource.
func (tf *Terraform) State(typeName string) map[string]any {
	if i := tf.state[typeName]; i.exists() {
		attributes, _ := plain(i.value).(map[string]any)
		return attributes
	}
	return nil
}

// Tainted reports whether the resource's creation failed halfway, so that the
// next apply replaces it.
func (tf *Terraform) Tainted(typeName string) bool {
	return tf.state[typeName].tainted
}

// Fork returns a Terraform with the same provider and a copy of the state, as
// when a state file is kept aside: a run of it that is thrown away is one
// whose process was killed before it saved anything.
func (tf *Terraform) Fork() *Terraform {
	fork := New(tf.start, tf.config)
	fork.schema = tf.schema
	for typeName, i := range tf.state {
		fork.state[typeName] = i
	}
	return fork
}

// Plan refreshes and plans; the state stays as it is. A nil config plans to
// destroy. The error is one of the test itself: of the configuration's form,
// or of the protocol.
func (tf *Terraform) Plan(ctx context.Context, typeName string, config map[string]any) (Result, error) {
	p, _, plan, err := tf.plan(ctx, typeName, config)
	return result(p, plan.action), err
}

// Apply refreshes, plans and carries the plan out. A nil config destroys.
func (tf *Terraform) Apply(ctx context.Context, typeName string, config map[string]any) (Result, error) {
	p, refreshed, plan, err := tf.plan(ctx, typeName, config)
	if err != nil || p.failed() {
		return result(p, plan.action), err
	}
	tf.state[typeName] = refreshed
	err = tf.carryOut(ctx, p, typeName, plan)
	return result(p, plan.action), err
}

// Destroy refreshes and deletes the resource.
func (tf *Terraform) Destroy(ctx context.Context, typeName string) (Result, error) {
	return tf.Apply(ctx, typeName, nil)
}

// Refresh reads the resource into the state.
func (tf *Terraform) Refresh(ctx context.Context, typeName string) (Result, error) {
	p, err := tf.process(ctx)
	if err != nil || p.failed() {
		return result(p, NoChange), err
	}
	refreshed, err := tf.refreshed(ctx, p, typeName)
	if err == nil && !p.failed() {
		tf.state[typeName] = refreshed
	}
	return result(p, NoChange), err
}

// Import puts what an id names into the state.
func (tf *Terraform) Import(ctx context.Context, typeName, id string) (Result, error) {
	p, err := tf.process(ctx)
	if err != nil || p.failed() {
		return result(p, NoChange), err
	}
	imported, err := p.adopt(ctx, typeName, id)
	if err == nil && !p.failed() {
		tf.state[typeName] = imported
	}
	return result(p, NoChange), err
}

// process starts a process of the provider and configures it.
func (tf *Terraform) process(ctx context.Context) (*process, error) {
	p, err := startProcess(ctx, tf.start(), tf.schema, tf.config)
	if err == nil {
		tf.schema = p.schema
	}
	return p, err
}

// plan returns the refreshed state and the plan to get from it to config.
func (tf *Terraform) plan(ctx context.Context, typeName string, config map[string]any) (*process, instance, planned, error) {
	plan := planned{action: NoChange}
	p, err := tf.process(ctx)
	if err != nil || p.failed() {
		return p, instance{}, plan, err
	}
	wanted, err := p.wanted(ctx, typeName, config)
	if err != nil || p.failed() {
		return p, instance{}, plan, err
	}
	refreshed, err := tf.refreshed(ctx, p, typeName)
	if err != nil || p.failed() {
		return p, instance{}, plan, err
	}
	if !refreshed.exists() && wanted.IsNull() {
		return p, refreshed, plan, nil
	}
	plan, err = p.plan(ctx, typeName, refreshed, wanted)
	return p, refreshed, plan, err
}

// wanted is the checked configuration; null destroys.
func (p *process) wanted(ctx context.Context, typeName string, config map[string]any) (tftypes.Value, error) {
	schema, ok := p.schema.ResourceSchemas[typeName]
	switch {
	case !ok:
		return tftypes.Value{}, fmt.Errorf("the provider has no resource %s", typeName)
	case len(schema.Block.BlockTypes) > 0:
		return tftypes.Value{}, fmt.Errorf("%s has blocks, which are not modelled here", typeName)
	case config == nil:
		return p.null(typeName), nil
	}
	value, err := Config(schema, config)
	if err != nil {
		return value, fmt.Errorf("the configuration of %s: %w", typeName, err)
	}
	return value, p.validate(ctx, typeName, value)
}

func (tf *Terraform) refreshed(ctx context.Context, p *process, typeName string) (instance, error) {
	i, err := p.load(ctx, typeName, tf.state[typeName])
	if err != nil || !i.exists() || p.failed() {
		return i, err
	}
	return p.read(ctx, typeName, i)
}

// carryOut applies a plan and keeps what comes of it, whether or not it
// failed. A replacement deletes first, then plans and creates anew.
func (tf *Terraform) carryOut(ctx context.Context, p *process, typeName string, plan planned) error {
	if plan.action == NoChange {
		return nil
	}
	if plan.action == Replace {
		removal, err := p.plan(ctx, typeName, plan.prior, p.null(typeName))
		if err != nil || p.failed() {
			return err
		}
		if err := tf.carryOut(ctx, p, typeName, removal); err != nil || p.failed() {
			return err
		}
		if plan, err = p.plan(ctx, typeName, instance{}, plan.config); err != nil || p.failed() {
			return err
		}
	}
	applied, err := p.apply(ctx, typeName, plan)
	tf.state[typeName] = applied
	return err
}

func result(p *process, action Action) Result {
	if p == nil {
		return Result{Action: action}
	}
	return Result{Action: action, Diagnostics: p.found}
}
