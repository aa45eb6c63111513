package hostphase

import (
	"context"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// lock stands for what package run has done before the first phase: it took the machine-wide lock and read the state.
type lock struct{}

// Describe implements phase.Phase.
func (lock) Describe(*nodeconfig.Document) phase.Description {
	return phase.Description{ID: Lock, Title: "One run at a time, which knows what the last one did"}
}

// Probe implements phase.Phase.
func (lock) Probe(_ context.Context, n *phase.Node) (phase.Observation, error) {
	if n.Memory == nil || n.Markers == nil {
		return nil, fault.New("E_INTERNAL", nil, "the run has no state")
	}
	s := &seen{}
	_, known := n.Memory.Snapshot()
	s.add("earlier run", map[bool]string{true: "its network snapshot is there", false: "none that touched the network"}[known])
	return s, nil
}

// Verify implements phase.Phase.
func (lock) Verify(context.Context, *phase.Node) ([]phase.Fact, error) { return nil, nil }
