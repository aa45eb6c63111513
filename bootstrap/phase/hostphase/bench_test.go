package hostphase_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/hostphase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// memory is the state, in memory.
type memory struct {
	id       string
	snapshot *phase.Snapshot
	markers  map[string]string
}

func (m *memory) Identify(_ context.Context, id string) (bool, error) {
	foreign := m.id != "" && m.id != id
	m.id = id
	return foreign, nil
}

func (m *memory) Snapshot() (phase.Snapshot, bool) {
	if m.snapshot == nil {
		return phase.Snapshot{}, false
	}
	return *m.snapshot, true
}

func (m *memory) KeepSnapshot(_ context.Context, s phase.Snapshot) error {
	m.snapshot = &s
	return nil
}

func (m *memory) Marker(name string) string { return m.markers[name] }

func (m *memory) Mark(_ context.Context, name, value string) error {
	m.markers[name] = value
	return nil
}

func (*memory) Record(context.Context, phase.ID, []phase.Undo) error { return nil }

// bench is a simulated machine with a document and a state.
type bench struct {
	*sim.Machine
	t     *testing.T
	doc   *nodeconfig.Document
	kept  *memory
	found phase.Found
	// flags are the service's.
	flags []string
}

func newBench(t *testing.T, o sim.Options) *bench {
	t.Helper()
	doc := nodeconfig.Default()
	doc.Cluster = "prod"
	return &bench{Machine: sim.New(o), t: t, doc: doc, kept: &memory{markers: map[string]string{}}}
}

// outcome is what came of a phase and those that it needs.
type outcome struct {
	code     fault.Code
	seen     string
	took     time.Duration
	facts    map[string]string
	changes  []string
	writes   int
	warnings []string
}

func (o outcome) warned(text string) bool {
	return slices.ContainsFunc(o.warnings, func(w string) bool { return strings.Contains(w, text) })
}

// apply takes a phase, and those that it needs, through all of their steps in a process of its own.
func (b *bench) apply(id phase.ID) outcome { return b.run(phase.ModeApply, id) }

func (b *bench) run(mode phase.Mode, id phase.ID) outcome {
	b.t.Helper()
	h := b.Host()
	n := &phase.Node{
		Host: h, Cloud: b.CloudOf(h), Doc: b.doc, Found: &phase.Findings{}, Mode: mode, Memory: b.kept, Markers: b.kept,
		Program: `C:\Program Files\ecswin\ecswin-bootstrap.exe`, ServiceFlags: b.flags,
	}
	runner := phase.Runner{Phases: hostphase.Phases(), Select: phase.Selection{Until: id}, Journal: b.kept}
	b.ResetCounters()
	began := b.Clock().Now()
	var result phase.Outcome
	if err := b.Run(func() { result = runner.Run(b.t.Context(), n) }); err != nil {
		b.t.Fatal(err)
	}
	out := outcome{took: b.Clock().Now().Sub(began), facts: map[string]string{}, writes: len(b.Writes())}
	if result.Err != nil {
		out.code, out.seen = fault.Of(result.Err).Code, result.Err.Error()
	}
	for _, p := range result.Report.Phases {
		if p.Name != string(id) {
			continue
		}
		for _, f := range p.Evidence {
			out.facts[f.Name] = f.Value
		}
		for _, c := range p.Changes {
			out.changes = append(out.changes, c.What+": "+c.From+" → "+c.To)
		}
	}
	b.found = n.Found.Get()
	out.warnings = b.found.Warnings
	return out
}
