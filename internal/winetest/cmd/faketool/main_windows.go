// Command faketool stands in for netsh.exe, powershell.exe and the like on a simulated machine. It writes its name and
// arguments down in C:\winetest\tools.jsonl and answers as C:\winetest\tools.json says. A call that the test did not
// announce there fails with exit code 250.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/tools"
)

func main() {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(os.Args[0])), ".exe")
	answer, err := tools.Folder(`C:\winetest`).Call(name, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "faketool:", err)
		os.Exit(250)
	}
	if answer.Firewall {
		if err := changeFirewall(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "faketool:", err)
			os.Exit(1)
		}
	}
	fmt.Print(answer.Stdout)
	fmt.Fprint(os.Stderr, answer.Stderr)
	os.Exit(answer.ExitCode)
}
