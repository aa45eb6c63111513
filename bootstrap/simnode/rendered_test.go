package simnode_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/service"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/simnode"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

const (
	proxy     = "http://proxy.example.com:3128"
	elsewhere = `D:\It's (here)\ecswin-bootstrap.exe`
	object    = "https://tools.s3.eu-central-1.amazonaws.com/windows/ecswin-bootstrap%2B1.exe"
)

// rendering is one of the user data that the provider can render.
type rendering struct {
	Release, Origin, Reboot string
	Form                    userdata.Form
	Persist                 bool
}

func (r rendering) family() string { return "WINDOWS_SERVER_" + r.Release + "_CORE" }

// refused reports what the provider does not render, as its own tests show.
func (r rendering) refused() bool {
	script := r.Form == userdata.FormScript || r.Form == userdata.FormPowerShell
	return r.Form == userdata.FormYAML && userdata.LaunchAgentOf(r.family()) == userdata.EC2LaunchV1 ||
		r.Form == userdata.FormDocument && r.Persist || script && r.Reboot == "if_required"
}

// origins are the ways in which the program comes onto an instance, each with the members of the document that say so.
func origins() map[string]map[string]any {
	pin := download(simnode.ProgramContent())
	with := func(more map[string]any) map[string]any {
		all := maps.Clone(pin)
		maps.Copy(all, more)
		return all
	}
	return map[string]map[string]any{
		"baked":           nil,
		"baked elsewhere": with(map[string]any{"download.source": "baked", "download.location": elsewhere}),
		"https":           pin,
		"https by proxy":  with(map[string]any{"proxy.agent.https": proxy, "proxy.docker.https": proxy}),
		"s3":              with(map[string]any{"download.source": "s3", "download.location": "s3://tools/windows/ecswin-bootstrap+1.exe", "region": "eu-central-1"}),
	}
}

// renderings are all of them.
func renderings() []rendering {
	var all []rendering
	for _, release := range []string{"2019", "2022", "2025"} {
		for _, form := range userdata.Forms() {
			for origin := range origins() {
				for _, reboot := range []string{"never", "if_required"} {
					for _, persist := range []bool{false, true} {
						if r := (rendering{release, origin, reboot, form, persist}); !r.refused() {
							all = append(all, r)
						}
					}
				}
			}
		}
	}
	return all
}

func (r rendering) text(t *testing.T) string {
	t.Helper()
	doc := nodeconfig.Default()
	doc.Cluster = "prod"
	members := map[string]any{"reboot.policy": r.Reboot}
	maps.Copy(members, origins()[r.Origin])
	for path, value := range members {
		if err := doc.Set(path, value, nodeconfig.Origin{}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := userdata.Render(userdata.Request{
		Document: doc, Form: r.Form, LaunchAgent: userdata.LaunchAgentOf(r.family()), OperatingSystemFamily: r.family(), Persist: r.Persist,
	})
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	return string(text)
}

// node is an instance whose AMI or servers have the program where the user data looks for it.
func (r rendering) node(t *testing.T, conditions ...string) *simnode.Node {
	t.Helper()
	if r.Origin == "https by proxy" {
		conditions = append(conditions, "proxy-only")
	}
	n := simnode.New(simnode.Options{
		Machine: sim.Options{UserData: r.text(t), AMI: sim.AMI{Windows: r.Release}, Conditions: conditions}, Unbaked: r.Origin != "baked",
		Downloads: map[string][]byte{location: simnode.ProgramContent(), object: simnode.ProgramContent()},
	})
	t.Cleanup(n.Machine.Close)
	if r.Origin == "baked elsewhere" {
		n.Machine.WriteFile(elsewhere, simnode.ProgramContent())
	}
	return n
}

// TestEverythingThatIsRenderedRuns boots an instance with each user data that the provider can render: every form, on every
// release of Windows with its launch agent, from every origin of the program, once or at each boot, with and without reboots.
func TestEverythingThatIsRenderedRuns(t *testing.T) {
	t.Parallel()
	for _, r := range renderings() {
		n := r.node(t)
		if err := n.Launch(); err != nil {
			t.Errorf("%+v: %v", r, err)
			continue
		}
		if r.Form == userdata.FormDocument {
			// EC2Launch has nothing to run; the service of an AMI finds the document.
			if len(n.Reports()) > 0 {
				t.Errorf("%+v: something ran", r)
			}
			continue
		}
		if len(n.Reports()) != 1 || n.Reports()[0].Result != report.ResultJoined {
			t.Errorf("%+v: the bootstrap ran %d times; the launch agent: %+v", r, len(n.Reports()), n.Launches())
			continue
		}
		if ran := n.Launches()[0].Runs; len(ran) != 1 || ran[0].Outcome.ExitCode != 0 {
			t.Errorf("%+v: the launch agent ran %+v", r, ran)
		}
	}
}

// TestWhatRunsAtLaterBoots reboots instances. The boot path's service runs at each boot, user data only if it is to.
func TestWhatRunsAtLaterBoots(t *testing.T) {
	t.Parallel()
	for _, r := range renderings() {
		if r.Form == userdata.FormDocument || r.Release == "2025" || r.Release == "2019" && r.Origin != "https" {
			continue // nothing ran, or as on 2022
		}
		n := r.node(t)
		if err := n.Launch(); err != nil {
			t.Fatalf("%+v: %v", r, err)
		}
		n.Machine.Reboot()
		if err := n.Machine.Advance(10 * time.Minute); err != nil {
			t.Fatalf("%+v: %v", r, err)
		}
		first, _ := n.Machine.Service(service.Name)
		want := map[bool]int{false: 2, true: 3}[r.Persist]
		if len(n.Reports()) != want {
			t.Errorf("%+v: the bootstrap ran %d times, want %d", r, len(n.Reports()), want)
		}
		for _, run := range n.Reports() {
			if run.ExitCode != 0 {
				t.Errorf("%+v: a run ended with %d: %+v", r, run.ExitCode, run.Error)
			}
		}
		if now, _ := n.Machine.Service(service.Name); now.Config.Command != first.Config.Command {
			t.Errorf("%+v: the service runs %s, after %s", r, now.Config.Command, first.Config.Command)
		}
		if seen, err := n.Verify(t.Context()); err != nil || seen.ExitCode != 0 {
			t.Errorf("%+v: a node that has rebooted is not as it should be: %v, %+v", r, err, seen.Error)
		}
	}
}

// TestTheLaunchAgentReboots asks for a reboot by exit code 3010, which EC2Launch v2 makes, and joins after it.
func TestTheLaunchAgentReboots(t *testing.T) {
	t.Parallel()
	r := rendering{Release: "2022", Origin: "https", Reboot: "if_required", Form: userdata.FormYAML}
	n := r.node(t, "rename-pending")
	if err := n.Launch(); err != nil {
		t.Fatal(err)
	}
	launches := n.Launches()
	if len(launches) != 2 || !launches[0].Reboot || launches[0].Runs[0].Outcome.ExitCode != userdata.RebootExitCode || launches[1].Reboot {
		t.Errorf("the launch agent: %+v", launches)
	}
	// The boot path's service is there first, and the user data find the node joined.
	var results []string
	for _, run := range n.Reports() {
		results = append(results, run.Result)
	}
	if want := []string{report.ResultReboot, report.ResultJoined, report.ResultUnchanged}; !slices.Equal(results, want) {
		t.Errorf("the runs ended as %q, want %q", results, want)
	}
}

// TestADownloadGoesOverTheNodesNetwork lets a download fail as everything else would.
func TestADownloadGoesOverTheNodesNetwork(t *testing.T) {
	t.Parallel()
	for _, condition := range []string{"no-internet", "dead-dns", "intercepted", "proxy-only"} {
		n := rendering{Release: "2022", Origin: "https", Reboot: "never", Form: userdata.FormScript}.node(t, condition)
		if err := n.Launch(); err != nil || len(n.Reports()) > 0 {
			t.Errorf("%s: %d runs, %v", condition, len(n.Reports()), err)
		}
		if got := n.Launches()[0].Runs[0].Outcome; !strings.Contains(got.Output, "It was not run.") {
			t.Errorf("%s: the script says %q", condition, got.Output)
		}
	}
}
