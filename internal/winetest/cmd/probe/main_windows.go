// Command probe is a Windows program that the tests of winetest run on a machine: each argument names one thing that it does
// with Windows' own interfaces and prints.
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	if err := do(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

func do(what string, args []string) error {
	switch what {
	case "hello":
		return hello(args)
	case "exit":
		code, err := strconv.Atoi(args[0])
		if err != nil {
			return err
		}
		os.Exit(code)
	case "sleep":
		select {}
	case "network":
		return network()
	case "settings":
		return settings()
	case "hcn":
		return networks()
	case "hcn-version":
		return version()
	case "apply":
		return apply(args[0])
	case "write":
		return write()
	case "tool":
		return tool(args)
	case "service":
		return service()
	case "recovery":
		return recovery(args[0])
	case "reread":
		return reread(args[0])
	case "docker":
		return docker(args[0])
	case "get":
		return get(args[0])
	}
	return errors.New("no such thing: " + what + " " + strings.Join(args, " "))
}
