package phase

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// attempt is what came of one phase.
type attempt struct {
	status, why string
	changes     []report.Change
	evidence    []report.Fact
	pending     bool
	err         error
}

// patience is how long a plan waits for what a phase needs, where an earlier phase has yet to bring it about.
const patience = time.Second

// attempt runs a phase within its time. It survives a phase that panics.
func (e *execution) attempt(ctx context.Context, s *step) (did attempt) {
	if s.desc.Always {
		// What tells of the result has to run after a deadline or an interruption, too.
		ctx = context.WithoutCancel(ctx)
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	e.bound(ctx, s, end)
	ctx = wait.Observe(ctx, func(p wait.Progress) { e.tellWait(s, p) })
	defer func() {
		if p := recover(); p != nil {
			did.err = fault.New("E_INTERNAL", fmt.Errorf("panic: %v", p), "phase %s broke", s.desc.ID)
			e.log(s.desc.ID, "panic", string(debug.Stack()))
		}
		if s.touched && e.Guard != nil {
			if err := e.Guard(context.WithoutCancel(ctx), e.n, s.desc.ID); err != nil {
				did.err = errors.Join(err, did.err)
			}
		}
	}()
	e.phases(ctx, s, &did)
	did.err = named(ctx, did.err)
	return did
}

// bound ends the phase's context when its time is over: its own, or what is left of the run's.
func (e *execution) bound(ctx context.Context, s *step, end context.CancelCauseFunc) {
	clock := e.n.Host.Clock
	limit, cause := s.desc.Timeout, errDeadline
	if rest := e.n.Deadline.Sub(clock.Now()); !s.desc.Always && !e.n.Deadline.IsZero() && (limit == 0 || rest < limit) {
		limit, cause = max(rest, 0), errTotal
	}
	if e.n.Mode == ModePlan && s.pending {
		limit, cause = patience, errDeadline
	}
	if limit == 0 {
		if errors.Is(cause, errTotal) {
			end(fmt.Errorf("%w: %w", cause, context.DeadlineExceeded))
		}
		return
	}
	clock.Go(func() {
		if clock.Sleep(ctx, limit) == nil {
			end(fmt.Errorf("%w after %s: %w", cause, limit, context.DeadlineExceeded))
		}
	})
}

// phases takes the steps that the mode asks for.
func (e *execution) phases(ctx context.Context, s *step, did *attempt) {
	n := *e.n
	if n.Log != nil {
		n.Log = n.Log.Named(string(s.desc.ID))
	}
	seen, err := s.phase.Probe(ctx, &n)
	if seen != nil {
		did.evidence = facts(seen.Facts())
	}
	if err == nil && n.Mode == ModeVerify {
		did.status = report.StatusSatisfied
		did.evidence, did.err = e.verify(ctx, s, &n, did.evidence)
		return
	}
	var changes []Change
	if err == nil {
		changes, err = seen.Plan(n.Doc)
	}
	for _, c := range changes {
		did.changes = append(did.changes, report.Change{What: c.What, From: c.From, To: c.To})
	}
	switch {
	case n.Mode == ModePlan && s.pending && err != nil && excused(ctx, err):
		did.status, did.why, did.pending = report.StatusWould, "known once the phases that it needs have made their changes", true
	case err != nil:
		did.err = err
	case n.Mode == ModePlan && s.desc.Proof && s.pending:
		did.status, did.why, did.pending = report.StatusWould, "proved once the phases that it needs have made their changes", true
	case n.Mode == ModePlan && s.desc.Proof:
		did.status = report.StatusSatisfied
		did.evidence, did.err = e.verify(ctx, s, &n, did.evidence)
	case n.Mode == ModePlan || s.role == looking:
		did.status = report.StatusSatisfied
		if len(changes) > 0 {
			did.status = report.StatusWould
		}
		did.pending = slices.ContainsFunc(changes, func(c Change) bool { return !c.StateOnly })
	default:
		did.status = report.StatusSatisfied
		if len(changes) > 0 {
			did.status = report.StatusDone
		}
		if did.err = e.apply(ctx, s, &n, changes, did.changes); did.err == nil {
			did.evidence, did.err = e.verify(ctx, s, &n, did.evidence)
		}
	}
}

// excused reports whether a plan does not blame a phase for a failure before those that it needs have made their changes:
// they may bring about what it looked for, or the plan's patience was at its end.
func excused(ctx context.Context, err error) bool {
	if cause := context.Cause(ctx); cause != nil {
		return errors.Is(cause, errDeadline)
	}
	info, known := fault.Find(fault.Of(err).Code)
	return !known || !info.Settled
}

func (e *execution) verify(ctx context.Context, s *step, n *Node, evidence []report.Fact) ([]report.Fact, error) {
	proof, err := s.phase.Verify(ctx, n)
	return merge(evidence, facts(proof)), err
}

// apply makes the changes, in order, their undo recorded first.
func (e *execution) apply(ctx context.Context, s *step, n *Node, changes []Change, told []report.Change) error {
	if len(changes) == 0 {
		return nil
	}
	var undos []Undo
	for _, c := range changes {
		if c.Undo != nil {
			undos = append(undos, *c.Undo)
		}
	}
	if err := e.Journal.Record(ctx, s.desc.ID, undos); err != nil {
		return err
	}
	for i, c := range changes {
		if err := context.Cause(ctx); err != nil {
			return fmt.Errorf("before changing %s: %w", c.What, err)
		}
		s.touched = true
		if err := c.Do(ctx, n); err != nil {
			return fmt.Errorf("changing %s: %w", c.What, err)
		}
		told[i].Done = true
		e.tell(s, c.What+": "+c.From+" → "+c.To)
	}
	return nil
}

func (e *execution) log(id ID, text, detail string) {
	if e.n.Log != nil {
		e.n.Log.Error(text, "phase", id, "detail", detail)
	}
}

// merge appends facts; a name that is there already gets its new value.
func merge(before, after []report.Fact) []report.Fact {
	for _, f := range after {
		found := false
		for i := range before {
			if before[i].Name == f.Name {
				before[i].Value, found = f.Value, true
			}
		}
		if !found {
			before = append(before, f)
		}
	}
	return before
}

func facts(facts []Fact) []report.Fact {
	told := make([]report.Fact, len(facts))
	for i, f := range facts {
		told[i] = report.Fact(f)
	}
	return told
}
