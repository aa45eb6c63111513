// Package cli is the command line of ecswin-bootstrap: one file a command, and what all of them share.
package cli

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cli/commandline"
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

const programName = "ecswin-bootstrap"

const description = `Brings a Windows container instance into its Amazon ECS cluster, and where it cannot, names the cause.

Results go to standard output, everything else to standard error. The exit codes are listed in docs/bootstrap/exit-codes.md.`

// runnable is a command of the grammar that has no commands of its own.
type runnable interface {
	Run(s *session) error
}

// Run runs the command that the arguments name and returns the program's exit code.
func (p Program) Run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	out := &result{to: p.Stdout}
	p.Stdout = out
	s, command, err := p.session(ctx, args)
	switch {
	case errors.Is(err, commandline.ErrHelp):
		err = command.WriteHelp(p.Stdout)
	case err == nil:
		err = s.run(command)
	}
	return s.delivered(out, s.exit(err))
}

// session reads a command line: what it is a call of, and the command that it names.
func (p Program) session(ctx context.Context, args []string) (*session, *commandline.Command, error) {
	g := &grammar{}
	program, err := commandline.New(programName, description, g)
	if err != nil {
		return newSession(ctx, p, &g.Globals), nil, err
	}
	command, err := program.Parse(args)
	s := newSession(ctx, p, &g.Globals)
	s.args = args
	switch {
	case errors.Is(err, commandline.ErrHelp):
		return s, command, err
	case err != nil:
		return s, command, usage(command, err)
	}
	s.command, _, _ = strings.Cut(command.Path(), " ")
	return s, command, g.Globals.check()
}

// run runs a command of the grammar.
func (s *session) run(command *commandline.Command) error {
	chosen, ok := command.Target.(runnable)
	if !ok {
		return fault.New("E_INTERNAL", nil, "nothing runs the command %s", command.Path())
	}
	return chosen.Run(s)
}

// usage is the fault of a command line that is not understood, with the help to ask for.
func usage(command *commandline.Command, err error) error {
	f := fault.New("E_USAGE", nil, "%s", err)
	f.Remedy = "run `" + strings.TrimSpace(programName+" "+command.Path()) + " --help`"
	return f
}
