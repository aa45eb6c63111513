package cli

import (
	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/doctor"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/timeline"
)

// timelineCommand shows where the time went.
type timelineCommand struct{ Format string }

func newTimelineCommand(l *line) *cobra.Command {
	c := &timelineCommand{}
	command := l.command("timeline", "Show where the time went, from launch to a connected agent.", c)
	oneOf(command.Flags(), &c.Format, "format", "table",
		"`FORM` of the timeline: %s; prom is Prometheus' text format, emf CloudWatch's embedded metric format.", "table", "json", "prom", "emf")
	return command
}

// Run implements the command.
func (c *timelineCommand) Run(s *session) error {
	return s.onMachine(func(b *bench) error {
		last := output.Masked(b.stored(b).Last(), b.mask.Text)
		t := timeline.Make(b, timeline.Input{Host: b.host, Version: b.Version, LastRun: last, AgentLog: b.agentLog()})
		switch c.Format {
		case "prom":
			return t.Prometheus(b.Stdout)
		case "emf":
			return t.EMF(b.Stdout)
		case "json":
			return output.Document(b.Stdout, t)
		}
		return b.show(t, func() { t.Screen(b.Stdout, b.style()) })
	})
}

// agentLog is the path of the ECS agent's log.
func (b *bench) agentLog() string {
	return doctor.AgentLog(b, b.host)
}
