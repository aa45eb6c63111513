package task

import (
	"context"
	"fmt"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// The time between two looks grows from the first to the longest interval:
// a task that starts at once is seen at once, and one that pulls an image for
// minutes costs few calls.
const (
	firstInterval   = time.Second
	longestInterval = 15 * time.Second
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

// until calls look until it is done or fails, at most for timeout. look is
// told how long the wait has lasted, and tells what it saw.
func until(ctx context.Context, clock wait.Clock, timeout time.Duration, what string, look func(waited time.Duration) (done bool, seen string, err error)) error {
	start := clock.Now()
	interval := firstInterval
	for {
		waited := clock.Now().Sub(start)
		done, seen, err := look(waited)
		if done || err != nil {
			return err
		}
		// Reads may have taken a while.
		waited = clock.Now().Sub(start)
		if waited >= timeout {
			return &waitError{what: what, seen: seen, waited: waited, err: context.DeadlineExceeded}
		}
		if err := clock.Sleep(ctx, min(interval, timeout-waited)); err != nil {
			return &waitError{what: what, seen: seen, waited: clock.Now().Sub(start), err: err}
		}
		interval = min(interval*3/2, longestInterval)
	}
}
