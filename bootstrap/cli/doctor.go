package cli

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/doctor"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
)

// doctorCommand examines the instance.
type doctorCommand struct {
	Only   []string
	All    bool
	Bundle string
}

func newDoctorCommand(l *line) *cobra.Command {
	c := &doctorCommand{}
	command := l.command("doctor", "Examine this instance and name what is wrong with it.", c)
	command.Flags().StringSliceVar(&c.Only, "only", nil,
		"Make only the check of this `NAME`, or these with commas between them; areas of checks: machine, metadata, services, docker, net, agent, aws.")
	command.Flags().BoolVar(&c.All, "all", false, "Show the checks that found nothing wrong, too.")
	command.Flags().StringVar(&c.Bundle, "bundle", "", "Pack diagnosis, logs, state and network into this zip `FILE`, without secrets.")
	return command
}

// Run implements the command.
func (c *doctorCommand) Run(s *session) error {
	checks, err := doctor.Choose(doctor.Checks(), c.Only)
	if err != nil {
		return err
	}
	return s.onMachine(func(b *bench) error { return c.examine(b, checks) })
}

func (c *doctorCommand) examine(b *bench, checks []doctor.Check) error {
	known := b.stored(b)
	subject := &doctor.Subject{Host: b.host, Cloud: b.cloud, Doc: b.knownDocument(b, known), LastRun: known.Last()}
	if subject.Doc != nil {
		b.settle(b, subject.Doc)
	}
	if boot, err := b.host.System.Boot(b); err == nil {
		subject.SameBoot = boot.ID == known.BootID
	}
	d := doctor.Examine(b, subject, checks)
	d.Version = b.Version
	d.Mask(b.mask.Text)
	if c.Bundle != "" {
		if err := c.pack(b, subject, d, known); err != nil {
			return err
		}
	}
	if err := b.show(d, func() { d.Screen(b.Stdout, b.style(), c.All) }); err != nil {
		return err
	}
	return end(d.ExitCode)
}

func (c *doctorCommand) pack(b *bench, subject *doctor.Subject, d *doctor.Diagnosis, known state.State) error {
	extras := []doctor.Extra{{Name: "logs/doctor.log", Content: []byte(b.ring.String())}}
	// What was there before a change may be anything: it stays on the machine.
	for i := range known.Undos {
		known.Undos[i].Before = "(left out)"
	}
	content, err := json.MarshalIndent(known, "", "  ")
	if err != nil {
		return fmt.Errorf("packing the state: %w", err)
	}
	extras = append(extras, doctor.Extra{Name: "state.json", Content: content})
	if network, err := b.host.Files.Read(b, b.folder()+`\`+state.NetworkFileName); err == nil {
		extras = append(extras, doctor.Extra{Name: state.NetworkFileName, Content: network})
	}
	zipped, err := doctor.Bundle(b, subject, d, extras, b.mask.Text)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Bundle, zipped, 0o600); err != nil {
		return fault.New("E_OUTPUT", err, "%s", c.Bundle)
	}
	fmt.Fprintf(b.Stderr, "bundle: %s (%d KiB)\n", c.Bundle, len(zipped)>>10)
	return nil
}
