package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// ErrKilled is what every call of a process returns once the process has been killed. On a real machine there would be
// nobody left to get it.
var ErrKilled = errors.New("the process has been killed")

// Write is a change that a process made to the machine.
type Write struct {
	// At is when, from the clock's start.
	At time.Duration
	// Process counts the processes from 1.
	Process int
	// Call is the method, as registry.SetValue; Arg what it worked on.
	Call, Arg string
}

// process is a running program. It has its own view of the machine, and its death ends that view only.
type process struct {
	m  *Machine
	id int
	// service is the service that the process is, or nil.
	service *service
	dead    error
	writes  int
	locks   map[string]bool
	// skew is the error of the machine's clock at the start: a Go program measures on by the monotonic clock.
	skew time.Duration
	host *host.Host
}

// call is one use of a method of package host or cloud.
type call struct {
	name, arg string
	latency   time.Duration
	// write tells that it changes the machine.
	write bool
}

// do makes a call: counted, delayed, failed and killed as the machine's options say.
func (p *process) do(ctx context.Context, c call, fn func() error) error {
	if err := p.enter(ctx, c); err != nil {
		return err
	}
	fault := p.m.fault(c)
	if err := p.m.clock.Sleep(ctx, c.latency+fault.Delay); err != nil {
		return fmt.Errorf("%s %s: %w", c.name, c.arg, err)
	}
	if p.dead != nil {
		return p.dead
	}
	if fault.Effect != "" && !fault.After {
		p.m.effect(fault.Effect)
	}
	if fault.Err != "" && !fault.After {
		return faultError(c, fault.Err)
	}
	if c.write && p.killedAtWrite(false) {
		return p.dead
	}
	err := fn()
	if p.dead != nil {
		return p.dead
	}
	if c.write {
		p.m.writes = append(p.m.writes, Write{At: p.m.clock.Now().Sub(p.m.born), Process: p.id, Call: c.name, Arg: c.arg})
		if p.killedAtWrite(true) {
			return p.dead
		}
	}
	if fault.Effect != "" && fault.After {
		p.m.effect(fault.Effect)
	}
	if fault.Err != "" && fault.After {
		return faultError(c, fault.Err)
	}
	return err
}

func (p *process) enter(ctx context.Context, c call) error {
	if p.dead != nil {
		return p.dead
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s %s: %w", c.name, c.arg, context.Cause(ctx))
	}
	p.m.calls[c.name]++
	return nil
}

// killedAtWrite kills the process at the write that a test asked for, before or after it is done.
func (p *process) killedAtWrite(done bool) bool {
	if !done {
		p.writes++
	}
	k := p.m.killPoint
	if k == nil || k.done != done || p.writes != k.write {
		return false
	}
	p.m.killPoint = nil
	p.kill()
	return true
}

// kill ends the process: what it held is free.
func (p *process) kill() {
	if p.dead == nil {
		p.dead = ErrKilled
		clear(p.locks)
	}
}

// clock is the machine's clock as a process sees it.
type processClock struct{ p *process }

func (c processClock) Now() time.Time { return c.p.m.clock.Now().Add(c.p.skew) }

func (c processClock) Sleep(ctx context.Context, d time.Duration) error {
	if c.p.dead != nil {
		return c.p.dead
	}
	if err := c.p.m.clock.Sleep(ctx, d); err != nil {
		return err
	}
	return c.p.dead
}

func (c processClock) Go(fn func()) { c.p.m.clock.Go(fn) }

// value makes a call that returns something.
func value[T any](ctx context.Context, p *process, c call, fn func() (T, error)) (T, error) {
	var result T
	err := p.do(ctx, c, func() (err error) {
		result, err = fn()
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return result, nil
}
