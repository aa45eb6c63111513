package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// FaultKind is what an injected fault does to a call.
type FaultKind string

// The kinds of fault.
const (
	// Refuse answers with the fault's Code, Message and Status; the call has
	// no effect.
	Refuse FaultKind = "refuse"
	// LoseResponse lets the call take effect, then closes the connection
	// without a reply.
	LoseResponse FaultKind = "lose-response"
	// Delay only makes the call wait for the fault's Delay.
	Delay FaultKind = "delay"
	// Throttle answers as an empty token bucket does.
	Throttle FaultKind = "throttle"
	// AccessDenied answers as IAM does when no policy allows the call.
	AccessDenied FaultKind = "access-denied"
	// ExpiredToken answers as if the credentials had run out.
	ExpiredToken FaultKind = "expired-token"
	// ServerFailure answers with HTTP status 500.
	ServerFailure FaultKind = "server-failure"
	// Missing makes a read answer as if the thing did not exist yet.
	Missing FaultKind = "missing"
	// Hook does nothing to the call; After runs once it took effect.
	Hook FaultKind = "hook"
)

// Always keeps a fault in force, as its Times, until it is cleared.
const Always = -1

// Fault is a switch that makes calls go wrong.
type Fault struct {
	// Call names the calls concerned, such as "ecs:RegisterTaskDefinition",
	// "ecs:*" or "*".
	Call string `json:"call"`
	// Nth is the first call concerned, counted from 1 since the fault was
	// injected. 0 stands for 1.
	Nth int `json:"nth,omitempty"`
	// Times is how many calls, from the Nth on, are concerned. 0 stands for
	// 1.
	Times int `json:"times,omitempty"`
	// Kind is what happens.
	Kind FaultKind `json:"kind"`
	// Delay is how long the call waits first, with any kind.
	Delay time.Duration `json:"-"`
	// Code, Message and Status are what Refuse answers. Status 0 stands for
	// 400.
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Status  int    `json:"status,omitempty"`
	// After, if set, runs once the call took effect and before the caller
	// learns of it: the place to kill the calling process.
	After func() `json:"-"`

	seen int
}

// check tells what is wrong with a fault.
func (f *Fault) check() error {
	kinds := []FaultKind{
		Refuse, LoseResponse, Delay, Throttle, AccessDenied, ExpiredToken, ServerFailure, Missing, Hook,
	}
	switch {
	case !slices.Contains(kinds, f.Kind):
		return fmt.Errorf("fault kind %q is unknown; use one of %q", f.Kind, kinds)
	case f.Call == "":
		return fmt.Errorf("the fault names no call; use one such as %q, or %q", "ecs:CreateCluster", "*")
	case f.Nth < 0:
		return fmt.Errorf("nth is %d; it counts calls from 1", f.Nth)
	case f.Times < Always:
		return fmt.Errorf("times is %d; use %d for a fault that stays", f.Times, Always)
	case f.Kind == Refuse && f.Code == "":
		return fmt.Errorf("a fault of kind %q wants the error's code", Refuse)
	case f.Delay < 0:
		return fmt.Errorf("delay is %s; it cannot be negative", f.Delay)
	}
	return nil
}

// strikes counts a call and reports whether the fault concerns it.
func (f *Fault) strikes(call string) bool {
	if !f.matches(call) {
		return false
	}
	f.seen++
	first := max(f.Nth, 1)
	return f.seen >= first && (f.Times == Always || f.seen < first+max(f.Times, 1))
}

func (f *Fault) matches(call string) bool {
	if prefix, ok := strings.CutSuffix(f.Call, "*"); ok {
		return strings.HasPrefix(call, prefix)
	}
	return f.Call == call
}

// refusal returns the error that the fault answers with, or nil if it lets the
// call through.
func (f *Fault) refusal(c *call) error {
	switch f.Kind {
	case Refuse:
		return &wire.Error{Code: f.Code, Message: f.Message, Status: f.Status}
	case Throttle:
		return wire.Throttled()
	case AccessDenied:
		return wire.AccessDenied(c.request.Caller, c.name)
	case ExpiredToken:
		return wire.ExpiredToken()
	case ServerFailure:
		return wire.ServerFailure()
	default:
		return nil
	}
}

// plainFault has the fields of Fault without its methods, to give them JSON.
type plainFault Fault

// jsonFault spells a Fault's Delay the way time.ParseDuration reads it.
type jsonFault struct {
	plainFault
	Delay string `json:"delay,omitempty"`
}

// MarshalJSON writes the fault as the switches under /_sandbox/faults show it.
func (f Fault) MarshalJSON() ([]byte, error) {
	out := jsonFault{plainFault: plainFault(f)}
	if f.Delay != 0 {
		out.Delay = f.Delay.String()
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads the fault as the switches under /_sandbox/faults take
// it; the delay is a string such as "250ms".
func (f *Fault) UnmarshalJSON(src []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(src))
	decoder.DisallowUnknownFields()
	var in jsonFault
	if err := decoder.Decode(&in); err != nil {
		return fmt.Errorf("reading a fault: %w", err)
	}
	*f = Fault(in.plainFault)
	if in.Delay == "" {
		return nil
	}
	var err error
	if f.Delay, err = time.ParseDuration(in.Delay); err != nil {
		return fmt.Errorf("the fault's delay wants a duration such as %q: %w", "250ms", err)
	}
	return nil
}

// Inject puts a fault in force. Faults are asked in the order they came, and
// one call meets one fault at most.
func (s *Sandbox) Inject(f Fault) error {
	if err := f.check(); err != nil {
		return err
	}
	s.faults.add(f)
	return nil
}

// ClearFaults takes every fault out of force.
func (s *Sandbox) ClearFaults() {
	s.faults.clear()
}

// faultTable holds the faults in force.
type faultTable struct {
	mu     sync.Mutex
	faults []*Fault
}

func (t *faultTable) add(f Fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f.seen = 0
	t.faults = append(t.faults, &f)
}

func (t *faultTable) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = nil
}

func (t *faultTable) list() []Fault {
	t.mu.Lock()
	defer t.mu.Unlock()
	faults := make([]Fault, 0, len(t.faults))
	for _, f := range t.faults {
		faults = append(faults, *f)
	}
	return faults
}

// next returns a copy of the fault that strikes a call, or nil. Every fault
// that matches counts the call, whichever of them strikes.
func (t *faultTable) next(call string) *Fault {
	t.mu.Lock()
	defer t.mu.Unlock()
	var hit *Fault
	for _, f := range t.faults {
		if f.strikes(call) && hit == nil {
			struck := *f
			hit = &struck
		}
	}
	return hit
}
