package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/doctor"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// doctorCommand examines the instance.
type doctorCommand struct {
	Only   []string `placeholder:"NAME" help:"Only these checks, or areas of checks: machine, metadata, services, docker, net, agent, aws."`
	All    bool     `help:"Show the checks that found nothing wrong, too."`
	Bundle string   `placeholder:"FILE" help:"Pack diagnosis, logs, state and network into this zip file, without secrets."`
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

// stored is the state that the last run left, or an empty one.
func (b *bench) stored(ctx context.Context) state.State {
	store, err := state.Open(ctx, b.host, b.folder(), true)
	if err != nil {
		b.log.Warn("the state cannot be read", "error", err)
		return state.State{}
	}
	return store.Get()
}

// knownDocument is the document in force as far as anybody knows: the one given, the state's, the user data's, or nil.
func (b *bench) knownDocument(ctx context.Context, known state.State) *nodeconfig.Document {
	text, name := []byte(known.Document), "the state's document"
	if b.Config != "" || b.ConfigSource != "" {
		from, err := b.source()
		if err == nil && from.kind == fromFile {
			text, err = b.readFile(from.name)
			name = from.name
		}
		if err != nil {
			b.log.Warn("the document cannot be read", "error", err)
			return nil
		}
	}
	if len(text) == 0 {
		userData, err := b.host.Metadata.Get(ctx, "user-data")
		if err != nil {
			return nil
		}
		document, found, err := userdata.Parse([]byte(userData), "user data")
		if err != nil || !found {
			return nil
		}
		return document
	}
	document, err := nodeconfig.Parse(text, name)
	if err != nil {
		b.log.Warn("the document is not valid", "document", name)
		return nil
	}
	return document
}
