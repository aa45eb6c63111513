package netphase

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/hns"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// natPhase waits for the nat network that Docker makes, and has Docker make it anew where it is missing or wrong.
type natPhase struct{}

// Describe implements phase.Phase.
func (natPhase) Describe(d *nodeconfig.Document) phase.Description {
	return phase.Description{
		ID: "hns-nat", Title: "One nat network with a live adapter",
		Needs: []phase.ID{"docker", "netsnapshot", "imds"},
		// The probe, the repair and the proof each have the document's time.
		Timeout: 3*d.Timeouts.NAT + slack,
	}
}

// The verdicts that package hns cannot come to, because nobody could look.
const (
	hnsStopped  hns.Verdict = "HNS does not run"
	hnsSilent   hns.Verdict = "HNS refuses calls"
	dockerDown  hns.Verdict = "Docker does not run"
	natSwitched hns.Verdict = "switched off"
)

// natCode is the failure of a verdict.
func natCode(v hns.Verdict) fault.Code {
	switch v {
	case hnsStopped:
		return "E_HNS_NOT_RUNNING"
	case hnsSilent:
		return "E_HNS_NO_ANSWER"
	case dockerDown:
		return "E_DOCKER_NO_ANSWER"
	case natSwitched:
		return "E_HNS_NAT_OFF"
	}
	return v.Code()
}

// lookNAT looks once. What cannot be looked at becomes a verdict too: it may pass, as everything here may while Docker and
// HNS start.
func lookNAT(ctx context.Context, n *phase.Node) hns.Assessment {
	networks, err := n.Host.HNS.Networks(ctx)
	if err != nil {
		verdict := hnsSilent
		if s, stateErr := state(ctx, n, hnsService); stateErr == nil && s != host.ServiceRunning {
			verdict = hnsStopped
		}
		return hns.Assessment{Verdict: verdict, Seen: err.Error()}
	}
	view := hns.View{Networks: networks, Blocks: n.Found.Get().Instance.Blocks}
	network, err := n.Host.Docker.Network(ctx, hns.NATName)
	switch {
	case err == nil:
		view.Docker = &network
	case !errors.Is(err, host.ErrNotFound):
		if now := hns.AssessNAT(view); now.Verdict == hns.NATForeign {
			return now // whatever Docker knows
		}
		return hns.Assessment{Verdict: dockerDown, Seen: err.Error()}
	}
	if view.Adapters, err = n.Host.Adapters.Adapters(ctx); err != nil {
		return hns.Assessment{Verdict: hns.NATNoAdapter, Seen: err.Error()}
	}
	return hns.AssessNAT(view)
}

// settles is how long a verdict has to stand before it counts. Some come and go while Docker makes its network.
func settles(v hns.Verdict, timeout time.Duration) time.Duration {
	switch v {
	case hns.NATForeign, hns.NATDuplicate, hns.NATOverlap, hns.NATStale, hns.NATTwoAdapters, hnsStopped:
		return min(2*time.Second, timeout)
	}
	return timeout / 4
}

// Probe implements phase.Phase.
func (natPhase) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	var seen natSeen
	var since time.Time
	timeout := n.Doc.Timeouts.NAT
	err := until(ctx, n, pace(timeout), "the nat network", func() (bool, string, error) {
		now := lookNAT(ctx, n)
		if now.Verdict != seen.now.Verdict {
			since = n.Host.Clock.Now()
		}
		seen.now = now
		stands := n.Host.Clock.Now().Sub(since)
		if now.Verdict == dockerDown {
			s, err := state(ctx, n, dockerService)
			return err == nil && s == host.ServiceStopped, now.Seen, err
		}
		return now.Verdict == hns.NATReady || stands >= settles(now.Verdict, timeout), now.Seen, nil
	})
	var expired *wait.Expired
	if errors.As(err, &expired) {
		return nil, fault.New(natCode(seen.now.Verdict), err, "")
	}
	if err != nil {
		return nil, err
	}
	if seen.now.Verdict == dockerDown && n.Mode == phase.ModePlan {
		return nil, foresee(ctx, n, seen.now)
	}
	if err := seen.lookAround(ctx, n); err != nil {
		return nil, err
	}
	found(n, seen.now)
	return observation{facts: []phase.Fact{fact("nat", seen.now.Seen)}, plan: seen.plan}, nil
}

// foresee says what a plan can of the network that a Docker which does not run has yet to make.
func foresee(ctx context.Context, n *phase.Node, now hns.Assessment) error {
	config, err := readDaemonJSON(ctx, n)
	switch {
	case err != nil:
		return err
	case config.bridgeless():
		return fault.New("E_HNS_NAT_OFF", nil, "%s", bridgeless)
	}
	return fault.New(natCode(now.Verdict), nil, "%s", now.Seen)
}

// found tells later phases of the network, once it is in order.
func found(n *phase.Node, a hns.Assessment) {
	if a.Verdict != hns.NATReady {
		return
	}
	nat := phase.NAT{ID: a.Network.ID, Adapter: a.Adapter.Alias}
	if len(a.Network.Subnets) > 0 {
		nat.Subnet = a.Network.Subnets[0]
	}
	n.Found.Set(func(f *phase.Found) { f.NAT = nat })
	if len(a.Ghosts) > 0 {
		n.Warn("remains of other nat adapters are there (%d); they do no harm, and `reset --for-ami` keeps them out of the next image", len(a.Ghosts))
	}
}

// natSeen is what was seen of the nat network and of what a repair has to mind.
type natSeen struct {
	now    hns.Assessment
	tasks  int
	agent  string
	config daemonConfig
	// taken are blocks that a new network must not overlap with.
	taken []netip.Prefix
}

// lookAround looks at what a repair has to mind, if there is something to repair.
func (seen *natSeen) lookAround(ctx context.Context, n *phase.Node) error {
	switch seen.now.Verdict {
	case hns.NATReady, hns.NATForeign, dockerDown:
		// There is nothing that a repair would do.
		return nil
	}
	var err error
	if seen.config, err = readDaemonJSON(ctx, n); err != nil {
		return err
	}
	if seen.now.Verdict == hns.NATMissing && seen.config.bridgeless() {
		seen.now.Verdict, seen.now.Seen = natSwitched, bridgeless
	}
	if seen.tasks, err = runningTasks(ctx, n); err != nil {
		// Without an answer nobody knows what a repair would stop.
		return fault.New(natCode(seen.now.Verdict), err, "%s", seen.now.Seen)
	}
	if seen.agent, err = state(ctx, n, agentService); err != nil {
		return err
	}
	return seen.lookForBlocks(ctx, n)
}

// lookForBlocks collects what the VPC, other networks and the host's routes use.
func (seen *natSeen) lookForBlocks(ctx context.Context, n *phase.Node) error {
	seen.taken = append(seen.taken, n.Found.Get().Instance.Blocks...)
	for _, route := range n.Doc.AWSVPC.AdditionalLocalRoutes {
		if p, err := netip.ParsePrefix(route); err == nil {
			seen.taken = append(seen.taken, p)
		}
	}
	routes, err := n.Host.Routes.Routes(ctx)
	if err != nil {
		return fault.New("E_STEP_FAILED", err, "looking for a free block for the nat network")
	}
	for _, r := range routes {
		if r.Destination.Addr().Is4() && r.Destination.Bits() > 0 && !hns.IsNATAdapter(r.Alias) {
			seen.taken = append(seen.taken, r.Destination)
		}
	}
	return nil
}

// Verify implements phase.Phase.
func (natPhase) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	now, err := awaitNAT(ctx, n, proofTime(n, n.Doc.Timeouts.NAT))
	if err != nil {
		return nil, err
	}
	found(n, now)
	return []phase.Fact{
		fact("nat", now.Seen),
		fact("nat subnet", "%s", n.Found.Get().NAT.Subnet),
	}, nil
}

func awaitNAT(ctx context.Context, n *phase.Node, timeout time.Duration) (hns.Assessment, error) {
	var now hns.Assessment
	err := until(ctx, n, pace(timeout), "the nat network", func() (bool, string, error) {
		now = lookNAT(ctx, n)
		return now.Verdict == hns.NATReady, now.Seen, nil
	})
	if err != nil {
		return now, fault.New(natCode(now.Verdict), err, "")
	}
	return now, nil
}
