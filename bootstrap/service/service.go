// Package service is the bootstrap as a Windows service: it runs `apply` at every boot, and drains the container instance
// when Windows shuts down. NAT networks and the address of the host proxy do not survive a reboot, and user data runs once.
//
// The service reports Running before it does anything. A service that starts Docker or AmazonECS while it is itself
// start-pending waits for the SCM, which waits for it. What it does shows in the state file, the event log and `status`.
package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// Why the service's context ends.
var (
	// ErrStop is a stop that somebody asked the SCM for.
	ErrStop = errors.New("the service was asked to stop")
	// ErrPreshutdown says that Windows is about to shut down and waits for the service.
	ErrPreshutdown = errors.New("the machine shuts down")
)

// Work is what the service does.
type Work struct {
	// Apply is one run of `apply`, with the document that the service's flags name, or else the one of the user data.
	Apply func(ctx context.Context) *report.Report
	// Drain takes the container instance out of service and waits, bounded by the document, until its tasks have gone. It
	// is false where the document turns that off.
	Drain func(ctx context.Context) (drained bool, err error)
}

// The entries of the event log that the service itself writes. The phases have theirs.
const (
	EventStarted = 901
	EventRun     = 902
	EventFailed  = 903
	EventDrained = 904
	EventStopped = 905
)

const (
	// firstPause and longestPause bound the pause before a run that failed is made again.
	firstPause, longestPause = 15 * time.Second, 5 * time.Minute
	// warmPause is how often a node of a warm pool looks whether it has been called into service.
	warmPause = 10 * time.Second
	// idlePause is how long the service sleeps at a time when it has nothing to do but to wait for its end.
	idlePause = time.Hour
)

// Serve is the life of the service. It says that it runs, brings the node into its cluster, and stays until ctx ends,
// with the cause ErrStop or ErrPreshutdown; another cause counts as a stop. Its result is the service's exit code: 0, or
// the exit code of a run that only a new process can repeat, upon which the SCM starts the service anew.
func Serve(ctx context.Context, h *host.Host, w Work, running func()) uint32 {
	running()
	s := &server{host: h, work: w}
	// Without its source the event log shows the entries all the same, after a complaint.
	if err := RegisterEvents(ctx, h.Registry); err == nil {
		s.tell(ctx, EventStarted, "info", "The service runs.")
	}
	exit := s.serve(ctx)
	if errors.Is(context.Cause(ctx), ErrPreshutdown) {
		s.drain(ctx)
	}
	s.tell(ctx, EventStopped, "info", "The service ends.")
	return exit
}

type server struct {
	host *host.Host
	work Work
}

// serve applies until the node is what it should be, and then waits for the end of ctx.
func (s *server) serve(ctx context.Context) (exit uint32) {
	patience := firstPause
	for {
		r := s.work.Apply(ctx)
		if ctx.Err() != nil {
			return 0
		}
		if fault.Exit(r.ExitCode) == fault.Internal {
			// Nobody foresaw this: a new process has a better chance than this one.
			s.tell(ctx, EventFailed, "error", failure(r))
			return uint32(r.ExitCode)
		}
		again, pause := s.judge(ctx, r, patience)
		if !again {
			return s.idle(ctx)
		}
		if err := s.host.Clock.Sleep(ctx, pause); err != nil {
			return 0
		}
		if r.ExitCode != 0 {
			patience = min(2*patience, longestPause)
		}
	}
}

// judge says in the event log how a run went, and decides whether and when to make it again.
func (s *server) judge(ctx context.Context, r *report.Report, patience time.Duration) (again bool, pause time.Duration) {
	switch code := fault.Exit(r.ExitCode); code {
	case fault.OK:
		if r.Result == report.ResultWarmed {
			return true, warmPause
		}
		s.tell(ctx, EventRun, "info", "The run's result: "+r.Result+".")
		return false, 0
	case fault.Config, fault.Usage, fault.RebootNeeded:
		if codeOf(r) == "E_CONFIG_SOURCE" {
			break // a silent source may answer later
		}
		// User data changes only while the instance is stopped, and a reboot starts the service anew.
		s.tell(ctx, EventFailed, "error", failure(r)+" The service waits for its next start.")
		return false, 0
	}
	if info, ok := fault.Find(codeOf(r)); ok && info.Terminal {
		// Somebody has to do something first, on the machine or in the account, and need not restart the service then.
		patience = longestPause
	}
	s.tell(ctx, EventFailed, "warning", fmt.Sprintf("%s The next try is in %s.", failure(r), patience))
	return true, patience
}

// idle waits for the end of ctx.
func (s *server) idle(ctx context.Context) (exit uint32) {
	for {
		if err := s.host.Clock.Sleep(ctx, idlePause); err != nil {
			return 0
		}
	}
}

func codeOf(r *report.Report) fault.Code {
	if r.Error == nil {
		return ""
	}
	return fault.Code(r.Error.Code)
}

func failure(r *report.Report) string {
	if r.Error == nil {
		return fmt.Sprintf("The run ended with exit code %d.", r.ExitCode)
	}
	return fmt.Sprintf("%s: %s. %s.", r.Error.Code, r.Error.Message, r.Error.Remedy)
}

// drain uses a context of its own: the one that has just ended would end it too. Its bound is the document's, and
// Windows' patience with the service.
func (s *server) drain(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	switch drained, err := s.work.Drain(ctx); {
	case err != nil:
		s.tell(ctx, EventFailed, "error", "Windows shuts down, and the container instance could not be drained: "+err.Error())
	case drained:
		s.tell(ctx, EventDrained, "info", "Windows shuts down; the container instance is drained.")
	}
}

// tell writes to the event log. A log that takes nothing is no reason to fail.
func (s *server) tell(ctx context.Context, id int, severity, text string) {
	_ = s.host.Console.Event(context.WithoutCancel(ctx), host.Event{ID: id, Severity: severity, Text: text})
}
