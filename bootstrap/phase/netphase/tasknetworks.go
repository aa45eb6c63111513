package netphase

import (
	"context"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/hns"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// taskNetworksPhase removes the networks that vpc-eni left over: of network interfaces that are gone, with nothing on them,
// and only while the agent is stopped, because vpc-eni's DEL fails when its object is gone already. What it may not remove
// it reports. Leftovers never keep a node from joining.
type taskNetworksPhase struct{}

// Describe implements phase.Phase.
func (taskNetworksPhase) Describe(d *nodeconfig.Document) phase.Description {
	desc := phase.Description{
		ID: "task-networks", Title: "No networks of tasks left over",
		Needs: []phase.ID{"hns-nat", "imds"}, Timeout: time.Minute,
	}
	if !d.AWSVPC.Enabled {
		desc.Off = "awsvpc.enabled is false"
	}
	return desc
}

// Probe implements phase.Phase.
func (taskNetworksPhase) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	all, err := taskNetworks(ctx, n)
	if err != nil {
		return nil, err
	}
	var stale []hns.TaskNetwork
	for _, t := range all {
		if t.Stale() {
			stale = append(stale, t)
		}
	}
	if len(stale) == 0 {
		return observation{facts: []phase.Fact{fact("task networks", "%d, none left over", len(all))}}, nil
	}
	agent, err := state(ctx, n, agentService)
	if err != nil {
		return nil, err
	}
	seen := observation{facts: []phase.Fact{fact("task networks", "%d, %d left over", len(all), len(stale))}}
	if agent == "" || agent == host.ServiceStopped {
		seen.plan = func(*nodeconfig.Document) ([]phase.Change, error) { return removals(stale), nil }
	}
	return seen, nil
}

func removals(stale []hns.TaskNetwork) []phase.Change {
	var changes []phase.Change
	for _, t := range stale {
		changes = append(changes, phase.Change{
			What: "HNS network " + t.Name, From: "left over", To: "deleted, unless the agent was started meanwhile",
			Do: func(ctx context.Context, n *phase.Node) error {
				agent, err := state(ctx, n, agentService)
				if err != nil || agent != "" && agent != host.ServiceStopped {
					return err
				}
				if err := deleteByID(ctx, n, t.ID); err != nil {
					n.Warn("E_HNS_TASK_NETWORK_STALE: %s could not be deleted: %v", t.Name, err)
				}
				return nil
			},
		})
	}
	return changes
}

// taskNetworks looks at the networks of tasks. It asks for endpoints only where there is one.
func taskNetworks(ctx context.Context, n *phase.Node) ([]hns.TaskNetwork, error) {
	networks, err := n.Host.HNS.Networks(ctx)
	if err != nil {
		return nil, fault.New("E_HNS_NO_ANSWER", err, "asked for networks of tasks")
	}
	macs := n.Found.Get().Instance.MACs
	if len(hns.TaskNetworks(networks, nil, macs)) == 0 {
		return nil, nil
	}
	endpoints, err := n.Host.HNS.Endpoints(ctx)
	if err != nil {
		return nil, fault.New("E_HNS_NO_ANSWER", err, "asked for endpoints of tasks")
	}
	return hns.TaskNetworks(networks, endpoints, macs), nil
}

// Verify implements phase.Phase.
func (taskNetworksPhase) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	all, err := taskNetworks(ctx, n)
	if err != nil {
		return nil, err
	}
	left := 0
	for _, t := range all {
		switch {
		case t.Attached:
			continue
		case t.Endpoints > 0:
			n.Warn("E_HNS_TASK_NETWORK_STALE: the network interface of %s is gone, and %d endpoints are still on the network; it is left alone", t.Name, t.Endpoints)
		default:
			n.Warn("E_HNS_TASK_NETWORK_STALE: %s is left over; run `Stop-Service AmazonECS; ecswin-bootstrap apply`, which removes it", t.Name)
		}
		left++
	}
	return []phase.Fact{fact("task networks", "%d, %d left over", len(all), left)}, nil
}
