package commandline

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
)

const (
	// width is that of the narrowest console that Windows opens.
	width = 80
	// widest is how wide the names before the explanations get; the explanation of a longer one begins below it.
	widest = 27
)

// WriteHelp writes how the command is used: the program's description and flags are part of every command's.
func (c *Command) WriteHelp(w io.Writer) error {
	h := &help{}
	h.line("Usage: " + c.root().Name + " " + c.Usage())
	h.line("")
	for _, line := range output.Wrap(c.Help, width) {
		h.line(line)
	}
	if len(c.Arguments) > 0 {
		h.line("\nArguments:")
		for _, a := range c.Arguments {
			h.row(8, "["+strings.ToUpper(a.Name)+"]", a.Help)
		}
	}
	if c.parent != nil && len(c.Flags) > 0 {
		h.line("\nFlags:")
		h.flags(c.Flags)
	}
	h.commands(c)
	h.line("\nFlags of every command:")
	h.row(widest, "-h, --help", "Show this; after a command, what that takes.")
	h.flags(c.root().Flags)
	if len(c.Commands) > 0 {
		h.line("\nRun \"" + strings.TrimSpace(c.root().Name+" "+c.Path()) + " <command> --help\" for more on a command.")
	}
	if _, err := io.WriteString(w, h.String()); err != nil {
		return fmt.Errorf("writing help: %w", err)
	}
	return nil
}

// Usage is the command with what it takes, as "signal asg --result=CONTINUE|ABANDON [flags]".
func (c *Command) Usage() string {
	parts := []string{c.Path()}
	if len(c.Commands) > 0 {
		parts = append(parts, "<command>")
	}
	for _, a := range c.Arguments {
		parts = append(parts, "["+strings.ToUpper(a.Name)+"]")
	}
	for _, f := range c.Flags {
		if f.Required {
			parts = append(parts, "--"+f.Name+"="+f.Placeholder())
		}
	}
	return strings.TrimSpace(strings.Join(append(parts, "[flags]"), " "))
}

// help is a text of rows.
type help struct{ strings.Builder }

func (h *help) line(text string) { h.WriteString(text + "\n") }

func (h *help) commands(c *Command) {
	if len(c.Commands) == 0 {
		return
	}
	h.line("\nCommands:")
	names, longest := make([]string, len(c.Commands)), 0
	for i, child := range c.Commands {
		names[i] = child.Path()
		if len(child.Aliases) > 0 {
			names[i] += " (" + strings.Join(child.Aliases, ", ") + ")"
		}
		longest = max(longest, len(names[i]))
	}
	for i, child := range c.Commands {
		h.row(longest, names[i], child.Help)
	}
}

func (h *help) flags(flags []*Flag) {
	for _, f := range flags {
		name := "    --" + f.Name
		if f.Short != "" {
			name = "-" + f.Short + ", --" + f.Name
		}
		if !f.Bool() {
			name += "=" + f.Placeholder()
		}
		text := f.Help
		if f.Default != "" {
			text += " Default: " + quoted(f.Default) + "."
		}
		h.row(widest, name, text)
	}
}

func quoted(text string) string {
	if strings.Contains(text, " ") {
		return strconv.Quote(text)
	}
	return text
}

// row writes a name, and its explanation beside it; below it where the name is longer than the column.
func (h *help) row(column int, name, text string) {
	indent := column + 4
	if len(name) > column {
		h.line("  " + name)
		name = ""
	}
	for _, line := range output.Wrap(text, width-indent) {
		h.line(fmt.Sprintf("  %-*s  %s", column, name, line))
		name = ""
	}
}
