package run_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// killedAtHNS is a machine on which a run was killed when HNS had just taken the default route.
func killedAtHNS(t *testing.T, faults ...sim.Fault) *sim.Machine {
	t.Helper()
	m := sim.New(sim.Options{UserData: plain, Faults: append(faults, sim.Fault{On: "hns.Create", Effect: "drop-default-route", Nth: 1})})
	kill := 1
	for _, w := range writesOf(t) {
		if w.Call == "hns.Create" {
			break
		}
		kill++
	}
	m.KillAtWrite(kill, true)
	apply(t, m, hostOnly())
	if online(m) == "" {
		t.Fatal("the kill took nothing")
	}
	return m
}

// TestNetworkComesBackWhateverBecameOfTheState: the snapshot stands in a file of its own, and who holds one of the two for a
// moment keeps nobody from reading it.
func TestNetworkComesBackWhateverBecameOfTheState(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		harm   func(m *sim.Machine)
		code   string
		warned string
	}{
		"cut short": {harm: func(m *sim.Machine) { m.WriteFile(statePath, []byte(`{"schemaVersion":`)) }, warned: "E_STATE_CORRUPT"},
		"gone":      {harm: func(m *sim.Machine) { m.RemoveFile(statePath) }},
		"newer":     {harm: func(m *sim.Machine) { m.WriteFile(statePath, []byte(`{"schemaVersion":99}`)) }, code: "E_STATE_NEWER"},
		"held":      {harm: func(m *sim.Machine) { m.LockFile(statePath, true) }, code: "E_STATE_UNREADABLE"},
		"held for two seconds": {harm: func(m *sim.Machine) {
			for _, path := range []string{statePath, networkPath} {
				m.LockFile(path, true)
				m.Do(2*time.Second, func(m *sim.Machine) { m.LockFile(path, false) })
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := killedAtHNS(t)
			test.harm(m)
			r := apply(t, m, hostOnly())
			if code(r) != test.code || !strings.Contains(strings.Join(r.Warnings, "\n"), test.warned) {
				t.Errorf("%s", show(t, r))
			}
			if lacks := online(m); lacks != "" {
				t.Errorf("the machine lacks %s: %s", lacks, show(t, r))
			}
		})
	}
}

// TestSnapshotThatIsNoneIsTakenAnew: it brings nothing back, and is told.
func TestSnapshotThatIsNoneIsTakenAnew(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	apply(t, m, hostOnly())
	m.WriteFile(networkPath, []byte("{"))
	r := apply(t, m, hostOnly())
	if r.ExitCode != 0 || !strings.Contains(strings.Join(r.Warnings, "\n"), "network.json") {
		t.Errorf("%s", show(t, r))
	}
	if n := networkOf(t, m); n.MAC != m.Instance().MAC {
		t.Errorf("snapshot %s", show(t, n))
	}
}

// TestRunThatEndsWithoutTheNetworkIsFinishedByTheNext, which says whose the loss was.
func TestRunThatEndsWithoutTheNetworkIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	m := killedAtHNS(t, sim.Fault{On: "routes.Add", Nth: 1, Times: 500, Err: "refused"})
	r := apply(t, m, hostOnly())
	if s := stateOf(t, m); code(r) != "E_NETWORK_LOST" || s.Open == "" || s.Last() == nil || code(s.Last()) != "E_NETWORK_LOST" {
		t.Errorf("%s\nthe state says %s", show(t, r), show(t, s))
	}
	r = apply(t, m, hostOnly())
	if r.ExitCode != 0 || !warned(r) || stateOf(t, m).Open != "" {
		t.Errorf("%s", show(t, r))
	}
}

// TestFailureBeforeTheDocumentIsStored where there is a state: it would go on telling that all is well.
func TestFailureBeforeTheDocumentIsStored(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain})
	apply(t, m, hostOnly())
	r := do(t, m, "apply", run.Source{Name: "node.yaml", Text: []byte("kind: none")}, hostOnly())
	if last := stateOf(t, m).Last(); code(r) != "E_CONFIG" || last == nil || code(last) != "E_CONFIG" {
		t.Errorf("%s; the state has %s", show(t, r), show(t, last))
	}
}

// TestSilentMetadataIsNoOtherInstance: that the user data holds no document, and nobody says whose the state's is, is no
// reason to end well without a node.
func TestSilentMetadataIsNoOtherInstance(t *testing.T) {
	t.Parallel()
	before := sim.New(sim.Options{})
	do(t, before, "apply", run.Source{Name: "node.yaml", Text: []byte(plain)}, hostOnly())
	stored, _ := before.File(statePath)
	m := sim.New(sim.Options{Faults: []sim.Fault{{On: "metadata.Get meta-data/instance-id", Err: "unreachable"}}})
	m.WriteFile(statePath, stored)
	if r := apply(t, m, hostOnly()); code(r) != "E_IMDS_UNREACHABLE" || r.Result == report.ResultNothing {
		t.Errorf("%s", show(t, r))
	}
}

// TestAddressThatSomebodyTookAwayStaysAway: what is gone after a run that left the network whole is no run's loss. The address
// may be another machine's by now.
func TestAddressThatSomebodyTookAwayStaysAway(t *testing.T) {
	t.Parallel()
	second := netip.MustParsePrefix("10.0.0.99/24")
	m := sim.New(sim.Options{UserData: plain})
	if err := m.Host().Adapters.AddAddress(t.Context(), "Ethernet", second); err != nil {
		t.Fatal(err)
	}
	apply(t, m, hostOnly())
	if !slices.Contains(networkOf(t, m).Addresses, second) {
		t.Fatal("the snapshot lacks the second address")
	}
	if err := m.Host().Adapters.RemoveAddress(t.Context(), "Ethernet", second); err != nil {
		t.Fatal(err)
	}
	if r := apply(t, m, hostOnly()); r.ExitCode != 0 || slices.Contains(networkOf(t, m).Addresses, second) {
		t.Errorf("%s, snapshot %s", show(t, r), show(t, networkOf(t, m)))
	}
	for _, a := range m.Adapters() {
		if slices.ContainsFunc(a.Addresses, func(x host.Address) bool { return x.Prefix == second }) {
			t.Errorf("%s has it again", a.Alias)
		}
	}
}
