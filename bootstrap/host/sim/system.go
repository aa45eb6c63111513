package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// windows is what the machine says of itself.
type windows struct {
	os      host.OS
	pending host.Pending
	domain  string
	// channelAt is when the secure channel works.
	channelAt time.Time
	// joins is the domain that a pending join leads to.
	joins string
	boots int
	// bootedAt is when this boot began, by true time.
	bootedAt time.Time
	// skew is the error of the machine's clock.
	skew time.Duration
}

type systemView struct{ p *process }

func (v systemView) OS(ctx context.Context) (host.OS, error) {
	return value(ctx, v.p, v.p.m.look("system.OS", ""), func() (host.OS, error) {
		os := v.p.m.windows.os
		os.FreeBytes = v.p.m.disk.free
		return os, nil
	})
}

func (v systemView) Boot(ctx context.Context) (host.Boot, error) {
	return value(ctx, v.p, v.p.m.look("system.Boot", ""), func() (host.Boot, error) { return v.p.m.boot(), nil })
}

// boot tells which boot this is.
func (m *Machine) boot() host.Boot {
	return host.Boot{ID: fmt.Sprintf("boot-%d", m.windows.boots), StartedAt: m.windows.bootedAt.Add(m.windows.skew)}
}

func (v systemView) Pending(ctx context.Context) (host.Pending, error) {
	return value(ctx, v.p, v.p.m.look("system.Pending", ""), func() (host.Pending, error) { return v.p.m.windows.pending, nil })
}

func (v systemView) Domain(ctx context.Context) (host.Domain, error) {
	return value(ctx, v.p, v.p.m.look("system.Domain", ""), func() (host.Domain, error) {
		w := v.p.m.windows
		return host.Domain{Name: w.domain, SecureChannel: w.domain != "" && !v.p.m.clock.Now().Before(w.channelAt)}, nil
	})
}

func (v systemView) Reboot(ctx context.Context, reason string) error {
	return v.p.do(ctx, v.p.m.change("system.Reboot", reason), func() error {
		v.p.m.clock.After(v.p.m.latency.Shutdown, v.p.m.shutdown)
		return nil
	})
}

type lockView struct{ p *process }

func (v lockView) Acquire(ctx context.Context, name string) (func(), error) {
	return value(ctx, v.p, v.p.m.look("locks.Acquire", name), func() (func(), error) {
		for _, other := range v.p.m.processes {
			if other.locks[name] {
				return nil, fmt.Errorf("lock %s: %w", name, host.ErrInUse)
			}
		}
		v.p.locks[name] = true
		return func() { delete(v.p.locks, name) }, nil
	})
}

type consoleView struct{ p *process }

func (v consoleView) WriteLine(ctx context.Context, line string) error {
	return v.p.do(ctx, v.p.m.look("console.WriteLine", ""), func() error {
		v.p.m.console = append(v.p.m.console, line)
		return nil
	})
}

func (v consoleView) Event(ctx context.Context, event host.Event) error {
	return v.p.do(ctx, v.p.m.look("console.Event", ""), func() error {
		v.p.m.events = append(v.p.m.events, event)
		return nil
	})
}
