package doctor

import (
	"context"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/eventlog"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// bootService is the service that runs the bootstrap at each boot, and its source in the event log.
const bootService = "ecswin-bootstrap"

// events adds what the event log tells of the services: those that did not start or ended by themselves, what Docker wrote,
// and what the bootstrap did.
func (b *bundle) events(ctx context.Context, s *Subject) {
	ctx, end := host.Within(ctx, s.Host.Clock, patience)
	defer end()
	names := namesOf(ctx, s.Host, agent.DockerService, agent.Service, bootService)
	for file, query := range map[string]eventlog.Query{
		"events/services.txt":         eventlog.Services(),
		"events/docker.txt":           {Log: "Application", Provider: "docker"},
		"events/ecswin-bootstrap.txt": {Log: "Application", Provider: bootService},
	} {
		entries, err := eventlog.Read(ctx, s.Host.Programs, query)
		if err != nil {
			b.miss(file, err)
			if len(entries) == 0 {
				continue
			}
		}
		var lines strings.Builder
		for _, e := range entries {
			// Of other people's services nobody needs to know.
			if query.Log == "Application" || e.Tells(names...) {
				lines.WriteString(e.String() + "\n")
			}
		}
		b.text(file, lines.String())
	}
}

// namesOf are the names of services and their display names, either of which the service control manager's events have.
func namesOf(ctx context.Context, h *host.Host, services ...string) []string {
	names := services
	for _, name := range services {
		if service, err := h.Services.Service(ctx, name); err == nil && service.Config.DisplayName != "" {
			names = append(names, service.Config.DisplayName)
		}
	}
	return names
}

// timedOut adds the event that tells of a start that Windows gave up, where the finding is about one.
func timedOut(ctx context.Context, s *Subject, name string, service host.Service, f Finding) Finding {
	if service.State != host.ServiceStopped || service.ExitCode != host.ErrorServiceRequestTimeout {
		return f
	}
	entries, err := eventlog.Read(ctx, s.Host.Programs, eventlog.Services())
	for _, e := range entries {
		if (e.ID == eventlog.ConnectTimeout || e.ID == eventlog.TransactionTimeout) && e.Tells(name, service.Config.DisplayName) {
			return f.with("event", e.String())
		}
	}
	if err != nil {
		return f.with("event", err.Error())
	}
	return f
}
