package cli

import (
	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// configSchemaCommand prints the JSON Schema.
type configSchemaCommand struct{}

func newConfigSchemaCommand(l *line) *cobra.Command {
	return l.command("schema", "Print the JSON Schema of the document, for editors.", &configSchemaCommand{})
}

// Run implements the command.
func (*configSchemaCommand) Run(s *session) error {
	return s.print(nodeconfig.Schema())
}

// configExampleCommand prints the example.
type configExampleCommand struct{}

func newConfigExampleCommand(l *line) *cobra.Command {
	return l.command("example", "Print an example document with every member in it.", &configExampleCommand{})
}

// Run implements the command.
func (*configExampleCommand) Run(s *session) error {
	return s.print(nodeconfig.Example())
}

// print writes a text that is a document already, whatever --output says.
func (s *session) print(text []byte) error {
	_, err := s.Stdout.Write(text)
	return err
}
