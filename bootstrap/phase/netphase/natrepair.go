package netphase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/hns"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// plan says how Docker is brought to make its network anew, or why that may not be. Docker makes it, we never do: stop what
// uses it, delete what is wrong, fix the block where needed, start Docker. Killed in between, a rerun finds Docker stopped,
// starts it, and judges what it made.
func (seen *natSeen) plan(d *nodeconfig.Document) ([]phase.Change, error) {
	wrong := fault.New(natCode(seen.now.Verdict), nil, "%s", seen.now.Seen)
	switch seen.now.Verdict {
	case hns.NATReady, dockerDown:
		return nil, nil
	case hns.NATForeign, natSwitched:
		return nil, wrong
	}
	if d.NAT.Repair == "off" {
		info, _ := fault.Find(wrong.Code)
		wrong.Remedy = "nat.repair is off: set it to auto and run `ecswin-bootstrap apply`; or by hand: " + info.Remedy
		return nil, wrong
	}
	if seen.tasks > 0 {
		wrong.Seen += fmt.Sprintf("; it is not repaired while %d containers of tasks run", seen.tasks)
		wrong.Remedy = "drain the instance (`ecswin-bootstrap drain`), then run `ecswin-bootstrap apply`"
		return nil, wrong
	}
	block, err := seen.block(d)
	if err != nil {
		return nil, err
	}
	var changes []phase.Change
	if seen.agent != "" && seen.agent != host.ServiceStopped {
		changes = append(changes, stopAgent("for the nat network"))
	}
	changes = append(changes, stopDocker("for the nat network"))
	if seen.now.Verdict == hnsStopped || seen.now.Verdict == hnsSilent {
		changes = append(changes, restartHNS(seen.now.Verdict))
	}
	if block.IsValid() && seen.config.text(fixedCIDR) != block.String() {
		changes = append(changes, seen.fixBlock(block))
	}
	for _, network := range seen.now.Delete {
		changes = append(changes, deleteNetwork(network))
	}
	return append(changes, startDockerForNAT()), nil
}

// block is the block that the new network is to have, or none where Docker's own choice will do.
func (seen *natSeen) block(d *nodeconfig.Document) (netip.Prefix, error) {
	if d.NAT.Subnet != "" {
		block, err := netip.ParsePrefix(d.NAT.Subnet)
		if err != nil {
			return netip.Prefix{}, fault.New("E_CONFIG", err, "nat.subnet")
		}
		if i := slices.IndexFunc(seen.taken, block.Overlaps); i >= 0 {
			f := fault.New("E_HNS_NAT_OVERLAP", nil, "nat.subnet %s overlaps with %s, which the VPC or the host uses", block, seen.taken[i])
			f.Remedy = "set nat.subnet to a block outside, or leave it out"
			return netip.Prefix{}, f
		}
		return block, nil
	}
	if seen.now.Verdict != hns.NATOverlap {
		return netip.Prefix{}, nil
	}
	block, free := hns.FreeBlock(seen.taken)
	if !free {
		return netip.Prefix{}, fault.New("E_HNS_NAT_NO_ROOM", nil, "%s", seen.now.Seen)
	}
	return block, nil
}

func (seen *natSeen) fixBlock(block netip.Prefix) phase.Change {
	from := seen.config.text(fixedCIDR)
	if from == "" {
		from = "Docker's choice"
	}
	return phase.Change{
		What: "fixed-cidr in daemon.json", From: from, To: block.String(),
		Undo: phase.RestoreJSONMember(daemonJSON, fixedCIDR, seen.config.members[fixedCIDR], seen.config.exists),
		Do: func(ctx context.Context, n *phase.Node) error {
			return as("E_STEP_FAILED", phase.SetJSONMember(ctx, n.Host, daemonJSON, fixedCIDR, json.RawMessage(`"`+block.String()+`"`)))
		},
	}
}

func restartHNS(v hns.Verdict) phase.Change {
	return phase.Change{
		What: "service hns", From: string(v), To: "started",
		Do: func(ctx context.Context, n *phase.Node) error {
			s, err := state(ctx, n, hnsService)
			if err != nil {
				return err
			}
			if s == host.ServiceRunning {
				if err := stop(ctx, n, hnsService, "E_HNS_NO_ANSWER"); err != nil {
					return err
				}
			}
			return start(ctx, n, hnsService, "E_HNS_NOT_RUNNING")
		},
	}
}

// deleteNetwork deletes a network of HNS. HNS may be busy with what Docker left, so a refusal is tried again.
func deleteNetwork(network host.HNSNetwork) phase.Change {
	return phase.Change{
		What: fmt.Sprintf("HNS network %s (%s)", network.Name, network.ID), From: "there", To: "deleted",
		Do: func(ctx context.Context, n *phase.Node) error { return deleteByID(ctx, n, network.ID) },
	}
}

func deleteByID(ctx context.Context, n *phase.Node, id string) error {
	err := until(ctx, n, wait.Schedule{Timeout: 30 * time.Second, First: 200 * time.Millisecond, Longest: 2 * time.Second},
		"HNS to delete network "+id, func() (bool, string, error) {
			err := n.Host.HNS.Delete(ctx, id)
			if err == nil || errors.Is(err, host.ErrNotFound) {
				return true, "", nil
			}
			return again(err)
		})
	return as("E_HNS_DELETE", err)
}

// tries is how often Docker is started for its network. A create right after a delete fails in HNS at times, and a pause
// helps (microsoft/hcsshim#95); Docker tries once at each of its starts.
const tries = 4

// startDockerForNAT starts Docker and stays until its network is there, and starts it again where it came up without.
func startDockerForNAT() phase.Change {
	return phase.Change{
		What: "service docker", From: "stopped", To: "running, with its nat network",
		Do: func(ctx context.Context, n *phase.Node) error {
			limit := n.Doc.Timeouts.NAT / tries
			for try := 1; ; try++ {
				if err := start(ctx, n, dockerService, "E_DOCKER_START"); err != nil {
					return err
				}
				_, err := awaitDockersNAT(ctx, n, limit)
				if err == nil || try == tries || context.Cause(ctx) != nil {
					return err
				}
				if err := stopDocker("").Do(ctx, n); err != nil {
					return err
				}
			}
		},
	}
}

// awaitDockersNAT waits for the network. A Docker that is still starting has all the time of the phase: to make a network
// takes HNS up to a minute (amazon-ecs-agent#3022). One that answers and has none does not get another idea.
func awaitDockersNAT(ctx context.Context, n *phase.Node, limit time.Duration) (hns.Assessment, error) {
	var now hns.Assessment
	var since time.Time
	err := until(ctx, n, pace(n.Doc.Timeouts.NAT), "Docker's nat network", func() (bool, string, error) {
		before := now.Verdict
		now = lookNAT(ctx, n)
		if now.Verdict == dockerDown {
			s, err := state(ctx, n, dockerService)
			if err == nil && s == host.ServiceStopped {
				return false, now.Seen, fault.New("E_DOCKER_START", nil, "service docker stopped while it made its nat network: %s", now.Seen)
			}
			return false, now.Seen, err
		}
		if now.Verdict != before {
			since = n.Host.Clock.Now()
		}
		if now.Verdict != hns.NATReady && n.Host.Clock.Now().Sub(since) >= limit {
			return false, now.Seen, fault.New(natCode(now.Verdict), nil, "%s", now.Seen)
		}
		return now.Verdict == hns.NATReady, now.Seen, nil
	})
	var expired *wait.Expired
	if errors.As(err, &expired) {
		err = fault.New(natCode(now.Verdict), err, "")
	}
	return now, err
}
