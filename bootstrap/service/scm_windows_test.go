package service

import (
	"context"
	"errors"
	"testing"

	"golang.org/x/sys/windows/svc"
)

// TestHandler is the service control manager's conversation with the service: what it asks for reaches the work as the cause
// of its end, and the exit code comes back as the service's own.
func TestHandler(t *testing.T) {
	for name, test := range map[string]struct {
		request svc.Cmd
		cause   error
	}{
		"stop":        {svc.Stop, ErrStop},
		"preshutdown": {svc.PreShutdown, ErrPreshutdown},
	} {
		requests, status := make(chan svc.ChangeRequest), make(chan svc.Status)
		ended := make(chan uint32, 1)
		h := handler{func(ctx context.Context, running func()) uint32 {
			running()
			<-ctx.Done()
			if !errors.Is(context.Cause(ctx), test.cause) {
				t.Errorf("%s: the work ends by %v", name, context.Cause(ctx))
			}
			return 7
		}}
		go func() {
			if specific, exit := h.Execute(nil, requests, status); specific {
				ended <- exit
			}
			close(ended)
		}()
		is := func(state svc.State, accepts svc.Accepted) {
			t.Helper()
			if s := <-status; s.State != state || s.Accepts != accepts || (state == svc.StopPending) != (s.WaitHint > 0) {
				t.Errorf("%s: the status is %+v, want state %d that takes %d", name, s, state, accepts)
			}
		}
		is(svc.StartPending, 0)
		is(svc.Running, svc.AcceptStop|svc.AcceptPreShutdown)
		requests <- svc.ChangeRequest{Cmd: svc.Interrogate}
		is(svc.Running, svc.AcceptStop|svc.AcceptPreShutdown)
		requests <- svc.ChangeRequest{Cmd: test.request}
		is(svc.StopPending, 0)
		if exit := <-ended; exit != 7 {
			t.Errorf("%s: the exit code is %d, and not the service's own 7", name, exit)
		}
	}
}
