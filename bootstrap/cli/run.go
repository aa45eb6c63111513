package cli

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// planCommand says what apply would change.
type planCommand struct {
	phases
	DetailedExitcode bool
}

func newPlanCommand(l *line) *cobra.Command {
	c := &planCommand{}
	command := l.command("plan", "Say what apply would change, and change nothing.", c)
	c.bind(command.Flags())
	command.Flags().BoolVar(&c.DetailedExitcode, "detailed-exitcode", false, "End with 11 where there are changes to make.")
	return command
}

// Run implements the command.
func (c *planCommand) Run(s *session) error {
	return s.onMachine(func(b *bench) error {
		o := b.options(c.phases)
		o.DetailedExit = c.DetailedExitcode
		return b.do(phase.ModePlan, o)
	})
}

// applyCommand brings the instance into its cluster.
type applyCommand struct {
	phases
}

func newApplyCommand(l *line) *cobra.Command {
	c := &applyCommand{}
	command := l.command("apply", "Bring this instance into its cluster, and prove that it is in.", c)
	command.Aliases = []string{"init"}
	c.bind(command.Flags())
	return command
}

// Run implements the command.
func (c *applyCommand) Run(s *session) error {
	return s.onMachine(func(b *bench) error { return b.do(phase.ModeApply, b.options(c.phases)) })
}

// verifyCommand checks that everything is as apply leaves it.
type verifyCommand struct {
	phases
	Wait time.Duration
}

func newVerifyCommand(l *line) *cobra.Command {
	c := &verifyCommand{}
	command := l.command("verify", "Check that everything apply takes care of is so, and change nothing.", c)
	c.bind(command.Flags())
	command.Flags().DurationVar(&c.Wait, "wait", 0, "Check again until everything is so, for at most this `DURATION`.")
	return command
}

// pause is how long verify --wait waits before it checks again.
const pause = 5 * time.Second

// Run implements the command.
func (c *verifyCommand) Run(s *session) error {
	return s.onMachine(func(b *bench) error {
		if c.Wait < 0 {
			return fault.New("E_USAGE", nil, "--wait %s is negative", c.Wait)
		}
		o := b.options(c.phases)
		if c.Wait == 0 {
			return b.do(phase.ModeVerify, o)
		}
		src, err := b.runSource()
		if err != nil {
			return err
		}
		var last *report.Report
		err = wait.Until(b, b.host.Clock, wait.Every(pause, c.Wait), "the node to be as the document says", func(time.Duration) (bool, string, error) {
			last = run.Do(b, phase.ModeVerify, b.host, b.cloud, src, o)
			return last.ExitCode == 0, last.Result, nil
		})
		var expired *wait.Expired
		if err != nil && !errors.As(err, &expired) {
			return err
		}
		return b.conclude(last)
	})
}

// options are what every run is told.
func (b *bench) options(p phases) run.Options {
	o := run.Options{
		Select: phase.Selection{Only: ids(p.Only), Skip: ids(p.Skip), Until: phase.ID(p.Until)}, Timeout: b.Timeout,
		Program: state.Program{Path: b.Path, Version: b.Version}, CallerReboots: b.RebootExitCode == rebootWanted,
		Sink: b.sink(), Log: b.log, ServiceFlags: b.serviceFlags(),
	}
	o.Folder = b.folder()
	return o
}

// folder is the state folder on the machine.
func (b *bench) folder() string {
	if b.Simulate == "" && b.StateDir != "" {
		return b.StateDir
	}
	return state.Folder
}

// rebootWanted is the exit code on which EC2Launch v2 and Windows installers reboot.
const rebootWanted = 3010

func ids(names []string) []phase.ID {
	list := make([]phase.ID, len(names))
	for i, name := range names {
		list[i] = phase.ID(name)
	}
	return list
}

// do runs the phases and shows the report.
func (b *bench) do(mode phase.Mode, o run.Options) error {
	src, err := b.runSource()
	if err != nil {
		return err
	}
	return b.conclude(run.Do(b, mode, b.host, b.cloud, src, o))
}

// conclude shows a report in the form that was asked for.
func (b *bench) conclude(r *report.Report) error {
	b.writeEvents(b, r)
	r = b.finished(r)
	switch b.format() {
	case output.JSON:
		if err := output.Document(b.Stdout, r); err != nil {
			return err
		}
	case output.NDJSON:
		// The report was the last event.
	default:
		output.Report(b.Stdout, b.style(), r)
	}
	return end(r.ExitCode)
}

// finished is a report without secrets, with the exit code that the user wants for a reboot.
func (b *bench) finished(r *report.Report) *report.Report {
	r = output.Masked(r, b.mask.Text)
	if r != nil && r.ExitCode == int(fault.RebootNeeded) {
		r.ExitCode = b.RebootExitCode
	}
	return r
}

// sink shows events while the run goes on.
func (b *bench) sink() report.Sink {
	var sinks []report.Sink
	switch b.format() {
	case output.NDJSON:
		sinks = append(sinks, exitCode{b, output.NewStream(b.Stdout)})
	case output.Human:
		sinks = append(sinks, output.NewProgress(b.Stderr, b.style()))
	}
	return output.NewGuard(b.mask.Text, sinks...)
}

// exitCode puts the exit code that the user wants for a reboot into the report of the stream.
type exitCode struct {
	*bench
	to report.Sink
}

// Event implements report.Sink.
func (e exitCode) Event(event report.Event) {
	event.Report = e.finished(event.Report)
	e.to.Event(event)
}
