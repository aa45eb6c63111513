package machinetest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/service"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

// TestServiceKnowsItsDocument: the user data holds no document. A run is given a file and a state folder; at the next boot
// the service works with the same ones, also once the file is gone.
func TestServiceKnowsItsDocument(t *testing.T) {
	t.Parallel()
	const (
		file    = `C:\my nodes\node.yaml`
		folder  = `C:\my state`
		command = `"` + program + `" service run --config "` + file + `" --state-dir "` + folder + `"`
	)
	n := newNode(t, setup{Agent: agentInstalled, UserData: "<powershell></powershell>"})
	n.WriteFile(file, []byte(document()))
	if r := n.run(t, "service", "install", "--state-dir", `C:\elsewhere`); r.ExitCode != 0 {
		t.Fatalf("service install: exit code %d\n%s", r.ExitCode, r.Stderr)
	}
	n.joins(t, "--config", file, "--state-dir", folder)
	if is, _ := n.Service(service.Name).Query(); is.Path != command {
		t.Errorf("the service is\n%s, want\n%s", is.Path, command)
	}
	boot := func() string {
		t.Helper()
		s, err := state.Decode(n.ReadFile(folder + `\state.json`))
		if err != nil {
			t.Fatal(err)
		}
		return s.BootID
	}
	for _, rewritten := range []string{strings.Replace(document(), "cluster: windows", "cluster: other", 1), ""} {
		first := boot()
		if rewritten == "" {
			if err := os.Remove(n.Path(file)); err != nil {
				t.Fatal(err)
			}
		} else {
			n.WriteFile(file, []byte(rewritten))
		}
		n.Reboot()
		n.Service(service.Name).Await(t.Context(), winetest.Running)
		n.Await(t.Context(), "a run of the service in this boot", func() (bool, string) { return boot() != first, "the state is the old one" })
	}
	if n.Exists(statePath) {
		t.Errorf("there is a state in %s too", statePath)
	}
	s, err := state.Decode(n.ReadFile(folder + `\state.json`))
	if err != nil || !strings.Contains(s.Document, "other") {
		t.Errorf("the service did not read the file anew: %v\n%s", err, s.Document)
	}
}
