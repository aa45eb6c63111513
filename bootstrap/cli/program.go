// Package cli is the command line of ecswin-bootstrap: one file a command, and what all of them share.
package cli

import (
	"context"
	"io"
	"strings"
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

const programName = "ecswin-bootstrap"

const description = `Brings a Windows container instance into its Amazon ECS cluster, and where it cannot, names the cause.

Results go to standard output, everything else to standard error. The exit codes are listed in docs/bootstrap/exit-codes.md.`

// Run runs the command that the arguments name and returns the program's exit code.
func (p Program) Run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	out := &result{to: p.Stdout}
	p.Stdout = out
	s, run, err := p.session(ctx, args)
	if err == nil {
		err = run(s)
	}
	return s.delivered(out, s.exit(err))
}

// session reads a command line: what it is a call of, and what runs the command that it names.
func (p Program) session(ctx context.Context, args []string) (*session, func(*session) error, error) {
	l := newLine()
	command, err := l.parse(args)
	s := newSession(ctx, p, &l.globals)
	s.args = args
	if err != nil {
		return s, nil, err
	}
	s.command, _, _ = strings.Cut(path(command), " ")
	return s, l.run, nil
}
