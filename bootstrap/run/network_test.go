package run_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// TestWhatHNSTakesAwayIsRestored: by the end of the run, and said.
func TestWhatHNSTakesAwayIsRestored(t *testing.T) {
	t.Parallel()
	for _, effect := range []string{"drop-imds-route", "drop-default-route", "drop-address"} {
		for name, fails := range map[string]string{"the change works": "", "the change fails": "HNS failed"} {
			t.Run(effect+", "+name, func(t *testing.T) {
				t.Parallel()
				m := sim.New(sim.Options{UserData: plain, Faults: []sim.Fault{{On: "hns.Create", Effect: effect, After: true, Err: fails, Nth: 1}}})
				routes := fmt.Sprint(m.Routes())
				r := apply(t, m, hostOnly())
				if failed := find(r, "hns").Status == report.StatusFailed; failed != (fails != "") {
					t.Errorf("%s", show(t, r))
				}
				if lacks := online(m); lacks != "" {
					t.Errorf("%s: the machine lacks %s; it had %s and has %v", show(t, r), lacks, routes, m.Routes())
				}
				if !strings.Contains(strings.Join(r.Warnings, "\n"), "restored") {
					t.Errorf("nobody says so: %q", r.Warnings)
				}
			})
		}
	}
}

func TestLinkLocalRouteIsRestoredAtOnceAndDHCPIsGivenItsTime(t *testing.T) {
	t.Parallel()
	took := func(effect string) time.Duration {
		m := sim.New(sim.Options{UserData: plain, Faults: []sim.Fault{{On: "hns.Create", Effect: effect, After: true, Nth: 1}}})
		return time.Duration(apply(t, m, hostOnly()).DurationMS) * time.Millisecond
	}
	if got := took("drop-imds-route"); got > 250*time.Millisecond {
		t.Errorf("the route to the metadata took %s", got)
	}
	if got := took("drop-default-route"); got < 10*time.Second || got > 11*time.Second {
		t.Errorf("the default route took %s, want 10 s, in which DHCP could have set it", got)
	}
	// What comes back by itself is left to itself.
	m := sim.New(sim.Options{UserData: plain, Faults: []sim.Fault{
		{On: "hns.Create", Effect: "drop-default-route", After: true, Nth: 1},
		{On: "adapters.Adapters", Effect: "dhcp-renews", Nth: 20},
	}})
	if r := apply(t, m, hostOnly()); len(r.Warnings) > 0 || r.DurationMS < 1000 || r.DurationMS > 9000 {
		t.Errorf("after %d ms: %q", r.DurationMS, r.Warnings)
	}
}

func TestNetworkThatCannotBeRestoredIsNamed(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: plain, Faults: []sim.Fault{
		{On: "hns.Create", Effect: "drop-default-route", After: true, Nth: 1},
		{On: "routes.Add", Err: "refused"},
	}})
	r := apply(t, m, hostOnly())
	if code(r) != "E_NETWORK_LOST" || r.ExitCode != 6 || !strings.Contains(r.Error.LastObserved, "0.0.0.0/0") {
		t.Errorf("%s", show(t, r))
	}
}

// TestKilledRunIsFinishedByTheNext: without the instance metadata, whose route is what the kill took.
func TestKilledRunIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	for _, effect := range []string{"drop-imds-route", "drop-default-route", "drop-address"} {
		t.Run(effect, func(t *testing.T) {
			t.Parallel()
			m := sim.New(sim.Options{UserData: plain, Faults: []sim.Fault{{On: "hns.Create", Effect: effect, Nth: 1}}})
			h, kill := m.Host(), 1
			for _, w := range writesOf(t) {
				if w.Call == "hns.Create" {
					break
				}
				kill++
			}
			m.KillAtWrite(kill, true)
			r := doWith(t, m, h, phase.ModeApply, run.Source{}, hostOnly())
			if online(m) == "" {
				t.Fatalf("the kill took nothing: %s", show(t, r))
			}
			r = apply(t, m, hostOnly())
			if lacks := online(m); r.ExitCode != 0 || lacks != "" {
				t.Errorf("the machine lacks %q: %s", lacks, show(t, r))
			}
			if !warned(r) {
				t.Errorf("warnings %q", r.Warnings)
			}
		})
	}
}

// writesOf returns the writes of a clean run.
func writesOf(t *testing.T) []sim.Write {
	t.Helper()
	m := sim.New(sim.Options{UserData: plain})
	apply(t, m, hostOnly())
	return m.Writes()
}
