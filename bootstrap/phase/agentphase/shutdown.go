package agentphase

import (
	"context"
	"errors"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/drain"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// backInService plans to set the container instance back to ACTIVE that the bootstrap drained when Windows shut down, and to
// forget that it did. One that somebody else drained stays as it is: of that there is no note.
func (s *seen) backInService(ctx context.Context, n *phase.Node) []phase.Change {
	arn := n.Markers.Marker(drain.Marker)
	if arn == "" {
		return nil
	}
	member, err := n.Cloud.Members.Member(ctx, n.Doc.Cluster, arn)
	if err == nil && member.Status != draining {
		return []phase.Change{{
			What: "note of the drain at the shutdown", From: arn, To: "none", StateOnly: true,
			Do: func(ctx context.Context, n *phase.Node) error { return n.Markers.Mark(ctx, drain.Marker, "") },
		}}
	}
	from := member.Status
	if err != nil {
		from = "not known: " + shortly(err)
	}
	return []phase.Change{{
		What: "container instance " + arn, From: from + ", drained when Windows shut down", To: "ACTIVE",
		Do: func(ctx context.Context, n *phase.Node) error { return activate(ctx, n, arn) },
	}}
}

// draining is the status of a container instance that gets no new tasks.
const draining = "DRAINING"

// activate sets the container instance back, and forgets the drain only then. One that ECS no longer knows needs it not: the
// agent registers a new one.
func activate(ctx context.Context, n *phase.Node, arn string) error {
	err := wait.Until(ctx, n.Host.Clock, wait.Schedule{Timeout: activatePatience, First: look, Longest: 5 * time.Second},
		"the container instance to be set back to ACTIVE", func(time.Duration) (bool, string, error) {
			err := n.Cloud.Members.Activate(ctx, n.Doc.Cluster, arn)
			var call *cloud.CallError
			switch {
			case err == nil, errors.As(err, &call) && call.Code == "MISSING":
				return true, "", nil
			case errors.As(err, &call) && call.Denied():
				return false, "", err
			}
			return false, shortly(err), nil
		})
	if err != nil {
		return fault.New("E_JOIN_INACTIVE", err, "it was drained when Windows shut down, and could not be set back")
	}
	return n.Markers.Mark(ctx, drain.Marker, "")
}

// activatePatience is how long ECS gets to answer.
const activatePatience = 30 * time.Second
