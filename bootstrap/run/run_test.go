package run_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/hostphase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

func TestSecondApplyWritesNothing(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	first := apply(t, m, hostOnly())
	if first.ExitCode != 0 || first.Result != report.ResultApplied || first.InstanceID != m.Instance().ID {
		t.Fatalf("first: %s", show(t, first))
	}
	m.ResetCounters()
	second := apply(t, m, hostOnly())
	if second.ExitCode != 0 || second.Result != report.ResultUnchanged || len(m.Writes()) > 0 {
		t.Errorf("second: %s, writes %v", show(t, second), m.Writes())
	}
}

func TestStateHoldsWhatARerunNeeds(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	apply(t, m, hostOnly())
	s := stateOf(t, m)
	if s.InstanceID != m.Instance().ID || s.BootID == "" || !strings.Contains(s.Document, "cluster: prod") || len(s.ConfigHash) != 64 {
		t.Errorf("state %s", show(t, s))
	}
	if n := networkOf(t, m); n.MAC != m.Instance().MAC || len(n.Routes) < 2 {
		t.Errorf("snapshot %s", show(t, n))
	}
	if len(s.Undos) != 1 || s.Undos[0].Kind != phase.UndoServiceCreated || s.Undos[0].Target != hostphase.ServiceName {
		t.Errorf("undos %s", show(t, s.Undos))
	}
	if last := s.Last(); last == nil || last.ExitCode != 0 || len(last.Phases) != len(hostOnly().Phases) {
		t.Errorf("last run %s", s.LastRun)
	}
}

func TestPlanAndVerifyWriteNothing(t *testing.T) {
	t.Parallel()
	for _, mode := range []phase.Mode{phase.ModePlan, phase.ModeVerify} {
		m := sim.New(sim.Options{UserData: plain})
		r := do(t, m, mode, run.Source{}, run.Options{Phases: hostOnly().Phases, DetailedExit: true})
		if len(m.Writes()) > 0 {
			t.Errorf("%s wrote %v", mode, m.Writes())
		}
		if want := map[phase.Mode]int{phase.ModePlan: 11, phase.ModeVerify: 5}[mode]; r.ExitCode != want {
			t.Errorf("%s on a fresh machine ends with %d, want %d: %s", mode, r.ExitCode, want, show(t, r.Error))
		}
		apply(t, m, hostOnly())
		m.ResetCounters()
		if r = do(t, m, mode, run.Source{}, run.Options{Phases: hostOnly().Phases, DetailedExit: true}); r.ExitCode != 0 || len(m.Writes()) > 0 {
			t.Errorf("%s after an apply: %s, writes %v", mode, show(t, r), m.Writes())
		}
	}
}

func TestImageBuildIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, userData := range map[string]string{"none": "", "another's": "<powershell>Get-Date</powershell>"} {
		m := sim.New(sim.Options{UserData: userData})
		r := apply(t, m, hostOnly())
		if r.ExitCode != 0 || r.Result != report.ResultNothing || len(m.Writes()) > 0 {
			t.Errorf("%s: %s, writes %v", name, show(t, r), m.Writes())
		}
	}
}

func TestMalformedDocumentFailsLoudly(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain + "clutser: other\n"})
	r := apply(t, m, hostOnly())
	if r.ExitCode != 3 || code(r) != "E_CONFIG" || !strings.Contains(r.Error.Message, "clutser") || !strings.Contains(r.Error.Message, "^") {
		t.Errorf("%s", show(t, r))
	}
	if len(m.Writes()) > 0 {
		t.Errorf("writes %v", m.Writes())
	}
}

// TestServiceKeepsWhyItHasNoDocument: nobody reads what a service prints. What is wrong stands in the state, in a folder that
// is safe; an image build, which has no document, has no state either.
func TestServiceKeepsWhyItHasNoDocument(t *testing.T) {
	t.Parallel()
	unattended := hostOnly()
	unattended.Unattended = true
	m := sim.New(sim.Options{UserData: plain + "clutser: other\n"})
	apply(t, m, unattended)
	if last := stateOf(t, m).Last(); last == nil || last.Error == nil || last.Error.Code != "E_CONFIG" {
		t.Errorf("the state has %s", show(t, last))
	}
	m = sim.New(sim.Options{UserData: plain + "clutser: other\n", Faults: []sim.Fault{{On: "folders.Secure", Err: "denied"}}})
	if r := apply(t, m, unattended); code(r) != "E_CONFIG" || len(r.Warnings) != 1 {
		t.Errorf("a folder of somebody else's: %s", show(t, r))
	}
	if _, there := m.File(statePath); there {
		t.Error("a folder of somebody else's has the state")
	}
	m = sim.New(sim.Options{UserData: "<powershell></powershell>"})
	if r := apply(t, m, unattended); r.ExitCode != 0 || len(m.Writes()) > 0 {
		t.Errorf("an image build: writes %v, %s", m.Writes(), show(t, r))
	}
}

func TestDocumentFromAFileOrAReference(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{})
	m.Account().Secrets["ssm:/node"] = plain
	for _, src := range []run.Source{{Name: "node.yaml", Text: []byte(plain)}, {Reference: "ssm:/node"}} {
		if r := do(t, m, phase.ModeApply, src, hostOnly()); r.ExitCode != 0 || r.Cluster != "prod" {
			t.Errorf("%+v: %s", src, show(t, r))
		}
	}
	// A run that is given no file finds this instance's document in the state.
	if r := apply(t, m, hostOnly()); r.ExitCode != 0 || r.Result != report.ResultUnchanged {
		t.Errorf("without a source: %s", show(t, r))
	}
	if r := do(t, m, phase.ModeApply, run.Source{Reference: "ssm:/other"}, hostOnly()); code(r) != "E_CONFIG_SOURCE" || r.ExitCode != 3 {
		t.Errorf("a parameter that is not there: %s", show(t, r))
	}
}

// TestServiceOutlivesItsSource: at a later boot the file of the first run is gone, or the parameter refused. The service goes
// on with this instance's document, and says so; what an image brought counts for nothing.
func TestServiceOutlivesItsSource(t *testing.T) {
	t.Parallel()
	gone := fault.New("E_CONFIG_SOURCE", nil, "node.yaml")
	sources := map[string]run.Source{
		"a file":      {Name: "node.yaml", Unread: gone, OrStored: true},
		"a parameter": {Reference: "ssm:/gone", OrStored: true},
	}
	for name, src := range sources {
		m := sim.New(sim.Options{})
		if r := do(t, m, phase.ModeApply, src, hostOnly()); r.ExitCode != 3 || len(m.Writes()) > 0 {
			t.Errorf("%s, no state: %s", name, show(t, r))
		}
		do(t, m, phase.ModeApply, run.Source{Name: "node.yaml", Text: []byte(plain)}, hostOnly())
		r := do(t, m, phase.ModeApply, src, hostOnly())
		warned := slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "the state's document counts") })
		if r.ExitCode != 0 || r.Cluster != "prod" || !warned {
			t.Errorf("%s: %s", name, show(t, r))
		}
		strict := src
		strict.OrStored = false
		if r := do(t, m, phase.ModeApply, strict, hostOnly()); r.ExitCode == 0 {
			t.Errorf("%s, by hand: %s", name, show(t, r))
		}
		baked, _ := m.File(statePath)
		other := sim.New(sim.Options{Instance: sim.Instance{ID: "i-0fedcba9876543210"}})
		other.WriteFile(statePath, baked)
		if r := do(t, other, phase.ModeApply, src, hostOnly()); r.ExitCode == 0 || r.Cluster != "" {
			t.Errorf("%s, an image's state: %s", name, show(t, r))
		}
	}
}

func TestTwoRunsAtOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		wait time.Duration
		code string
		exit int
	}{"the second waits, as long as it does by itself": {0, "", 0}, "the second refuses": {-1, "E_LOCKED", 75}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := sim.New(sim.Options{UserData: plain, Latencies: sim.Published()})
			var reports [2]*report.Report
			if err := m.Run(func() {
				for i := range reports {
					h := m.Host()
					h.Clock.Go(func() {
						o := hostOnly()
						o.LockWait = tt.wait
						reports[i] = run.Do(t.Context(), phase.ModeApply, h, m.CloudOf(h), run.Source{}, o)
					})
				}
			}); err != nil {
				t.Fatal(err)
			}
			if reports[0].ExitCode != 0 || code(reports[1]) != tt.code || reports[1].ExitCode != tt.exit {
				t.Errorf("first %s, second %s", show(t, reports[0]), show(t, reports[1]))
			}
			if tt.exit == 0 && reports[1].Result != report.ResultUnchanged {
				t.Errorf("the second found work: %s", show(t, reports[1]))
			}
		})
	}
}

func TestLockWaitIsBounded(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	other := m.Host()
	if _, err := other.Locks.Acquire(t.Context(), run.LockName); err != nil {
		t.Fatal(err)
	}
	before := m.Clock().Now()
	r := apply(t, m, hostOnly())
	if waited := m.Clock().Now().Sub(before); code(r) != "E_LOCKED" || waited != 5*time.Minute {
		t.Errorf("%s after %s", code(r), waited)
	}
	m.Kill(other)
	if r = apply(t, m, hostOnly()); r.ExitCode != 0 {
		t.Errorf("after the other was killed: %s", show(t, r))
	}
}

func TestMachineThatCannotRunIt(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]struct {
		code string
		exit int
	}{
		"not-elevated":   {"E_NOT_ELEVATED", 4},
		"no-containers":  {"E_CONTAINERS_FEATURE", 4},
		"disk-full":      {"E_DISK_FULL", 4},
		"foreign-folder": {"E_STATE_FOLDER", 4},
		"imds-disabled":  {"E_IMDS_DISABLED", 5},
		"imds-no-token":  {"E_IMDS_TOKEN", 5},
		"no-role":        {"E_NO_CREDENTIALS", 9},
		"clock-behind":   {"E_CLOCK_SKEW", 9},
		"rename-pending": {"E_REBOOT_PENDING", 10},
		"join-pending":   {"E_REBOOT_PENDING", 10},
	} {
		t.Run(condition, func(t *testing.T) {
			t.Parallel()
			m := sim.New(sim.Options{UserData: plain, Conditions: []string{condition}})
			// The document comes from a file, so that the phases get to say what is wrong.
			r := do(t, m, phase.ModeApply, run.Source{Name: "node.yaml", Text: []byte(plain)}, hostOnly())
			if code(r) != want.code || r.ExitCode != want.exit || r.Error.Remedy == "" {
				t.Errorf("%s, want %s", show(t, r), want.code)
			}
			if find(r, "hns").Status == report.StatusDone {
				t.Error("the network was changed all the same")
			}
		})
	}
	for _, condition := range []string{"localized", "setup-runs", "clock-syncs", "imds-no-route", "imds-bad-route", "renamed-nic", "ghost-adapters"} {
		t.Run("not for "+condition, func(t *testing.T) {
			t.Parallel()
			m := sim.New(sim.Options{UserData: plain, Conditions: []string{condition}})
			if r := apply(t, m, hostOnly()); r.ExitCode != 0 {
				t.Errorf("%s", show(t, r))
			}
			if lacks := online(m); lacks != "" {
				t.Errorf("the machine lacks %s", lacks)
			}
		})
	}
	for windows, want := range map[string]string{"2016": "E_OS_NO_AWSVPC", "2019": "", "2022": "", "2025": ""} {
		m := sim.New(sim.Options{UserData: plain, AMI: sim.AMI{Windows: windows}})
		if r := apply(t, m, hostOnly()); code(r) != want {
			t.Errorf("Windows Server %s: %s", windows, show(t, r.Error))
		}
	}
}

func TestReboots(t *testing.T) {
	t.Parallel()
	allowed := plain + "reboot:\n  policy: if_required\n  limit: 1\n"
	m := sim.New(sim.Options{UserData: allowed, Conditions: []string{"rename-pending"}})
	r := apply(t, m, hostOnly())
	if r.Result != report.ResultReboot || r.ExitCode != 10 {
		t.Fatalf("%s", show(t, r))
	}
	if s := stateOf(t, m); s.Reboot.Asked != 1 || s.Reboot.Pending == "" {
		t.Errorf("state %+v", s.Reboot)
	}
	if err := m.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	if r = apply(t, m, hostOnly()); r.ExitCode != 0 {
		t.Fatalf("after the reboot: %s", show(t, r))
	}
	if s := stateOf(t, m); s.Reboot.Asked != 0 || s.Reboot.Pending != "" {
		t.Errorf("after the reboot: %+v", s.Reboot)
	}

	// A machine that wants one reboot after the other is not rebooted for ever.
	m = sim.New(sim.Options{UserData: allowed, Conditions: []string{"rename-pending"}})
	apply(t, m, hostOnly())
	if err := m.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	m.Apply("rename-pending")
	if r = apply(t, m, hostOnly()); code(r) != "E_REBOOT_LIMIT" {
		t.Errorf("%s", show(t, r))
	}

	// Nobody asked for reboots: the exit code says it, the machine stays up.
	m = sim.New(sim.Options{UserData: plain, Conditions: []string{"rename-pending"}})
	h := m.Host()
	doWith(t, m, h, phase.ModeApply, run.Source{}, hostOnly())
	if err := m.Advance(time.Hour); err != nil {
		t.Fatal(err)
	}
	if n := m.Calls()["system.Reboot"]; n != 0 {
		t.Errorf("%d reboots were asked for", n)
	}
}

func TestForeignStateStartsFromZeroAndKeepsWhatTheImageCarries(t *testing.T) {
	t.Parallel()
	maker := sim.New(sim.Options{UserData: plain, Instance: sim.Instance{ID: "i-0fedcba9876543210", MAC: "0a:99:99:99:99:99"}})
	apply(t, maker, hostOnly())
	baked, _ := maker.File(statePath)
	old := stateOf(t, maker)
	network, _ := maker.File(networkPath)
	m := sim.New(sim.Options{UserData: plain})
	m.WriteFile(statePath, baked)
	m.WriteFile(networkPath, network)
	r := apply(t, m, hostOnly())
	s := stateOf(t, m)
	if r.ExitCode != 0 || s.InstanceID != m.Instance().ID || networkOf(t, m).MAC != m.Instance().MAC {
		t.Fatalf("%s\n%s", show(t, r), show(t, s))
	}
	if diff := cmp.Diff(old.Undos, s.Undos); diff != "" {
		t.Errorf("undo records: %s", diff)
	}
	if !strings.Contains(strings.Join(r.Warnings, "\n"), "another instance's") {
		t.Errorf("warnings %q", r.Warnings)
	}
}

func TestStateThatCannotBeRead(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	m.WriteFile(statePath, []byte(`{"schemaVersion":1,"instanceId":`))
	r := apply(t, m, hostOnly())
	if r.ExitCode != 0 || !strings.Contains(strings.Join(r.Warnings, "\n"), "E_STATE_CORRUPT") {
		t.Errorf("corrupt: %s", show(t, r))
	}
	kept := ""
	for _, path := range m.Files(`C:\ProgramData\ecswin`) {
		if strings.HasSuffix(strings.ToLower(path), ".corrupt.json") {
			content, _ := m.File(path)
			kept = string(content)
		}
	}
	if kept != `{"schemaVersion":1,"instanceId":` {
		t.Errorf("kept %q", kept)
	}
	newer := []byte(`{"schemaVersion":99,"tomorrow":true}`)
	m.WriteFile(statePath, newer)
	r = apply(t, m, hostOnly())
	if got, _ := m.File(statePath); code(r) != "E_STATE_NEWER" || r.ExitCode != 4 || string(got) != string(newer) {
		t.Errorf("newer: %s, file %s", show(t, r), got)
	}
}

func TestRerunNeedsNoMetadata(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	apply(t, m, hostOnly())
	m.Apply("imds-disabled")
	r := apply(t, m, hostOnly())
	if code(r) != "E_IMDS_DISABLED" || r.Cluster != "prod" || find(r, "platform").Status != report.StatusSatisfied {
		t.Errorf("the run did not get to the phases: %s", show(t, r))
	}
}

func TestReferencesAreResolvedAndNeverStored(t *testing.T) {
	t.Parallel()
	const secret = "correct-horse-battery-staple"
	doc := plain + "proxy:\n  agent:\n    https: ssm:/proxy\n"
	m := sim.New(sim.Options{UserData: doc})
	r := apply(t, m, hostOnly())
	if code(r) != "E_SECRET" || r.ExitCode != 9 {
		t.Errorf("a parameter that is not there: %s", show(t, r))
	}
	m.Account().Secrets["ssm:/proxy"] = "http://user:" + secret + "@proxy.example.com:3128"
	seen := ""
	o := hostOnly()
	o.Phases = append(o.Phases, peek{func(n *phase.Node) { seen = n.Doc.Proxy.Agent.HTTPS }})
	if r = apply(t, m, o); r.ExitCode != 0 || !strings.Contains(seen, secret) {
		t.Errorf("the phases saw %q: %s", seen, show(t, r))
	}
	for _, path := range m.Files(`C:\`) {
		if content, _ := m.File(path); strings.Contains(string(content), secret) {
			t.Errorf("%s holds the secret", path)
		}
	}
	if strings.Contains(show(t, r), secret) {
		t.Error("the report holds the secret")
	}
}

// peek is a phase that only looks at the node.
type peek struct{ at func(*phase.Node) }

func (peek) Describe(*nodeconfig.Document) phase.Description { return phase.Description{ID: "peek"} }

func (p peek) Probe(_ context.Context, n *phase.Node) (phase.Observation, error) {
	p.at(n)
	return observed(nil), nil
}

func (peek) Verify(context.Context, *phase.Node) ([]phase.Fact, error) { return nil, nil }

func TestWarmPoolDoesEverythingButTheRegistration(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain, Conditions: []string{"warm-pool"}})
	o := hostOnly()
	o.Phases = append(o.Phases, gate{"agent-start"}, gate{"join"})
	r := apply(t, m, o)
	if r.Result != report.ResultWarmed || r.ExitCode != 0 {
		t.Errorf("%s", show(t, r))
	}
	for _, id := range []string{"agent-start", "join"} {
		if p := find(r, id); p.Status != report.StatusSkipped || !strings.Contains(p.Why, "warm pool") {
			t.Errorf("%+v", p)
		}
	}
	m.SetMetadata("meta-data/autoscaling/target-lifecycle-state", "InService")
	if r = apply(t, m, o); find(r, "join").Status != report.StatusSatisfied {
		t.Errorf("after leaving the pool: %s", show(t, r))
	}
}

// gate is a phase with a name that a run knows.
type gate struct{ id phase.ID }

func (g gate) Describe(*nodeconfig.Document) phase.Description {
	return phase.Description{ID: g.id, Needs: []phase.ID{hostphase.IMDS}}
}

func (gate) Probe(context.Context, *phase.Node) (phase.Observation, error) { return observed(nil), nil }

func (gate) Verify(context.Context, *phase.Node) ([]phase.Fact, error) { return nil, nil }

func TestInterruptedRunSaysSo(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain, Conditions: []string{"setup-runs"}})
	ctx, cancel := context.WithCancel(t.Context())
	m.Clock().After(30*time.Second, cancel)
	var r *report.Report
	h := m.Host()
	if err := m.Run(func() { r = run.Do(ctx, phase.ModeApply, h, m.CloudOf(h), run.Source{}, hostOnly()) }); err != nil {
		t.Fatal(err)
	}
	if code(r) != "E_INTERRUPTED" || r.ExitCode != 130 {
		t.Errorf("%s", show(t, r))
	}
	if last := stateOf(t, m).Last(); last == nil || last.ExitCode != 130 {
		t.Error("the state does not say so")
	}
}
