package wait

import (
	"context"
	"fmt"
	"time"
)

// Schedule says how often to look, and for how long.
type Schedule struct {
	// Timeout is how long to wait at most.
	Timeout time.Duration
	// First is the time between the first two looks. Each next one is half as
	// long again, up to Longest.
	First, Longest time.Duration
}

// Every is a Schedule that looks at a steady pace.
func Every(interval, timeout time.Duration) Schedule {
	return Schedule{Timeout: timeout, First: interval, Longest: interval}
}

// Expired is a wait that ended before what it waited for came.
type Expired struct {
	// What was waited for, and what was seen last.
	What, Seen string
	// Waited is how long.
	Waited time.Duration
	// Err is why the wait ended: the context's error, or its deadline.
	Err error
}

// Error implements error.
func (e *Expired) Error() string {
	return fmt.Sprintf("waited %s for %s, last seen: %s: %v", e.Waited.Round(time.Second), e.What, e.Seen, e.Err)
}

// Unwrap returns why the wait ended.
func (e *Expired) Unwrap() error {
	return e.Err
}

// Until calls look until it is done or fails. look is told how long the wait
// has lasted, and tells what it saw. A wait that ends without either is an
// *Expired.
func Until(ctx context.Context, clock Clock, s Schedule, what string, look func(waited time.Duration) (done bool, seen string, err error)) error {
	start := clock.Now()
	interval := s.First
	tell, worth := observer(ctx), worthTelling
	for {
		done, seen, err := look(clock.Now().Sub(start))
		if done || err != nil {
			return err
		}
		// Looking may have taken a while.
		waited := clock.Now().Sub(start)
		if waited >= s.Timeout {
			return &Expired{What: what, Seen: seen, Waited: waited, Err: context.DeadlineExceeded}
		}
		if waited >= worth {
			tell(Progress{What: what, Seen: seen, Waited: waited})
			worth *= 2
		}
		if err := clock.Sleep(ctx, min(interval, s.Timeout-waited)); err != nil {
			return &Expired{What: what, Seen: seen, Waited: clock.Now().Sub(start), Err: err}
		}
		interval = min(interval*3/2, s.Longest)
	}
}
