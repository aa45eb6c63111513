package phase

import (
	"context"
	"sync"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// Runner runs phases: each as soon as those that it needs have ended, all others at the same time.
type Runner struct {
	Phases []Phase
	Select Selection
	// Sink takes the events, one at a time.
	Sink report.Sink
	// Journal takes the undo of a change before the change is made. It is not used but in ModeApply.
	Journal Journal
	// SkipNow says why a phase that is about to begin has nothing to do after what was found, or returns "". It may be nil.
	SkipNow func(id ID, found Found) string
	// Guard is called after a phase that has changed something or tried to, whatever came of it, with a context that the
	// end of the run does not end. Its error is the phase's. It may be nil.
	Guard func(ctx context.Context, n *Node, id ID) error
}

// Run runs the phases in the node's mode and returns how it went: the phases in their order, and the first failure in the
// order of causes. It returns when every phase has ended. While it runs, n.Outcome tells how it stands.
func (r Runner) Run(ctx context.Context, n *Node) Outcome {
	g, err := describe(r.Phases, n.Doc)
	if err != nil {
		return Outcome{Err: fault.New("E_INTERNAL", err, "the phases do not fit together")}
	}
	roles, why, err := g.roles(r.Select)
	if err != nil {
		return Outcome{Err: fault.New("E_USAGE", err, "")}
	}
	e := &execution{Runner: r, n: n, graph: g, steps: map[ID]*step{}}
	for i, id := range g.order {
		e.steps[id] = newStep(r.Phases[i], g.desc[id], roles[id], why[id])
	}
	n.Outcome = e.outcome
	e.wait(ctx)
	return e.outcome()
}

// execution is one run of the phases.
type execution struct {
	Runner
	n *Node
	graph
	// ended wakes whoever waits for the end of the run.
	ended context.CancelFunc

	mu    sync.Mutex
	steps map[ID]*step
}

// step is a phase in a run. Who holds the execution's lock may use it; while it runs, its worker alone.
type step struct {
	phase Phase
	desc  Description
	role  role
	// result is what the report says.
	result report.Phase
	err    error
	began  time.Time
	ended  time.Time
	// settled tells that nothing more will come of it.
	settled bool
	// pending tells, in a plan, that this phase or one it needs has yet to change something.
	pending bool
	// touched tells that it has changed something, or tried to.
	touched bool
}

func newStep(p Phase, d Description, r role, why string) *step {
	s := &step{phase: p, desc: d, role: r, result: report.Phase{Name: string(d.ID), Title: d.Title, Status: report.StatusPending}}
	if why == "" {
		why = d.Off
	}
	if why != "" {
		s.settle(report.StatusSkipped, why)
	}
	return s
}

func (s *step) settle(status, why string) {
	s.result.Status, s.result.Why = status, why
	s.settled = true
}

func (s *step) bad() bool {
	return s.result.Status == report.StatusFailed || s.result.Status == report.StatusBlocked
}

// far is how long the run's own worker sleeps at a time while phases run.
const far = 24 * time.Hour

// wait starts the first phases and waits until the last has ended. The waiting is a sleep that the end of the run ends,
// because workers of a simulated clock may block in nothing else.
func (e *execution) wait(ctx context.Context) {
	running, ended := context.WithCancel(context.WithoutCancel(ctx))
	defer ended()
	e.ended = ended
	e.advance(ctx)
	for running.Err() == nil {
		if e.n.Host.Clock.Sleep(running, far) != nil {
			// The run has ended, which is what was waited for; or a simulated process was killed, and nothing more will come.
			return
		}
	}
}

// advance starts every phase that is ready. Called before a phase's worker ends, it leaves no gap between the two.
func (e *execution) advance(ctx context.Context) {
	e.mu.Lock()
	blocked := e.block()
	ready := e.ready()
	open := 0
	for _, s := range e.steps {
		if !s.settled {
			open++
		}
	}
	e.mu.Unlock()
	for _, s := range blocked {
		e.tell(s, "")
	}
	for _, s := range ready {
		e.tell(s, "")
		e.n.Host.Clock.Go(func() { e.work(ctx, s) })
	}
	if open == 0 {
		e.ended()
	}
}

// block settles the phases that can no longer run, and returns them.
func (e *execution) block() []*step {
	var blocked []*step
	for again := true; again; {
		again = false
		for _, id := range e.order {
			s := e.steps[id]
			if s.settled || s.desc.Always || s.result.Status != report.StatusPending {
				continue
			}
			for _, need := range s.desc.Needs {
				if !e.steps[need].bad() {
					continue
				}
				why := "needs " + string(need) + ", which failed"
				if e.steps[need].result.Status == report.StatusBlocked {
					why = "needs " + string(need) + ", which could not run"
				}
				s.settle(report.StatusBlocked, why)
				blocked, again = append(blocked, s), true
				break
			}
		}
	}
	return blocked
}

// ready marks the phases whose time has come as running, and returns them.
func (e *execution) ready() []*step {
	ordinary := true
	for _, s := range e.steps {
		ordinary = ordinary && (s.settled || s.desc.Always)
	}
	var ready []*step
	for _, id := range e.order {
		s := e.steps[id]
		if s.settled || s.result.Status != report.StatusPending || s.desc.Always && !ordinary {
			continue
		}
		now := true
		for _, need := range s.desc.Needs {
			now = now && e.steps[need].settled
			s.pending = s.pending || e.steps[need].pending
		}
		if now {
			s.began = e.n.Host.Clock.Now()
			s.result.Status = report.StatusRunning
			ready = append(ready, s)
		}
	}
	return ready
}

// work runs one phase and then starts those that waited for it.
func (e *execution) work(ctx context.Context, s *step) {
	why := ""
	if e.SkipNow != nil {
		why = e.SkipNow(s.desc.ID, e.n.Found.Get())
	}
	var did attempt
	if why == "" {
		did = e.attempt(ctx, s)
	}
	e.mu.Lock()
	s.ended = e.n.Host.Clock.Now()
	began := s.began
	s.result.StartedAt = &began
	s.result.DurationMS = s.ended.Sub(s.began).Milliseconds()
	s.result.Changes, s.result.Evidence = did.changes, did.evidence
	s.err = did.err
	switch {
	case why != "":
		s.settle(report.StatusSkipped, why)
	case did.err != nil:
		s.result.Error = Explain(did.err)
		s.settle(report.StatusFailed, "")
	default:
		s.pending = s.pending || did.pending
		s.settle(did.status, did.why)
	}
	e.mu.Unlock()
	e.tell(s, "")
	e.advance(ctx)
}

// outcome is how the run stands.
func (e *execution) outcome() Outcome {
	e.mu.Lock()
	defer e.mu.Unlock()
	var o Outcome
	var failures []error
	for _, id := range e.order {
		s := e.steps[id]
		o.Report.Phases = append(o.Report.Phases, s.result)
		if s.err != nil {
			failures = append(failures, s.err)
		}
	}
	if o.Err = firstCause(failures); o.Err != nil {
		o.Report.Error = Explain(o.Err)
	}
	o.Report.Warnings = e.n.Found.Get().Warnings
	o.Report.Timing = e.timing()
	return o
}

// tellWait tells for what a phase waits, and what it saw last.
func (e *execution) tellWait(s *step, p wait.Progress) {
	if e.Sink == nil {
		return
	}
	text := "waits for " + p.What
	if p.Seen != "" {
		text += "; last seen: " + p.Seen
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.Sink.Event(report.Event{
		SchemaVersion: report.SchemaVersion, Time: e.n.Host.Clock.Now(), Type: "wait", Phase: s.result.Name,
		Status: report.StatusRunning, Text: text, DurationMS: p.Waited.Milliseconds(), Simulated: e.n.Host.Simulated,
	})
}

// tell sends an event of a phase. Sinks take one at a time.
func (e *execution) tell(s *step, change string) {
	if e.Sink == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	event := report.Event{
		SchemaVersion: report.SchemaVersion, Time: e.n.Host.Clock.Now(), Type: "phase", Phase: s.result.Name,
		Status: s.result.Status, Text: s.result.Why, DurationMS: s.result.DurationMS, Error: s.result.Error, Simulated: e.n.Host.Simulated,
	}
	if change != "" {
		event.Type, event.Text = "change", change
	}
	e.Sink.Event(event)
}
