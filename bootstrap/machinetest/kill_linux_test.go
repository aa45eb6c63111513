package machinetest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// muchToMend is a fresh AMI on which Docker runs already, with a nat that overlaps the VPC and name servers that the document
// replaces: a run writes to HNS, the IP Helper, the registry, services and files.
func muchToMend(t testing.TB) *node {
	t.Helper()
	host := winetest.DefaultHost()
	host.Adapters[0].DHCPServers = []string{"10.0.0.3"}
	n := newNode(t, setup{UserData: document("dns: {servers: [10.0.0.2]}"), Options: winetest.Options{Host: host}})
	docker := fakes.DefaultDocker()
	docker.NATSubnet = "10.0.128.0/20"
	n.PlanDocker(docker)
	if err := n.Service("docker").Start(); err != nil {
		t.Fatal(err)
	}
	n.Service("docker").Await(t.Context(), winetest.Running)
	return n
}

// killPoint is a place at which a run ends as if by kill -9.
type killPoint struct {
	what string
	arm  func(*node)
	// network tells that it is a call of HNS or the IP Helper.
	network bool
}

// allKillPoints is the environment variable that has every kill point tried; otherwise it is those of HNS and the IP Helper
// and a fifth of the others.
const allKillPoints = "ECSWIN_ALL_KILL_POINTS"

// killPoints are the places before and after each write that an undisturbed run does.
func killPoints(t testing.TB, writes []string, calls []hnsstore.Call) []killPoint {
	t.Helper()
	var points []killPoint
	for i, w := range writes {
		points = append(points,
			killPoint{"before write " + w, func(n *node) { n.KillAtWrite(programName, i+1) }, false},
			killPoint{"after write " + w, func(n *node) { n.KillAfterWrite(programName, i+1) }, false})
	}
	nth := map[string]int{}
	for _, c := range calls {
		nth[c.Procedure]++
		for _, when := range []string{hnsstore.KillBefore, hnsstore.KillAfter} {
			fault := hnsstore.Fault{Procedure: c.Procedure, Nth: nth[c.Procedure], Kill: when}
			points = append(points, killPoint{
				fmt.Sprintf("%s call %d of %s (%s)", when, fault.Nth, c.Procedure, c.ID),
				func(n *node) { n.Faults(fault) },
				true,
			})
		}
	}
	return points
}

// TestKilledAtAnyWrite kills a run at each of its writes: the next run comes to the same end as one that nobody killed.
func TestKilledAtAnyWrite(t *testing.T) {
	t.Parallel()
	whole := muchToMend(t)
	seen := whole.trace(t)
	if o := whole.joins(t); o.Report.Result != report.ResultJoined {
		t.Fatalf("%s", o.Report.Result)
	}
	want := whole.endState(t)
	calls := seen.network(t)
	if diff := cmp.Diff(writtenWhenMending(), written(calls)); diff != "" {
		t.Errorf("the undisturbed run's calls of HNS and the IP Helper (-want +got):\n%s", diff)
	}
	points := killPoints(t, seen.host(t), calls)
	every := 5 // odd, since each write has a point before and one after it
	if os.Getenv(allKillPoints) != "" {
		every = 1
	}
	run := 0
	for i, p := range points {
		if i%every != 0 && !p.network {
			continue
		}
		run++
		t.Run(p.what, func(t *testing.T) {
			t.Parallel()
			n := muchToMend(t)
			p.arm(n)
			if o := n.apply(t); o.Result.ExitCode != killed {
				t.Fatalf("was not killed: exit code %d\n%s", o.Result.ExitCode, o.failures())
			}
			n.keepsItsNetwork(t)
			n.KillAtWrite(programName, 0)
			n.Faults()
			n.joins(t)
			if diff := cmp.Diff(want, n.endState(t)); diff != "" {
				t.Errorf("the end differs (-undisturbed +killed):\n%s", diff)
			}
		})
	}
	t.Logf("%d of %d kill points (%s=1 runs all): before and after %d writes of the registry, services and files, and %d calls of HNS and the IP Helper",
		run, len(points), allKillPoints, len(seen.host(t)), len(calls))
}

// writtenWhenMending are the procedures that change HNS and the host's network on such a machine.
func writtenWhenMending() []string {
	return []string{"CreateUnicastIpAddressEntry", "HcnDeleteNetwork", "SetInterfaceDnsSettings"}
}

// written are the procedures, each once, in the alphabet's order: phases run at the same time.
func written(calls []hnsstore.Call) []string {
	found := map[string]bool{}
	for _, c := range calls {
		found[c.Procedure] = true
	}
	return sortedKeys(found)
}

// keepsItsNetwork: whatever happens, the machine keeps its address, its default route and the way to IMDS.
func (n *node) keepsItsNetwork(t testing.TB) {
	t.Helper()
	host := n.State().Host
	if a := host.Adapter(6); a == nil || !hasAddress(a, "10.0.0.10/24") {
		t.Errorf("the primary adapter is %+v", a)
	}
	var routes []string
	for _, r := range host.Routes {
		routes = append(routes, r.String())
	}
	for _, want := range []string{"0.0.0.0/0 via 10.0.0.1 on 6", "169.254.169.254/32 via 10.0.0.1 on 6"} {
		if !strings.Contains(strings.Join(routes, "\n"), want) {
			t.Errorf("no route %s: %v", want, routes)
		}
	}
}
