package wait

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Clock tells the time and lets it pass.
type Clock interface {
	// Now returns the current time.
	Now() time.Time
	// Sleep returns nil once d has passed, or an error that wraps the
	// context's as soon as ctx ends. A d of zero or less never blocks.
	Sleep(ctx context.Context, d time.Duration) error
}

// System returns the machine's own clock.
func System() Clock {
	return systemClock{}
}

type systemClock struct{}

func (systemClock) Now() time.Time {
	return time.Now()
}

func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting %s: %w", d, context.Cause(ctx))
	}
}

// Manual is a Clock that moves only when it is told to. It is safe for
// concurrent use.
type Manual struct {
	mu       sync.Mutex
	now      time.Time
	sleepers map[chan struct{}]time.Time
	changed  chan struct{}
}

// NewManual returns a Manual that stands at start.
func NewManual(start time.Time) *Manual {
	return &Manual{
		now:      start,
		sleepers: map[chan struct{}]time.Time{},
		changed:  make(chan struct{}),
	}
}

// Now returns where the clock stands.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Sleep blocks until Advance has moved the clock by d, or ctx ends.
func (m *Manual) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	wake := m.enter(d)
	defer m.leave(wake)
	select {
	case <-wake:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting %s: %w", d, context.Cause(ctx))
	}
}

// Advance moves the clock forward and wakes every sleeper whose time has
// come.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	for wake, due := range m.sleepers {
		if !due.After(m.now) {
			close(wake)
			delete(m.sleepers, wake)
		}
	}
	m.announce()
}

// AwaitSleepers blocks until exactly n callers are asleep, or ctx ends. Tests
// use it to know that the code under test has come to rest.
func (m *Manual) AwaitSleepers(ctx context.Context, n int) error {
	for {
		m.mu.Lock()
		asleep, changed := len(m.sleepers), m.changed
		m.mu.Unlock()
		if asleep == n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %d sleepers, last seen %d: %w", n, asleep, context.Cause(ctx))
		}
	}
}

func (m *Manual) enter(d time.Duration) chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	wake := make(chan struct{})
	m.sleepers[wake] = m.now.Add(d)
	m.announce()
	return wake
}

func (m *Manual) leave(wake chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sleepers, wake)
	m.announce()
}

// announce tells AwaitSleepers to look again. The caller holds the lock.
func (m *Manual) announce() {
	close(m.changed)
	m.changed = make(chan struct{})
}
