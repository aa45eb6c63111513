package agentphase

import (
	"context"
	"errors"
	"fmt"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// What to do about AWS's own set-up at each boot.
const (
	coexistYield = "yield"
	coexistFail  = "fail"
)

// RebootTask is the scheduled task by which ECSTools sets the host up again at each boot.
const RebootTask = `\Initialize-ECSHostReboot`

// foreignBoot keeps ECSTools from racing the bootstrap at each boot.
type foreignBoot struct{}

// Describe implements phase.Phase.
func (foreignBoot) Describe(d *nodeconfig.Document) phase.Description {
	description := phase.Description{ID: ForeignID, Title: "Nobody else sets the host up at boot", Timeout: d.Timeouts.AgentInstall}
	if d.AgentInstall.Source == sourceECSTools {
		// Initialize-ECSAgent makes the task.
		description.Needs = []phase.ID{InstallID}
	}
	return description
}

// Probe implements phase.Phase.
func (foreignBoot) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	var s seen
	state, err := taskState(ctx, n.Host)
	if err != nil {
		return nil, err
	}
	s.fact("Initialize-ECSHostReboot", state)
	if state != taskEnabled {
		return s, nil
	}
	switch n.Doc.Coexist {
	case coexistYield:
		s.fact("coexist", "yield: it is left to set the host up")
	case coexistFail:
		return s, fault.New("E_FOREIGN_BOOT", nil, "`coexist` is fail")
	default:
		s.changes = []phase.Change{{
			What: "scheduled task " + RebootTask, From: taskEnabled, To: taskDisabled,
			Undo: phase.RestoreScheduledTask(RebootTask, true),
			Do: func(ctx context.Context, n *phase.Node) error {
				return n.Host.Tasks.SetEnabled(ctx, RebootTask, false)
			},
		}}
	}
	return s, nil
}

// Verify implements phase.Phase.
func (foreignBoot) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	state, err := taskState(ctx, n.Host)
	if err != nil {
		return nil, err
	}
	facts := []phase.Fact{{Name: "Initialize-ECSHostReboot", Value: state}}
	if state == taskEnabled && n.Doc.Coexist != coexistYield {
		return facts, fault.New("E_FOREIGN_BOOT", nil, "it is still enabled")
	}
	return facts, nil
}

const (
	taskEnabled  = "enabled"
	taskDisabled = "disabled"
	taskNone     = "none"
)

func taskState(ctx context.Context, h *host.Host) (string, error) {
	switch enabled, err := h.Tasks.Enabled(ctx, RebootTask); {
	case errors.Is(err, host.ErrNotFound):
		return taskNone, nil
	case err != nil:
		return "", fmt.Errorf("looking up the scheduled task %s: %w", RebootTask, err)
	case enabled:
		return taskEnabled, nil
	}
	return taskDisabled, nil
}
