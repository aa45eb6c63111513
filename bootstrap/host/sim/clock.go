package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// horizon is how far one Run may let the time go. A machine whose services restart for ever would never come to rest.
const horizon = 30 * 24 * time.Hour

// Clock is virtual time. It runs one worker at a time: a worker keeps the baton until it sleeps, waits or ends, and the
// clock then hands it to whoever is due next. So a simulation is deterministic, whatever the Go scheduler does, and hours
// pass in microseconds.
//
// A worker that blocks outside the clock (on a channel, on a mutex that a sleeper holds) stops the time for all: that is
// a bug in the code under test, and the test hangs. A context that ends by itself, by real time, is one too.
type Clock struct {
	now time.Time
	// end is how far the time may go, once something runs.
	end     time.Time
	queue   []*entry
	arrived uint64
	// ties orders those who are due at the same instant; nil: in order of arrival.
	ties    *rand.Rand
	current *worker
	firing  bool
	// busy counts the workers that Run waits for, the one that called it apart.
	busy      int
	closed    bool
	panicked  any
	deadlocks []error
}

// worker is a goroutine that takes turns with the others.
type worker struct {
	wake chan error
}

// entry is somebody who waits, or something that will happen.
type entry struct {
	// due is when to go on; zero: not by time.
	due time.Time
	// order is the arrival; tie comes before it where the clock explores other orders.
	order, tie uint64
	ctx        context.Context
	ready      func() bool
	worker     *worker
	fire       func()
	// what says what is waited for; a sleeper has slept instead.
	what  string
	slept time.Duration
	// last is the caller of Close, who goes when all others have gone.
	last bool
}

// NewClock returns a clock that stands at start. A seed other than zero lets those who are due at the same instant run in
// an order drawn from it.
func NewClock(start time.Time, seed uint64) *Clock {
	c := &Clock{now: start, end: start.Add(horizon)}
	if seed != 0 {
		c.ties = rand.New(rand.NewPCG(seed, seed))
	}
	return c
}

// Now returns where the clock stands.
func (c *Clock) Now() time.Time { return c.now }

// Sleep lets the others run until d has passed or ctx has ended. See [wait.Clock].
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if err := c.block(&entry{due: c.now.Add(d), ctx: ctx, slept: d}); err != nil {
		return fmt.Errorf("waiting %s: %w", d, err)
	}
	return nil
}

// await lets the others run until ready, or ctx has ended.
func (c *Clock) await(ctx context.Context, what string, ready func() bool) error {
	if ready() {
		return nil
	}
	return c.block(&entry{ready: ready, ctx: ctx, what: what})
}

// Go starts a worker. It runs as soon as the caller lets it.
func (c *Clock) Go(fn func()) {
	c.busy++
	c.spawn(1, fn)
}

// daemon starts a worker that Run does not wait for.
func (c *Clock) daemon(fn func()) { c.spawn(0, fn) }

func (c *Clock) spawn(busy int, fn func()) {
	w := &worker{wake: make(chan error, 1)}
	c.push(&entry{due: c.now, worker: w, what: "its first turn"})
	go func() {
		err := <-w.wake
		c.current = w
		defer c.leave(busy)
		if err == nil {
			fn()
		}
	}()
}

// leave ends the current worker, also one that panics.
func (c *Clock) leave(busy int) {
	if p := recover(); p != nil && c.panicked == nil {
		c.panicked = p
	}
	c.busy -= busy
	c.handOver()
}

// At lets something happen at an instant, with the clock standing still. It must not sleep. What has not happened when
// all workers have ended waits for the next Run.
func (c *Clock) At(when time.Time, fn func()) {
	if when.Before(c.now) {
		when = c.now
	}
	c.push(&entry{due: when, fire: fn})
}

// After is At, counted from now.
func (c *Clock) After(d time.Duration, fn func()) { c.At(c.now.Add(d), fn) }

// Run runs fn as a worker and returns when it and all workers that were started meanwhile have ended. The error says who
// waited for what when nobody could run any more; those who waited got it too. A panic of a worker comes out of Run.
func (c *Clock) Run(fn func()) error {
	if c.current != nil || c.firing {
		panic("sim: Run within Run")
	}
	c.current = &worker{wake: make(chan error, 1)}
	c.end = c.now.Add(horizon)
	c.deadlocks, c.panicked = nil, nil
	defer func() { c.current = nil }()
	fn()
	if c.busy > 0 {
		last := &entry{ready: func() bool { return c.busy == 0 || c.panicked != nil }, what: "the other workers"}
		if err := c.park(last); err != nil {
			c.deadlocks = append(c.deadlocks, err)
		}
	}
	if c.panicked != nil {
		panic(c.panicked)
	}
	return errors.Join(c.deadlocks...)
}

// Close ends the workers that no Run waits for: all that they wait for fails with [ErrKilled]. Nothing may run after it.
func (c *Clock) Close() {
	c.current = &worker{wake: make(chan error, 1)}
	c.closed = true
	_ = c.park(&entry{last: true, ready: func() bool { return c.sleeper() < 0 }})
	c.current = nil
}

// sleeper finds a worker that sleeps or waits, the caller of Close apart.
func (c *Clock) sleeper() int {
	return slices.IndexFunc(c.queue, func(e *entry) bool { return e.worker != nil && !e.last })
}

// block parks the caller. One outside Run becomes a worker for as long.
func (c *Clock) block(e *entry) error {
	if c.firing {
		panic("sim: an event waits for " + e.waits() + "; only workers may")
	}
	if c.closed {
		return ErrKilled
	}
	if c.current == nil {
		c.current = &worker{wake: make(chan error, 1)}
		c.end = c.now.Add(horizon)
		defer func() { c.current = nil }()
	}
	return c.park(e)
}

func (c *Clock) park(e *entry) error {
	e.worker = c.current
	c.push(e)
	c.handOver()
	err := <-e.worker.wake
	c.current = e.worker
	return err
}

func (c *Clock) push(e *entry) {
	c.arrived++
	e.order = c.arrived
	if c.ties != nil {
		e.tie = c.ties.Uint64()
	}
	c.queue = append(c.queue, e)
}

// handOver lets happen what is due and wakes the next worker.
func (c *Clock) handOver() {
	for {
		e, err := c.pick()
		if e == nil {
			return
		}
		if e.due.After(c.now) && err == nil {
			c.now = e.due
		}
		if e.worker != nil {
			e.worker.wake <- err
			return
		}
		current := c.current
		c.current, c.firing = nil, true
		e.fire()
		c.current, c.firing = current, false
	}
}

// pick takes the next entry off the queue: first those whose context has ended, then those who see what they waited for,
// then by time. Nobody left is a deadlock; the one who has waited longest gets it as an error.
func (c *Clock) pick() (*entry, error) {
	if i := c.sleeper(); c.closed && i >= 0 {
		return c.take(i), ErrKilled
	}
	for i, e := range c.queue {
		if e.ctx != nil && e.ctx.Err() != nil {
			return c.take(i), context.Cause(e.ctx)
		}
	}
	next := -1
	for i, e := range c.queue {
		if e.ready != nil && e.ready() {
			return c.take(i), nil
		}
		if !e.due.IsZero() && (next < 0 || e.before(c.queue[next])) {
			next = i
		}
	}
	if next >= 0 && !c.queue[next].due.After(c.end) {
		return c.take(next), nil
	}
	return c.deadlock()
}

// Waiting returns what the workers wait for that have not ended, each a goroutine. A machine that nobody runs any more
// should have none, or be closed.
func (c *Clock) Waiting() []string {
	var all []string
	for _, e := range c.queue {
		if e.worker != nil {
			all = append(all, e.waits())
		}
	}
	return all
}

func (c *Clock) deadlock() (*entry, error) {
	first := slices.IndexFunc(c.queue, func(e *entry) bool { return e.worker != nil })
	if first < 0 {
		return nil, nil
	}
	err := fmt.Errorf("%w: %s", ErrDeadlock, strings.Join(c.Waiting(), "; "))
	if len(c.deadlocks) == 0 {
		c.deadlocks = append(c.deadlocks, err)
	}
	return c.take(first), err
}

func (c *Clock) take(i int) *entry {
	e := c.queue[i]
	c.queue = append(c.queue[:i], c.queue[i+1:]...)
	return e
}

func (e *entry) waits() string {
	if e.what == "" {
		return "a sleep of " + e.slept.String()
	}
	return e.what
}

func (e *entry) before(other *entry) bool {
	if !e.due.Equal(other.due) {
		return e.due.Before(other.due)
	}
	if e.tie != other.tie {
		return e.tie < other.tie
	}
	return e.order < other.order
}

// ErrDeadlock says that nobody can run any more: all wait for one another, or for something that never comes.
var ErrDeadlock = errors.New("deadlock on the simulated machine; these wait")

// drain lets happen what is due now.
func (c *Clock) drain() {
	for {
		next := -1
		for i, e := range c.queue {
			if e.fire != nil && !e.due.After(c.now) && (next < 0 || e.before(c.queue[next])) {
				next = i
			}
		}
		if next < 0 {
			return
		}
		e := c.take(next)
		c.firing = true
		e.fire()
		c.firing = false
	}
}
