package run_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// sequence is a machine and what happens to it while the bootstrap runs on it.
type sequence struct {
	options sim.Options
	// killAt is the write at which the first run is killed, before or after it is done; 0: it is not.
	killAt int
	done   bool
}

// drawSequence makes up to four things happen, each a few times, none for ever: a machine on which something fails for
// ever is no machine on which a later run could succeed.
func drawSequence(t *rapid.T, calls []string) sequence {
	s := sequence{options: sim.Options{UserData: settings}}
	s.options.Conditions = rapid.SliceOfNDistinct(rapid.SampledFrom(curable()), 0, 3, rapid.ID[string]).Draw(t, "conditions")
	s.options.AMI.Agent = rapid.SampledFrom([]string{sim.AgentInCache, sim.AgentInstalled}).Draw(t, "agent")
	s.options.Cold = rapid.Bool().Draw(t, "cold")
	s.options.Seed = rapid.Uint64().Draw(t, "seed")
	if rapid.Bool().Draw(t, "slow") {
		s.options.Latencies = sim.Published()
	}
	for range rapid.IntRange(0, 4).Draw(t, "faults") {
		f := sim.Fault{
			On:    rapid.SampledFrom(calls).Draw(t, "on"),
			Nth:   rapid.IntRange(1, 20).Draw(t, "nth"),
			Times: rapid.IntRange(1, 3).Draw(t, "times"),
			Err:   rapid.SampledFrom([]string{"", "denied", "unreachable", "not found", "in use", "something else"}).Draw(t, "error"),
			After: rapid.Bool().Draw(t, "after"),
		}
		if strings.HasPrefix(f.On, "files.") && f.Err == "not found" {
			f.Err = "denied" // Windows does not say of a file that is there that it is not
		}
		if disturbing(f.On) {
			f.Effect = rapid.SampledFrom(append(harm(), "", "lose-nat", "crash-docker", "drop-imds-route-for-20s")).Draw(t, "effect")
		}
		if s.options.Latencies != (sim.Latencies{}) {
			f.Delay = rapid.SampledFrom([]time.Duration{0, 0, time.Second, time.Minute}).Draw(t, "delay")
		}
		s.options.Faults = append(s.options.Faults, f)
	}
	s.killAt = rapid.SampledFrom([]int{0, 0, 1, 2, 3, 5, 8, 13, 21, 30}).Draw(t, "killed at")
	s.done = rapid.Bool().Draw(t, "done")
	return s
}

// String is the sequence as Go has it.
func (s sequence) String() string {
	o := s.options
	faults := strings.NewReplacer("{sim.Fault{", "{{", ", sim.Fault{", ", {", ", seen:0", "").Replace(fmt.Sprintf("%#v", o.Faults))
	latencies := "sim.Latencies{}"
	if o.Latencies != (sim.Latencies{}) {
		latencies = "sim.Published()"
	}
	return fmt.Sprintf("{sim.Options{UserData: settings, Conditions: %#v, AMI: sim.AMI{Agent: %q}, Cold: %t, Seed: %d, Latencies: %s, Faults: %s}, %d, %t},",
		o.Conditions, o.AMI.Agent, o.Cold, o.Seed, latencies, faults, s.killAt, s.done)
}

// curable are conditions that a run repairs, or that pass.
func curable() []string {
	return []string{
		"ecstools-task", "stale-variables", "nat-overlap", "nat-missing", "nat-stale", "nat-no-adapter", "nat-duplicate", "imds-no-route",
		"imds-bad-route", "ghost-adapters", "docker-manual", "foreign-db", "stale-proxy", "clock-syncs", "setup-runs",
		"renamed-nic", "stale-task-network", "foreign-start", "agent-automatic",
	}
}

// applyOrDie applies, and reports whether the program was killed meanwhile: nobody sees its report then.
func applyOrDie(t tester, m *sim.Machine) (r *report.Report, killed bool) {
	t.Helper()
	h := m.Host()
	if err := m.Run(func() {
		r = run.Do(context.Background(), phase.ModeApply, h, m.CloudOf(h), run.Source{}, run.Options{})
	}); err != nil {
		t.Fatal(err)
	}
	killed = h.Clock.Sleep(context.Background(), 0) != nil
	m.Kill(h)
	return r, killed
}

// mostRuns is how many runs are enough when up to four faults hit up to three times each, and one kill.
const mostRuns = 14

// survives runs the bootstrap until the node has joined, or until there is nothing left to do, and says what went wrong on
// the way.
func (s sequence) survives(t tester, settle bool) string {
	m := sim.New(s.options)
	if s.killAt > 0 {
		m.KillAtWrite(s.killAt, s.done)
	}
	// Several faults at once may keep the run from restoring the network. It has to say so then, and a later run to do it.
	lacked := online(m)
	var r *report.Report
	for n := 1; n <= mostRuns; n++ {
		var killed bool
		before := online(m)
		if r, killed = applyOrDie(t, m); !killed {
			if wrong := named(r); wrong != "" {
				return fmt.Sprintf("run %d: %s", n, wrong)
			}
			// A run that may not touch the machine, or not trust what a killed one left, leaves the network as it was.
			early := slices.Contains([]string{"E_LOCKED", "E_STATE_FOLDER", "E_STATE_UNWRITABLE"}, code(r)) && len(r.Phases) == 0 && online(m) == before
			said := code(r) == "E_NETWORK_LOST" || strings.Contains(strings.Join(r.Warnings, "\n"), "E_NETWORK_LOST")
			if lacks := online(m); !strings.Contains(lacked, lacks) && !said && !early {
				return fmt.Sprintf("run %d ends with %q and the machine lacks %s", n, code(r), lacks)
			}
		}
		if lacks := online(m); r.ExitCode == 0 && r.Result != report.ResultNothing && lacks != "" {
			return fmt.Sprintf("run %d succeeds and the machine lacks %s", n, lacks)
		}
		if !killed && code(r) == "E_AGENT_CHECKPOINT_CLUSTER" {
			// Somebody else's agent registered elsewhere, and faults kept the run from seeing that nobody wanted that. Nothing but
			// what the remedy says helps, and that has to.
			reset(t, m, run.ResetOptions{AgentState: true})
		}
		if r.ExitCode == 0 && r.Result != report.ResultNothing && (!settle || r.Result == report.ResultUnchanged) {
			return ""
		}
	}
	return fmt.Sprintf("after %d runs the machine is not in order: %s %+v", mostRuns, r.Result, r.Error)
}

// parts is in how many parts, which run at the same time, the random sequences are tried. With rapid's 100 checks they are
// 2,000; `make soak` tries 100,000.
const parts = 20

func TestRandomFaults(t *testing.T) {
	t.Parallel()
	calls, _ := callsOf(t, before())
	var tried atomic.Int64
	t.Cleanup(func() { t.Logf("%d sequences", tried.Load()) })
	for part := range parts {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				// One seed is all parts' seed: each draws a few numbers first, so that the others mean something else to it.
				rapid.SliceOfN(rapid.Byte(), part, part).Draw(t, "part")
				s := drawSequence(t, calls)
				tried.Add(1)
				if wrong := s.survives(t, part == 0); wrong != "" {
					t.Fatalf("%s; as a line of found:\n%s", wrong, s)
				}
			})
		})
	}
}
