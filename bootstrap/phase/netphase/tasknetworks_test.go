package netphase_test

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

const (
	staleNetwork = "taskbr0afffffffff1"
	busyNetwork  = "taskbr0afffffffff2"
)

func (b *bench) hasNetwork(name string) bool {
	for _, n := range b.HNSNetworks() {
		if n.Name == name {
			return true
		}
	}
	return false
}

func TestTaskNetworksThatAreLeftOver(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		conditions []string
		change     func(*bench)
		faults     []sim.Fault
		writes     int
		removed    bool
		warned     string
	}{
		"left over":               {conditions: []string{"stale-task-network"}, writes: 1, removed: true},
		"while the agent runs":    {conditions: []string{"stale-task-network"}, change: func(b *bench) { b.StartService("AmazonECS") }, warned: "E_HNS_TASK_NETWORK_STALE: " + staleNetwork + " is left over"},
		"with an endpoint":        {conditions: []string{"busy-task-network"}, warned: "1 endpoints"},
		"of an attached ENI":      {conditions: []string{"stale-task-network"}, change: func(b *bench) { b.found.Instance.MACs = append(b.found.Instance.MACs, "0a:ff:ff:ff:ff:f1") }},
		"nobody knows the ENIs":   {conditions: []string{"stale-task-network"}, change: func(b *bench) { b.found.Instance.MACs = nil }},
		"HNS does not let it go":  {conditions: []string{"stale-task-network"}, faults: []sim.Fault{{On: "hns.Delete", Err: "busy"}}, warned: "could not be deleted"},
		"HNS lets it go later":    {conditions: []string{"stale-task-network"}, faults: []sim.Fault{{On: "hns.Delete", Nth: 1, Err: "busy"}}, writes: 1, removed: true},
		"the agent comes between": {conditions: []string{"stale-task-network"}, faults: []sim.Fault{{On: "services.Service AmazonECS", Nth: 2, Effect: "start-agent"}}, warned: "E_HNS_TASK_NETWORK_STALE: " + staleNetwork + " is left over"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := installed(test.conditions...)
			o.Faults = test.faults
			b := newBench(o)
			if test.change != nil {
				test.change(b)
			}
			out := b.apply(t, "task-networks")
			if out.err != nil || out.writes != test.writes {
				t.Errorf("%d writes, want %d (%v)", out.writes, test.writes, out.err)
			}
			if gone := !b.hasNetwork(staleNetwork) && !b.hasNetwork(busyNetwork); gone != test.removed {
				t.Errorf("removed: %t, want %t", gone, test.removed)
			}
			if test.warned != "" && !out.warned(test.warned) || test.warned == "" && len(out.warnings) > 0 {
				t.Errorf("warnings %q, want %q", out.warnings, test.warned)
			}
			if !b.hasNetwork("nat") {
				t.Error("nat is gone")
			}
		})
	}
}

func TestWithoutTaskNetworksNobodyAsksForEndpoints(t *testing.T) {
	t.Parallel()
	b := newBench(installed())
	out := b.apply(t, "task-networks")
	out.callsAre(t, map[string]int{"hns.Networks": 2})
	if !strings.Contains(out.fact("task networks"), "none left over") {
		t.Errorf("facts %v", out.facts)
	}
}
