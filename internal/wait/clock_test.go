package wait_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

func TestManualWakesSleepersWhenTheirTimeComes(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := wait.NewManual(start)
	woken := make(chan error, 1)
	go func() { woken <- clock.Sleep(t.Context(), time.Minute) }()

	if err := clock.AwaitSleepers(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	clock.Advance(59 * time.Second)
	if err := clock.AwaitSleepers(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Second)
	if err := <-woken; err != nil {
		t.Errorf("Sleep() = %v, want nil", err)
	}
	if got, want := clock.Now(), start.Add(time.Minute); !got.Equal(want) {
		t.Errorf("Now() = %v, want %v", got, want)
	}
}

func TestSleepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("asked to stop")
	for name, clock := range map[string]wait.Clock{
		"system": wait.System(),
		"manual": wait.NewManual(time.Time{}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(cause)
			if err := clock.Sleep(ctx, time.Hour); !errors.Is(err, cause) {
				t.Errorf("Sleep() = %v, want %v", err, cause)
			}
			if err := clock.Sleep(ctx, 0); err != nil {
				t.Errorf("Sleep(0) = %v, want nil", err)
			}
		})
	}
}

func TestAwaitSleepersNamesWhatItSaw(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := wait.NewManual(time.Time{}).AwaitSleepers(ctx, 2)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("AwaitSleepers() = %v, want %v", err, context.Canceled)
	}
	if want := "waiting for 2 sleepers, last seen 0: context canceled"; err.Error() != want {
		t.Errorf("AwaitSleepers() = %q, want %q", err, want)
	}
}
