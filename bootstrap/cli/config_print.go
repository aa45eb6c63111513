package cli

import (
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// configSchemaCommand prints the JSON Schema.
type configSchemaCommand struct{}

// Run implements the command.
func (*configSchemaCommand) Run(s *session) error {
	return s.print(nodeconfig.Schema())
}

// configExampleCommand prints the example.
type configExampleCommand struct{}

// Run implements the command.
func (*configExampleCommand) Run(s *session) error {
	return s.print(nodeconfig.Example())
}

// print writes a text that is a document already, whatever --output says.
func (s *session) print(text []byte) error {
	_, err := s.Stdout.Write(text)
	return err
}
