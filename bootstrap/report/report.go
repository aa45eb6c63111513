// Package report is what a run tells: the result as one document, the events as they happen. Commands print it for
// people or as JSON; the schemas are published.
package report

import "time"

// SchemaVersion is the version of Report and Event.
const SchemaVersion = 1

// The results of a run.
const (
	ResultJoined    = "joined"
	ResultWarmed    = "warmed"
	ResultUnchanged = "unchanged"
	// ResultApplied is a run that left the join out, on request.
	ResultApplied = "applied"
	ResultPlanned = "planned"
	ResultFailed  = "failed"
	ResultReboot  = "reboot"
	ResultNothing = "nothing to do"
	ResultReset   = "reset"
)

// The states of a phase.
const (
	StatusPending   = "pending"
	StatusRunning   = "running"
	StatusDone      = "done"
	StatusSatisfied = "satisfied"
	StatusWould     = "would change"
	StatusSkipped   = "skipped"
	StatusFailed    = "failed"
	StatusBlocked   = "blocked"
)

// Report is a run's result.
type Report struct {
	SchemaVersion int    `json:"schemaVersion"`
	Command       string `json:"command"`
	// Simulated names the scenario of a simulated machine; it is absent on a real one.
	Simulated string `json:"simulated,omitempty"`
	Version   string `json:"version"`
	Result    string `json:"result"`
	ExitCode  int    `json:"exitCode"`
	// InstanceID, Cluster and ContainerInstanceARN are who the node is, as far as known.
	InstanceID           string `json:"instanceId,omitempty"`
	Cluster              string `json:"cluster,omitempty"`
	ContainerInstanceARN string `json:"containerInstanceArn,omitempty"`
	// StartedAt is when the run began; not there where a command failed before that.
	StartedAt  time.Time `json:"startedAt,omitzero"`
	DurationMS int64     `json:"durationMs"`
	Phases     []Phase   `json:"phases"`
	// Error is the first failure in the order of causes; the others follow from it or stand with their phases.
	Error    *Error   `json:"error,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	// Timing says what the run's duration is made of; it is absent where no phase ran.
	Timing *Timing `json:"timing,omitempty"`
}

// Timing compares the phases that others waited for with all of them. On a simulated machine the durations are modelled.
type Timing struct {
	// CriticalPath are the phases, first to last, that nothing but a shorter one of them would have made shorter.
	CriticalPath []string `json:"criticalPath"`
	// CriticalPathMS is how long they took together, SumMS how long all phases would have taken one after the other.
	CriticalPathMS int64 `json:"criticalPathMs"`
	SumMS          int64 `json:"sumMs"`
}

// Phase is how one phase went.
type Phase struct {
	Name       string     `json:"name"`
	Title      string     `json:"title"`
	Status     string     `json:"status"`
	StartedAt  *time.Time `json:"startedAt,omitempty"`
	DurationMS int64      `json:"durationMs"`
	Changes    []Change   `json:"changes,omitempty"`
	Evidence   []Fact     `json:"evidence,omitempty"`
	// Why says why it was skipped or blocked.
	Why   string `json:"why,omitempty"`
	Error *Error `json:"error,omitempty"`
}

// Change is one change, made or planned.
type Change struct {
	What string `json:"what"`
	From string `json:"from"`
	To   string `json:"to"`
	Done bool   `json:"done"`
}

// Fact is one piece of evidence.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Error is a failure with its remedy.
type Error struct {
	Code         string `json:"code"`
	Message      string `json:"message"`
	LastObserved string `json:"lastObserved,omitempty"`
	Remedy       string `json:"remedy"`
	Docs         string `json:"docs,omitempty"`
}

// Event is one line of the ndjson output.
type Event struct {
	SchemaVersion int       `json:"schemaVersion"`
	Time          time.Time `json:"time"`
	// Type is "run", "phase", "change", "wait", "warning" or "report".
	Type  string `json:"type"`
	Phase string `json:"phase,omitempty"`
	// Status is the phase's new state.
	Status     string  `json:"status,omitempty"`
	Text       string  `json:"text,omitempty"`
	DurationMS int64   `json:"durationMs,omitempty"`
	Error      *Error  `json:"error,omitempty"`
	Report     *Report `json:"report,omitempty"`
	Simulated  string  `json:"simulated,omitempty"`
}

// Sink takes events as they happen.
type Sink interface {
	// Event takes one event. It must not block for long.
	Event(e Event)
}
