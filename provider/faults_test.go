package provider_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

// patience is how long any operation may take, whatever AWS does: the longest
// default timeout, one look after a lost response included.
const patience = 25 * time.Minute

// misfortune is a way in which a call goes wrong.
type misfortune struct {
	name  string
	fault sandbox.Fault
	// tolerated is one that the user must not notice.
	tolerated bool
	// reads is one that only a read can meet.
	reads bool
	// interrupts is the user's Ctrl-C while the call's response is under way.
	interrupts bool
	// kills ends the provider's process after the call.
	kills bool
}

func misfortunes() []misfortune {
	never := 24 * time.Hour
	failing := sandbox.Fault{Kind: sandbox.Refuse, Code: "ServerException", Message: "Something went wrong", Status: 500}
	refusing := sandbox.Fault{Kind: sandbox.Refuse, Code: "InvalidParameterException", Message: "Not like this"}
	always := func(f sandbox.Fault) sandbox.Fault {
		f.Times = sandbox.Always
		return f
	}
	return []misfortune{
		{name: "fails once", fault: failing, tolerated: true},
		{name: "fails always", fault: always(failing)},
		{name: "refused once", fault: refusing},
		{name: "refused always", fault: always(refusing)},
		{name: "denied once", fault: sandbox.Fault{Kind: sandbox.AccessDenied}},
		{name: "denied always", fault: always(sandbox.Fault{Kind: sandbox.AccessDenied})},
		{name: "credentials expired", fault: always(sandbox.Fault{Kind: sandbox.ExpiredToken})},
		{name: "throttled once", fault: sandbox.Fault{Kind: sandbox.Throttle}, tolerated: true},
		{name: "throttled always", fault: always(sandbox.Fault{Kind: sandbox.Throttle})},
		{name: "response lost once", fault: sandbox.Fault{Kind: sandbox.LoseResponse}, tolerated: true},
		{name: "response lost always", fault: always(sandbox.Fault{Kind: sandbox.LoseResponse})},
		{name: "late", fault: sandbox.Fault{Kind: sandbox.Delay, Delay: 10 * time.Second}, tolerated: true},
		{name: "no answer once", fault: sandbox.Fault{Kind: sandbox.Delay, Delay: never}, tolerated: true},
		{name: "no answer ever", fault: always(sandbox.Fault{Kind: sandbox.Delay, Delay: never})},
		{name: "missing at first", fault: sandbox.Fault{Kind: sandbox.Missing}, reads: true, tolerated: true},
		{name: "interrupted", fault: sandbox.Fault{Kind: sandbox.LoseResponse}, interrupts: true},
		{name: "process killed", fault: sandbox.Fault{Kind: sandbox.Hook}, kills: true},
	}
}

// operation is something that a user does with a resource.
type operation struct {
	name string
	// prepare brings the world to where the operation begins, without faults.
	prepare []object
	run     command
	// goal is the configuration that the operation works towards; nil for
	// none.
	goal object
	// replaces is one that destroys what was there before it makes another.
	replaces bool
	// adopts is one that brings an existing thing into an empty state.
	adopts bool
}

func (s subject) operations() []operation {
	apply := func(goal object) command {
		return func(ctx context.Context, _ *world, tf *inprocess.Terraform) (inprocess.Result, error) {
			return tf.Apply(ctx, s.typeName, goal)
		}
	}
	refresh := func(ctx context.Context, _ *world, tf *inprocess.Terraform) (inprocess.Result, error) {
		return tf.Refresh(ctx, s.typeName)
	}
	adopt := func(ctx context.Context, w *world, tf *inprocess.Terraform) (inprocess.Result, error) {
		return tf.Import(ctx, s.typeName, w.id)
	}
	return []operation{
		{name: "create", run: apply(s.base), goal: s.base},
		{name: "read", prepare: []object{s.base}, run: refresh, goal: s.base},
		{name: "update", prepare: []object{s.base}, run: apply(s.spec), goal: s.spec, replaces: s.replaces},
		{name: "update tags", prepare: []object{s.base}, run: apply(s.tags), goal: s.tags},
		{name: "delete", prepare: []object{s.base, s.spec}, run: apply(nil)},
		{name: "import", prepare: []object{s.base}, run: adopt, goal: s.base, adopts: true},
	}
}

// occurrence is the nth time in an operation that a call is made.
type occurrence struct {
	call string
	nth  int
	// made is how many things there are after the operation without faults, if
	// the subject counts them.
	made int
}

// tally counts the cases of the table.
type tally struct {
	// all is the table; run what of it this run covers, and failed what of
	// that does not hold.
	all, run, failed atomic.Int64
}

func (n *tally) String() string {
	return fmt.Sprintf("%d cases, %d run, %d failed", n.all.Load(), n.run.Load(), n.failed.Load())
}

// TestFaults lets every call of every operation of every resource go wrong in
// every way, then lets the user try again. docs/design/faults.md says what
// must hold.
func TestFaults(t *testing.T) {
	isolate(t)
	n := &tally{}
	t.Cleanup(func() { t.Log(n) })
	configured := map[string]bool{}
	for _, s := range subjects(t) {
		for _, op := range s.operations() {
			for _, o := range s.calls(t, op) {
				// Every process asks STS before it does anything else, whatever
				// the operation: once is enough.
				if strings.HasPrefix(o.call, "sts:") {
					if configured[o.call] {
						continue
					}
					configured[o.call] = true
				}
				s.sufferAll(t, n, op, o)
			}
		}
	}
	page, err := os.ReadFile("../docs/design/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%d cases", n.all.Load()); !strings.Contains(string(page), want) {
		t.Errorf("docs/design/faults.md does not say that there are %s", want)
	}
}

// sufferAll lets one call of an operation go wrong in every way.
func (s subject) sufferAll(t *testing.T, n *tally, op operation, o occurrence) {
	t.Helper()
	for _, m := range misfortunes() {
		if m.reads && !isRead(o.call) {
			continue
		}
		number := n.all.Add(1)
		if raceDetector && number%sample != 0 {
			continue
		}
		n.run.Add(1)
		t.Run(fmt.Sprintf("%s/%s/%s %d/%s", s.name, op.name, o.call, o.nth, m.name), func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() {
				if t.Failed() {
					n.failed.Add(1)
				}
			})
			synctest.Test(t, func(t *testing.T) { s.suffer(t, op, o, m) })
		})
	}
}

// sample is which part of the table the race detector, with which a case takes
// several times as long, sees: one case in so many. It divides neither the
// number of misfortunes of a read nor that of the others, so that they take
// turns.
const sample = 7

func isRead(call string) bool {
	return strings.Contains(call, ":Describe") || strings.Contains(call, ":List")
}

// calls learns from a run without faults which calls an operation makes.
func (s subject) calls(t *testing.T, op operation) []occurrence {
	t.Helper()
	var found []occurrence
	synctest.Test(t, func(t *testing.T) {
		w, tf := s.begin(t, op)
		w.ResetCalls()
		got, err := op.run(t.Context(), w, tf)
		if err != nil || got.Failed() {
			t.Fatalf("%s of %s without faults: %v\n%s", op.name, s.typeName, err, got)
		}
		calls, made := w.Calls(), s.count(t, w)
		for call, times := range calls {
			for nth := 1; nth <= times; nth++ {
				found = append(found, occurrence{call: call, nth: nth, made: made})
			}
		}
	})
	slices.SortFunc(found, func(a, b occurrence) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return found
}

func (s subject) begin(t *testing.T, op operation) (*world, *inprocess.Terraform) {
	t.Helper()
	w := newWorld(t)
	if s.furnish != nil {
		s.furnish(t, w)
	}
	tf := w.terraform()
	for _, config := range op.prepare {
		if got, err := tf.Apply(t.Context(), s.typeName, config); err != nil || got.Failed() {
			t.Fatalf("preparing: %v\n%s", err, got)
		}
	}
	if op.adopts {
		w.id = s.id(tf.State(s.typeName))
		return w, w.terraform()
	}
	return w, tf
}

// suffer runs one case of the table.
func (s subject) suffer(t *testing.T, op operation, o occurrence, m misfortune) {
	w, tf := s.begin(t, op)
	fault := m.fault
	fault.Call, fault.Nth = o.call, o.nth
	start := time.Now()
	var leftover []string
	if m.kills {
		if err := w.killed(t.Context(), tf, fault, op.run); err != nil {
			t.Fatal(err)
		}
		w.ClearFaults()
		var err error
		if leftover, err = s.takeUp(t, w, tf, op); err != nil {
			t.Fatal(err)
		}
	} else {
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		if m.interrupts {
			fault.After = interrupt
		}
		if err := w.Inject(fault); err != nil {
			t.Fatal(err)
		}
		got, err := op.run(ctx, w, tf)
		if err != nil {
			t.Fatal(err)
		}
		w.ClearFaults()
		s.judge(t, op, o, m, tf, got)
		if made := s.count(t, w); m.tolerated && made != o.made {
			t.Errorf("made %d, want %d", made, o.made)
		}
	}
	if took := time.Since(start); took > patience {
		t.Errorf("took %s", took)
	}
	s.converge(t, w, op, tf)
	s.account(t, w, tf, leftover)
}

// count returns how many things were ever made; 0 where the subject does not
// count them.
func (s subject) count(t *testing.T, w *world) int {
	t.Helper()
	if s.made == nil {
		return 0
	}
	n, err := s.made(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// takeUp goes on after a kill, where the operation makes or changes something.
func (s subject) takeUp(t *testing.T, w *world, tf *inprocess.Terraform, op operation) ([]string, error) {
	if op.goal == nil || op.adopts {
		return nil, nil
	}
	return s.afterKill(t.Context(), w, tf, op.goal)
}

// judge looks at what the user was told and left with.
func (s subject) judge(t *testing.T, op operation, o occurrence, m misfortune, tf *inprocess.Terraform, got inprocess.Result) {
	t.Helper()
	if strings.Contains(got.String(), canary) {
		t.Errorf("a secret shows:\n%s", got)
	}
	if m.tolerated && got.Failed() {
		t.Errorf("not tolerated:\n%s", got)
	}
	if got.Failed() && !explained(got, o, m) {
		t.Errorf("no diagnostic names %s and a remedy:\n%s", o.call, got)
	}
	if len(op.prepare) > 0 && op.goal != nil && !op.adopts && !op.replaces && tf.State(s.typeName) == nil {
		t.Error("the state has lost the resource")
	}
}

func explained(got inprocess.Result, o occurrence, m misfortune) bool {
	_, operation, _ := strings.Cut(o.call, ":")
	return slices.ContainsFunc(got.Diagnostics, func(d *tfprotov6.Diagnostic) bool {
		// What is missing is no failure of the call, and an interruption may
		// stop the call after it.
		named := strings.Contains(d.Detail, operation) || m.reads || m.interrupts
		return d.Severity == tfprotov6.DiagnosticSeverityError && named && strings.Contains(d.Detail, "\n\n") &&
			strings.HasPrefix(d.Summary, "Unable to ")
	})
}

// converge lets the user run the operation again, twice at most, after which
// there is nothing left to do.
func (s subject) converge(t *testing.T, w *world, op operation, tf *inprocess.Terraform) {
	t.Helper()
	var shown []string
	for range 3 {
		if op.adopts && tf.State(s.typeName) == nil {
			got, err := tf.Import(t.Context(), s.typeName, w.id)
			if err != nil {
				t.Fatal(err)
			}
			shown = append(shown, got.String())
		}
		got, err := tf.Apply(t.Context(), s.typeName, op.goal)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Failed() && got.Action == inprocess.NoChange {
			return
		}
		shown = append(shown, string(got.Action)+": "+got.String())
	}
	t.Errorf("no peace after two more runs:\n%s", strings.Join(shown, "\n===\n"))
}

// account compares what is at AWS with what the state knows of.
func (s subject) account(t *testing.T, w *world, tf *inprocess.Terraform, leftover []string) {
	t.Helper()
	active, err := s.active(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	known := leftover
	if state := tf.State(s.typeName); state != nil {
		known = append(known, s.owned(state)...)
	}
	slices.Sort(active)
	slices.Sort(known)
	if diff := cmp.Diff(known, active, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("what the state and the warnings know of (-) is not what is at AWS (+):\n%s", diff)
	}
}
