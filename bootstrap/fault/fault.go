// Package fault is the bootstrap's vocabulary of failures: each has a symbolic code, a number, an exit code, a text and a
// remedy. Everything that a run can fail of is in one table, from which the reference page is generated.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the symbolic name of a failure, as E_HNS_NAT_MISSING.
type Code string

// Exit is the exit code of the program.
type Exit int

// The exit codes. They are part of the interface: scripts and user data act on them.
const (
	OK             Exit = 0
	Internal       Exit = 1
	Usage          Exit = 2
	Config         Exit = 3
	Unsupported    Exit = 4
	Dependency     Exit = 5
	Network        Exit = 6
	Agent          Exit = 7
	VerifyTimeout  Exit = 8
	Credentials    Exit = 9
	RebootNeeded   Exit = 10
	ChangesPending Exit = 11
	TryAgain       Exit = 75
	Interrupted    Exit = 130
)

// Fault is a failure that the bootstrap can name.
type Fault struct {
	Code Code
	// Seen is what was observed, with the last value before the deadline; it completes the code's text.
	Seen string
	// Remedy replaces the remedy of the table where more is known, or is empty.
	Remedy string
	// Err is the cause, or nil.
	Err error
}

// New returns a fault with what was seen.
func New(code Code, cause error, seen string, args ...any) *Fault {
	if len(args) > 0 {
		seen = fmt.Sprintf(seen, args...)
	}
	return &Fault{Code: code, Seen: seen, Err: cause}
}

// Error gives code, what was seen and the cause, in one line.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(string(f.Code))
	if f.Seen != "" {
		b.WriteString(": " + f.Seen)
	}
	if f.Err != nil {
		b.WriteString(": " + f.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Of returns the fault in an error's chain. An error without one is E_INTERNAL: a failure that nobody foresaw.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Code: "E_INTERNAL", Err: err}
}

// Info is an entry of the table.
type Info struct {
	Code Code
	// Number is the same for ever; it is the event log's entry number of the failure.
	Number int
	Exit   Exit
	// Text says what is wrong, Remedy what to do about it.
	Text, Remedy string
	// Terminal tells that running again changes nothing before the remedy was applied.
	Terminal bool
	// Settled tells that the failure stands whatever earlier phases may bring about, so that a plan already fails of it.
	Settled bool
	// Follows are failures that explain this one: where a run has one of them too, that one is named first.
	Follows []Code
}
