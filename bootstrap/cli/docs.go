package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

const generated = "<!-- Written by `make generate`; change the code, not this page. -->\n\n"

// CommandsPage is the reference of the commands, in Markdown.
func CommandsPage() (string, error) {
	g := &grammar{}
	parser, err := Program{Stdout: io.Discard, Stderr: io.Discard}.parser(g, func(int) {})
	if err != nil {
		return "", fmt.Errorf("building the command line: %w", err)
	}
	var b strings.Builder
	b.WriteString("# Commands of ecswin-bootstrap\n\n" + generated)
	b.WriteString("Results go to standard output; progress, logs, errors and questions go to standard error. What a command ends with stands in\n" +
		"[exit-codes.md](exit-codes.md). The JSON that commands print has schemas in [../schemas](../schemas).\n\n" +
		"The program works on a Windows container instance. Elsewhere it works on a simulated machine with `--simulate SCENARIO`, and says so in\n" +
		"every output; `config`, `userdata`, `explain`, `trunk documents` and `version` run anywhere.\n\n")
	b.WriteString("## Flags of every command\n\n")
	flagTable(&b, parser.Model.Flags)
	for _, node := range parser.Model.Children {
		command(&b, node)
	}
	return b.String(), nil
}

func command(b *strings.Builder, n *kong.Node) {
	var children []*kong.Node
	for _, child := range n.Children {
		if child.Type == kong.CommandNode {
			children = append(children, child)
		}
	}
	if len(children) > 0 {
		for _, child := range children {
			command(b, child)
		}
		return
	}
	path := n.Name
	for parent := n.Parent; parent != nil && parent.Type == kong.CommandNode; parent = parent.Parent {
		path = parent.Name + " " + path
	}
	fmt.Fprintf(b, "## %s\n\n%s\n\n", path, n.Help)
	fmt.Fprintf(b, "    ecswin-bootstrap %s\n\n", strings.TrimSpace(path+" "+arguments(n)))
	if len(n.Aliases) > 0 {
		fmt.Fprintf(b, "Also called `%s`.\n\n", strings.Join(n.Aliases, "`, `"))
	}
	if len(n.Positional) > 0 {
		b.WriteString("| Argument | Meaning |\n|---|---|\n")
		for _, p := range n.Positional {
			fmt.Fprintf(b, "| `%s` | %s |\n", strings.ToUpper(p.Name), escape(p.Help))
		}
		b.WriteString("\n")
	}
	if len(n.Flags) > 0 {
		flagTable(b, n.Flags)
	}
}

func arguments(n *kong.Node) string {
	var parts []string
	for _, p := range n.Positional {
		name := strings.ToUpper(p.Name)
		if !p.Required {
			name = "[" + name + "]"
		}
		parts = append(parts, name)
	}
	for _, f := range n.Flags {
		if f.Required {
			parts = append(parts, "--"+f.Name+"="+f.FormatPlaceHolder())
		}
	}
	return strings.Join(parts, " ")
}

func flagTable(b *strings.Builder, flags []*kong.Flag) {
	b.WriteString("| Flag | Default | Meaning |\n|---|---|---|\n")
	for _, f := range flags {
		if f.Name == "help" {
			continue
		}
		name, byDefault := "--"+f.Name, f.Default
		if !f.IsBool() {
			name += "=" + strings.Trim(placeholder(f), `"`)
		}
		if byDefault != "" {
			byDefault = "`" + byDefault + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", escape(name), byDefault, escape(f.Help))
	}
	b.WriteString("\n")
}

// placeholder stands for a flag's value: what the flag calls it, else its type.
func placeholder(f *kong.Flag) string {
	if f.PlaceHolder != "" {
		return f.PlaceHolder
	}
	if f.Enum != "" {
		return strings.ReplaceAll(f.Enum, ",", "|")
	}
	return strings.ToUpper(f.Name[strings.LastIndexByte(f.Name, '-')+1:])
}

func escape(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// exits says what each exit code means.
func exits() []struct {
	code fault.Exit
	text string
} {
	return []struct {
		code fault.Exit
		text string
	}{
		{fault.OK, "The command did what it was asked to."},
		{fault.Internal, "Something that nobody foresaw."},
		{fault.Usage, "The command line is not understood."},
		{fault.Config, "The document is not valid, or cannot be read."},
		{fault.Unsupported, "The machine, or its AMI, is none on which this can work."},
		{fault.Dependency, "Something the node needs did not answer in time: the instance metadata, Docker, an endpoint."},
		{fault.Network, "HNS or the host's network is not as it has to be."},
		{fault.Agent, "The ECS agent does not start, or ended for good."},
		{fault.VerifyTimeout, "Everything was done, and the proof did not come in time."},
		{fault.Credentials, "Credentials or permissions are missing."},
		{fault.RebootNeeded, "Windows has to reboot first; `--reboot-exit-code 3010` suits Windows installers and EC2Launch."},
		{fault.ChangesPending, "`plan --detailed-exitcode` found changes to make."},
		{fault.TryAgain, "Something is in the way for now, as another run. Try again later."},
		{fault.Interrupted, "The run was interrupted."},
	}
}

// ExitCodesPage is the reference of exit codes and error codes, in Markdown.
func ExitCodesPage() string {
	var b strings.Builder
	b.WriteString("# Exit codes and error codes of ecswin-bootstrap\n\n" + generated)
	b.WriteString("The exit code says of which kind a failure is, the error code names it. `ecswin-bootstrap explain CODE` prints an entry.\n\n")
	b.WriteString("| Exit code | Meaning |\n|---|---|\n")
	for _, e := range exits() {
		fmt.Fprintf(&b, "| %d | %s |\n", e.code, e.text)
	}
	b.WriteString("\nThe number of an error is the same for ever; it is the id of its entry in the Windows event log.\n")
	for _, i := range fault.Table() {
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n\n", i.Code, capital(i.Text))
		fmt.Fprintf(&b, "- Remedy: %s.\n- Exit code %d, number %d.\n", strings.TrimSuffix(i.Remedy, "."), i.Exit, i.Number)
		if i.Terminal {
			b.WriteString("- Running again changes nothing before the remedy was applied.\n")
		}
		if len(i.Follows) > 0 {
			names := make([]string, len(i.Follows))
			for n, c := range i.Follows {
				names[n] = fmt.Sprintf("[%s](#%s)", c, strings.ToLower(string(c)))
			}
			fmt.Fprintf(&b, "- Where a run has one of these too, that one is named first: %s.\n", strings.Join(names, ", "))
		}
	}
	return b.String()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
