// Package service runs the fakes that are Windows services.
package service

import (
	"context"

	"golang.org/x/sys/windows/svc"
)

// Work is a service's work: it calls ready once it runs, and returns its exit code when ctx ends or before.
type Work func(ctx context.Context, ready func()) uint32

// Handle runs the service of that name, as Run does. reread is called when somebody tells the service to read its
// parameters anew.
func Handle(name string, work Work, reread func()) error { return svc.Run(name, handler{work, reread}) }

// Run is the service of that name until the service control manager stops it. An exit code other than 0 is the service's
// own: the manager shows ERROR_SERVICE_SPECIFIC_ERROR and that code.
func Run(name string, work Work) error { return svc.Run(name, handler{work, nil}) }

type handler struct {
	work   Work
	reread func()
}

// Execute implements svc.Handler.
func (h handler) Execute(_ []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (bool, uint32) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	status <- svc.Status{State: svc.StartPending}
	ready, ended := make(chan struct{}, 1), make(chan uint32, 1)
	go func() { ended <- h.work(ctx, func() { ready <- struct{}{} }) }()
	for {
		select {
		case <-ready:
			status <- svc.Status{State: svc.Running, Accepts: h.accepts()}
		case code := <-ended:
			status <- svc.Status{State: svc.StopPending}
			return code != 0, code
		case r := <-requests:
			switch r.Cmd {
			case svc.Stop, svc.Shutdown:
				status <- svc.Status{State: svc.StopPending}
				cancel()
			case svc.ParamChange:
				h.reread()
				status <- r.CurrentStatus
			default:
				status <- r.CurrentStatus
			}
		}
	}
}

func (h handler) accepts() svc.Accepted {
	if h.reread == nil {
		return svc.AcceptStop | svc.AcceptShutdown
	}
	return svc.AcceptStop | svc.AcceptShutdown | svc.AcceptParamChange
}
