package phase_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// step is a phase whose every part can be told what to do. It takes time.
type step struct {
	phase.Description
	takes   time.Duration
	probe   func(context.Context, *phase.Node) error
	changes []phase.Change
	verify  func(context.Context, *phase.Node) error
}

func (s step) Describe(*nodeconfig.Document) phase.Description { return s.Description }

func (s step) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	if err := n.Host.Clock.Sleep(ctx, s.takes); err != nil {
		return nil, err
	}
	if s.probe != nil {
		if err := s.probe(ctx, n); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s step) Facts() []phase.Fact { return []phase.Fact{{Name: "seen", Value: string(s.ID)}} }

func (s step) Plan(*nodeconfig.Document) ([]phase.Change, error) { return s.changes, nil }

func (s step) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	if s.verify != nil {
		return nil, s.verify(ctx, n)
	}
	return nil, nil
}

func named(id phase.ID, needs ...phase.ID) step {
	return step{Description: phase.Description{ID: id, Title: string(id), Needs: needs}}
}

func (s step) taking(d time.Duration) step { s.takes = d; return s }

func (s step) within(d time.Duration) step { s.Timeout = d; return s }

func (s step) always() step { s.Always = true; return s }

func (s step) failing(err error) step {
	s.probe = func(context.Context, *phase.Node) error { return err }
	return s
}

func (s step) changing(do func() error) step {
	s.changes = append(s.changes, phase.Change{
		What: string(s.ID), From: "old", To: "new", Undo: &phase.Undo{Kind: "file", Target: string(s.ID)},
		Do: func(context.Context, *phase.Node) error { return do() },
	})
	return s
}

// journal notes in which order undos are recorded and changes made.
type journal struct {
	mu   sync.Mutex
	done []string
	err  error
}

func (j *journal) note(what string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done = append(j.done, what)
}

func (j *journal) Record(_ context.Context, id phase.ID, undos []phase.Undo) error {
	for _, u := range undos {
		j.note("record " + string(id) + " " + u.Target)
	}
	return j.err
}

type events struct{ all []report.Event }

func (e *events) Event(event report.Event) { e.all = append(e.all, event) }

// result is what a test looks at.
type result struct {
	phase.Outcome
	took   time.Duration
	events []report.Event
	byName map[string]report.Phase
}

// run runs phases on a virtual clock.
func run(t *testing.T, mode phase.Mode, r phase.Runner, deadline time.Duration, during func(clock *sim.Clock, cancel context.CancelFunc)) result {
	t.Helper()
	start := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	clock := sim.NewClock(start, 0)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := &phase.Node{Host: &host.Host{Clock: clock}, Doc: nodeconfig.Default(), Found: &phase.Findings{}, Mode: mode}
	if deadline > 0 {
		n.Deadline = start.Add(deadline)
	}
	sink := &events{}
	r.Sink = sink
	if r.Journal == nil {
		r.Journal = &journal{}
	}
	res := result{byName: map[string]report.Phase{}}
	if err := clock.Run(func() {
		if during != nil {
			during(clock, cancel)
		}
		res.Outcome = r.Run(ctx, n)
		res.took = clock.Now().Sub(start)
	}); err != nil {
		t.Fatal(err)
	}
	res.events = sink.all
	for _, p := range res.Report.Phases {
		res.byName[p.Name] = p
	}
	return res
}

func (r result) statuses() map[string]string {
	all := map[string]string{}
	for name, p := range r.byName {
		all[name] = p.Status
	}
	return all
}
