package netphase_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
)

// order is the phases one after the other, as their needs allow.
func order() []phase.ID {
	return []phase.ID{"docker", "hns-nat", "task-networks", "host-proxy", "dns", "awsvpc", "endpoints", "trunking"}
}

// TestEveryCallMayFail has each call of a clean run, and of a run with a repair, fail once or always. What fails for good has
// a name; what fails once and is then run again ends as if nothing had been.
func TestEveryCallMayFail(t *testing.T) {
	t.Parallel()
	for _, conditions := range [][]string{nil, {"docker-manual", "stale-proxy", "stale-task-network"}, {"nat-overlap"}, {"nat-duplicate"}} {
		clean := newBench(installed(conditions...))
		calls := map[string]int{}
		for _, id := range order() {
			out := clean.apply(t, id)
			if out.err != nil {
				t.Fatalf("%v: %s: %v", conditions, id, out.err)
			}
			for name, n := range out.calls {
				calls[name] += n
			}
		}
		for _, name := range slices.Sorted(maps.Keys(calls)) {
			for nth := 0; nth <= calls[name]; nth++ {
				o := installed(conditions...)
				o.Faults = []sim.Fault{{On: name, Nth: nth, Err: "an error that nobody knows"}}
				everyCallMayFail(t, newBench(o), nth == 0)
			}
		}
	}
}

func everyCallMayFail(t *testing.T, b *bench, always bool) {
	t.Helper()
	failed := false
	for _, id := range order() {
		out := b.apply(t, id)
		if out.err == nil {
			continue
		}
		failed = true
		if info, known := fault.Find(out.code()); !known || info.Code == "E_INTERNAL" {
			t.Errorf("%s: %s: %v", id, out.code(), out.err)
		}
		break
	}
	if always || !failed {
		return
	}
	for _, id := range order() {
		if out := b.apply(t, id); out.err != nil {
			t.Errorf("rerun: %s: %v", id, out.err)
		}
	}
	natIsInOrder(t, b)
	if s, _ := b.Service("docker"); s.State != host.ServiceRunning {
		t.Errorf("docker is %s", s.State)
	}
}
