package hostphase

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

const (
	// quick bounds phases that wait for nothing but Windows' own answer.
	quick = time.Minute
	// settling is how long EC2Launch and DHCP get to set the routes of a boot by themselves.
	settling = 5 * time.Second
	// instanceIDPath is what every instance has.
	instanceIDPath = "meta-data/instance-id"
	// metadataMetric is the metric of a route that is added, low as that of EC2Launch's own (*assumed*).
	metadataMetric = 15
)

// metadataAddress is the instance metadata service's.
func metadataAddress() netip.Prefix { return netip.MustParsePrefix("169.254.169.254/32") }

// Ask reads one path of the instance metadata, and waits up to timeout until the service answers. What is not there is
// host.ErrNotFound; else the error is a fault, another one for each of the three reasons for which the service is silent.
func Ask(ctx context.Context, h *host.Host, path string, timeout time.Duration) (string, error) {
	var text string
	var last error
	err := wait.Until(ctx, h.Clock, every(timeout), "the instance metadata service", func(time.Duration) (bool, string, error) {
		text, last = h.Metadata.Get(ctx, path)
		switch {
		case last == nil:
			return true, "", nil
		case errors.Is(last, host.ErrNotFound), errors.Is(last, host.ErrMetadataDisabled):
			return false, "", last
		}
		return false, last.Error(), nil
	})
	switch {
	case err == nil || errors.Is(err, host.ErrNotFound):
		return text, err
	case errors.Is(last, host.ErrMetadataDisabled):
		return "", fault.New("E_IMDS_DISABLED", last, "")
	case errors.Is(last, host.ErrMetadataToken):
		return "", fault.New("E_IMDS_TOKEN", err, "")
	}
	return "", fault.New("E_IMDS_UNREACHABLE", err, "")
}

// AskEarly is Ask for before the phases: it also adds a missing route, if it may change the machine.
func AskEarly(ctx context.Context, h *host.Host, path string, timeout time.Duration, mayRepair bool) (string, error) {
	text, err := Ask(ctx, h, path, min(settling, timeout))
	if err == nil || fault.Of(err).Code != "E_IMDS_UNREACHABLE" || timeout <= settling {
		return text, err
	}
	if mayRepair {
		// What cannot be looked at cannot be repaired; the second wait says what is wrong.
		if repair, err := repairOf(ctx, h); err == nil {
			_ = repair.make(ctx, h)
		}
	}
	return Ask(ctx, h, path, timeout-settling)
}

// repair is what has to happen to the routes to the instance metadata.
type repair struct {
	remove []host.Route
	add    *host.Route
}

func (r repair) needed() bool { return r.add != nil || len(r.remove) > 0 }

func (r repair) make(ctx context.Context, h *host.Host) error {
	for _, route := range r.remove {
		if err := h.Routes.Remove(ctx, route); err != nil {
			return err
		}
	}
	if r.add != nil {
		return h.Routes.Add(ctx, *r.add)
	}
	return nil
}

// lookTime is how long Windows gets to show its routes: under a virtual switch that is being made it may refuse.
const lookTime = 3 * time.Second

// repairOf waits until the routes can be looked at, and says what is wrong with them.
func repairOf(ctx context.Context, h *host.Host) (repair, error) {
	var r repair
	err := wait.Until(ctx, h.Clock, every(lookTime), "the routing table with a default route", func(time.Duration) (bool, string, error) {
		var err error
		if r, err = wrongRoutes(ctx, h); err != nil {
			return notYet(err.Error())
		}
		return true, "", nil
	})
	return r, err
}

// wrongRoutes compares the routes to the instance metadata with the one that there should be: on the adapter of the
// default route, through a gateway in its own subnet. An image may carry another subnet's, a virtual switch drops it.
func wrongRoutes(ctx context.Context, h *host.Host) (repair, error) {
	all, err := h.Routes.Routes(ctx)
	if err != nil {
		return repair{}, err
	}
	adapters, err := h.Adapters.Adapters(ctx)
	if err != nil {
		return repair{}, err
	}
	primary, gateway, err := defaultRoute(all, adapters)
	if err != nil {
		return repair{}, err
	}
	var r repair
	right := false
	for _, route := range all {
		if route.Destination != metadataAddress() {
			continue
		}
		if route.Alias == primary.Alias && (route.NextHop.IsUnspecified() || onLink(primary, route.NextHop)) {
			right = true
			continue
		}
		r.remove = append(r.remove, route)
	}
	if !right {
		r.add = &host.Route{Destination: metadataAddress(), NextHop: gateway, Alias: primary.Alias, Metric: metadataMetric}
	}
	return r, nil
}

// defaultRoute returns the adapter and gateway of the default route with the lowest metric.
func defaultRoute(all []host.Route, adapters []host.Adapter) (host.Adapter, netip.Addr, error) {
	var best *host.Route
	var on host.Adapter
	for i, route := range all {
		a := slices.IndexFunc(adapters, func(a host.Adapter) bool { return a.Alias == route.Alias && a.State == host.AdapterUp })
		if route.Destination.Bits() == 0 && a >= 0 && (best == nil || route.Metric < best.Metric) {
			best, on = &all[i], adapters[a]
		}
	}
	if best == nil {
		return host.Adapter{}, netip.Addr{}, fault.New("E_NO_PRIMARY_ROUTE", nil, "")
	}
	return on, best.NextHop, nil
}

func onLink(a host.Adapter, hop netip.Addr) bool {
	return slices.ContainsFunc(a.Addresses, func(address host.Address) bool { return address.Prefix.Masked().Contains(hop) })
}

// lines splits a list of the instance metadata; folders end with a slash.
func lines(text string) []string {
	var all []string
	for line := range strings.FieldsSeq(text) {
		all = append(all, strings.TrimSuffix(line, "/"))
	}
	return all
}
