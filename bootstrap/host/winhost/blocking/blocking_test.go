package blocking_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost/blocking"
)

func TestCall(t *testing.T) {
	t.Parallel()
	if got, err := blocking.Call(t.Context(), "looking", func() (int, error) { return 7, nil }); got != 7 || err != nil {
		t.Errorf("Call = %d, %v", got, err)
	}
	err := blocking.Do(t.Context(), "looking", func() error { panic("iphlpapi.dll has no such procedure") })
	if err == nil || !strings.Contains(err.Error(), "no such procedure") {
		t.Errorf("a panic came back as %v", err)
	}
	cause := errors.New("deadline of the phase")
	ctx, cancel := context.WithCancelCause(t.Context())
	release := make(chan struct{})
	defer close(release)
	err = blocking.Do(ctx, "creating", func() error {
		cancel(cause)
		<-release
		return nil
	})
	if !errors.Is(err, cause) {
		t.Errorf("a call that hangs = %v; want the context's cause", err)
	}
	ran := false
	if err := blocking.Do(ctx, "creating", func() error { ran = true; return nil }); !errors.Is(err, cause) || ran {
		t.Errorf("a call after the end = %v, ran: %t; want the cause and nothing run", err, ran)
	}
}
