// Command fakeagent is amazon-ecs-agent.exe of a simulated machine, with the real agent's options: the service AmazonECS
// behaves as internal/winetest/fakes says.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows/registry"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/service"
)

func main() {
	switch {
	case slices.Contains(os.Args, "-version"):
		fmt.Printf("Amazon ECS Agent - v%s (simulated)\n", fakes.DefaultAgent().Version)
	case slices.Contains(os.Args, "-ecs-attributes"):
		fmt.Print("ecs.os-type\twindows\necs.capability.task-eni\t\n")
	case slices.Contains(os.Args, "-windows-service"):
		if err := service.Run("AmazonECS", run); err != nil {
			fmt.Fprintln(os.Stderr, "fakeagent:", err)
			os.Exit(1)
		}
	default:
		fmt.Fprintln(os.Stderr, "fakeagent: only -version, -ecs-attributes and -windows-service are simulated")
		os.Exit(2)
	}
}

func run(ctx context.Context, ready func()) uint32 {
	environ := environment()
	name := `C:\ProgramData\Amazon\ECS\log\ecs-agent.log`
	for _, v := range environ {
		if file, ok := strings.CutPrefix(v, "ECS_LOGFILE="); ok {
			name = file
		}
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fakes.ExitError
	}
	log, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fakes.ExitError
	}
	defer func() { _ = log.Close() }()
	agent := fakes.Agent{
		PlanFile: `C:\winetest\agent.json`, SeenFile: `C:\winetest\agent-seen.json`,
		Environ: environ, DialDocker: dialDocker, IMDS: fakes.IMDSAddress, Now: time.Now,
	}
	ready() // the agent reports Running before it has done anything
	code, err := agent.Run(ctx, log, func() {})
	if err != nil {
		fmt.Fprintln(log, err)
	}
	if code == fakes.ExitTerminal {
		return fakes.ExitSuccess // so that the manager does not restart it
	}
	return uint32(code)
}

// environment is what the service control manager of Windows gives a service at its start: the machine's variables as they
// are now, and the service's own. Wine's gives those of the machine's boot.
func environment() []string {
	var environ []string
	if machine, err := registry.OpenKey(registry.LOCAL_MACHINE, `SYSTEM\CurrentControlSet\Control\Session Manager\Environment`, registry.QUERY_VALUE); err == nil {
		names, _ := machine.ReadValueNames(-1)
		for _, name := range names {
			if value, _, err := machine.GetStringValue(name); err == nil {
				environ = append(environ, name+"="+value)
			}
		}
		_ = machine.Close()
	}
	if own, err := registry.OpenKey(registry.LOCAL_MACHINE, `SYSTEM\CurrentControlSet\Services\AmazonECS`, registry.QUERY_VALUE); err == nil {
		more, _, _ := own.GetStringsValue("Environment")
		environ = append(environ, more...)
		_ = own.Close()
	}
	return environ
}

func dialDocker(ctx context.Context) (net.Conn, error) {
	return winio.DialPipeContext(ctx, `\\.\pipe\docker_engine`)
}
