package winhost

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// filePatience is for how long a file is asked for again that another program holds. Go's own tools wait as long for theirs
// (cmd/internal/robustio).
const filePatience = 2 * time.Second

// patientFiles asks again for a file that another program holds. A virus scanner or a person's `status` has it open for
// moments, in which Windows refuses to replace or to remove it, and at times to read it. Windows says "access denied" for
// that as well as for an ACL, so that an ACL costs the same wait.
type patientFiles struct {
	host.Files
	clock wait.Clock
}

// Read implements host.Files.
func (f patientFiles) Read(ctx context.Context, path string) (content []byte, err error) {
	err = f.patiently(ctx, path, func() error {
		content, err = f.Files.Read(ctx, path)
		return err
	})
	return content, err
}

// Write implements host.Files.
func (f patientFiles) Write(ctx context.Context, path string, content []byte) error {
	return f.patiently(ctx, path, func() error { return f.Files.Write(ctx, path, content) })
}

// Remove implements host.Files.
func (f patientFiles) Remove(ctx context.Context, path string) error {
	return f.patiently(ctx, path, func() error { return f.Files.Remove(ctx, path) })
}

// patiently tries until nobody is in the way, or patience ends. Its error is that of the last try.
func (f patientFiles) patiently(ctx context.Context, path string, try func() error) error {
	var last error
	schedule := wait.Schedule{Timeout: filePatience, First: 10 * time.Millisecond, Longest: 200 * time.Millisecond}
	err := wait.Until(ctx, f.clock, schedule, "another program to let go of "+path, func(time.Duration) (bool, string, error) {
		last = try()
		return !errors.Is(last, host.ErrDenied) && !errors.Is(last, host.ErrInUse), "it holds it", nil
	})
	expired, ok := errors.AsType[*wait.Expired](err)
	switch {
	case !ok:
		return last
	case ctx.Err() != nil:
		return fmt.Errorf("%w; tried again until %w", last, context.Cause(ctx))
	}
	return fmt.Errorf("%w; tried again for %s", last, expired.Waited.Round(time.Millisecond))
}
