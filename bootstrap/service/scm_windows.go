package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// stopHint is how long the SCM is told that a stop may take. A drain takes as long as the document allows.
const stopHint = time.Hour

// Main hands the process over to the service control manager and returns when the service has ended. Only the SCM starts
// a service: started by hand the process has nobody to talk to.
func Main(serve func(ctx context.Context, running func()) uint32) error {
	if err := svc.Run(Name, handler{serve}); err != nil {
		if errors.Is(err, windows.ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) {
			return fault.New("E_USAGE", err, "only the service control manager runs the service; start it with `sc.exe start %s`", Name)
		}
		return fmt.Errorf("running as service %s: %w", Name, err)
	}
	return nil
}

// handler translates between the SCM and Serve.
type handler struct {
	serve func(ctx context.Context, running func()) uint32
}

// Execute implements svc.Handler.
func (h handler) Execute(_ []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (specific bool, exit uint32) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	status <- svc.Status{State: svc.StartPending}
	ended, running := make(chan uint32, 1), make(chan struct{})
	go func() { ended <- h.serve(ctx, func() { close(running) }) }()
	<-running
	now := svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptPreShutdown}
	status <- now
	for {
		select {
		case exit = <-ended:
			// An exit code of the program's own: 1066 and this code is what the SCM shows.
			return exit != 0, exit
		case request := <-requests:
			switch request.Cmd {
			case svc.Interrogate:
				status <- now
			case svc.Stop:
				now = stopping(cancel, ErrStop)
				status <- now
			case svc.PreShutdown:
				now = stopping(cancel, ErrPreshutdown)
				status <- now
			}
		}
	}
}

// stopping ends the context and returns the status that says so.
func stopping(cancel context.CancelCauseFunc, why error) svc.Status {
	cancel(why)
	return svc.Status{State: svc.StopPending, WaitHint: uint32(stopHint / time.Millisecond)}
}
