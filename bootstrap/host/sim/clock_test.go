package sim_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

func start() time.Time { return time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC) }

func TestWorkersTakeTurnsInOrderOfTime(t *testing.T) {
	t.Parallel()
	c := sim.NewClock(start(), 0)
	var seen []string
	err := c.Run(func() {
		for _, w := range []struct {
			name  string
			sleep time.Duration
		}{{"late", 2 * time.Hour}, {"early", time.Second}, {"middle", time.Minute}, {"middle too", time.Minute}} {
			c.Go(func() {
				if err := c.Sleep(t.Context(), w.sleep); err != nil {
					t.Error(err)
				}
				seen = append(seen, w.name)
			})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"early", "middle", "middle too", "late"}; !slices.Equal(seen, want) {
		t.Errorf("ran %q, want %q", seen, want)
	}
	if got := c.Now().Sub(start()); got != 2*time.Hour {
		t.Errorf("%s have passed, want 2h", got)
	}
}

func TestContextWakesASleeperAtTheInstantItEnds(t *testing.T) {
	t.Parallel()
	c := sim.NewClock(start(), 0)
	cause := errors.New("asked to stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	var woken time.Duration
	var got error
	if err := c.Run(func() {
		c.Go(func() {
			got = c.Sleep(ctx, time.Hour)
			woken = c.Now().Sub(start())
		})
		_ = c.Sleep(t.Context(), time.Second)
		cancel(cause)
	}); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(got, cause) || woken != time.Second {
		t.Errorf("Sleep() = %v after %s, want %v after 1s", got, woken, cause)
	}
	if err := c.Sleep(ctx, 0); err != nil {
		t.Errorf("Sleep(0) = %v, want nil: it never blocks", err)
	}
}

func TestEventsHappenWhileWorkersSleepAndKeepNobodyWaiting(t *testing.T) {
	t.Parallel()
	c := sim.NewClock(start(), 0)
	var seen []string
	c.After(time.Hour, func() { seen = append(seen, "hour") })
	c.After(time.Second, func() {
		seen = append(seen, "second")
		c.After(time.Second, func() { seen = append(seen, "two seconds") })
	})
	if err := c.Run(func() { _ = c.Sleep(t.Context(), time.Minute) }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"second", "two seconds"}; !slices.Equal(seen, want) {
		t.Errorf("happened: %q, want %q", seen, want)
	}
	// Outside Run a single caller may sleep as well.
	_ = c.Sleep(t.Context(), time.Hour)
	if want := []string{"second", "two seconds", "hour"}; !slices.Equal(seen, want) {
		t.Errorf("happened: %q, want %q", seen, want)
	}
}

func TestPanicOfAWorkerComesOutOfRun(t *testing.T) {
	t.Parallel()
	c := sim.NewClock(start(), 0)
	defer func() {
		if got := recover(); got != "lost" {
			t.Errorf("recovered %v, want the worker's panic", got)
		}
	}()
	_ = c.Run(func() { c.Go(func() { panic("lost") }) })
	t.Error("Run returned")
}

// TestSameSeedSameRun, and no seed lets anybody wake too early or too late.
func TestSameSeedSameRun(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		naps := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 3), 0, 5), 1, 6).Draw(t, "naps")
		run := func() (order []int) {
			c := sim.NewClock(start(), seed)
			err := c.Run(func() {
				for id, naps := range naps {
					c.Go(func() {
						for _, nap := range naps {
							before := c.Now()
							if err := c.Sleep(context.Background(), time.Duration(nap)*time.Second); err != nil { //nolint:usetesting // rapid's T has no context
								t.Error(err)
							}
							if got := c.Now().Sub(before); got != time.Duration(nap)*time.Second {
								t.Errorf("slept %s, want %d s", got, nap)
							}
							order = append(order, id)
						}
					})
				}
			})
			if err != nil {
				t.Error(err)
			}
			return order
		}
		if first, second := run(), run(); !slices.Equal(first, second) {
			t.Errorf("two runs of seed %d: %v and %v", seed, first, second)
		}
	})
}

func TestCloseEndsServicesThatRunForEver(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	m := sim.New(sim.Options{Services: map[string]sim.ServiceProgram{"server.exe": func(ctx context.Context, _ *sim.Machine, h *host.Host, running func()) uint32 {
		running()
		ended <- h.Clock.Sleep(ctx, 1000*time.Hour)
		return 0
	}}})
	m.WriteFile(`C:\server.exe`, nil)
	h := m.Host()
	must(t, h.Services.Configure(t.Context(), "server", host.ServiceConfig{Command: `"C:\server.exe"`}))
	must(t, h.Services.Start(t.Context(), "server"))
	must(t, m.Advance(time.Hour))
	expectState(t, m, "server", host.ServiceRunning)
	m.Close()
	select {
	case err := <-ended:
		if !errors.Is(err, sim.ErrKilled) {
			t.Errorf("Sleep() = %v, want %v", err, sim.ErrKilled)
		}
	case <-t.Context().Done():
		t.Error("the service runs on")
	}
}

// TestNobodyLeftToRunIsADeadlock that names who waits, and that those who wait get.
func TestNobodyLeftToRunIsADeadlock(t *testing.T) {
	t.Parallel()
	m := sim.New(installed(sim.Options{}))
	m.LockFile(`C:\ProgramData\Amazon\ECS\data\agent.db`, true)
	var got error
	err := m.Run(func() {
		_, got = m.Host().Programs.Run(t.Context(), host.Command{Path: `C:\Program Files\Amazon\ECS\amazon-ecs-agent.exe`, Args: []string{"-ecs-attributes"}})
	})
	for _, err := range []error{err, got} {
		if !errors.Is(err, sim.ErrDeadlock) || !strings.Contains(err.Error(), "the lock of agent.db") {
			t.Errorf("got %v, want a deadlock for the lock of agent.db", err)
		}
	}
}
