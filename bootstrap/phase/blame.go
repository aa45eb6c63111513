package phase

import (
	"context"
	"errors"
	"slices"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// errDeadline ends a phase whose time is over.
var errDeadline = errors.New("the phase's time is over")

// errTotal ends a phase when the time of the whole run is over.
var errTotal = errors.New("the run's time is over")

// Explain puts a failure into the report's words: the table's text and remedy, what was seen, and what was seen last.
func Explain(err error) *report.Error {
	f := fault.Of(err)
	info, known := fault.Find(f.Code)
	if !known {
		info, _ = fault.Find("E_INTERNAL")
	}
	e := &report.Error{Code: string(f.Code), Message: info.Text, Remedy: info.Remedy, Docs: fault.Page(f.Code)}
	if f.Seen != "" {
		e.Message += ": " + f.Seen
	}
	if f.Err != nil {
		e.Message += ": " + f.Err.Error()
	}
	if f.Remedy != "" {
		e.Remedy = f.Remedy
	}
	var expired *wait.Expired
	if errors.As(err, &expired) {
		e.LastObserved = expired.Seen
	}
	return e
}

// named gives a failure without a name the name of what ended the phase, if it was ended, or the general one.
func named(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Fault
	has := errors.As(err, &f)
	cause := context.Cause(ctx)
	timeIsOver := errors.Is(cause, errDeadline) || errors.Is(cause, errTotal)
	switch {
	case cause != nil && !timeIsOver:
		// Somebody asked the run to end: what the phase makes of that is not the cause.
		return fault.New("E_INTERRUPTED", err, "")
	case has:
		return err
	case timeIsOver:
		return fault.New("E_DEADLINE", err, "")
	}
	return fault.New("E_STEP_FAILED", err, "")
}

// firstCause returns the failure to name first: one that no other of them explains; among those, the one that stands first.
func firstCause(failures []error) error {
	codes := make([]fault.Code, len(failures))
	for i, err := range failures {
		codes[i] = fault.Of(err).Code
	}
	for i, err := range failures {
		info, _ := fault.Find(codes[i])
		explained := slices.ContainsFunc(info.Follows, func(c fault.Code) bool { return c != codes[i] && slices.Contains(codes, c) })
		if !explained {
			return err
		}
	}
	if len(failures) > 0 {
		return failures[0]
	}
	return nil
}
