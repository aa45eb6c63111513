package hostphase

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// netSnapshot stores the network of the primary interface before anybody touches it.
type netSnapshot struct{}

// Describe implements phase.Phase.
func (netSnapshot) Describe(*nodeconfig.Document) phase.Description {
	return phase.Description{
		ID: NetSnapshot, Title: "The host's network is known, to be restored", Needs: []phase.ID{Platform, IMDS}, Timeout: 2 * quick,
	}
}

// Probe implements phase.Phase.
func (netSnapshot) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	var now phase.Snapshot
	err := wait.Until(ctx, n.Host.Clock, every(quick), "the network of the primary interface", func(time.Duration) (bool, string, error) {
		s, unsettled, err := take(ctx, n.Host, n.Found.Get().Instance.MAC)
		now = s
		if err != nil {
			return notYet(err.Error())
		}
		return unsettled == "", unsettled, nil
	})
	if err != nil {
		return nil, fault.New("E_NO_PRIMARY_ROUTE", err, "")
	}
	s := &seen{}
	s.add("interface", now.Alias)
	for _, a := range now.Addresses {
		s.add("address", a.String())
	}
	for _, r := range now.Routes {
		s.add("route "+r.Destination.String(), r.NextHop.String())
	}
	// HNS may not run yet; its networks are for people who read the state.
	if networks, err := n.Host.HNS.Networks(ctx); err == nil {
		for _, network := range networks {
			now.Networks = append(now.Networks, network.Name)
		}
		slices.Sort(now.Networks)
		s.add("hns networks", strings.Join(now.Networks, ", "))
	}
	kept, ok := n.Memory.Snapshot()
	if ok && covers(kept, now) {
		return s, nil
	}
	change := phase.Change{What: "snapshot of the network", From: "none", To: "in the state", StateOnly: true, Do: func(ctx context.Context, n *phase.Node) error {
		return n.Memory.KeepSnapshot(ctx, now)
	}}
	if ok {
		change.From = "of another network"
	}
	s.changes = []phase.Change{change}
	return s, nil
}

// Verify implements phase.Phase.
func (netSnapshot) Verify(context.Context, *phase.Node) ([]phase.Fact, error) { return nil, nil }

// covers reports whether a snapshot that is kept has all that there is now. What it has besides was lost since, and is to
// come back. Name servers and HNS networks change on purpose and do not count.
func covers(kept, now phase.Snapshot) bool {
	return phase.SameMAC(kept.MAC, now.MAC) && slices.Equal(kept.Addresses, now.Addresses) && !slices.ContainsFunc(now.Routes, func(r phase.SnapshotRoute) bool {
		return !slices.ContainsFunc(kept.Routes, func(k phase.SnapshotRoute) bool { return k.Destination == r.Destination && k.NextHop == r.NextHop })
	})
}

// Guard brings back what a phase has taken from the host's network, and says so. Its error is E_NETWORK_LOST.
func Guard(ctx context.Context, n *phase.Node, after string) error {
	s, ok := n.Memory.Snapshot()
	if !ok || !phase.SameMAC(s.MAC, n.Found.Get().Instance.MAC) {
		return nil
	}
	restored, err := Restore(ctx, n.Host, s, true)
	if len(restored) > 0 {
		n.Warn("%s took away %s; it was restored", after, strings.Join(restored, ", "))
	}
	if err != nil {
		var f *fault.Fault
		if errors.As(err, &f) {
			f.Seen = "after " + after
		}
	}
	return err
}
