package cli

import (
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// TestEveryPhaseHasANumber of its own in the event log, that no failure has.
func TestEveryPhaseHasANumber(t *testing.T) {
	t.Parallel()
	taken := map[int]string{warningID: "warnings", otherPhaseID: "other phases"}
	for _, i := range fault.Table() {
		taken[i.Number] = string(i.Code)
	}
	for name, id := range phaseIDs() {
		if other, ok := taken[id]; ok {
			t.Errorf("%s and %s have the number %d", name, other, id)
		}
		taken[id] = name
	}
	for _, p := range run.Phases() {
		if name := string(p.Describe(nodeconfig.Default()).ID); phaseIDs()[name] == 0 {
			t.Errorf("phase %s has no number", name)
		}
	}
}
