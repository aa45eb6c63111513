package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

const generated = "<!-- Written by `make generate`; change the code, not this page. -->\n\n"

// CommandsPage is the reference of the commands, in Markdown.
func CommandsPage() string {
	var b strings.Builder
	b.WriteString("# Commands of ecswin-bootstrap\n\n" + generated)
	b.WriteString("Results go to standard output; progress, logs, errors and questions go to standard error. What a command ends with stands in\n" +
		"[exit-codes.md](exit-codes.md). The JSON of runs and failures, of `status`, `doctor` and `timeline` has schemas in [../schemas](../schemas).\n\n" +
		"The program works on a Windows container instance. Elsewhere it works on a simulated machine with `--simulate SCENARIO`, and says so in\n" +
		"every output; `config`, `userdata`, `explain`, `trunk documents` and `version` run anywhere.\n\n")
	root := newLine().root
	b.WriteString("## Flags of every command\n\n")
	flagTable(&b, root.PersistentFlags())
	sections(&b, root)
	return b.String()
}

// sections is what the page has on each of a group's commands.
func sections(b *strings.Builder, group *cobra.Command) {
	for _, heading := range group.Groups() {
		for _, c := range under(heading, group) {
			if c.HasSubCommands() {
				sections(b, c)
			} else {
				section(b, c)
			}
		}
	}
}

func section(b *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(b, "## %s\n\n%s\n\n    %s\n\n", path(c), about(c), usage(c))
	if len(c.Aliases) > 0 {
		fmt.Fprintf(b, "Also called `%s`.\n\n", strings.Join(c.Aliases, "`, `"))
	}
	if flags := c.LocalFlags(); flags.HasFlags() {
		flagTable(b, flags)
	}
}

func flagTable(b *strings.Builder, flags *pflag.FlagSet) {
	b.WriteString("| Flag | Default | Meaning |\n|---|---|---|\n")
	flags.VisitAll(func(f *pflag.Flag) {
		placeholder, meaning := pflag.UnquoteUsage(f)
		name, byDefault := "--"+f.Name, ""
		if placeholder != "" {
			name += "=" + placeholder
		}
		if !slices.Contains([]string{"", "false", "0s", "[]"}, f.DefValue) {
			byDefault = "`" + f.DefValue + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", escape(name), byDefault, escape(meaning))
	})
	b.WriteString("\n")
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
