package output_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// TestSchemasHaveEveryMember compares the schemas with the types that are printed: a member that was added to a type and
// forgotten in its schema would be refused by whoever validates.
func TestSchemasHaveEveryMember(t *testing.T) {
	t.Parallel()
	schemas, err := output.Schemas()
	if err != nil {
		t.Fatal(err)
	}
	type object struct {
		Properties map[string]any    `json:"properties"`
		Required   []string          `json:"required"`
		Defs       map[string]object `json:"$defs"`
	}
	var reports, events object
	for name, into := range map[string]*object{"report.json": &reports, "event.json": &events} {
		if err := json.Unmarshal(schemas[name], into); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		value  any
		schema object
	}{
		"report": {report.Report{}, reports}, "event": {report.Event{}, events}, "phase": {report.Phase{}, reports.Defs["phase"]},
		"change": {report.Change{}, reports.Defs["change"]}, "fact": {report.Fact{}, reports.Defs["fact"]},
		"error": {report.Error{}, reports.Defs["error"]}, "timing": {report.Timing{}, reports.Defs["timing"]},
		"report in an event": {report.Report{}, events.Defs["report"]},
	} {
		var all, required []string
		for field := range reflect.TypeOf(tt.value).Fields() {
			tag := field.Tag.Get("json")
			member, options, _ := strings.Cut(tag, ",")
			all = append(all, member)
			if options == "" {
				required = append(required, member)
			}
		}
		slices.Sort(all)
		slices.Sort(required)
		if d := cmp.Diff(all, slices.Sorted(maps.Keys(tt.schema.Properties))); d != "" {
			t.Errorf("members of %s (-type +schema):\n%s", name, d)
		}
		if d := cmp.Diff(required, slices.Sorted(slices.Values(tt.schema.Required))); d != "" {
			t.Errorf("required members of %s (-type +schema):\n%s", name, d)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0 ms", 999 * time.Millisecond: "999 ms", 12345 * time.Millisecond: "12.3 s", 125 * time.Second: "2m 5s", 3*time.Hour + 4*time.Minute: "3h 4m",
	} {
		if got := output.Duration(d); got != want {
			t.Errorf("Duration(%s) = %q, want %q", d, got, want)
		}
	}
}

// TestMaskSeesEveryText plants a secret in each text that a machine or a person may have written.
func TestMaskSeesEveryText(t *testing.T) {
	t.Parallel()
	const canary = "canary-4711"
	planted := &report.Error{Code: "E_X", Message: canary, LastObserved: canary, Remedy: canary}
	r := &report.Report{
		Command: "apply", Error: planted, Warnings: []string{canary},
		Phases: []report.Phase{{
			Name: "p", Status: report.StatusDone, Why: canary, Error: planted,
			Changes:  []report.Change{{What: canary, From: canary, To: canary}},
			Evidence: []report.Fact{{Name: "n", Value: canary}},
		}},
	}
	mask := func(s string) string { return strings.ReplaceAll(s, canary, "***") }
	var seen []report.Event
	sink := collect{&seen}
	output.NewGuard(mask, sink).Event(report.Event{Text: canary, Error: planted, Report: r})
	for name, v := range map[string]any{"report": output.Masked(r, mask), "event": seen} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), canary) || !strings.Contains(string(text), "***") {
			t.Errorf("%s: %s", name, text)
		}
	}
	if r.Warnings[0] != canary || planted.Message != canary {
		t.Error("the original was changed")
	}
}

type collect struct{ to *[]report.Event }

func (c collect) Event(e report.Event) { *c.to = append(*c.to, e) }

func TestProgressTellsWhatPeopleWaitFor(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var b strings.Builder
	p := output.NewProgress(&b, output.Style{})
	for _, e := range []report.Event{
		{Time: start, Type: "run", Text: "apply"},
		{Time: start, Type: "phase", Phase: "docker", Status: report.StatusPending},
		{Time: start.Add(time.Second), Type: "phase", Phase: "docker", Status: report.StatusRunning},
		{Time: start.Add(2 * time.Second), Type: "wait", Phase: "docker", Text: "for an answer"},
		{Time: start.Add(62 * time.Second), Type: "phase", Phase: "docker", Status: report.StatusFailed, DurationMS: 61000, Error: &report.Error{Code: "E_X"}},
		{Time: start.Add(63 * time.Second), Type: "warning", Text: "careful"},
		{Time: start.Add(64 * time.Second), Type: "report"},
	} {
		p.Event(e)
	}
	want := `[    0 ms] run              apply
[   1.0 s] docker           running
[   2.0 s] docker           for an answer
[   1m 2s] docker           failed (1m 1s): E_X
[   1m 3s] warning          careful
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestReportNamesOneCause(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	output.Report(&b, output.Style{}, &report.Report{
		Command: "apply", Result: report.ResultFailed, ExitCode: 6, InstanceID: "i-1", DurationMS: 61000,
		Phases: []report.Phase{
			{Name: "docker", Status: report.StatusFailed, DurationMS: 60000, Error: &report.Error{Code: "E_X"}},
			{Name: "hns-nat", Status: report.StatusBlocked, Why: "needs docker, which failed"},
		},
		Error: &report.Error{Code: "E_X", Message: "it is broken", LastObserved: "stopped", Remedy: "mend it", Docs: "docs/x.md"},
	})
	want := `  PHASE    STATUS   TIME
  docker   failed   1m 0s  E_X
  hns-nat  blocked         needs docker, which failed

FAILED E_X
  what:      it is broken
  last seen: stopped
  remedy:    mend it
  more:      docs/x.md

apply: failed after 1m 1s: E_X (exit code 6)
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
