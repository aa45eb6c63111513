package machinetest_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// TestReboot: nat and the host proxy's address are gone at boot, and the service brings the node back by itself.
func TestReboot(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{})
	n.joins(t)
	want := n.endState(t)
	seen, _ := n.AgentSeen()
	n.Reboot()
	n.comesBack(t, seen.Starts)
	after := n.endState(t)
	// The service now runs, as it does after any boot.
	s := after.Services["ecswin-bootstrap"]
	if s.State != winetest.Running {
		t.Errorf("the service is %s", s.State)
	}
	s.State = want.Services["ecswin-bootstrap"].State
	after.Services["ecswin-bootstrap"] = s
	if diff := cmp.Diff(withoutBootRoutes(want), withoutBootRoutes(after)); diff != "" {
		t.Errorf("the machine after the reboot differs (-before +after):\n%s", diff)
	}
}

// TestRebootInTheMiddle cuts the power while a run mends nat: what was on the disk by then is enough for the boot path.
func TestRebootInTheMiddle(t *testing.T) {
	t.Parallel()
	n := muchToMend(t)
	n.Faults(hnsstore.Fault{Procedure: "HcnDeleteNetwork", Nth: 1, Kill: hnsstore.KillAfter})
	if o := n.apply(t); o.Result.ExitCode != killed {
		t.Fatalf("was not killed: %s", o.failures())
	}
	n.Faults()
	n.Reboot()
	n.comesBack(t, 0)
	n.keepsItsNetwork(t)
	if n.introspect(t)["Cluster"] != "windows" {
		t.Error("the agent is in another cluster")
	}
}

// comesBack waits until the boot path has started the agent once more.
func (n *node) comesBack(t testing.TB, starts int) {
	t.Helper()
	n.Await(t.Context(), "the boot path to start the agent", func() (bool, string) {
		seen, _ := n.AgentSeen()
		return seen.Starts > starts, fmt.Sprintf("started %d times, before the boot %d", seen.Starts, starts)
	})
	o := n.joinsBeside(t) // waits until the service's own run is over
	for _, p := range o.Phases {
		if p.Name == "host-proxy" && len(p.Changes) > 0 {
			t.Errorf("the boot path left work: %v", p.Changes)
		}
	}
}

// withoutBootRoutes leaves out what EC2Launch sets anew at each boot, and which the simulated machine has none of.
func withoutBootRoutes(e endState) endState {
	e.Routes = nil
	return e
}
