package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// configShowCommand shows the values in force.
type configShowCommand struct {
	File  string
	Given bool
}

func newConfigShowCommand(l *line) *cobra.Command {
	c := &configShowCommand{}
	command := l.command("show [FILE]", "Show every value in force and where it comes from.", c, &c.File)
	command.Long = command.Short + aboutFile
	command.Flags().BoolVar(&c.Given, "given", false, "Only what the document gives, without defaults.")
	return command
}

type showDocument struct {
	SchemaVersion int       `json:"schemaVersion"`
	Document      string    `json:"document"`
	Settings      []setting `json:"settings"`
}

type setting struct {
	Path   string `json:"path"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

// Run implements the command.
func (c *configShowCommand) Run(s *session) error {
	text, name, err := s.document(c.File)
	if err != nil {
		return err
	}
	document, err := nodeconfig.Parse(text, name)
	if err != nil {
		return invalid(name, err)
	}
	d := showDocument{SchemaVersion: 1, Document: name}
	for _, v := range nodeconfig.Show(document) {
		if c.Given && v.Origin.Source == nodeconfig.FromDefault {
			continue
		}
		d.Settings = append(d.Settings, setting{v.Path, s.mask.Text(v.Value), v.Origin.String()})
	}
	return s.show(d, func() {
		t := output.NewTable("MEMBER", "VALUE", "FROM")
		for _, v := range d.Settings {
			t.Row(v.Path, v.Value, v.Origin)
		}
		t.Write(s.Stdout, s.style())
		fmt.Fprintln(s.Stdout)
		fmt.Fprintln(s.Stdout, "Values that are your own are masked; references are shown as they stand in the document.")
	})
}
