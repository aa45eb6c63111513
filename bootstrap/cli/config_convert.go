package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig/convert"
)

// configConvertCommand makes a document of what there was before.
type configConvertCommand struct {
	File, Line  string
	Environment bool
}

func newConfigConvertCommand(l *line) *cobra.Command {
	c := &configConvertCommand{}
	command := l.command("convert [FILE]", "Make a document of an Initialize-ECSAgent script, or of ECS_* variables.", c, &c.File)
	command.Long = command.Short + "\n\nFILE has the PowerShell script or user data, - is standard input."
	command.Flags().StringVar(&c.Line, "line", "", "Take this `LINE`, as 'Initialize-ECSAgent -Cluster prod -EnableTaskIAMRole'.")
	command.Flags().BoolVar(&c.Environment, "environment", false, "Take the ECS_* variables of this process's environment.")
	return command
}

type convertDocument struct {
	SchemaVersion int      `json:"schemaVersion"`
	Document      string   `json:"document"`
	Notes         []string `json:"notes"`
}

// Run implements the command.
func (c *configConvertCommand) Run(s *session) error {
	document, notes, err := c.convert(s)
	if err != nil {
		return err
	}
	d := convertDocument{SchemaVersion: 1, Document: string(nodeconfig.Encode(document)), Notes: []string{}}
	for _, n := range notes {
		d.Notes = append(d.Notes, n.String())
	}
	return s.show(d, func() {
		fmt.Fprint(s.Stdout, d.Document)
		for _, n := range d.Notes {
			fmt.Fprintln(s.Stderr, "note:", n)
		}
	})
}

func (c *configConvertCommand) convert(s *session) (*nodeconfig.Document, []convert.Note, error) {
	given := 0
	for _, yes := range []bool{c.File != "", c.Line != "", c.Environment} {
		if yes {
			given++
		}
	}
	if given != 1 {
		return nil, nil, fault.New("E_USAGE", nil, "config convert takes one of FILE, --line and --environment")
	}
	if c.Environment {
		document, notes := convert.FromEnvironment(environment(s.Environ))
		return document, notes, nil
	}
	script := c.Line
	if c.File != "" {
		text, err := s.readFile(c.File)
		if err != nil {
			return nil, nil, err
		}
		script = string(text)
	}
	document, notes, err := convert.FromScript(script)
	if err != nil {
		return nil, nil, fault.New("E_CONVERT", err, "")
	}
	return document, notes, nil
}
