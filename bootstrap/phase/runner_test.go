package phase_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

func TestPhasesRunAtTheSameTimeAndInTheOrderOfTheirNeeds(t *testing.T) {
	t.Parallel()
	r := run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{
		named("a").taking(10 * time.Second),
		named("b").taking(20 * time.Second),
		named("c", "a").taking(30 * time.Second),
		named("d", "b", "c").taking(time.Second),
	}}, 0, nil)
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if r.took != 41*time.Second {
		t.Errorf("took %s, want 41s, the longest way", r.took)
	}
	want := &report.Timing{CriticalPath: []string{"a", "c", "d"}, CriticalPathMS: 41000, SumMS: 61000}
	if diff := cmp.Diff(want, r.Report.Timing); diff != "" {
		t.Error(diff)
	}
}

// TestTimeIsExact: no phase starts late, and a run is as long as its longest chain of needs, whatever the graph.
func TestTimeIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(rt, "phases")
		ends := make([]time.Duration, n)
		var phases []phase.Phase
		var longest time.Duration
		for i := range n {
			s := named(phase.ID(rune('a' + i))).taking(time.Duration(rapid.IntRange(0, 50).Draw(rt, "takes")) * time.Millisecond)
			for j := range i {
				if rapid.Bool().Draw(rt, "needs") {
					s.Needs = append(s.Needs, phase.ID(rune('a'+j)))
					ends[i] = max(ends[i], ends[j])
				}
			}
			ends[i] += s.takes
			longest = max(longest, ends[i])
			phases = append(phases, s)
		}
		r := run(t, phase.ModeApply, phase.Runner{Phases: phases}, 0, nil)
		if r.took != longest || r.Report.Timing.CriticalPathMS != longest.Milliseconds() {
			rt.Fatalf("took %s, critical path %d ms, want %s", r.took, r.Report.Timing.CriticalPathMS, longest)
		}
	})
}

func TestFailureBlocksWhatNeedsItAndNothingElse(t *testing.T) {
	t.Parallel()
	told := ""
	last := named("last", "c").always()
	last.probe = func(_ context.Context, n *phase.Node) error {
		told = string(fault.Of(n.Outcome().Err).Code)
		return nil
	}
	r := run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{
		named("a").failing(fault.New("E_DISK_FULL", nil, "nothing free")),
		named("b", "a"), named("c", "b"),
		named("d").taking(time.Minute),
		last,
	}}, 0, nil)
	want := map[string]string{"a": "failed", "b": "blocked", "c": "blocked", "d": "satisfied", "last": "satisfied"}
	if diff := cmp.Diff(want, r.statuses()); diff != "" {
		t.Error(diff)
	}
	if got := r.byName["c"].Why; got != "needs b, which could not run" {
		t.Errorf("c is blocked because it %q", got)
	}
	if told != "E_DISK_FULL" {
		t.Errorf("the phase that always runs was told %q", told)
	}
	if at := r.byName["last"].StartedAt.Second(); at != 7 || r.took != time.Minute {
		t.Errorf("the phase that always runs began before the others had ended: second %d, %s", at, r.took)
	}
	if r.Report.Error == nil || r.Report.Error.Code != "E_DISK_FULL" || !strings.Contains(r.Report.Error.Message, "nothing free") {
		t.Errorf("error %+v", r.Report.Error)
	}
}

func TestFirstCauseIsTheOneThatExplainsTheOthers(t *testing.T) {
	t.Parallel()
	r := run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{
		named("a").failing(fault.New("E_IMDS_UNREACHABLE", nil, "")),
		named("b").taking(time.Hour).failing(fault.New("E_NETWORK_LOST", nil, "")),
	}}, 0, nil)
	if got := fault.Of(r.Err).Code; got != "E_NETWORK_LOST" {
		t.Errorf("first cause %s, want E_NETWORK_LOST, which explains the other", got)
	}
	r = run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{
		named("a").failing(fault.New("E_IMDS_UNREACHABLE", nil, "")),
		named("b").failing(fault.New("E_DISK_FULL", nil, "")),
	}}, 0, nil)
	if got := fault.Of(r.Err).Code; got != "E_IMDS_UNREACHABLE" {
		t.Errorf("first cause %s, want the first of two that have nothing to do with each other", got)
	}
}

func TestUndoIsRecordedBeforeTheChange(t *testing.T) {
	t.Parallel()
	j := &journal{}
	s := named("a").changing(func() error { j.note("change"); return nil })
	s.verify = func(context.Context, *phase.Node) error { j.note("verify"); return nil }
	r := run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{s}, Journal: j}, 0, nil)
	if diff := cmp.Diff([]string{"record a a", "change", "verify"}, j.done); diff != "" {
		t.Error(diff)
	}
	if p := r.byName["a"]; p.Status != report.StatusDone || !p.Changes[0].Done || !r.Changed() {
		t.Errorf("phase %+v", p)
	}
	j = &journal{err: errors.New("disk full")}
	r = run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{named("a").changing(func() error { j.note("change"); return nil })}, Journal: j}, 0, nil)
	if r.Err == nil || len(j.done) != 1 || r.Changed() {
		t.Errorf("a change was made though its undo could not be recorded: %v", j.done)
	}
}

func TestPlanAndVerifyChangeNothing(t *testing.T) {
	t.Parallel()
	for _, mode := range []phase.Mode{phase.ModePlan, phase.ModeVerify} {
		j := &journal{}
		verified := false
		s := named("a").changing(func() error { t.Errorf("%s made a change", mode); return nil })
		s.verify = func(context.Context, *phase.Node) error { verified = true; return nil }
		r := run(t, mode, phase.Runner{Phases: []phase.Phase{s}, Journal: j}, 0, nil)
		if len(j.done) > 0 || r.Err != nil {
			t.Errorf("%s: recorded %v, error %v", mode, j.done, r.Err)
		}
		if want := map[phase.Mode]string{phase.ModePlan: report.StatusWould, phase.ModeVerify: report.StatusSatisfied}[mode]; r.byName["a"].Status != want {
			t.Errorf("%s: %s, want %s", mode, r.byName["a"].Status, want)
		}
		if verified != (mode == phase.ModeVerify) {
			t.Errorf("%s: verified is %t", mode, verified)
		}
	}
}

func TestPlanDoesNotBlameAPhaseForWhatAnotherHasYetToDo(t *testing.T) {
	t.Parallel()
	never := named("b", "a").taking(time.Hour).within(2 * time.Hour)
	r := run(t, phase.ModePlan, phase.Runner{Phases: []phase.Phase{
		named("a").changing(func() error { return nil }), never, named("c", "b"), named("d"),
	}}, 0, nil)
	want := map[string]string{"a": "would change", "b": "would change", "c": "satisfied", "d": "satisfied"}
	if diff := cmp.Diff(want, r.statuses()); diff != "" || r.Err != nil {
		t.Error(diff, r.Err)
	}
	if r.took != time.Second {
		t.Errorf("a plan waited %s for what cannot come", r.took)
	}
	// The same phase without a change before it is to blame.
	r = run(t, phase.ModePlan, phase.Runner{Phases: []phase.Phase{named("a"), never}}, 0, nil)
	if r.Err != nil || r.took != time.Hour {
		t.Errorf("error %v after %s", r.Err, r.took)
	}
	// What is only to be kept in the state brings nothing about that another phase could wait for.
	keeps := named("a").changing(func() error { return nil })
	keeps.changes[0].StateOnly = true
	r = run(t, phase.ModePlan, phase.Runner{Phases: []phase.Phase{keeps, named("b", "a").failing(fault.New("E_DOCKER_MISSING", nil, ""))}}, 0, nil)
	if fault.Of(r.Err).Code != "E_DOCKER_MISSING" || r.byName["a"].Status != report.StatusWould {
		t.Errorf("after a change of the state alone: %v, %s", r.Err, r.byName["a"].Status)
	}
}

// TestPlanBlamesAPhaseForWhatStands: behind a phase that has yet to change something, a plan names only what that does not
// mend, and what ended the plan.
func TestPlanBlamesAPhaseForWhatStands(t *testing.T) {
	t.Parallel()
	slow := func(p step, code fault.Code) step {
		p.probe = func(ctx context.Context, n *phase.Node) error {
			if err := n.Host.Clock.Sleep(ctx, time.Minute); err != nil {
				return fault.New(code, err, "")
			}
			return nil
		}
		return p
	}
	for name, test := range map[string]struct {
		behind      step
		interrupted time.Duration
		want        fault.Code
	}{
		"may be mended":               {behind: named("b", "a").failing(fault.New("E_HNS_NAT_MISSING", nil, ""))},
		"stands":                      {behind: named("b", "a").failing(fault.New("E_HNS_NAT_FOREIGN", nil, "")), want: "E_HNS_NAT_FOREIGN"},
		"has no name":                 {behind: named("b", "a").failing(errors.New("odd"))},
		"seen when patience was over": {behind: slow(named("b", "a"), "E_HNS_NAT_FOREIGN")},
		"interrupted":                 {behind: slow(named("b", "a"), "E_HNS_NAT_MISSING"), interrupted: time.Second / 2, want: "E_INTERRUPTED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			phases := []phase.Phase{named("a").changing(func() error { return nil }), test.behind}
			r := run(t, phase.ModePlan, phase.Runner{Phases: phases}, 0, func(clock *sim.Clock, cancel context.CancelFunc) {
				if test.interrupted > 0 {
					clock.Go(func() {
						_ = clock.Sleep(t.Context(), test.interrupted)
						cancel()
					})
				}
			})
			if r.Err == nil && test.want == "" && r.byName["b"].Status == report.StatusWould {
				return
			}
			if r.Err == nil || fault.Of(r.Err).Code != test.want {
				t.Errorf("%v with %+v, want %q", r.Err, r.byName["b"], test.want)
			}
		})
	}
}

// TestPlanProvesOnlyWhatIsThere: what proves the work of others has nothing to prove before it is done.
func TestPlanProvesOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	proofs := 0
	proof := named("proof", "a")
	proof.Proof = true
	proof.verify = func(context.Context, *phase.Node) error { proofs++; return nil }
	change := named("a").changing(func() error { return nil })
	r := run(t, phase.ModePlan, phase.Runner{Phases: []phase.Phase{change, proof}}, 0, nil)
	if got := r.byName["proof"]; got.Status != report.StatusWould || got.Why == "" || proofs != 0 {
		t.Errorf("with a change before it: %+v after %d proofs", got, proofs)
	}
	r = run(t, phase.ModePlan, phase.Runner{Phases: []phase.Phase{named("a"), proof}}, 0, nil)
	if got := r.byName["proof"]; got.Status != report.StatusSatisfied || proofs != 1 {
		t.Errorf("with nothing to change: %+v after %d proofs", got, proofs)
	}
	proof.verify = func(context.Context, *phase.Node) error { return fault.New("E_JOIN_TIMEOUT", nil, "") }
	r = run(t, phase.ModePlan, phase.Runner{Phases: []phase.Phase{named("a"), proof}}, 0, nil)
	if fault.Of(r.Err).Code != "E_JOIN_TIMEOUT" {
		t.Errorf("a proof that fails: %v", r.Err)
	}
}

func TestTimeIsBounded(t *testing.T) {
	t.Parallel()
	r := run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{named("a").taking(time.Hour).within(time.Minute), named("b").taking(30 * time.Second)}}, 0, nil)
	if got := fault.Of(r.Err); got.Code != "E_DEADLINE" || r.took != time.Minute {
		t.Errorf("%v after %s", got, r.took)
	}
	r = run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{
		named("a").taking(40 * time.Second), named("b", "a").taking(time.Hour).within(time.Minute),
		named("tell", "b").always().taking(5 * time.Second),
	}}, 50*time.Second, nil)
	if got := fault.Of(r.Err); got.Code != "E_DEADLINE" || r.took != 55*time.Second || r.byName["tell"].Status != report.StatusSatisfied {
		t.Errorf("%v after %s, tell %s", got, r.took, r.byName["tell"].Status)
	}
	named := named("a").within(time.Minute)
	named.probe = func(ctx context.Context, n *phase.Node) error {
		return fault.New("E_SETUP_RUNNING", n.Host.Clock.Sleep(ctx, time.Hour), "")
	}
	r = run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{named}}, 0, nil)
	if got := fault.Of(r.Err); got.Code != "E_SETUP_RUNNING" {
		t.Errorf("%v, want the name that the phase gave", got)
	}
}

func TestInterruption(t *testing.T) {
	t.Parallel()
	r := run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{
		named("a").taking(time.Hour), named("b", "a"), named("tell", "b").always().taking(time.Second),
	}}, 0, func(clock *sim.Clock, cancel context.CancelFunc) { clock.After(time.Minute, cancel) })
	if got := fault.Of(r.Err).Code; got != "E_INTERRUPTED" || r.took != 61*time.Second {
		t.Errorf("%s after %s", got, r.took)
	}
	if r.byName["tell"].Status != report.StatusSatisfied {
		t.Error("the phase that always runs did not")
	}
}

func TestPanicIsAFailureOfItsPhase(t *testing.T) {
	t.Parallel()
	broken := named("a")
	broken.probe = func(context.Context, *phase.Node) error { panic("lost") }
	r := run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{broken, named("b", "a"), named("c")}}, 0, nil)
	want := map[string]string{"a": "failed", "b": "blocked", "c": "satisfied"}
	if diff := cmp.Diff(want, r.statuses()); diff != "" || fault.Of(r.Err).Code != "E_INTERNAL" {
		t.Error(diff, r.Err)
	}
}

func TestGuardComesAfterEveryPhaseThatTriedToChangeSomething(t *testing.T) {
	t.Parallel()
	var guarded []phase.ID
	lost := fault.New("E_NETWORK_LOST", nil, "")
	r := run(t, phase.ModeApply, phase.Runner{
		Phases: []phase.Phase{
			named("still"),
			named("fails").changing(func() error { return errors.New("no") }),
			named("panics").changing(func() error { panic("lost") }),
			named("works", "still").changing(func() error { return nil }),
			named("after", "works"),
		},
		Guard: func(_ context.Context, _ *phase.Node, id phase.ID) error {
			guarded = append(guarded, id)
			if id == "works" {
				return lost
			}
			return nil
		},
	}, 0, nil)
	if diff := cmp.Diff([]phase.ID{"fails", "panics", "works"}, guarded); diff != "" {
		t.Error(diff)
	}
	if p := r.byName["works"]; p.Status != report.StatusFailed || p.Error.Code != "E_NETWORK_LOST" || r.byName["after"].Status != report.StatusBlocked {
		t.Errorf("a lost network did not fail the phase that lost it: %+v", p)
	}
}

func TestSelection(t *testing.T) {
	t.Parallel()
	phases := []phase.Phase{
		named("a").changing(func() error { return nil }), named("b", "a").changing(func() error { return nil }),
		named("c", "b").changing(func() error { return nil }), named("d").changing(func() error { return nil }), named("tell", "c").always(),
	}
	for name, tt := range map[string]struct {
		is   phase.Selection
		want map[string]string
	}{
		"all":   {phase.Selection{}, map[string]string{"a": "done", "b": "done", "c": "done", "d": "done", "tell": "satisfied"}},
		"skip":  {phase.Selection{Skip: []phase.ID{"b"}}, map[string]string{"a": "done", "b": "skipped", "c": "done", "d": "done", "tell": "satisfied"}},
		"until": {phase.Selection{Until: "b"}, map[string]string{"a": "done", "b": "done", "c": "skipped", "d": "skipped", "tell": "satisfied"}},
		"only":  {phase.Selection{Only: []phase.ID{"c"}}, map[string]string{"a": "would change", "b": "would change", "c": "done", "d": "skipped", "tell": "skipped"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, phase.ModeApply, phase.Runner{Phases: phases, Select: tt.is}, 0, nil)
			if diff := cmp.Diff(tt.want, r.statuses()); diff != "" || r.Err != nil {
				t.Error(diff, r.Err)
			}
		})
	}
	r := run(t, phase.ModeApply, phase.Runner{Phases: phases, Select: phase.Selection{Until: "e"}}, 0, nil)
	if fault.Of(r.Err).Code != "E_USAGE" {
		t.Errorf("an unknown phase: %v", r.Err)
	}
}

func TestPhasesThatDoNotFitTogether(t *testing.T) {
	t.Parallel()
	for name, phases := range map[string][]phase.Phase{
		"twice":   {named("a"), named("a")},
		"unknown": {named("a", "b")},
		"circle":  {named("a", "b"), named("b", "c"), named("c", "a")},
		"never":   {named("a", "b"), named("b").always()},
	} {
		if r := run(t, phase.ModeApply, phase.Runner{Phases: phases}, 0, nil); fault.Of(r.Err).Code != "E_INTERNAL" {
			t.Errorf("%s: %v", name, r.Err)
		}
	}
}

func TestOffAndSkipNowAreSaidWhy(t *testing.T) {
	t.Parallel()
	off := named("a")
	off.Off = "the document turns it off"
	r := run(t, phase.ModeApply, phase.Runner{
		Phases:  []phase.Phase{off, named("b", "a"), named("c", "b")},
		SkipNow: func(id phase.ID, _ phase.Found) string { return map[phase.ID]string{"b": "warm pool"}[id] },
	}, 0, nil)
	if r.byName["a"].Why != off.Off || r.byName["b"].Why != "warm pool" || r.byName["c"].Status != report.StatusSatisfied {
		t.Errorf("%+v", r.Report.Phases)
	}
}

func TestEventsTellEveryPhaseAndChangeInOrder(t *testing.T) {
	t.Parallel()
	r := run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{named("a").changing(func() error { return nil }), named("b", "a").failing(errors.New("no"))}}, 0, nil)
	var got []string
	for _, e := range r.events {
		got = append(got, strings.TrimSpace(e.Type+" "+e.Phase+" "+e.Status+" "+e.Text))
	}
	want := []string{"phase a running", "change a running a: old → new", "phase a done", "phase b running", "phase b failed"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestWaitsAreTold: who waits for long says for what and what it saw last, sparingly.
func TestWaitsAreTold(t *testing.T) {
	t.Parallel()
	slow := named("a")
	slow.probe = func(ctx context.Context, n *phase.Node) error {
		began := n.Host.Clock.Now()
		return wait.Until(ctx, n.Host.Clock, wait.Every(250*time.Millisecond, time.Minute), "the moon", func(time.Duration) (bool, string, error) {
			return n.Host.Clock.Now().Sub(began) >= 30*time.Second, "clouds", nil
		})
	}
	quick := named("b")
	quick.probe = func(ctx context.Context, n *phase.Node) error {
		began := n.Host.Clock.Now()
		return wait.Until(ctx, n.Host.Clock, wait.Every(250*time.Millisecond, time.Minute), "the sun", func(time.Duration) (bool, string, error) {
			return n.Host.Clock.Now().Sub(began) >= 4*time.Second, "night", nil
		})
	}
	r := run(t, phase.ModeApply, phase.Runner{Phases: []phase.Phase{slow, quick}}, 0, nil)
	var told []string
	for _, e := range r.events {
		if e.Type == "wait" {
			told = append(told, fmt.Sprintf("%s %d: %s", e.Phase, e.DurationMS, e.Text))
		}
	}
	want := []string{}
	for _, ms := range []int{5000, 10000, 20000} {
		want = append(want, fmt.Sprintf("a %d: waits for the moon; last seen: clouds", ms))
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}
