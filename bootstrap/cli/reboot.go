package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// rebootCommand reboots a simulated machine, so that what comes after can be seen.
type rebootCommand struct {
	Wait time.Duration
}

func newRebootCommand(l *line) *cobra.Command {
	c := &rebootCommand{}
	command := l.command("reboot", "Reboot a simulated machine, with --simulate and --state-dir.", c)
	command.Flags().DurationVar(&c.Wait, "wait", 10*time.Minute, "Let this `DURATION` pass from the reboot on; services start in it.")
	return command
}

// Run implements the command.
func (c *rebootCommand) Run(s *session) error {
	if s.Simulate == "" || s.StateDir == "" {
		f := fault.New("E_USAGE", nil, "reboot is for simulated machines that live on: it needs --simulate and --state-dir")
		f.Remedy = "reboot a real machine with `shutdown /r /t 0`"
		return f
	}
	if c.Wait < 0 {
		return fault.New("E_USAGE", nil, "--wait %s is negative", c.Wait)
	}
	m, err := s.openMachine()
	if err != nil {
		return err
	}
	machine, ok := m.(*sim.Machine)
	if !ok {
		return fault.New("E_INTERNAL", nil, "the machine is not a simulated one")
	}
	machine.Reboot()
	if err := machine.Advance(c.Wait); err != nil {
		return err
	}
	fmt.Fprintf(s.Stdout, "SIMULATED reboot of scenario %s, and %s after it\n", s.simulated, c.Wait)
	return s.remember()
}
