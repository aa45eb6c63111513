package agentphase

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

const (
	// look is how often a condition is looked at: what is true is seen within it.
	look = 250 * time.Millisecond
	// maxStarts bounds the starts that Windows gives up with error 1053.
	maxStarts = 3
	// settingsMarker remembers with which settings the agent was started last.
	settingsMarker = "agent-settings"
	// instanceTypeAttribute is added by ECS at the registration.
	instanceTypeAttribute = "ecs.instance-type"
)

// start starts the agent once everything is there that it would otherwise miss.
type start struct{}

// Describe implements phase.Phase.
func (start) Describe(d *nodeconfig.Document) phase.Description {
	return phase.Description{
		ID: StartID, Title: "The agent runs",
		Needs: []phase.ID{
			"imds", "credentials", "hns-nat", "task-networks", "host-proxy", "dns", "domain", "awsvpc", "endpoints", "trunking",
			IntegrityID, ConfigID, ForeignID,
		},
		Timeout: d.Timeouts.AgentStart,
	}
}

// Probe implements phase.Phase.
func (start) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	var s seen
	if found := n.Found.Get().Instance; Warmed(found) {
		s.fact("warm pool", "the agent is left stopped until the instance goes in service ("+found.TargetLifecycle+")")
		return s, nil
	}
	service, absent := n.Host.Services.Service(ctx, agent.Service)
	switch {
	case errors.Is(absent, host.ErrNotFound):
		// In a plan the installation may have yet to make it. What the agent remembers is there all the same.
		service = host.Service{State: host.ServiceStopped}
	case absent != nil:
		return nil, lookingUp(absent)
	}
	mark, err := fingerprint(n.Doc)
	if err != nil {
		return nil, err
	}
	s.fact("service", service.State)
	running := service.State != host.ServiceStopped
	back := s.backInService(ctx, n)
	if running && n.Markers.Marker(settingsMarker) == mark {
		s.changes = back
		return s, nil
	}
	if !running {
		memory, err := s.recall(ctx, n)
		if err != nil {
			return s, err
		}
		if absent != nil {
			return s, lookingUp(absent)
		}
		if memory.astray {
			s.changes = append(s.changes, forget(memory))
		}
	}
	change := phase.Change{
		What: "service " + agent.Service, From: "stopped", To: "running",
		Do: func(ctx context.Context, n *phase.Node) error { return startAgent(ctx, n, mark) },
	}
	if running {
		// It was started before its settings were written, by whoever; it read them once.
		change.From, change.To = "running with other or unknown settings", "restarted"
		cluster, err := elsewhere(ctx, n)
		if err != nil {
			return s, err
		}
		if cluster != "" {
			change.From, change.To = "running, a member of "+cluster, "restarted; a checkpoint of "+cluster+" is set aside"
		}
	}
	s.changes = append(append(s.changes, change), back...)
	return s, nil
}

// lookingUp says what failed where Windows does not show the service.
func lookingUp(err error) error {
	return fmt.Errorf("looking up the service %s: %w", agent.Service, err)
}

// startAgent starts the service, or restarts it. The marker is written while the agent is stopped: after a kill at any
// point either the agent is stopped, or it runs with the settings that the marker tells of.
func startAgent(ctx context.Context, n *phase.Node, mark string) error {
	service, err := n.Host.Services.Service(ctx, agent.Service)
	if err != nil {
		return lookingUp(err)
	}
	if service.State != host.ServiceStopped {
		if err := n.Host.Services.Stop(ctx, agent.Service); err != nil {
			return fault.New("E_AGENT_SERVICE", err, "it could not be stopped to have its new settings")
		}
		// It may have registered since it was looked at.
		memory, err := (&seen{}).recall(ctx, n)
		if err == nil && memory.astray {
			err = setAside(ctx, n, memory)
		}
		if err != nil {
			return err
		}
	}
	if err := n.Markers.Mark(ctx, settingsMarker, mark); err != nil {
		return err
	}
	began := n.Host.Clock.Now()
	starts := 0
	err = wait.Until(ctx, n.Host.Clock, wait.Every(look, n.Doc.Timeouts.AgentStart), "the AmazonECS service to start",
		func(time.Duration) (bool, string, error) {
			starts++
			err := n.Host.Services.Start(ctx, agent.Service)
			if err == nil {
				return true, "", nil
			}
			return false, fmt.Sprintf("start %d: %v", starts, err), refusedStart(ctx, n, began, starts, err)
		})
	var expired *wait.Expired
	if errors.As(err, &expired) {
		return fault.New("E_AGENT_START_REFUSED", err, "")
	}
	return err
}

// refusedStart judges a refusal: one that may pass is nil.
func refusedStart(ctx context.Context, n *phase.Node, began time.Time, starts int, err error) error {
	var refused *host.ServiceError
	if !errors.As(err, &refused) {
		return fault.New("E_AGENT_START_REFUSED", err, "")
	}
	switch refused.Code {
	case host.ErrorServiceAlreadyRunning, host.ErrorServiceDatabaseLocked, host.ErrorServiceCannotAcceptCtrl, host.ErrorServiceStartHang:
		// It runs, or the SCM is busy with something.
		return nil
	case host.ErrorServiceRequestTimeout, host.ErrorProcessAborted:
	default:
		return fault.New("E_AGENT_START_REFUSED", err, "")
	}
	named := agent.Diagnose(readLog(ctx, n), began, host.Service{State: host.ServiceStopped, ExitCode: refused.Code})
	timedOut := refused.Code == host.ErrorServiceRequestTimeout && named.Code == "E_AGENT_START_TIMEOUT"
	if timedOut && starts < maxStarts {
		n.Warn("start %d of the AmazonECS service did not answer Windows within 30 s; it is started again", starts)
		return nil
	}
	named.Err = err
	return named
}

// readLog returns the agent's log. One that cannot be read tells nothing.
func readLog(ctx context.Context, n *phase.Node) []byte {
	log, err := n.Host.Files.Read(ctx, n.Doc.Agent.LogFile)
	if err != nil {
		return nil
	}
	return log
}

// Verify implements phase.Phase. Running is not joined: the agent reports it long before its registration.
func (start) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	if Warmed(n.Found.Get().Instance) {
		return nil, nil
	}
	var service host.Service
	err := wait.Until(ctx, n.Host.Clock, wait.Every(look, n.Doc.Timeouts.AgentStart), "the AmazonECS service to run",
		func(time.Duration) (bool, string, error) {
			var err error
			if service, err = n.Host.Services.Service(ctx, agent.Service); err != nil {
				return false, "", lookingUp(err)
			}
			if service.State == host.ServiceStopped && !comesBack(service) {
				return false, "", diagnose(ctx, n, service)
			}
			return service.State == host.ServiceRunning, agent.Describe(service), nil
		})
	if err != nil {
		return nil, overdue(ctx, n, err, service, "E_AGENT_RESTART_LOOP")
	}
	n.Found.Set(func(f *phase.Found) { f.Agent.PID = service.PID })
	return []phase.Fact{{Name: "service", Value: service.State}, {Name: "pid", Value: fmt.Sprint(service.PID)}}, nil
}

// diagnose names why the agent does not run.
func diagnose(ctx context.Context, n *phase.Node, service host.Service) error {
	f := agent.Diagnose(readLog(ctx, n), time.Time{}, service)
	if f == nil {
		return nil
	}
	// On a system in another language the agent ends with an error and without a word before it registers.
	locale := n.Found.Get().OS.Locale
	if f.Code == "E_AGENT_RESTART_LOOP" && locale != "" && !english(locale) && !agent.Complains(readLog(ctx, n)) {
		return fault.New("E_AGENT_LOCALE", nil, "the system's language is %s; %s", locale, f.Seen)
	}
	return f
}

// overdue names a wait that came to its end: by the agent's log where that names a cause, else by code.
func overdue(ctx context.Context, n *phase.Node, err error, service host.Service, code fault.Code) error {
	var expired *wait.Expired
	if !errors.As(err, &expired) {
		return err
	}
	var named *fault.Fault
	if errors.As(diagnose(ctx, n, service), &named) && named.Code != "E_AGENT_STOPPED" {
		named.Err = err
		return named
	}
	return fault.New(code, err, "")
}
