package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
)

// helpWidth is that of the narrowest console that Windows opens.
const helpWidth = 80

// showHelp returns what shows how a command is used.
func showHelp(command *cobra.Command) func(*session) error {
	return func(s *session) error {
		fmt.Fprint(s.Stdout, help(command))
		return nil
	}
}

// help is how a command is used, on a screen.
func help(command *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: %s\n\n%s\n", usage(command), strings.Join(output.Wrap(about(command), helpWidth), "\n"))
	for _, heading := range command.Groups() {
		b.WriteString("\n" + heading.Title + ":\n")
		commandRows(&b, under(heading, command))
	}
	if command.HasParent() && command.HasAvailableLocalFlags() {
		b.WriteString("\nFlags:\n" + command.LocalFlags().FlagUsagesWrapped(helpWidth))
	}
	b.WriteString("\nFlags of every command:\n" + command.Root().PersistentFlags().FlagUsagesWrapped(helpWidth))
	if command.HasSubCommands() {
		fmt.Fprintf(&b, "\nRun \"%s <command> --help\" for more on a command.\n", command.CommandPath())
	}
	return b.String()
}

// usage is the command with what it takes, as "ecswin-bootstrap config check [FILE] [flags]".
func usage(command *cobra.Command) string {
	command.InitDefaultHelpFlag() // so that cobra counts the flags of every command
	return command.UseLine()
}

// about is all that is to be said of a command.
func about(command *cobra.Command) string {
	if command.Long != "" {
		return command.Long
	}
	return command.Short
}

// commandRows writes each command's name, and beside it what it does.
func commandRows(b *strings.Builder, commands []*cobra.Command) {
	const column = 14 // "apply (init)" is the longest
	for _, c := range commands {
		name := c.Name()
		if len(c.Aliases) > 0 {
			name += " (" + strings.Join(c.Aliases, ", ") + ")"
		}
		for _, line := range output.Wrap(c.Short, helpWidth-column-2) {
			fmt.Fprintf(b, "  %-*s%s\n", column, name, line)
			name = ""
		}
	}
}
