package run_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// settings is a document that changes all that a run can change.
const settings = plain + `
dns:
  servers: [10.0.0.2]
agent:
  attributes: {tier: web}
`

func reset(t tester, m *sim.Machine, what run.ResetOptions) *report.Report {
	t.Helper()
	var r *report.Report
	h := m.Host()
	if err := m.Run(func() { r = run.Reset(context.Background(), h, m.CloudOf(h), what, run.Options{}) }); err != nil {
		t.Fatal(err)
	}
	return r
}

// before is a machine with something of everything that a run takes over.
func before() sim.Options {
	return sim.Options{UserData: settings, Conditions: []string{"ecstools-task", "stale-variables", "nat-overlap"}}
}

func TestResetTakesBackEverything(t *testing.T) {
	t.Parallel()
	m := sim.New(before())
	untouched := m.Snapshot()
	if r := apply(t, m, run.Options{}); r.ExitCode != 0 {
		t.Fatalf("%s", show(t, r))
	}
	if diff := cmp.Diff(untouched, m.Snapshot()); diff == "" {
		t.Fatal("there is nothing to take back")
	}
	r := reset(t, m, run.ResetOptions{})
	if r.ExitCode != 0 || r.Result != report.ResultReset {
		t.Fatalf("%s", show(t, r))
	}
	if _, there := m.File(statePath); there {
		t.Error("the state is still there")
	}
	got := m.Snapshot()
	// What ECS was told, what the agent wrote, and the network that Docker made anew stay.
	got.Instances, got.Networks, got.Docker, got.Adapters = untouched.Instances, untouched.Networks, untouched.Docker, untouched.Adapters
	got.Routes, untouched.Routes = notOfNAT(got.Routes), notOfNAT(untouched.Routes)
	for path := range got.Files {
		if strings.HasSuffix(path, "agent.db") {
			delete(got.Files, path)
		}
	}
	if diff := cmp.Diff(untouched, got); diff != "" {
		t.Error(diff)
	}
	m.ResetCounters()
	if r = reset(t, m, run.ResetOptions{}); r.ExitCode != 0 || len(m.Writes()) > 0 {
		t.Errorf("a second reset: %s, writes %v", show(t, r), m.Writes())
	}
}

// TestKilledResetIsFinishedByTheNext at whatever write it was killed.
func TestKilledResetIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	joined := func() *sim.Machine {
		m := sim.New(before())
		apply(t, m, run.Options{})
		m.ResetCounters()
		return m
	}
	whole := joined()
	reset(t, whole, run.ResetOptions{AgentState: true})
	for n := range whole.Writes() {
		for _, done := range []bool{false, true} {
			m := joined()
			m.KillAtWrite(n+1, done)
			reset(t, m, run.ResetOptions{AgentState: true})
			if r := reset(t, m, run.ResetOptions{AgentState: true}); r.ExitCode != 0 {
				t.Fatalf("killed at write %d, done %t: %s", n+1, done, show(t, r))
			}
			got, want := m.Snapshot(), whole.Snapshot()
			dropCopies(got.Files)
			dropCopies(want.Files)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("killed at write %d, done %t: %s", n+1, done, diff)
			}
		}
	}
	t.Logf("%d writes, killed before and after each", len(whole.Writes()))
}

func notOfNAT(routes []string) []string {
	return slices.DeleteFunc(routes, func(r string) bool { return strings.Contains(r, "(nat)") })
}

func dropCopies(files map[string]string) {
	for path := range files {
		if strings.HasSuffix(path, ".bak") {
			delete(files, path)
		}
	}
}

func TestResetForAMILeavesNothingButTheCache(t *testing.T) {
	t.Parallel()
	m := sim.New(before())
	cache := m.Files(`C:\ProgramData\Amazon\ECS\cache`)
	apply(t, m, run.Options{})
	r := reset(t, m, run.ResetOptions{ForAMI: true})
	if r.ExitCode != 0 {
		t.Fatalf("%s", show(t, r))
	}
	if diff := cmp.Diff(cache, m.Files(`C:\ProgramData\Amazon\ECS\cache`)); diff != "" {
		t.Errorf("the cache: %s", diff)
	}
	for _, folder := range []string{`C:\ProgramData\ecswin`, `C:\ProgramData\Amazon\ECS\data`} {
		if left := m.Files(folder); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
	if n := m.HNSNetworks(); len(n) > 0 {
		t.Errorf("left: %v", n)
	}
	if d, _ := m.Service("docker"); d.State != "stopped" {
		t.Errorf("Docker is %s and may make its network again", d.State)
	}
}

func TestResetRefusesToTakeTheNetworkFromTasks(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain, Conditions: []string{"running-task"}})
	if r := reset(t, m, run.ResetOptions{HNS: true}); code(r) != "E_DOCKER_TASKS_RUNNING" || len(m.Writes()) > 0 {
		t.Errorf("%s, writes %v", show(t, r), m.Writes())
	}
}

func TestResetKeepsTheRecordOfWhatItCouldNotTakeBack(t *testing.T) {
	t.Parallel()
	o := before()
	o.Faults = []sim.Fault{{On: "tasks.SetEnabled", Nth: 2, Err: "denied"}}
	m := sim.New(o)
	apply(t, m, run.Options{})
	r := reset(t, m, run.ResetOptions{})
	if code(r) != "E_UNDO" || !strings.Contains(r.Error.Message, "scheduled-task") {
		t.Fatalf("%s", show(t, r))
	}
	if undos := stateOf(t, m).Undos; len(undos) != 1 || undos[0].Kind != "scheduled-task" {
		t.Errorf("records %s", show(t, undos))
	}
	if r = reset(t, m, run.ResetOptions{}); r.ExitCode != 0 {
		t.Errorf("%s", show(t, r))
	}
}
