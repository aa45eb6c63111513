package host

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Together runs work for 0 to n-1 at the same time and returns when all have ended. It waits in a sleep that the last one
// ends, because on a simulated clock nothing else may block. It does not end with ctx, so work has to.
func Together(ctx context.Context, clock Clock, n int, work func(i int)) {
	if n == 0 {
		return
	}
	running, ended := context.WithCancel(context.WithoutCancel(ctx))
	defer ended()
	var mu sync.Mutex
	left := n
	for i := range n {
		clock.Go(func() {
			work(i)
			mu.Lock()
			defer mu.Unlock()
			if left--; left == 0 {
				ended()
			}
		})
	}
	for running.Err() == nil {
		if clock.Sleep(running, time.Hour) != nil {
			// All have ended, or a simulated process was killed.
			return
		}
	}
}

// Within bounds a call by the machine's own clock. The function that it returns frees what waits, once the call has ended.
func Within(ctx context.Context, clock Clock, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	clock.Go(func() {
		if clock.Sleep(ctx, limit) == nil {
			cancel(fmt.Errorf("no answer within %s: %w", limit, context.DeadlineExceeded))
		}
	})
	return ctx, func() { cancel(context.Canceled) }
}
