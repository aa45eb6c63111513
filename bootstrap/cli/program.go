// Package cli is the command line of ecswin-bootstrap: one file a command, and what all of them share.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// Program is the command line program with everything that it takes from outside.
type Program struct {
	// Version is the release.
	Version string
	// Path is the full path of the running program, for the boot path.
	Path           string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Terminal tells that a person sits before Stdin and Stderr; Color that Stdout and Stderr understand colours.
	Terminal, Color bool
	// Environ are the environment variables, as os.Environ has them.
	Environ []string
	// Machine returns the machine that the program runs on. Its error says why there is none.
	Machine func(ctx context.Context) (Machine, error)
}

// grammar is the command line.
type grammar struct {
	Globals globals `embed:""`

	Plan     planCommand     `cmd:"" help:"Say what apply would change, and change nothing."`
	Apply    applyCommand    `cmd:"" aliases:"init" help:"Bring this instance into its cluster, and prove that it is in."`
	Verify   verifyCommand   `cmd:"" help:"Check that everything apply takes care of is so, and change nothing."`
	Status   statusCommand   `cmd:"" help:"Show on one screen how this instance stands."`
	Doctor   doctorCommand   `cmd:"" help:"Examine this instance and name what is wrong with it."`
	Timeline timelineCommand `cmd:"" help:"Show where the time went, from launch to a connected agent."`
	Reset    resetCommand    `cmd:"" help:"Take back what apply has changed."`
	Signal   signalCommand   `cmd:"" help:"Tell Auto Scaling or CloudFormation of a result by hand."`
	Drain    drainCommand    `cmd:"" help:"Drain the container instance, and wait until its tasks have ended."`
	Service  serviceCommand  `cmd:"" help:"Manage the service that runs the bootstrap at each boot."`
	Reboot   rebootCommand   `cmd:"" help:"Reboot a simulated machine, with --simulate and --state-dir."`
	Config   configCommand   `cmd:"" help:"Work with NodeConfig documents."`
	Userdata userdataCommand `cmd:"" help:"Render user data for EC2 instances."`
	Trunk    trunkCommand    `cmd:"" help:"Print documents for ENI trunk networks. Nobody has shown one to work."`
	Explain  explainCommand  `cmd:"" help:"Explain an error code, or list all of them."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

const description = `Brings a Windows container instance into its Amazon ECS cluster, and where it cannot, names the cause.

Results go to standard output, everything else to standard error. The exit codes are listed in docs/bootstrap/exit-codes.md.`

// Run runs the command that the arguments name and returns the program's exit code.
func (p Program) Run(ctx context.Context, args []string) int {
	g := &grammar{}
	asked := false
	parser, err := p.parser(g, func(int) { asked = true })
	if err != nil {
		fmt.Fprintln(p.Stderr, err)
		return int(fault.Internal)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if asked {
		// Somebody wanted help and got it.
		return int(fault.OK)
	}
	s := newSession(ctx, p, &g.Globals)
	s.args = args
	if err != nil {
		return s.fail(usage(err))
	}
	s.command, _, _ = strings.Cut(parsed.Command(), " ")
	if err := g.Globals.check(); err != nil {
		return s.fail(err)
	}
	return s.exit(parsed.Run(s))
}

func (p Program) parser(g *grammar, exit func(int)) (*kong.Kong, error) {
	return kong.New(g,
		kong.Name("ecswin-bootstrap"),
		kong.Description(description),
		kong.Writers(p.Stdout, p.Stderr),
		kong.Exit(exit),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110, NoExpandSubcommands: true}),
	)
}

// usage turns the parser's error into a fault with the command to ask.
func usage(err error) error {
	var parse *kong.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	f := fault.New("E_USAGE", nil, "%s", parse.Error())
	if parse.Context != nil {
		if node := parse.Context.Selected(); node != nil && node.Type == kong.CommandNode {
			f.Remedy = "run `ecswin-bootstrap " + node.Path() + " --help`"
		}
	}
	return f
}
