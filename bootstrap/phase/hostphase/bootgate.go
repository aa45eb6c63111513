package hostphase

import (
	"context"
	"errors"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// bootGate waits until Windows has ended what it began, and stops the run where only a reboot ends it.
type bootGate struct{}

// setupTime is how long Setup gets to end.
const setupTime = 5 * time.Minute

// Describe implements phase.Phase.
func (bootGate) Describe(*nodeconfig.Document) phase.Description {
	return phase.Description{ID: BootGate, Title: "Windows has ended its setup and wants no reboot", Needs: []phase.ID{Platform}, Timeout: setupTime + quick}
}

// Probe implements phase.Phase.
func (bootGate) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	var pending host.Pending
	err := wait.Until(ctx, n.Host.Clock, every(setupTime), "the end of Windows Setup", func(time.Duration) (bool, string, error) {
		var err error
		pending, err = n.Host.System.Pending(ctx)
		return err == nil && !pending.Setup, "Setup runs", err
	})
	var expired *wait.Expired
	switch {
	case errors.As(err, &expired):
		return nil, fault.New("E_SETUP_RUNNING", err, "")
	case err != nil:
		return nil, fault.New("E_STEP_FAILED", err, "Windows does not say what it has begun and not ended")
	}
	if err := rebootFirst(pending); err != nil {
		return nil, err
	}
	s := &seen{}
	s.add("setup", "ended")
	if pending.Updates {
		s.add("updates", "want a reboot")
		n.Warn("Windows updates wait for a reboot: they may change the network at the next boot, which the boot path then sets up again")
	}
	return s, nil
}

// Verify implements phase.Phase.
func (bootGate) Verify(context.Context, *phase.Node) ([]phase.Fact, error) { return nil, nil }

func rebootFirst(p host.Pending) error {
	switch {
	case p.DomainJoin:
		return fault.New("E_REBOOT_PENDING", nil, "a domain join takes effect at the next boot")
	case p.Rename != "":
		return fault.New("E_REBOOT_PENDING", nil, "the machine is %s after the next boot", p.Rename)
	}
	return nil
}
