package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/service"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
)

// statusCommand shows how the instance stands: what the last run left, and what is so now.
type statusCommand struct{}

func newStatusCommand(l *line) *cobra.Command {
	return l.command("status", "Show on one screen how this instance stands.", &statusCommand{})
}

type statusDocument struct {
	SchemaVersion int    `json:"schemaVersion"`
	Simulated     string `json:"simulated,omitempty"`
	Version       string `json:"version"`
	InstanceID    string `json:"instanceId,omitempty"`
	// StateKnown tells that a run has left a state; SameBoot that Windows has not started since a run got to work.
	StateKnown    bool        `json:"stateKnown"`
	SameBoot      bool        `json:"sameBoot"`
	PendingReboot string      `json:"pendingReboot,omitempty"`
	Changes       int         `json:"recordedChanges"`
	Agent         statusAgent `json:"agent"`
	// BootService is the state of the service that runs the bootstrap at each boot.
	BootService string         `json:"bootService"`
	LastRun     *report.Report `json:"lastRun,omitempty"`
	Warnings    []string       `json:"warnings,omitempty"`
}

type statusAgent struct {
	Service              string `json:"service"`
	Version              string `json:"version,omitempty"`
	Cluster              string `json:"cluster,omitempty"`
	ContainerInstanceARN string `json:"containerInstanceArn,omitempty"`
	// ConnectedToACS is what the agent's log says since its last start.
	ConnectedToACS bool `json:"connectedToAcs"`
	// Unknown is why it is not known whether the agent has registered.
	Unknown string `json:"unknown,omitempty"`
}

// Run implements the command.
func (*statusCommand) Run(s *session) error {
	return s.onMachine(func(b *bench) error {
		d := b.status()
		return b.show(d, func() { d.screen(b) })
	})
}

func (b *bench) status() statusDocument {
	d := statusDocument{SchemaVersion: 1, Simulated: b.simulated, Version: b.Version}
	store, err := state.Open(b, b.host, b.folder(), true)
	if err != nil {
		d.warn(b, err)
	} else {
		d.take(b, store.Get())
	}
	d.lookAtAgent(b)
	d.lookAtBootService(b)
	return d
}

func (d *statusDocument) warn(b *bench, err error) {
	d.Warnings = append(d.Warnings, b.mask.Text(err.Error()))
}

func (d *statusDocument) take(b *bench, s state.State) {
	d.StateKnown = s.BootID != "" || len(s.LastRun) > 0
	d.InstanceID, d.PendingReboot, d.Changes = s.InstanceID, s.Reboot.Pending, len(s.Undos)
	d.LastRun = output.Masked(s.Last(), b.mask.Text)
	boot, err := b.host.System.Boot(b)
	if err != nil {
		d.warn(b, err)
	}
	d.SameBoot = d.StateKnown && (s.BootID == "" || boot.ID == s.BootID)
}

func (d *statusDocument) lookAtAgent(b *bench) {
	is, err := b.host.Services.Service(b, agent.Service)
	switch {
	case errors.Is(err, host.ErrNotFound):
		d.Agent.Service = "not installed"
		return
	case err != nil:
		d.warn(b, err)
		return
	}
	d.Agent.Service = agent.Describe(is)
	if is.State != host.ServiceRunning {
		return
	}
	member, err := agent.Introspect(b, b.host.Web)
	if err != nil {
		if !errors.Is(err, host.ErrNoListener) {
			d.Agent.Unknown = b.mask.Text(err.Error())
		}
		return
	}
	d.Agent.Version, d.Agent.Cluster, d.Agent.ContainerInstanceARN = member.Version, member.Cluster, member.ARN
	if log, err := b.host.Files.Read(b, b.agentLog()); err == nil {
		d.Agent.ConnectedToACS = agent.ConnectedToACS(log)
	}
}

func (d *statusDocument) lookAtBootService(b *bench) {
	is, err := b.host.Services.Service(b, service.Name)
	switch {
	case err == nil:
		d.BootService = is.Describe(service.Name)
	case errors.Is(err, host.ErrNotFound):
		d.BootService = "not installed"
	default:
		d.warn(b, err)
	}
}

func (d statusDocument) screen(b *bench) {
	w, style := b.Stdout, b.style()
	output.Simulated(w, style, d.Simulated)
	line := func(label, text string) { output.Labeled(w, style, label, text) }
	line("instance", orNone(d.InstanceID))
	line("agent", d.Agent.Service)
	switch {
	case d.Agent.ContainerInstanceARN != "":
		line("member", fmt.Sprintf("%s in cluster %s, agent %s", d.Agent.ContainerInstanceARN, d.Agent.Cluster, d.Agent.Version))
		connected := "by its log"
		if !d.Agent.ConnectedToACS {
			connected = "its log does not say so"
		}
		line("to ECS", "connected: "+connected)
	case d.Agent.Unknown != "":
		line("member", "not known: "+d.Agent.Unknown)
	default:
		line("member", "no: the agent has not registered")
	}
	line("boot path", d.BootService)
	for _, text := range d.Warnings {
		line("warning", text)
	}
	if !d.StateKnown {
		line("last run", "none is recorded; run `ecswin-bootstrap apply`")
		return
	}
	line("changes", fmt.Sprintf("%d recorded, which `ecswin-bootstrap reset` takes back", d.Changes))
	if !d.SameBoot {
		line("boot", "another one since a run got to work: Docker's nat network and 169.254.170.2 do not survive a boot; the boot path or `apply` sets them up anew")
	}
	if d.PendingReboot != "" {
		line("reboot", "pending: "+d.PendingReboot)
	}
	if d.LastRun != nil {
		line("last run", d.LastRun.StartedAt.UTC().Format(time.RFC3339))
		fmt.Fprintln(w)
		last := *d.LastRun
		// The screen says it already.
		last.Simulated = ""
		output.Report(w, style, &last)
	}
}

func orNone(s string) string {
	if s == "" {
		return "not known yet"
	}
	return s
}
