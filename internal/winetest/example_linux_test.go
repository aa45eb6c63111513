package winetest_test

import (
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/tools"
)

// A test of a Windows program on an ECS-optimized AMI whose HNS fails once.
func Example() {
	_ = func(t *testing.T) {
		m := winetest.NewMachine(t, winetest.Options{Quirks: hnsstore.Quirks{CreateDropsRoutes: true}})
		m.ServeIMDS(fakes.DefaultInstance())
		m.InstallDocker()
		m.InstallAgent()
		m.Announce(tools.Announced{Match: `netsh interface portproxy .*`})
		m.Faults(hnsstore.Fault{Procedure: "HcnCreateNetwork", Nth: 1, HRESULT: hnsstore.NotFound, Message: "Element not found."})
		if err := m.Service("docker").Start(); err != nil {
			t.Fatal(err)
		}

		exe := winetest.BuildExe(t, "./bootstrap", "")
		if r := m.Run(t.Context(), exe, "apply"); r.ExitCode != 0 {
			t.Fatalf("exit code %d\n%s\n%s", r.ExitCode, r.Stdout, r.Stderr)
		}
		m.Reboot()
		m.Service("AmazonECS").Await(t.Context(), winetest.Running)
		if m.State().ByName(hnsstore.Network, "nat") == nil {
			t.Error("no nat after the reboot")
		}
	}
}
