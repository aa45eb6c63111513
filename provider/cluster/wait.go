package cluster

import (
	"context"
	"fmt"
	"time"
)

// waitError is a wait that ended before what it waited for came.
type waitError struct {
	// what was waited for, and what was seen last.
	what, seen string
	waited     time.Duration
	// err is why the wait ended: the context's error, or its deadline.
	err error
}

func (e *waitError) Error() string {
	return fmt.Sprintf("waited %s for %s, last seen: %s: %v", e.waited.Round(time.Second), e.what, e.seen, e.err)
}

func (e *waitError) Unwrap() error {
	return e.err
}

// until calls look every pollInterval until it is done or fails. look tells
// what it saw, for the error of a wait that lasts longer than timeout.
func (m manager) until(ctx context.Context, timeout time.Duration, what string, look func() (done bool, seen string, err error)) error {
	start := m.clock.Now()
	for {
		done, seen, err := look()
		if done || err != nil {
			return err
		}
		waited := m.clock.Now().Sub(start)
		if waited+pollInterval > timeout {
			return &waitError{what: what, seen: seen, waited: waited, err: context.DeadlineExceeded}
		}
		if err := m.clock.Sleep(ctx, pollInterval); err != nil {
			return &waitError{what: what, seen: seen, waited: m.clock.Now().Sub(start), err: err}
		}
	}
}

// insist makes a call again every pollInterval, for as long since the first
// time as patience grants its error.
func (m manager) insist(ctx context.Context, call func() error, patience func(error) time.Duration) error {
	start := m.clock.Now()
	for {
		err := call()
		if err == nil {
			return nil
		}
		tried := m.clock.Now().Sub(start)
		if tried+pollInterval > patience(err) {
			return err
		}
		if sleepErr := m.clock.Sleep(ctx, pollInterval); sleepErr != nil {
			return &waitError{what: "AWS to accept the call", seen: err.Error(), waited: m.clock.Now().Sub(start), err: sleepErr}
		}
	}
}
