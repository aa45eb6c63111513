// Package phase holds the steps by which a fresh Windows host becomes a member of a cluster, and the runner that takes
// them. A phase looks (Probe), says what it would change (Plan), and proves that it got there (Verify). What it would
// change are recorded, undoable changes that the runner applies. One definition serves four commands: `plan` probes and
// plans, `apply` does all, `verify` looks and verifies, `reset` undoes what was recorded.
package phase

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// ID names a phase, in lower kebab case.
type ID string

// Phase is one step. Its methods are called in the order of the interface, once each; Verify also alone.
type Phase interface {
	// Describe says what the phase is, for this document.
	Describe(d *nodeconfig.Document) Description
	// Probe looks at the machine and changes nothing. It waits for what has to be there before the phase can begin.
	Probe(ctx context.Context, n *Node) (Observation, error)
	// Verify proves the postcondition, waiting for it up to the phase's deadline, and returns the evidence.
	Verify(ctx context.Context, n *Node) ([]Fact, error)
}

// Observation is what a phase saw.
type Observation interface {
	// Facts are what was seen, for the report.
	Facts() []Fact
	// Plan says what has to change. It looks at nothing but the observation and the document, and does nothing.
	Plan(d *nodeconfig.Document) ([]Change, error)
}

// Description is what is known of a phase before it runs.
type Description struct {
	ID    ID
	Title string
	// Needs are the phases that have to be done before.
	Needs []ID
	// Timeout bounds the whole phase.
	Timeout time.Duration
	// Off says why the phase has nothing to do for this document, or is empty.
	Off string
	// Always tells that the phase runs whatever became of the phases that it needs. It starts when they and all phases
	// that do not always run have ended or were blocked, so that it knows the first failure.
	Always bool
	// Proof tells that the phase changes nothing and proves what those that it needs have brought about. Where they have yet
	// to, a plan has nothing to prove; where nothing is left to change, it proves.
	Proof bool
}

// Fact is one thing that was seen, as evidence.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Change is one thing that a phase would do to the machine.
type Change struct {
	// What is changed, as "service Docker"; From and To are its state before and after, in words.
	What, From, To string
	// StateOnly tells that the change keeps something in the state and leaves the machine as it is, so that in a plan no
	// later phase waits for it.
	StateOnly bool
	// Undo takes the change back, or is nil where there is nothing to take back.
	Undo *Undo
	// Do makes the change. Where it fails, the machine is as before or as after, never in between, or a rerun finishes
	// what was begun.
	Do func(ctx context.Context, n *Node) error
}

// Undo is how a change is taken back. It is stored before the change is made, so it is plain data.
type Undo struct {
	// Kind is the operation; see the Undo constants.
	Kind string `json:"kind"`
	// Target is what it works on, as a registry key and name, a service, a route.
	Target string `json:"target"`
	// Before is the state to return to, as JSON of the kind's own shape; empty: what was made is removed.
	Before string `json:"before,omitempty"`
}

// Mode is what a run does.
type Mode string

// The modes of a run.
const (
	// ModePlan looks and says what would change. It writes nothing.
	ModePlan Mode = "plan"
	// ModeApply looks, changes and verifies.
	ModeApply Mode = "apply"
	// ModeVerify looks and verifies. It writes nothing.
	ModeVerify Mode = "verify"
)

// Node is a run: the machine, the document, and what earlier phases have found. Phases that run at the same time share
// it; Findings guards itself.
type Node struct {
	Host  *host.Host
	Cloud *cloud.Cloud
	// Doc is the document in force, secrets resolved. Nobody changes it.
	Doc *nodeconfig.Document
	Log hclog.Logger
	// Found is what phases tell each other.
	Found *Findings
	// Deadline is when the whole run ends.
	Deadline time.Time
	// Program is the full path of the running program, for the boot path.
	Program string
	// ServiceFlags are the flags by which the boot path's service finds the document and the state of this run. Nil leaves
	// those that it has: nobody named either.
	ServiceFlags []string
	// Outcome says how the run stands. Phases that always run ask it.
	Outcome func() Outcome
	Mode    Mode
	// Memory is what outlives the process.
	Memory Memory
	// Markers remember what others were told and must not be told twice.
	Markers Markers
}
