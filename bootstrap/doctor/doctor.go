// Package doctor examines a node: independent checks that look and change nothing, run at the same time. Each names what it
// depends on, so that one cause is reported rather than the ten symptoms that follow from it.
package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	// OK is as it should be.
	OK Severity = "ok"
	// Note is worth knowing, and no fault.
	Note Severity = "note"
	// Warning does not keep the node from working now.
	Warning Severity = "warning"
	// Error keeps the node, or its tasks, from working.
	Error Severity = "error"
	// Unknown could not be found out.
	Unknown Severity = "unknown"
)

// Subject is the node to examine.
type Subject struct {
	Host  *host.Host
	Cloud *cloud.Cloud
	// Doc is the document in force; nil where none is known. Checks then judge by what the machine itself says.
	Doc *nodeconfig.Document
	// LastRun is the report of the last run of the bootstrap, or nil. SameBoot tells that it was in this boot.
	LastRun  *report.Report
	SameBoot bool
}

// Finding is what a check found.
type Finding struct {
	Severity Severity
	// Text says what was found, in one line.
	Text string
	// Code names the failure of an error; Remedy replaces the remedy of the code where more is known.
	Code   fault.Code
	Remedy string
	Facts  []report.Fact
}

// Check is one look at the node.
type Check struct {
	// Name is in lower kebab case, Area one of Areas.
	Name, Area string
	// Title says what is right when nothing is wrong.
	Title string
	// DependsOn are checks whose fault explains a fault of this one.
	DependsOn []string
	// Remembers tells that a warning of this check is about the past: where a cause is found now, it is a note.
	Remembers bool
	// Look looks. It changes nothing, and ends with its context.
	Look func(ctx context.Context, s *Subject) Finding
}

// Result is a check's finding in a diagnosis.
type Result struct {
	Name     string        `json:"name"`
	Area     string        `json:"area"`
	Title    string        `json:"title"`
	Severity Severity      `json:"severity"`
	Text     string        `json:"text"`
	Code     string        `json:"code,omitempty"`
	Remedy   string        `json:"remedy,omitempty"`
	Evidence []report.Fact `json:"evidence,omitempty"`
	// FollowsFrom is the check whose fault explains this one.
	FollowsFrom string `json:"followsFrom,omitempty"`
	DurationMS  int64  `json:"durationMs"`
}

// SchemaVersion is the version of Diagnosis.
const SchemaVersion = 1

// Diagnosis is the result of an examination.
type Diagnosis struct {
	SchemaVersion int       `json:"schemaVersion"`
	Simulated     string    `json:"simulated,omitempty"`
	Version       string    `json:"version"`
	At            time.Time `json:"at"`
	DurationMS    int64     `json:"durationMs"`
	Healthy       bool      `json:"healthy"`
	ExitCode      int       `json:"exitCode"`
	// Causes are the names of the checks whose fault follows from no other, the most basic first.
	Causes []string `json:"causes"`
	Checks []Result `json:"checks"`
}

// patience is how long one check may take.
const patience = 20 * time.Second

// Choose returns the checks whose name or area is among the given, and what they depend on, so that a cause is found where it
// is; without any, all. It fails on what is neither.
func Choose(all []Check, only []string) ([]Check, error) {
	if len(only) == 0 {
		return all, nil
	}
	for _, want := range only {
		if !slices.ContainsFunc(all, func(c Check) bool { return c.Name == want || c.Area == want }) {
			return nil, fault.New("E_USAGE", nil, "there is no check and no area %q; areas: %s", want, strings.Join(Areas(), ", "))
		}
	}
	wanted := map[string]bool{}
	// What a check depends on stands before it, so one walk from the end finds all.
	for _, c := range slices.Backward(all) {
		if wanted[c.Name] || slices.Contains(only, c.Name) || slices.Contains(only, c.Area) {
			wanted[c.Name] = true
			for _, need := range c.DependsOn {
				wanted[need] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(c Check) bool { return !wanted[c.Name] }), nil
}

// Examine runs the checks and returns what they found, in their order.
func Examine(ctx context.Context, s *Subject, checks []Check) *Diagnosis {
	clock := s.Host.Clock
	began := clock.Now()
	results := make([]Result, len(checks))
	host.Together(ctx, clock, len(checks), func(i int) { results[i] = look(ctx, s, checks[i]) })
	d := &Diagnosis{
		SchemaVersion: SchemaVersion, Simulated: s.Host.Simulated, At: began.UTC(),
		DurationMS: clock.Now().Sub(began).Milliseconds(), Checks: results,
	}
	d.blame(checks)
	return d
}

// look runs one check within its time. It survives a check that panics.
func look(ctx context.Context, s *Subject, c Check) (r Result) {
	clock := s.Host.Clock
	began := clock.Now()
	ctx, end := host.Within(ctx, clock, patience)
	defer end()
	f := Finding{Severity: Unknown}
	defer func() {
		if p := recover(); p != nil {
			f = Finding{Severity: Unknown, Text: fmt.Sprintf("the check broke: %v", p)}
		}
		r = result(c, f)
		r.DurationMS = clock.Now().Sub(began).Milliseconds()
	}()
	f = c.Look(ctx, s)
	return r
}

func result(c Check, f Finding) Result {
	r := Result{
		Name: c.Name, Area: c.Area, Title: c.Title, Severity: f.Severity, Text: f.Text,
		Code: string(f.Code), Remedy: f.Remedy, Evidence: f.Facts,
	}
	if r.Text == "" {
		r.Text = c.Title
	}
	if info, ok := fault.Find(f.Code); ok && r.Remedy == "" {
		r.Remedy = info.Remedy
	}
	return r
}

// blame tells causes from what follows from them.
func (d *Diagnosis) blame(checks []Check) {
	at := map[string]int{}
	for i, c := range checks {
		at[c.Name] = i
	}
	d.Causes = []string{}
	d.Healthy = true
	for i := range d.Checks {
		r := &d.Checks[i]
		if r.Severity == OK || r.Severity == Note {
			continue
		}
		r.FollowsFrom = d.root(checks, at, i, 0)
		if r.Severity != Error {
			continue
		}
		d.Healthy = false
		if r.FollowsFrom == "" {
			d.Causes = append(d.Causes, r.Name)
			if d.ExitCode == 0 {
				d.ExitCode = exitCode(fault.Code(r.Code))
			}
		}
	}
	if d.Healthy {
		return
	}
	if d.ExitCode == 0 {
		d.ExitCode = int(fault.VerifyTimeout)
	}
	for i, c := range checks {
		if c.Remembers && d.Checks[i].Severity == Warning {
			d.Checks[i].Severity = Note
		}
	}
}

// root returns the check at the bottom of what check i depends on and that has a fault of its own, or "".
func (d *Diagnosis) root(checks []Check, at map[string]int, i, depth int) string {
	if depth > len(checks) {
		return ""
	}
	for _, need := range checks[i].DependsOn {
		j, ok := at[need]
		if !ok {
			continue
		}
		if deeper := d.root(checks, at, j, depth+1); deeper != "" {
			return deeper
		}
		if d.Checks[j].Severity == Error {
			return need
		}
	}
	return ""
}

func exitCode(code fault.Code) int {
	info, ok := fault.Find(code)
	if !ok {
		return int(fault.VerifyTimeout)
	}
	return int(info.Exit)
}

// Mask lets mask see every text of the diagnosis.
func (d *Diagnosis) Mask(mask func(string) string) {
	for i := range d.Checks {
		r := &d.Checks[i]
		r.Text, r.Remedy = mask(r.Text), mask(r.Remedy)
		for j := range r.Evidence {
			r.Evidence[j].Value = mask(r.Evidence[j].Value)
		}
	}
}
