package state_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
)

const networkPath = state.Folder + `\` + state.NetworkFileName

func snapshot() phase.Snapshot {
	return phase.Snapshot{
		MAC: "0a:00:00:00:00:01", Alias: "Ethernet", DHCP: true, Addresses: []netip.Prefix{netip.MustParsePrefix("10.0.0.4/24")},
		Routes: []phase.SnapshotRoute{{Destination: netip.MustParsePrefix("0.0.0.0/0"), NextHop: netip.MustParseAddr("10.0.0.1"), Metric: 15}},
	}
}

func TestSnapshotIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{})
	n := state.NewNetwork(m.Host(), state.Folder, false)
	must(t, n.Open(t.Context()))
	if s, ok := n.Snapshot(); ok {
		t.Errorf("a snapshot that nobody took: %+v", s)
	}
	must(t, n.KeepSnapshot(t.Context(), snapshot()))
	n = state.NewNetwork(m.Host(), state.Folder, false)
	must(t, n.Open(t.Context()))
	got, ok := n.Snapshot()
	same := []cmp.Option{cmp.Comparer(func(x, y netip.Prefix) bool { return x == y }), cmp.Comparer(func(x, y netip.Addr) bool { return x == y })}
	if diff := cmp.Diff(snapshot(), got, same...); diff != "" || !ok {
		t.Errorf("%t: %s", ok, diff)
	}
}

func TestSnapshotThatIsNotKept(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{Faults: []sim.Fault{{On: "files.Write", Nth: 1, Err: "denied"}}})
	looking := state.NewNetwork(m.Host(), state.Folder, true)
	must(t, looking.KeepSnapshot(t.Context(), snapshot()))
	if _, ok := looking.Snapshot(); !ok || len(m.Writes()) > 0 {
		t.Errorf("a plan knows it: %t; writes %v", ok, m.Writes())
	}
	n := state.NewNetwork(m.Host(), state.Folder, false)
	if err := n.KeepSnapshot(t.Context(), snapshot()); fault.Of(err).Code != "E_STATE_UNWRITABLE" {
		t.Errorf("%v", err)
	}
	if _, ok := n.Snapshot(); ok {
		t.Error("what could not be written is known")
	}
}

func TestSnapshotThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "{", "[]", `{"mac":1}`, `{"mac":"","hunter2":true}`, `{"mac":"a"}}`, `{"addresses":["hunter2"]}`} {
		m := sim.New(sim.Options{})
		m.WriteFile(networkPath, []byte(content))
		err := state.NewNetwork(m.Host(), state.Folder, false).Open(t.Context())
		if fault.Of(err).Code != "E_STATE_CORRUPT" || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", content, err)
		}
	}
}
