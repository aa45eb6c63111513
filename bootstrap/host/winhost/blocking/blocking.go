// Package blocking makes calls of Windows end with a context that may block in Windows with no way to interrupt them.
package blocking

import (
	"context"
	"fmt"
)

// Call runs fn and returns when it ends or ctx does. A call that was left behind still ends by itself; its result is
// dropped, so fn writes to nothing that its caller reads. A panic in fn, as hcsshim and winipcfg raise where a procedure is
// missing from a DLL, becomes an error. What is being done, for messages.
func Call[T any](ctx context.Context, what string, fn func() (T, error)) (T, error) {
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

// Do is Call for what returns only an error.
func Do(ctx context.Context, what string, fn func() error) error {
	_, err := Call(ctx, what, func() (struct{}, error) { return struct{}{}, fn() })
	return err
}
