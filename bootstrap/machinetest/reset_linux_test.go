package machinetest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// asBefore compares a machine after a reset with the one before the first apply. That services were started stays.
func asBefore(t testing.TB, before, after endState, except ...string) {
	t.Helper()
	for _, e := range []*endState{&before, &after} {
		e.Agent = nil
		for name, s := range e.Services {
			s.State = ""
			e.Services[name] = s
		}
		for _, name := range except {
			delete(e.Files, name)
		}
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the reset machine differs (-before +after):\n%s", diff)
	}
}

// TestReset takes back what apply did; Docker's own nat and what HNS has beside it stay.
func TestReset(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled})
	if err := n.Service("docker").Start(); err != nil {
		t.Fatal(err)
	}
	n.Service("docker").Await(t.Context(), "running")
	before := n.endState(t)
	n.joins(t)
	if r := n.run(t, "reset"); r.ExitCode == 0 {
		t.Error("a reset that nobody confirmed went through")
	}
	o := n.reported(t, "reset", "--yes")
	if o.Result.ExitCode != 0 || o.Report.Result != report.ResultReset {
		t.Fatalf("exit code %d, %s\n%s", o.Result.ExitCode, o.Report.Result, o.failures())
	}
	asBefore(t, before, n.endState(t))
	n.joins(t)
}

// TestResetForAMI leaves the machine as an image is made of it, and the instance that starts from the image joins.
func TestResetForAMI(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{})
	before := n.endState(t)
	n.joins(t)
	o := n.reported(t, "reset", "--for-ami", "--yes")
	if o.Result.ExitCode != 0 || o.Report.Result != report.ResultReset {
		t.Fatalf("exit code %d, %s\n%s", o.Result.ExitCode, o.Report.Result, o.failures())
	}
	asBefore(t, before, n.endState(t))
	if n.Exists(statePath) || n.Exists(stateFolder) {
		t.Error("the state is still there")
	}
	if s, ok := n.Service("docker").Query(); !ok || s.State != "stopped" {
		t.Errorf("Docker is %+v", s)
	}
	if names := n.State().Names(hnsstore.Network); len(names) > 0 {
		t.Errorf("networks: %v", names)
	}
	if !n.Exists(cacheFolder) {
		t.Error("the AMI's cache is gone")
	}
	// An instance of the image: another id, the same disk.
	n.IMDS.Set("meta-data/instance-id", "i-0aaaaaaaaaaaaaaaa")
	n.IMDS.Set("dynamic/instance-identity/document", strings.Replace(identity, "ID", "i-0aaaaaaaaaaaaaaaa", 1))
	n.Reboot()
	if got := n.joins(t); got.InstanceID != "i-0aaaaaaaaaaaaaaaa" {
		t.Errorf("joined as %s", got.InstanceID)
	}
}

// identity is the instance identity document of fakes.DefaultInstance with another id.
const identity = `{"instanceId":"ID","instanceType":"m5.large","region":"us-east-1","availabilityZone":"us-east-1a",` +
	`"accountId":"123456789012","imageId":"ami-0123456789abcdef0","privateIp":"10.0.0.10","architecture":"x86_64","version":"2017-09-30"}`
