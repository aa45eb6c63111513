package service_test

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/service"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
)

// TestUnderWine lets the service control manager run the program that ships, on an instance whose user data holds no
// NodeConfig: there is nothing to do, and the service stays.
func TestUnderWine(t *testing.T) {
	t.Parallel()
	const program = `C:\Program Files\ecswin\ecswin-bootstrap.exe`
	m := winetest.NewMachine(t, winetest.Options{})
	m.ServeIMDS(fakes.DefaultInstance())
	m.Install(program, winetest.BuildExe(t, "./bootstrap", "-s -w"))
	run := func(want int, args ...string) winetest.Result {
		t.Helper()
		r := m.Run(t.Context(), program, args...)
		if r.ExitCode != want {
			t.Errorf("%v: exit code %d, want %d\n%s\n%s", args, r.ExitCode, want, r.Stdout, r.Stderr)
		}
		return r
	}

	if r := run(2, "service", "run"); !strings.Contains(r.Stdout+r.Stderr, "E_USAGE") {
		t.Errorf("run by hand, the service says %s%s", r.Stdout, r.Stderr)
	}
	run(0, "service", "install")
	if got := m.Registry().Text(`SYSTEM\CurrentControlSet\Services\ecswin-bootstrap`, "ImagePath"); got != `"`+program+`" service run` {
		t.Errorf("the service's command is %s", got)
	}
	s := m.Service(service.Name)
	for range 2 {
		if err := s.Start(); err != nil {
			t.Fatal(err)
		}
		s.Await(t.Context(), winetest.Running)
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		if ended := s.Await(t.Context(), winetest.Stopped); ended.ExitCode != 0 {
			t.Errorf("after a stop the service has exit code %d", ended.ExitCode)
		}
	}
	run(0, "service", "uninstall")
	if _, there := s.Query(); there {
		t.Error("the service is there after uninstall")
	}
	run(0, "service", "uninstall")
	if calls := m.ToolCalls(); len(calls) > 0 {
		t.Errorf("the service has run %v", calls)
	}
}
