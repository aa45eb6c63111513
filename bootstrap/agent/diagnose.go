package agent

import (
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Diagnose says why the AmazonECS service does not run, by its log since a time and by what Windows says of it. Of a
// service that runs it says what the log names as in the way, or nil.
//
// The agent reports a failure for good as exit code 0, so that Windows takes it for a clean stop; only the log tells. The
// cause is the last critical line before the agent's own marker, where the catalogue knows it; else the line is quoted.
func Diagnose(log []byte, since time.Time, service host.Service) *fault.Fault {
	lines := Since(ParseLog(log), since)
	run := LastRun(lines)
	cause, known := lastCause(run)
	switch {
	case service.State == host.ServiceRunning || service.State == host.ServiceStartPending:
		if known {
			return named(cause)
		}
		return nil
	case known:
		return named(cause)
	case endedForGood(run):
		return unnamed("E_AGENT_TERMINAL", run, service)
	case service.ExitCode == host.ErrorServiceSpecific || failed(run):
		return unnamed("E_AGENT_RESTART_LOOP", run, service)
	case service.ExitCode == host.ErrorServiceRequestTimeout:
		return unnamed("E_AGENT_START_TIMEOUT", run, service)
	case service.ExitCode != 0 && service.ExitCode != host.ErrorServiceNeverStarted:
		return unnamed("E_AGENT_CRASHED", run, service)
	}
	return unnamed("E_AGENT_STOPPED", run, service)
}

// finding is a line of the log with the entry that names it.
type finding struct {
	line  Line
	entry Entry
}

// lastCause walks the log of one run of the agent backwards to the line that ended it, and from a line that says little
// to one before it that says more.
func lastCause(run []Line) (finding, bool) {
	connected := false
	for i := len(run) - 1; i >= 0; i-- {
		line := run[i]
		if strings.HasPrefix(line.Message, terminalMessage) {
			continue
		}
		if registered(line) {
			return finding{}, false
		}
		if strings.HasPrefix(line.Message, acsMessage) {
			connected = true
		}
		entry, known := Match(line)
		switch {
		case known && connected && entry.Code != "E_AGENT_LISTEN":
			// What it complained of before it was connected is over; a port that it cannot have is not.
		case known && entry.Generic:
			if better, ok := explanation(run[:i]); ok {
				return better, true
			}
			return finding{line, entry}, true
		case known:
			return finding{line, entry}, true
		case line.Level == "critical":
			// The catalogue does not know what ended the agent, and what came before did not.
			return finding{}, false
		}
	}
	return finding{}, false
}

// registered reports whether the agent got past whatever it complained of before.
func registered(l Line) bool {
	return strings.HasPrefix(l.Message, "Instance registration completed successfully") ||
		strings.HasPrefix(l.Message, "Registered container instance with cluster")
}

// explanation is the last line before a generic one of those that explain and do not end the agent.
func explanation(before []Line) (finding, bool) {
	for i := len(before) - 1; i >= 0; i-- {
		if entry, ok := Match(before[i]); ok && entry.Class == GoesOn {
			return finding{before[i], entry}, true
		}
	}
	return finding{}, false
}

func endedForGood(run []Line) bool {
	for _, l := range run {
		if strings.HasPrefix(l.Message, terminalMessage) {
			return true
		}
	}
	return false
}

// failed reports whether the agent said that it ends with an error. It says "Exiting 0" when it ends for good.
func failed(run []Line) bool {
	for _, l := range run {
		if code, ok := strings.CutPrefix(l.Message, exitPrefix); ok && code != "0" {
			return true
		}
	}
	return false
}

func named(f finding) *fault.Fault {
	return fault.New(f.entry.Code, nil, "%s", "the agent's log says: "+Quote(f.line.Text()))
}

// unnamed quotes the last line that says anything is wrong.
func unnamed(code fault.Code, run []Line, service host.Service) *fault.Fault {
	seen := Describe(service)
	for i := len(run) - 1; i >= 0; i-- {
		line := run[i]
		bad := line.Level == "critical" || line.Level == "error"
		if bad && !strings.HasPrefix(line.Message, terminalMessage) && !strings.HasPrefix(line.Message, exitPrefix) {
			return fault.New(code, nil, "%s; the agent's log says: %s", seen, Quote(line.Text()))
		}
	}
	if len(run) == 0 {
		return fault.New(code, nil, "%s; the agent has written no log since its start", seen)
	}
	return fault.New(code, nil, "%s; the agent's log names no cause, its last line is: %s", seen, Quote(run[len(run)-1].Text()))
}
