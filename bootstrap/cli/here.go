package cli

import (
	"os"

	"github.com/mattn/go-colorable"
	"github.com/mattn/go-isatty"
)

// Here is the program in the process that it runs in.
func Here(version string) Program {
	path, err := os.Executable()
	if err != nil {
		// Without a path there is no boot path; the phase that installs it says so.
		path = ""
	}
	return Program{
		Version: version, Path: path,
		Stdin: os.Stdin, Stdout: colorable.NewColorable(os.Stdout), Stderr: colorable.NewColorable(os.Stderr),
		Terminal: isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stderr.Fd()),
		Color:    isatty.IsTerminal(os.Stdout.Fd()) && isatty.IsTerminal(os.Stderr.Fd()),
		Environ:  os.Environ(),
		Machine:  thisMachine(version),
	}
}
