package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/scenario"
)

// The bounds of the bootstrap. The overhead is the program's own: every latency of the simulated machine is zero.
const (
	maxOverhead = 300 * time.Millisecond
	maxReaction = 250 * time.Millisecond
	applies     = 20
)

// The scenarios that are measured.
const (
	scenarios     = "examples/scenarios"
	cleanScenario = "clean.yaml"
	published     = "published-latencies.yaml"
)

// measureBootstrap measures ecswin-bootstrap: what it costs itself, what a second run writes, and what running phases at
// the same time saves on a machine with published latencies.
func measureBootstrap(ctx context.Context, dir string) error {
	program, err := build(ctx, dir, "ecswin-bootstrap", "./bootstrap")
	if err != nil {
		return err
	}
	if err := measureOverhead(ctx, program); err != nil {
		return err
	}
	if err := measureSecondApply(ctx); err != nil {
		return err
	}
	if err := measureReaction(ctx); err != nil {
		return err
	}
	return measureCriticalPath(ctx)
}

// measureReaction lets one thing at a time become true at an odd instant of virtual time, and looks how long after it the
// phase that waits for it ends.
func measureReaction(ctx context.Context) error {
	const after = 20137 * time.Millisecond
	for _, wait := range []struct{ phase, what, latency string }{
		{"docker", "Docker answers", "docker_ready"},
		{"host-proxy", "169.254.170.2 is preferred", "address_preferred"},
		{"join", "the agent has registered", "agent_register"},
	} {
		s, err := scenario.Parse(fmt.Appendf(nil, "about: One wait.\ncold: true\nlatencies: {%s: %s}\n", wait.latency, after), wait.phase)
		if err != nil {
			return err
		}
		r, _, err := s.Play(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(r.Phases, func(p report.Phase) bool { return p.Name == wait.phase })
		if i < 0 || r.Error != nil {
			return fmt.Errorf("phase %s of the scenario with %s: %+v", wait.phase, wait.latency, r.Error)
		}
		late := time.Duration(r.Phases[i].DurationMS)*time.Millisecond - after
		fmt.Printf("bootstrap: from the instant at which %s to the end of phase %s: %d ms of virtual time; at most %d ms\n",
			wait.what, wait.phase, late.Milliseconds(), maxReaction.Milliseconds())
		if late < 0 || late > maxReaction {
			return fmt.Errorf("phase %s ended %s after what it waited for, want 0 to %s", wait.phase, late, maxReaction)
		}
	}
	return nil
}

// measureOverhead runs the program as a process, with the clean scenario.
func measureOverhead(ctx context.Context, program string) error {
	var times, starts []time.Duration
	for range applies {
		took, err := timed(ctx, program, "apply", "--simulate", scenarios+"/"+cleanScenario)
		if err != nil {
			return err
		}
		start, err := timed(ctx, program, "version")
		if err != nil {
			return err
		}
		times, starts = append(times, took), append(starts, start)
	}
	slices.Sort(times)
	slices.Sort(starts)
	median, worst := times[len(times)/2], times[len(times)-1]
	fmt.Printf("bootstrap: apply on a simulated machine without latencies %.1f ms (worst of %d: %.1f ms), of which start of the program %.1f ms; at most %d ms\n",
		ms(median), applies, ms(worst), ms(starts[len(starts)/2]), maxOverhead.Milliseconds())
	if median > maxOverhead {
		return fmt.Errorf("the bootstrap's own overhead is %s, more than %s", median, maxOverhead)
	}
	return nil
}

func timed(ctx context.Context, program string, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("running ecswin-bootstrap %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return time.Since(began), nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// measureSecondApply counts what a second apply does to a machine that has joined.
func measureSecondApply(ctx context.Context) error {
	s, err := scenario.Load(os.DirFS(scenarios), cleanScenario)
	if err != nil {
		return err
	}
	m, err := s.Machine(ctx)
	if err != nil {
		return err
	}
	first, err := scenario.Run(ctx, m, "apply")
	if err != nil {
		return err
	}
	firstWrites := len(m.Writes())
	m.ResetCounters()
	second, err := scenario.Run(ctx, m, "apply")
	if err != nil {
		return err
	}
	writes, shells := len(m.Writes()), m.PowerShellRuns()
	fmt.Printf("bootstrap: writes of the first apply %d, of the second %d (at most 0); results %q and %q; PowerShell processes %d (at most 0)\n",
		firstWrites, writes, first.Result, second.Result, shells)
	if firstWrites == 0 || writes != 0 || shells != 0 {
		return errors.New("a second apply changes the machine, or PowerShell was started")
	}
	return nil
}

// measureCriticalPath compares the time of a cold start with the sum of its phases. All of it is modelled.
func measureCriticalPath(ctx context.Context) error {
	s, err := scenario.Load(os.DirFS(scenarios), published)
	if err != nil {
		return err
	}
	r, differences, err := s.Play(ctx)
	if err != nil {
		return err
	}
	if len(differences) > 0 || r.Timing == nil {
		return fmt.Errorf("scenario %s did not end as it says: %v", published, differences)
	}
	fmt.Printf("bootstrap: cold start with published latencies (modelled): critical path %.1f s (%s), all phases one after the other %.1f s, ratio %.2f\n",
		float64(r.Timing.CriticalPathMS)/1000, strings.Join(r.Timing.CriticalPath, " > "), float64(r.Timing.SumMS)/1000,
		float64(r.Timing.CriticalPathMS)/float64(r.Timing.SumMS))
	return longest(r)
}

// longest prints the phases that took longest.
func longest(r *report.Report) error {
	phases := slices.Clone(r.Phases)
	slices.SortStableFunc(phases, func(a, b report.Phase) int { return int(b.DurationMS - a.DurationMS) })
	if len(phases) < 5 {
		return fmt.Errorf("the run has %d phases", len(phases))
	}
	for _, p := range phases[:5] {
		fmt.Printf("bootstrap:   %-14s %6.1f s\n", p.Name, float64(p.DurationMS)/1000)
	}
	return nil
}
