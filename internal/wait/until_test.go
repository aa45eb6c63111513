package wait_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait/waittest"
)

// TestUntilLooksAtItsVeryEnd, never after it, and ever less often.
func TestUntilLooksAtItsVeryEnd(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		timeout := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "timeout"))
		cost := time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "cost of a look"))
		schedule := wait.Schedule{Timeout: timeout, First: time.Second, Longest: 15 * time.Second}
		clock := &waittest.Clock{}
		var looks []time.Duration
		err := wait.Until(ctx, clock, schedule, "it", func(waited time.Duration) (bool, string, error) {
			looks = append(looks, waited)
			clock.Time = clock.Time.Add(cost)
			return false, "nothing", nil
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
		if last := looks[len(looks)-1]; last > timeout || last+cost < timeout {
			t.Fatalf("looked last after %s of %s", last, timeout)
		}
		for n := 2; n < len(looks)-1; n++ {
			if before, after := looks[n-1]-looks[n-2]-cost, looks[n]-looks[n-1]-cost; after < before || after > schedule.Longest {
				t.Fatalf("waited %s after %s", after, before)
			}
		}
	})
}

func TestUntilSaysWhatItSawLast(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	failure := errors.New("no such thing")
	for name, tt := range map[string]struct {
		ctx  context.Context
		look func(time.Duration) (bool, string, error)
		want string
		is   error
	}{
		"done":     {t.Context(), func(time.Duration) (bool, string, error) { return true, "", nil }, "", nil},
		"failed":   {t.Context(), func(time.Duration) (bool, string, error) { return false, "", failure }, "no such thing", failure},
		"deadline": {t.Context(), func(time.Duration) (bool, string, error) { return false, "PENDING", nil }, "waited 10s for it, last seen: PENDING: context deadline exceeded", context.DeadlineExceeded},
		"context":  {ended, func(time.Duration) (bool, string, error) { return false, "PENDING", nil }, "waited 0s for it, last seen: PENDING: context canceled", context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := wait.Until(tt.ctx, &waittest.Clock{}, wait.Every(3*time.Second, 10*time.Second), "it", tt.look)
			if !errors.Is(err, tt.is) || err != nil && err.Error() != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
