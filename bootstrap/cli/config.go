package cli

import "github.com/spf13/cobra"

// newConfigCommand describes the commands that work with documents.
func newConfigCommand(l *line) *cobra.Command {
	return add(l.group("config", "Work with NodeConfig documents."), "Commands",
		newConfigCheckCommand(l), newConfigShowCommand(l), newConfigSchemaCommand(l), newConfigExampleCommand(l), newConfigConvertCommand(l))
}
