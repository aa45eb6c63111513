package winhost

import (
	"context"
	"errors"

	"golang.org/x/sys/windows"
	"golang.zx2c4.com/wireguard/windows/tunnel/winipcfg"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost/blocking"
)

// routes is the IPv4 routing table.
type routes struct{}

// Routes implements host.Routes.
func (routes) Routes(ctx context.Context) ([]host.Route, error) {
	return blocking.Call(ctx, "looking up the routes", func() ([]host.Route, error) {
		there, err := present()
		if err != nil {
			return nil, err
		}
		alias := map[winipcfg.LUID]string{}
		for _, a := range there {
			alias[a.LUID] = a.FriendlyName()
		}
		rows, err := winipcfg.GetIPForwardTable2(windows.AF_INET)
		if err != nil {
			return nil, failed("looking up", "the routes", err)
		}
		found := make([]host.Route, 0, len(rows))
		for i := range rows {
			found = append(found, host.Route{
				Destination: rows[i].DestinationPrefix.Prefix(),
				NextHop:     rows[i].NextHop.Addr(),
				Alias:       alias[rows[i].InterfaceLUID],
				Metric:      rows[i].Metric,
			})
		}
		return found, nil
	})
}

// Add implements host.Routes.
func (routes) Add(ctx context.Context, r host.Route) error {
	return withAdapter(ctx, "adding the route to "+r.Destination.String(), r.Alias, func(luid winipcfg.LUID) error {
		err := luid.AddRoute(r.Destination, r.NextHop, r.Metric)
		if errors.Is(err, windows.ERROR_OBJECT_ALREADY_EXISTS) {
			return nil
		}
		return err
	})
}

// Remove implements host.Routes.
func (routes) Remove(ctx context.Context, r host.Route) error {
	err := withAdapter(ctx, "removing the route to "+r.Destination.String(), r.Alias, func(luid winipcfg.LUID) error {
		return luid.DeleteRoute(r.Destination, r.NextHop)
	})
	if errors.Is(err, host.ErrNotFound) {
		return nil
	}
	return err
}
