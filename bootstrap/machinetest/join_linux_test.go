package machinetest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// TestJoin brings a fresh ECS-optimized AMI into its cluster, with the document in the user data, and does it again.
func TestJoin(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{})
	first := n.joins(t)
	if first.Report.Result != report.ResultJoined || first.Cluster != "windows" || first.InstanceID != "i-0123456789abcdef0" {
		t.Errorf("the report says %s, %s in %s", first.Report.Result, first.InstanceID, first.Cluster)
	}
	e := n.endState(t)
	if diff := cmp.Diff([]string{"AmazonECS", "docker", "ecswin-bootstrap", "hns", "iphlpsvc"}, sortedKeys(e.Services)); diff != "" {
		t.Errorf("services (-want +got):\n%s", diff)
	}
	// 5, 30 and 60 s, then the count begins anew after 5 minutes.
	recovery := "2c010000000000000000000003000000140000000100000088130000010000003075000001000000" + "60ea0000"
	want := map[string]serviceState{
		"AmazonECS": {
			Path: `"C:\Program Files\Amazon\ECS\amazon-ecs-agent.exe" -windows-service`, State: "running", DependsOn: []string{"Docker"},
			Recovery: recovery, OnNonCrash: 1,
		},
		"ecswin-bootstrap": {Path: `"` + program + `" service run`, State: "stopped", Automatic: true, Recovery: recovery, OnNonCrash: 1},
	}
	for name, w := range want {
		if diff := cmp.Diff(w, e.Services[name]); diff != "" {
			t.Errorf("service %s (-want +got):\n%s", name, diff)
		}
	}
	if e.Agent["ECS_CLUSTER"] != "windows" || e.Agent["ECS_ENABLE_TASK_ENI"] != "true" || e.Agent["ECS_DATADIR"] == "" {
		t.Errorf("the agent saw %v", e.Agent)
	}
	if diff := cmp.Diff(map[string]string{"169.254.170.2/80": "127.0.0.1/51679"}, e.PortProxy); diff != "" {
		t.Errorf("port proxy (-want +got):\n%s", diff)
	}
	if got := n.State().Host.ByName("vEthernet (nat)"); got == nil || !hasAddress(got, "169.254.170.2/32") {
		t.Errorf("the nat adapter is %+v", got)
	}
	// As a task asks for its credentials: it gets to the agent, which does not know it.
	resp, err := n.HTTP().Get("http://169.254.170.2/v2/credentials/x") //nolint:noctx // bounded by the client
	if err != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("the host proxy: %v, %v", resp, err)
	}

	seen := n.trace(t)
	second := n.joins(t)
	if second.Report.Result != report.ResultUnchanged {
		t.Errorf("the second apply: %s", second.Report.Result)
	}
	if calls, writes := seen.network(t), seen.host(t); len(calls) > 0 || len(writes) > 0 {
		t.Errorf("the second apply wrote: %v %v", calls, writes)
	}
	if diff := cmp.Diff(e, n.endState(t)); diff != "" {
		t.Errorf("the second apply changed (-first +second):\n%s", diff)
	}
	r := n.run(t, "verify")
	if r.ExitCode != 0 {
		t.Errorf("verify: exit code %d\n%s%s", r.ExitCode, r.Stdout, r.Stderr)
	}
}

// TestPlanWritesNothing runs plan on a fresh machine.
func TestPlanWritesNothing(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{})
	before, seen := n.endState(t), n.trace(t)
	o := n.reported(t, "plan", "--detailed-exitcode")
	if o.Result.ExitCode != 11 || o.Report.Result != report.ResultPlanned {
		t.Errorf("exit code %d, %s\n%s", o.Result.ExitCode, o.Report.Result, o.failures())
	}
	if calls, writes := seen.network(t), seen.host(t); len(calls) > 0 || len(writes) > 0 {
		t.Errorf("plan wrote: %v %v", calls, writes)
	}
	if diff := cmp.Diff(before, n.endState(t)); diff != "" {
		t.Errorf("plan changed (-before +after):\n%s", diff)
	}
	var changes []string
	for _, p := range o.Phases {
		for _, c := range p.Changes {
			if c.Done {
				t.Errorf("%s: %s is done", p.Name, c.What)
			}
			changes = append(changes, p.Name)
		}
	}
	for _, phase := range []string{"boot-path", "docker", "agent-install", "agent-config"} {
		if !strings.Contains(strings.Join(changes, " "), phase) {
			t.Errorf("%s plans nothing; planned: %v", phase, changes)
		}
	}
}

func hasAddress(a *hnsstore.Adapter, prefix string) bool {
	for _, address := range a.Addresses {
		if address.Prefix == prefix {
			return true
		}
	}
	return false
}
