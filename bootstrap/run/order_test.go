package run_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// watcher looks at the machine whenever a phase begins that comes after one: what that one took has to be back by then.
type watcher struct {
	m     *sim.Machine
	after map[phase.ID]bool
	// began are the phases that came after, missing what those among them found missing.
	began, missing []string
}

// watch watches the phases that come after one.
func watch(t *testing.T, m *sim.Machine, phases []phase.Phase, after phase.ID) *watcher {
	t.Helper()
	doc, err := nodeconfig.Parse([]byte(settings), "settings")
	if err != nil {
		t.Fatal(err)
	}
	dependents, err := phase.Dependents(phases, doc, after)
	if err != nil {
		t.Fatal(err)
	}
	return &watcher{m: m, after: dependents}
}

// Event implements report.Sink.
func (w *watcher) Event(e report.Event) {
	if e.Type != "phase" || e.Status != report.StatusRunning || !w.after[phase.ID(e.Phase)] {
		return
	}
	w.began = append(w.began, e.Phase)
	if lacks := online(w.m); lacks != "" {
		w.missing = append(w.missing, e.Phase+" begins without "+lacks)
	}
}

// TestNoPhaseBeginsOnABrokenNetwork: a phase that harms the network repairs it before those that need it begin. That it is
// there when the run has ended would not show that: a look at the end restores it, too.
func TestNoPhaseBeginsOnABrokenNetwork(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		call  string
		phase phase.ID
	}{
		{"services.Stop Docker", "hns-nat"},
		{"hns.Delete", "hns-nat"},
		{"services.Start Docker", "hns-nat"},
		{"adapters.AddAddress", "host-proxy"},
		{"portproxy.Add", "host-proxy"},
		{"firewall.Set", "host-proxy"},
	} {
		for _, effect := range harm() {
			t.Run(fmt.Sprintf("%s, %s", test.call, effect), func(t *testing.T) {
				t.Parallel()
				options := before()
				options.Faults = []sim.Fault{{On: test.call, Nth: 1, Effect: effect, After: true}}
				m := sim.New(options)
				w := watch(t, m, run.Phases(), test.phase)
				r := apply(t, m, run.Options{Sink: w})
				if len(w.missing) > 0 {
					t.Errorf("%q", w.missing)
				}
				if r.ExitCode != 0 || !slices.Contains(w.began, "join") {
					t.Fatalf("nothing came after %s: %s", test.phase, show(t, r))
				}
			})
		}
	}
}

// lastWrites counts a machine's writes whenever a lock is given back.
type lastWrites struct {
	host.Locks
	m      *sim.Machine
	counts []int
}

// Acquire implements host.Locks.
func (l *lastWrites) Acquire(ctx context.Context, name string) (func(), error) {
	release, err := l.Locks.Acquire(ctx, name)
	if err != nil {
		return nil, err
	}
	return func() {
		l.counts = append(l.counts, len(l.m.Writes()))
		release()
	}, nil
}

// TestNothingIsWrittenAfterTheLock: what a run stores of how it went would otherwise undo what the next one has stored.
func TestNothingIsWrittenAfterTheLock(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(h *host.Host, m *sim.Machine) *report.Report{
		"apply": func(h *host.Host, m *sim.Machine) *report.Report {
			return run.Do(t.Context(), phase.ModeApply, h, m.CloudOf(h), run.Source{}, run.Options{})
		},
		"reset": func(h *host.Host, m *sim.Machine) *report.Report {
			return run.Reset(t.Context(), h, m.CloudOf(h), run.ResetOptions{}, run.Options{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := sim.New(before())
			if name == "reset" {
				apply(t, m, run.Options{})
			}
			h := m.Host()
			locks := &lastWrites{Locks: h.Locks, m: m}
			h.Locks = locks
			var r *report.Report
			if err := m.Run(func() { r = do(h, m) }); err != nil {
				t.Fatal(err)
			}
			if r.ExitCode != 0 {
				t.Fatal(show(t, r))
			}
			if diff := gocmp.Diff([]int{len(m.Writes())}, locks.counts); diff != "" {
				t.Errorf("writes when the lock was given back (-at the end +then): %s", diff)
			}
		})
	}
}

// pauses lets some of the calls of two runs take as long as a busy machine may let them: in virtual time nothing does by
// itself, and what happens between two calls of one program would never be seen by the other.
func pauses(seed uint64, calls []string, times map[string]int) []sim.Fault {
	random := rand.New(rand.NewPCG(seed, 0))
	var faults []sim.Fault
	for i := range 8 {
		call := calls[random.IntN(len(calls))]
		if i == 0 {
			call = "files.Write"
		}
		faults = append(faults, sim.Fault{On: call, Nth: 1 + random.IntN(2*times[call]), Delay: time.Duration(random.IntN(5000)) * time.Millisecond})
	}
	return faults
}

// TestTwoRunsNeverMix: whichever comes first and however long it takes, the other waits for it or refuses. Neither writes
// between the other's writes, and the machine is as after one run.
func TestTwoRunsNeverMix(t *testing.T) {
	t.Parallel()
	whole := sim.New(before())
	apply(t, whole, run.Options{})
	calls, times := callsOf(t, before())
	first := map[int]int{}
	for seed := range uint64(200) {
		options := before()
		options.Seed = seed + 1
		if seed%4 > 1 {
			options.Faults = pauses(seed, calls, times)
		}
		if seed%2 == 1 {
			options.Latencies = sim.Published()
		}
		m := sim.New(options)
		var reports [2]*report.Report
		patience := []run.Options{{LockWait: time.Hour}, {LockWait: -1}}[seed/4%2]
		if err := m.Run(func() {
			for i := range reports {
				h := m.Host()
				h.Clock.Go(func() {
					reports[i] = run.Do(t.Context(), phase.ModeApply, h, m.CloudOf(h), run.Source{}, patience)
				})
			}
		}); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		writers := slices.Clone(m.Writes())
		writers = slices.CompactFunc(writers, func(a, b sim.Write) bool { return a.Process == b.Process })
		first[writers[0].Process]++
		if len(writers) > 2 || len(writers) == 2 && writers[0].Process == writers[1].Process {
			t.Fatalf("seed %d: two programs wrote in turns: %+v", seed, writers)
		}
		refused := 0
		for _, r := range reports {
			switch {
			case code(r) == "E_LOCKED" && r.ExitCode == 75:
				refused++
			case r.ExitCode != 0:
				t.Fatalf("seed %d: %s", seed, show(t, r))
			}
		}
		if refused > 1 || patience.LockWait < 0 && refused == 0 {
			t.Fatalf("seed %d: %d refused", seed, refused)
		}
		if diff := gocmp.Diff(whole.Snapshot(), m.Snapshot()); diff != "" {
			t.Fatalf("seed %d: the machine differs from one with one run: %s", seed, diff)
		}
		if diff := gocmp.Diff(kept(stateOf(t, whole)), kept(stateOf(t, m))); diff != "" {
			t.Fatalf("seed %d: the state differs from that of one run: %s", seed, diff)
		}
	}
	if len(first) != 2 {
		t.Errorf("the seeds let one of the two be first always: %v", first)
	}
}

// TestSlowCallsComeToTheSameEnd: phases run at the same time, and whichever of them is held up, none takes from another what
// that one works with.
func TestSlowCallsComeToTheSameEnd(t *testing.T) {
	t.Parallel()
	for name, options := range scenes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := sim.New(options)
			apply(t, whole, run.Options{})
			calls, times := callsOf(t, options)
			for seed := range uint64(100) {
				slow := options
				slow.Seed, slow.Faults = seed+1, pauses(seed, calls, times)
				m := sim.New(slow)
				if r := apply(t, m, run.Options{}); r.ExitCode != 0 {
					t.Fatalf("seed %d, %+v: %s", seed, slow.Faults, show(t, r))
				}
				if diff := gocmp.Diff(whole.Snapshot(), m.Snapshot()); diff != "" {
					t.Fatalf("seed %d: the machine differs: %s", seed, diff)
				}
			}
		})
	}
}
