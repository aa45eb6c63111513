package netphase_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/netphase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// bench is a simulated machine and what earlier phases would have found of it.
type bench struct {
	*sim.Machine
	doc   *nodeconfig.Document
	found phase.Found
	// swap changes the process's view of the machine, for what the simulated one cannot do.
	swap func(*host.Host)
	// markers are the state's.
	markers markers
}

type markers map[string]string

func (m markers) Marker(name string) string { return m[name] }

func (m markers) Mark(_ context.Context, name, value string) error {
	m[name] = value
	return nil
}

func newBench(o sim.Options) *bench {
	m := sim.New(o)
	b := &bench{Machine: m, doc: nodeconfig.Default(), markers: markers{}}
	b.doc.Cluster = "prod"
	i := m.Instance()
	b.found.Instance = phase.Instance{
		ID: i.ID, Type: i.Type, Region: i.Region, Account: i.Account, Partition: "aws", MAC: i.MAC, MACs: []string{i.MAC},
		Blocks: []netip.Prefix{i.Block},
	}
	return b
}

func installed(conditions ...string) sim.Options {
	return sim.Options{AMI: sim.AMI{Agent: sim.AgentInstalled}, Conditions: conditions}
}

// outcome is what came of a phase.
type outcome struct {
	changes  []string
	facts    []phase.Fact
	found    phase.Found
	err      error
	took     time.Duration
	writes   int
	calls    map[string]int
	warnings []string
}

func (o outcome) code() fault.Code {
	if o.err == nil {
		return ""
	}
	return fault.Of(o.err).Code
}

func (o outcome) warned(text string) bool {
	return slices.ContainsFunc(o.warnings, func(w string) bool { return strings.Contains(w, text) })
}

func (o outcome) fact(name string) string {
	for _, f := range o.facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func byID(t *testing.T, id phase.ID) phase.Phase {
	t.Helper()
	for _, p := range netphase.Phases() {
		if p.Describe(nodeconfig.Default()).ID == id {
			return p
		}
	}
	t.Fatalf("there is no phase %s", id)
	return nil
}

// plan takes a phase as far as its plan.
func (b *bench) plan(t *testing.T, id phase.ID) outcome { return b.take(t, id, phase.ModePlan) }

// apply takes a phase through all of its steps, in a process of its own.
func (b *bench) apply(t *testing.T, id phase.ID) outcome { return b.take(t, id, phase.ModeApply) }

// verify looks and proves.
func (b *bench) verify(t *testing.T, id phase.ID) outcome { return b.take(t, id, phase.ModeVerify) }

func (b *bench) take(t *testing.T, id phase.ID, mode phase.Mode) outcome {
	t.Helper()
	p := byID(t, id)
	var out outcome
	b.ResetCounters()
	n := b.node()
	n.Mode = mode
	began := b.Clock().Now()
	if err := b.Run(func() {
		seen, err := p.Probe(t.Context(), n)
		if err != nil {
			out.err = err
			return
		}
		out.facts = seen.Facts()
		if mode != phase.ModeVerify {
			changes, err := seen.Plan(n.Doc)
			if out.err = err; err != nil {
				return
			}
			for _, c := range changes {
				out.changes = append(out.changes, c.What)
				if mode == phase.ModePlan {
					continue
				}
				if out.err = c.Do(t.Context(), n); out.err != nil {
					return
				}
			}
		}
		if mode == phase.ModePlan {
			return
		}
		facts, err := p.Verify(t.Context(), n)
		out.facts, out.err = append(out.facts, facts...), err
	}); err != nil {
		t.Fatalf("phase %s: %v", id, err)
	}
	out.took, out.writes, out.calls = b.Clock().Now().Sub(began), len(b.Writes()), b.Calls()
	out.found = n.Found.Get()
	out.warnings = out.found.Warnings
	b.found = out.found
	b.found.Warnings = nil
	return out
}

// settle brings nat and the host proxy to where later phases begin.
func (b *bench) settle(t *testing.T, ids ...phase.ID) {
	t.Helper()
	for _, id := range ids {
		if out := b.apply(t, id); out.err != nil {
			t.Fatalf("phase %s: %v", id, out.err)
		}
	}
}

// callsAre holds a phase to its budget of calls.
func (o outcome) callsAre(t *testing.T, want map[string]int) {
	t.Helper()
	for name, n := range want {
		if o.calls[name] != n {
			t.Errorf("%d calls of %s, want %d", o.calls[name], name, n)
		}
	}
	for name, n := range o.calls {
		if _, ok := want[name]; !ok {
			t.Errorf("%d calls of %s, want none", n, name)
		}
	}
}

// convergesWhenKilled kills the phases at each of their writes, before and after it, and runs them again.
func convergesWhenKilled(t *testing.T, start func() *bench, ids []phase.ID, check func(*testing.T, *bench)) {
	t.Helper()
	kills := 0
	for n := 1; ; n++ {
		hit := false
		for _, done := range []bool{false, true} {
			b := start()
			b.KillAtWrite(n, done)
			killed := false
			for _, id := range ids {
				if out := b.apply(t, id); out.err != nil {
					killed = errors.Is(out.err, sim.ErrKilled) || strings.Contains(out.err.Error(), sim.ErrKilled.Error())
					if !killed {
						t.Fatalf("write %d, done %t: %v", n, done, out.err)
					}
					break
				}
			}
			if !killed {
				continue
			}
			hit = true
			kills++
			for _, id := range ids {
				if out := b.apply(t, id); out.err != nil {
					t.Errorf("rerun after a kill at write %d, done %t: %s: %v", n, done, id, out.err)
				}
			}
			check(t, b)
			for _, id := range ids {
				if out := b.apply(t, id); out.err != nil || out.writes > 0 {
					t.Errorf("third run after a kill at write %d: %s made %d writes (%v)", n, id, out.writes, out.err)
				}
			}
		}
		if !hit {
			break
		}
	}
	if kills == 0 {
		t.Error("nothing was killed")
	}
}

// node is a run of its own.
func (b *bench) node() *phase.Node {
	h := b.Host()
	n := &phase.Node{Host: h, Cloud: b.CloudOf(h), Doc: b.doc, Found: &phase.Findings{}, Mode: phase.ModeApply, Markers: b.markers}
	if b.swap != nil {
		changed := *h
		b.swap(&changed)
		n.Host = &changed
	}
	n.Found.Set(func(f *phase.Found) { *f = b.found })
	return n
}
