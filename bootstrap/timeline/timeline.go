// Package timeline shows where the time went between the launch of an instance and an agent that is connected to ECS. It
// takes what the instance metadata, Windows, the launch agent's log, the bootstrap's state and the agent's log say; where one
// of them says nothing, the timeline says so.
package timeline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// SchemaVersion is the version of Timeline.
const SchemaVersion = 1

// Timeline is the way of an instance into its cluster.
type Timeline struct {
	SchemaVersion int    `json:"schemaVersion"`
	Simulated     string `json:"simulated,omitempty"`
	Version       string `json:"version"`
	// Modelled tells that the durations are those of a scenario, not measured on a machine.
	Modelled   bool   `json:"modelled"`
	InstanceID string `json:"instanceId,omitempty"`
	Cluster    string `json:"cluster,omitempty"`
	// LaunchedAt is pendingTime of the identity document.
	LaunchedAt *time.Time `json:"launchedAt,omitempty"`
	Entries    []Entry    `json:"entries"`
	// TotalMS is from the first entry to the end of the last.
	TotalMS int64 `json:"totalMs"`
	// CriticalPath are the phases of the last run that others waited for; CriticalPathMS is how long they took, SumMS how
	// long all its phases would have taken one after the other.
	CriticalPath   []string `json:"criticalPath,omitempty"`
	CriticalPathMS int64    `json:"criticalPathMs,omitempty"`
	SumMS          int64    `json:"sumMs,omitempty"`
	// Missing says what is not known, and why.
	Missing []string `json:"missing,omitempty"`
}

// Entry is one stretch of the way, or a point of it where its duration is 0.
type Entry struct {
	// Name is in lower kebab case; that of a phase is phase/ID.
	Name  string `json:"name"`
	Title string `json:"title"`
	// Source is who says so.
	Source     string    `json:"source"`
	StartedAt  time.Time `json:"startedAt"`
	DurationMS int64     `json:"durationMs"`
}

// The sources of entries.
const (
	fromMetadata  = "instance metadata"
	fromWindows   = "Windows"
	fromLaunch    = "launch agent's log"
	fromBootstrap = "ecswin-bootstrap"
	fromAgent     = "ECS agent's log"
	fromNobody    = "-"
)

// Input is what a timeline is made of.
type Input struct {
	Host    *host.Host
	Version string
	// LastRun is the report of the last run, or nil.
	LastRun *report.Report
	// AgentLog is the path of the agent's log.
	AgentLog string
}

// Make collects the timeline. It changes nothing.
func Make(ctx context.Context, in Input) *Timeline {
	t := &Timeline{
		SchemaVersion: SchemaVersion, Simulated: in.Host.Simulated, Modelled: in.Host.Simulated != "", Version: in.Version,
		Entries: []Entry{},
	}
	boot := t.boot(ctx, in.Host)
	t.launchAgent(ctx, in.Host, boot)
	t.run(in.LastRun, boot)
	t.agent(ctx, in.Host, in.AgentLog, boot)
	t.total()
	return t
}

func (t *Timeline) miss(what string, err error) {
	t.Missing = append(t.Missing, fmt.Sprintf("%s: %v", what, err))
}

func (t *Timeline) add(name, title, source string, from, to time.Time) {
	t.Entries = append(t.Entries, Entry{
		Name: name, Title: title, Source: source, StartedAt: from.UTC(), DurationMS: max(to.Sub(from).Milliseconds(), 0),
	})
}

// boot adds the launch and the boot, and returns when Windows started.
func (t *Timeline) boot(ctx context.Context, h *host.Host) time.Time {
	boot, err := h.System.Boot(ctx)
	if err != nil {
		t.miss("the start of Windows", err)
	}
	text, err := h.Metadata.Get(ctx, "dynamic/instance-identity/document")
	if err != nil {
		t.miss("the launch", err)
		return boot.StartedAt
	}
	var identity struct {
		PendingTime time.Time `json:"pendingTime"`
		InstanceID  string    `json:"instanceId"`
	}
	if err := json.Unmarshal([]byte(text), &identity); err != nil || identity.PendingTime.IsZero() {
		t.miss("the launch", fmt.Errorf("the identity document has no pendingTime"))
		return boot.StartedAt
	}
	t.InstanceID = identity.InstanceID
	launched := identity.PendingTime.UTC()
	t.LaunchedAt = &launched
	switch took := boot.StartedAt.Sub(launched); {
	case boot.StartedAt.IsZero():
		return boot.StartedAt
	case took > slowestLaunch:
		t.miss("the launch", fmt.Errorf("the instance has rebooted since: Windows started %s after it", took.Round(time.Minute)))
		return boot.StartedAt
	}
	t.add("launch", "EC2 starts the instance", fromMetadata, launched, boot.StartedAt)
	return boot.StartedAt
}

// slowestLaunch is longer than EC2 takes from the launch to the start of Windows.
const slowestLaunch = 30 * time.Minute

// launchAgent adds what EC2Launch did since the boot, v2's log before v1's.
func (t *Timeline) launchAgent(ctx context.Context, h *host.Host, boot time.Time) {
	for _, path := range []string{`C:\ProgramData\Amazon\EC2Launch\log\agent.log`, `C:\ProgramData\Amazon\EC2-Windows\Launch\Log\Ec2Launch.log`} {
		log, err := h.Files.Read(ctx, path)
		if err != nil {
			continue
		}
		marks := parseLaunchLog(log, boot)
		if len(marks) == 0 {
			continue
		}
		if !boot.IsZero() {
			t.add("windows", "Windows starts", fromWindows, boot, marks[0].at)
		}
		for i, m := range marks {
			end := m.at
			if i+1 < len(marks) {
				end = marks[i+1].at
			}
			t.add("ec2launch/"+m.name, m.title, fromLaunch, m.at, end)
		}
		return
	}
	t.miss("the launch agent's stages", fmt.Errorf("no log of EC2Launch with entries since the boot"))
}

// run adds the last run of the bootstrap and its phases, if it was in this boot.
func (t *Timeline) run(r *report.Report, boot time.Time) {
	if r == nil {
		t.miss("the bootstrap's phases", fmt.Errorf("no run is recorded"))
		return
	}
	t.Cluster = r.Cluster
	if r.StartedAt.Before(boot) {
		t.miss("the bootstrap's phases", fmt.Errorf("the run that is recorded was at %s, in another boot", r.StartedAt.UTC().Format(time.RFC3339)))
		return
	}
	end := r.StartedAt.Add(time.Duration(r.DurationMS) * time.Millisecond)
	t.add("bootstrap", "ecswin-bootstrap "+r.Command, fromBootstrap, r.StartedAt, end)
	for _, p := range r.Phases {
		if p.StartedAt == nil {
			continue
		}
		t.add("phase/"+p.Name, p.Title, fromBootstrap, *p.StartedAt, p.StartedAt.Add(time.Duration(p.DurationMS)*time.Millisecond))
	}
	if r.Timing != nil {
		t.CriticalPath, t.CriticalPathMS, t.SumMS = r.Timing.CriticalPath, r.Timing.CriticalPathMS, r.Timing.SumMS
	}
}

// The agent's own words, agent/app of github.com/aws/amazon-ecs-agent, version 1.105.1.
func agentMarks() []struct{ message, name, title string } {
	return []struct{ message, name, title string }{
		{"Starting Amazon ECS Agent", "agent/start", "the agent starts"},
		{"Instance registration completed successfully", "agent/registered", "the agent has registered"},
		{"Connected to ACS endpoint", "agent/connected", "the agent is connected to ECS"},
	}
}

// agent adds what the agent logged of its last start.
func (t *Timeline) agent(ctx context.Context, h *host.Host, path string, boot time.Time) {
	log, err := h.Files.Read(ctx, path)
	if err != nil {
		t.miss("the agent's start", err)
		return
	}
	lines := agent.LastRun(agent.Since(agent.ParseLog(log), boot))
	var found []mark
	for _, want := range agentMarks() {
		at := slices.IndexFunc(lines, func(l agent.Line) bool {
			return len(l.Message) >= len(want.message) && l.Message[:len(want.message)] == want.message
		})
		if at < 0 || lines[at].Time.IsZero() {
			t.miss(want.title, fmt.Errorf("its log does not say so since the boot"))
			continue
		}
		found = append(found, mark{lines[at].Time, want.name, want.title})
	}
	for i, m := range found {
		from := m.at
		if i > 0 {
			// What counts is how long the agent took to get there.
			from = found[i-1].at
		}
		t.add(m.name, m.title, fromAgent, from, m.at)
	}
}

// total orders the entries by time and measures the whole way.
func (t *Timeline) total() {
	t.sort()
	if len(t.Entries) == 0 {
		return
	}
	first := t.Entries[0].StartedAt
	last := first
	var gaps []Entry
	for _, e := range t.Entries {
		if e.StartedAt.Sub(last) >= shortestGap {
			gaps = append(gaps, Entry{
				Name: "unknown", Title: "(nobody says what happened)", Source: fromNobody, StartedAt: last, DurationMS: e.StartedAt.Sub(last).Milliseconds(),
			})
		}
		if end := e.StartedAt.Add(time.Duration(e.DurationMS) * time.Millisecond); end.After(last) {
			last = end
		}
	}
	t.TotalMS = last.Sub(first).Milliseconds()
	t.Entries = append(t.Entries, gaps...)
	t.sort()
}

// shortestGap is the gap between entries that is worth an entry of its own: logs have a resolution of one second.
const shortestGap = 2 * time.Second

func (t *Timeline) sort() {
	slices.SortStableFunc(t.Entries, func(a, b Entry) int { return a.StartedAt.Compare(b.StartedAt) })
}
