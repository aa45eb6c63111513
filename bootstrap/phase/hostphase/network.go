package hostphase

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// services are the link-local addresses of EC2: metadata, DNS, time, KMS. Source: EC2 User Guide, "IP addressing".
func services() netip.Prefix { return netip.MustParsePrefix("169.254.169.0/24") }

// take looks at the network of the primary interface. It returns false while that is not settled: no address by DHCP yet,
// or no default route.
func take(ctx context.Context, h *host.Host, mac string) (phase.Snapshot, string, error) {
	adapters, err := h.Adapters.Adapters(ctx)
	if err != nil {
		return phase.Snapshot{}, "", err
	}
	all, err := h.Routes.Routes(ctx)
	if err != nil {
		return phase.Snapshot{}, "", err
	}
	primary, ok := primaryAdapter(adapters, all, mac)
	if !ok {
		return phase.Snapshot{}, "no adapter that is up has the MAC " + mac, nil
	}
	s := phase.Snapshot{MAC: strings.ToLower(mac), Alias: primary.Alias, DHCP: primary.DHCP, DNS: slices.Clone(primary.DNS)}
	for _, a := range primary.Addresses {
		if a.Prefix.Addr().Is4() && !a.Prefix.Addr().IsLinkLocalUnicast() && a.State == host.AddressPreferred {
			s.Addresses = append(s.Addresses, a.Prefix)
		}
	}
	hasDefault := false
	for _, r := range all {
		if r.Alias != primary.Alias {
			continue
		}
		isDefault := r.Destination.Bits() == 0
		if isDefault || r.Destination.Bits() == 32 && services().Contains(r.Destination.Addr()) {
			s.Routes = append(s.Routes, phase.SnapshotRoute{Destination: r.Destination, NextHop: r.NextHop, Metric: r.Metric})
		}
		hasDefault = hasDefault || isDefault
	}
	sortSnapshot(&s)
	switch {
	case len(s.Addresses) == 0:
		return s, primary.Alias + " has no address that is preferred", nil
	case !hasDefault:
		return s, primary.Alias + " has no default route", nil
	}
	return s, "", nil
}

func sortSnapshot(s *phase.Snapshot) {
	slices.SortFunc(s.Addresses, func(a, b netip.Prefix) int { return a.Compare(b) })
	slices.SortFunc(s.Routes, func(a, b phase.SnapshotRoute) int {
		return cmp.Or(a.Destination.Compare(b.Destination), a.NextHop.Compare(b.NextHop), cmp.Compare(a.Metric, b.Metric))
	})
}

// primaryAdapter finds the adapter with a MAC. Under an external virtual switch two have it; the one with the default
// route is the host's.
func primaryAdapter(adapters []host.Adapter, all []host.Route, mac string) (host.Adapter, bool) {
	var candidates []host.Adapter
	for _, a := range adapters {
		if a.State == host.AdapterUp && phase.SameMAC(a.MAC, mac) {
			candidates = append(candidates, a)
		}
	}
	slices.SortStableFunc(candidates, func(a, b host.Adapter) int { return -cmp.Compare(weight(a, all), weight(b, all)) })
	if len(candidates) == 0 {
		return host.Adapter{}, false
	}
	return candidates[0], true
}

func weight(a host.Adapter, all []host.Route) int {
	w := min(len(a.Addresses), 1)
	if slices.ContainsFunc(all, func(r host.Route) bool { return r.Destination.Bits() == 0 && r.Alias == a.Alias }) {
		w += 2
	}
	return w
}

// lost is what a snapshot has and the machine has not.
type lost struct {
	alias     string
	addresses []netip.Prefix
	routes    []phase.SnapshotRoute
	// noAdapter tells that no adapter with the MAC is up.
	noAdapter bool
}

func (l lost) nothing() bool { return !l.noAdapter && len(l.addresses) == 0 && len(l.routes) == 0 }

func (l lost) String() string {
	if l.noAdapter {
		return "the primary interface is not up"
	}
	var what []string
	for _, a := range l.addresses {
		what = append(what, "address "+a.String())
	}
	for _, r := range l.routes {
		what = append(what, "route "+r.Destination.String())
	}
	return "missing " + strings.Join(what, ", ")
}

// compare looks what of a snapshot is gone. A route counts as there with any metric.
func compare(ctx context.Context, h *host.Host, s phase.Snapshot) (lost, error) {
	adapters, err := h.Adapters.Adapters(ctx)
	if err != nil {
		return lost{}, err
	}
	all, err := h.Routes.Routes(ctx)
	if err != nil {
		return lost{}, err
	}
	primary, ok := primaryAdapter(adapters, all, s.MAC)
	if !ok {
		return lost{noAdapter: true}, nil
	}
	l := lost{alias: primary.Alias}
	for _, want := range s.Addresses {
		if !slices.ContainsFunc(primary.Addresses, func(a host.Address) bool { return a.Prefix == want && a.State == host.AddressPreferred }) {
			l.addresses = append(l.addresses, want)
		}
	}
	for _, want := range s.Routes {
		if !slices.ContainsFunc(all, func(r host.Route) bool {
			return r.Alias == primary.Alias && r.Destination == want.Destination && r.NextHop == want.NextHop
		}) {
			l.routes = append(l.routes, want)
		}
	}
	return l, nil
}

const (
	// comeback is how long Windows and DHCP get to restore the default route and address by themselves.
	comeback = 10 * time.Second
	// restoring bounds the whole restoration.
	restoring = 2 * time.Minute
)

// Mine reports whether a snapshot was taken on this machine: an image carries its maker's, and its adapter as a ghost. It
// waits until Windows shows its adapters, which it may refuse under a virtual switch that is being made; the error is
// E_NETWORK_LOST.
func Mine(ctx context.Context, h *host.Host, s phase.Snapshot) (bool, error) {
	mine := false
	err := wait.Until(ctx, h.Clock, every(quick), "the network adapters", func(time.Duration) (bool, string, error) {
		adapters, err := h.Adapters.Adapters(ctx)
		if err != nil {
			return notYet(err.Error())
		}
		mine = slices.ContainsFunc(adapters, func(a host.Adapter) bool {
			return a.State != host.AdapterGhost && phase.SameMAC(a.MAC, s.MAC)
		})
		return true, "", nil
	})
	if err != nil {
		return false, fault.New("E_NETWORK_LOST", err, "whether it is whole cannot be seen")
	}
	return mine, nil
}

// Restore brings back what is gone of a snapshot: the link-local routes at once, because nobody else does; address and
// default route after Windows had its time to. With answers it also waits until the instance metadata is reachable. It
// returns what it restored. It needs no metadata to work, and is E_NETWORK_LOST where it does not succeed.
func Restore(ctx context.Context, h *host.Host, s phase.Snapshot, answers bool) ([]string, error) {
	var restored []string
	err := wait.Until(ctx, h.Clock, every(restoring), "address, default route and instance metadata", func(waited time.Duration) (bool, string, error) {
		gone, err := compare(ctx, h, s)
		if err != nil {
			return notYet(err.Error())
		}
		if gone.nothing() {
			return reachable(ctx, h, answers)
		}
		what, err := bringBack(ctx, h, gone, waited >= comeback)
		for _, w := range what {
			if !slices.Contains(restored, w) {
				restored = append(restored, w)
			}
		}
		if err != nil {
			return notYet(gone.String() + ": " + err.Error())
		}
		if gone, err = compare(ctx, h, s); err == nil && gone.nothing() {
			return reachable(ctx, h, answers)
		}
		return false, gone.String(), nil
	})
	if err != nil {
		return restored, fault.New("E_NETWORK_LOST", err, "")
	}
	return restored, nil
}

// reachable asks the instance metadata. That it refuses shows that there is a way to it.
func reachable(ctx context.Context, h *host.Host, answers bool) (bool, string, error) {
	if !answers {
		return true, "", nil
	}
	_, err := h.Metadata.Get(ctx, instanceIDPath)
	if errors.Is(err, host.ErrUnreachable) {
		return notYet(err.Error())
	}
	return true, "", nil
}

// bringBack restores what may be restored now, and goes on after an error.
func bringBack(ctx context.Context, h *host.Host, gone lost, all bool) ([]string, error) {
	var done []string
	var failed []error
	if gone.noAdapter {
		return nil, nil
	}
	for _, address := range gone.addresses {
		if !all {
			return nil, nil
		}
		if err := h.Adapters.AddAddress(ctx, gone.alias, address); err != nil {
			failed = append(failed, err)
			continue
		}
		done = append(done, "address "+address.String())
	}
	for _, r := range gone.routes {
		if r.Destination.Bits() == 0 && !all {
			continue
		}
		if err := h.Routes.Add(ctx, r.On(gone.alias)); err != nil {
			failed = append(failed, err)
			continue
		}
		done = append(done, "route "+r.Destination.String())
	}
	return done, errors.Join(failed...)
}
