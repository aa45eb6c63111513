package machinetest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

// The bounds under Wine.
const (
	maxStartRatio = 4
	maxOwnTime    = 3 * time.Second
	maxMachine    = 2 * time.Second
)

// BenchmarkWine measures what a machine costs, how the program's start compares with that of a hello world on the same
// machine, and how long an apply on a clean one takes by its own report. The simulated services are a part of the last.
func BenchmarkWine(b *testing.B) {
	hello := winetest.BuildExe(b, "./internal/winetest/cmd/hello", "-s -w")
	newNode(b, setup{}) // the first one waits for the template and for the program to be built
	var machine, least, first, own time.Duration
	for b.Loop() {
		began := time.Now()
		n := newNode(b, setup{})
		machine = keepLess(machine, time.Since(began))
		n.run(b, "version") // what is slow the first time is nobody's own
		for range 3 {
			least = keepLess(least, n.Run(b.Context(), hello).Took)
		}
		began = time.Now()
		r := n.run(b, "apply", "--output", "ndjson")
		line, _, _ := strings.Cut(r.Stdout, "\n")
		var e report.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil || r.ExitCode != 0 {
			b.Fatalf("exit code %d, %v\n%s\n%s", r.ExitCode, err, r.Stdout, r.Stderr)
		}
		first = keepLess(first, e.Time.Sub(began))
		lines := strings.Split(strings.TrimSpace(r.Stdout), "\n")
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &e); err != nil || e.Report == nil {
			b.Fatalf("the last event is no report: %v", err)
		}
		own = keepLess(own, time.Duration(e.Report.DurationMS)*time.Millisecond)
	}
	ratio := float64(first) / float64(least)
	b.ReportMetric(machine.Seconds()*1000, "ms/machine")
	b.ReportMetric(least.Seconds()*1000, "ms/hello")
	b.ReportMetric(first.Seconds()*1000, "ms/first-line")
	b.ReportMetric(ratio, "first-line/hello")
	b.ReportMetric(own.Seconds()*1000, "ms/apply")
	if ratio > maxStartRatio || own > maxOwnTime || machine > maxMachine {
		b.Errorf("start ratio %.1f of at most %d, own time %s of at most %s, a machine %s of at most %s", ratio, maxStartRatio, own, maxOwnTime, machine, maxMachine)
	}
}

// keepLess is the shorter of two times, for what else runs on the host only makes them longer; 0 is none yet.
func keepLess(a, b time.Duration) time.Duration {
	if a == 0 || b < a {
		return b
	}
	return a
}
