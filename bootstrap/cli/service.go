package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/hostphase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/service"
)

// newServiceCommand describes the commands that manage the service which runs the bootstrap at each boot.
func newServiceCommand(l *line) *cobra.Command {
	return add(l.group("service", "Manage the service that runs the bootstrap at each boot."), "Commands",
		l.command("install", "Install the service for this program, where it lies. Bake it into an AMI so.", &serviceInstallCommand{}),
		l.command("uninstall", "Stop the service and remove it.", &serviceUninstallCommand{}),
		l.command("run", "Be the service. Only the service control manager runs this.", &serviceRunCommand{}))
}

// serviceInstallCommand installs the service.
type serviceInstallCommand struct{}

// Run implements the command.
func (*serviceInstallCommand) Run(s *session) error {
	if _, err := s.source(); err != nil {
		return err
	}
	return s.onMachine(func(b *bench) error {
		if err := service.Install(b, b.host, hostphase.ServiceConfig(b.Path, b.serviceFlags()...)); err != nil {
			return fault.New("E_BOOT_PATH", err, "")
		}
		return b.serviceDone("installed; it runs at the next boot, or now with `sc.exe start " + service.Name + "`")
	})
}

// serviceFlags are the flags by which the service finds the document and the state of this command; nil where nobody named
// either. A document from standard input is in the state alone.
func (s *session) serviceFlags() []string {
	if s.Simulate != "" || s.past != nil || s.Config == "" && s.ConfigSource == "" && s.StateDir == "" {
		return nil
	}
	flags := []string{}
	switch from, err := s.source(); {
	case err != nil: // who reads the document says so
	case from.kind == fromFile && from.name != "-":
		flags = append(flags, "--config", absolute(from.name))
	case from.kind == fromSSM:
		flags = append(flags, "--config-source", fromSSM+"://"+from.name)
	}
	if s.StateDir != "" {
		flags = append(flags, "--state-dir", absolute(s.StateDir))
	}
	return flags
}

// absolute is a path for a program with another working folder.
func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// serviceSource is the document for a run of the service: that of its flags, or the state's where their source is silent.
func (b *bench) serviceSource() run.Source {
	src, err := b.runSource()
	src.Unread, src.OrStored = err, true
	return src
}

// serviceUninstallCommand removes the service.
type serviceUninstallCommand struct{}

// Run implements the command.
func (*serviceUninstallCommand) Run(s *session) error {
	return s.onMachine(func(b *bench) error {
		if err := service.Uninstall(b, b.host); err != nil {
			return fault.New("E_BOOT_PATH", err, "")
		}
		return b.serviceDone("removed; after the next boot nobody sets up the host's network")
	})
}

type serviceDocument struct {
	SchemaVersion int    `json:"schemaVersion"`
	Simulated     string `json:"simulated,omitempty"`
	Service       string `json:"service"`
	Result        string `json:"result"`
}

func (b *bench) serviceDone(result string) error {
	return b.show(serviceDocument{1, b.simulated, service.Name, result}, func() {
		prefix := ""
		if b.simulated != "" {
			prefix = "SIMULATED "
		}
		fmt.Fprintf(b.Stdout, "%sservice %s: %s\n", prefix, service.Name, result)
	})
}

// serviceRunCommand is the service.
type serviceRunCommand struct{}

// Run implements the command.
func (*serviceRunCommand) Run(s *session) error {
	if s.Simulate != "" || s.past != nil {
		return fault.New("E_USAGE", nil, "a simulated machine runs its service by itself; see it with `reboot`")
	}
	m, err := s.openMachine()
	if err != nil {
		return err
	}
	b := s.bench(m)
	defer b.close()
	var exit uint32
	err = service.Main(func(ctx context.Context, running func()) uint32 {
		exit = service.Serve(ctx, b.host, service.Work{
			Apply: func(ctx context.Context) *report.Report {
				o := b.options(phases{})
				o.Unattended = true
				r := run.Do(ctx, phase.ModeApply, b.host, b.cloud, b.serviceSource(), o)
				b.writeEvents(ctx, r)
				return r
			},
			Drain: b.drainAtShutdown,
		}, running)
		return exit
	})
	if err != nil {
		return err
	}
	return end(int(exit))
}
