// Package waittest gives tests a clock on which waits take no time.
package waittest

import (
	"context"
	"time"
)

// Clock is a wait.Clock on which every sleep passes at once. The zero Clock
// stands at the zero time. It is not safe for concurrent use.
type Clock struct {
	// Time is where the clock stands.
	Time time.Time
	// Cancel, if set, is called at each sleep, before the context is looked
	// at.
	Cancel context.CancelFunc
}

// Now implements wait.Clock.
func (c *Clock) Now() time.Time {
	return c.Time
}

// Sleep implements wait.Clock.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if c.Cancel != nil {
		c.Cancel()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.Time = c.Time.Add(d)
	return nil
}

// Elapsed is how much time has passed since the zero time.
func (c *Clock) Elapsed() time.Duration {
	return c.Time.Sub(time.Time{})
}
