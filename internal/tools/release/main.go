// Release tells what is in a build of ecswin-bootstrap.exe:
//
//	go tool nm -size symbols.exe | release sizes
//	release sbom ecswin-bootstrap.exe VERSION
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "sizes":
		return printSizes(in, out)
	case len(args) == 3 && args[0] == "sbom":
		return printSBOM(args[1], args[2], out)
	}
	return errors.New("usage: release sizes | release sbom EXE VERSION")
}
