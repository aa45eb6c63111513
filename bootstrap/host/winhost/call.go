package winhost

import (
	"context"
	"fmt"
)

// call runs fn, which may block in Windows with no way to interrupt it, and returns when it ends or ctx does. A call that
// was left behind still ends by itself; its result is dropped. A panic in fn, as hcsshim and winipcfg raise where a
// procedure is missing from a DLL, becomes an error.
func call[T any](ctx context.Context, what string, fn func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	if err := ctx.Err(); err != nil {
		var zero T
		return zero, fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if r := recover(); r != nil {
				o.err = fmt.Errorf("%s: this Windows lacks a procedure: %v", what, r)
			}
			done <- o
		}()
		o.value, o.err = fn()
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var zero T
		return zero, fmt.Errorf("%s: no answer from Windows: %w", what, context.Cause(ctx))
	}
}

// do is call for what returns only an error.
func do(ctx context.Context, what string, fn func() error) error {
	_, err := call(ctx, what, func() (struct{}, error) { return struct{}{}, fn() })
	return err
}

// free gives back what a call has used. That Windows does not take it back is nothing that anybody could act on.
func free(giveBack func() error) { _ = giveBack() }
