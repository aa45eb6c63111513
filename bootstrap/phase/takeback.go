package phase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// TakeBack undoes one recorded change. Done twice it is as done once: what is as before already is left alone.
func TakeBack(ctx context.Context, h *host.Host, u Undo) error {
	back, known := undoers()[u.Kind]
	if !known {
		return fmt.Errorf("undoing %s of %s: this program does not know the kind; run the version that made the change", u.Kind, u.Target)
	}
	if err := back(ctx, h, u); err != nil {
		return fmt.Errorf("undoing %s of %s: %w", u.Kind, u.Target, err)
	}
	return nil
}

func undoers() map[string]func(context.Context, *host.Host, Undo) error {
	return map[string]func(context.Context, *host.Host, Undo) error{
		UndoRegistryValue:  undoRegistryValue,
		UndoServiceConfig:  undoServiceConfig,
		UndoServiceCreated: undoServiceCreated,
		UndoFile:           undoFile,
		UndoRoute:          undoRoute,
		UndoAddress:        undoAddress,
		UndoDNS:            undoDNS,
		UndoPortProxy:      undoPortProxy,
		UndoFirewall:       undoFirewall,
		UndoScheduledTask:  undoScheduledTask,
	}
}

func undoRegistryValue(ctx context.Context, h *host.Host, u Undo) error {
	parts, err := parts(u, 2)
	if err != nil {
		return err
	}
	if u.Before == "" {
		return h.Registry.DeleteValue(ctx, parts[0], parts[1])
	}
	before, err := decode[host.Value](u)
	if err != nil {
		return err
	}
	if before.Kind == KindWithheld {
		return h.Registry.DeleteValue(ctx, parts[0], parts[1])
	}
	if Withheld(u) {
		now, err := h.Registry.Value(ctx, parts[0], parts[1])
		if err != nil && !errors.Is(err, host.ErrNotFound) {
			return err
		}
		before = completed(before, now)
	}
	return h.Registry.SetValue(ctx, parts[0], parts[1], before)
}

// undoServiceConfig leaves a service alone that is gone: nobody has to get its configuration back.
func undoServiceConfig(ctx context.Context, h *host.Host, u Undo) error {
	before, err := decode[host.ServiceConfig](u)
	if err != nil {
		return err
	}
	if _, err := h.Services.Service(ctx, u.Target); errors.Is(err, host.ErrNotFound) {
		return nil
	}
	return h.Services.Configure(ctx, u.Target, before)
}

func undoServiceCreated(ctx context.Context, h *host.Host, u Undo) error {
	s, err := h.Services.Service(ctx, u.Target)
	if errors.Is(err, host.ErrNotFound) {
		return nil
	}
	if err == nil && s.State != host.ServiceStopped {
		if err := h.Services.Stop(ctx, u.Target); err != nil {
			return err
		}
	}
	return h.Services.Delete(ctx, u.Target)
}

func undoFile(ctx context.Context, h *host.Host, u Undo) error {
	if u.Before == "" {
		return h.Files.Remove(ctx, u.Target)
	}
	before, err := decode[[]byte](u)
	if err != nil {
		return err
	}
	return h.Files.Write(ctx, u.Target, before)
}

// undoRoute adds a route only to an adapter that is there: after a boot it may be gone, and its routes with it.
func undoRoute(ctx context.Context, h *host.Host, u Undo) error {
	parts, err := parts(u, 4)
	if err != nil {
		return err
	}
	destination, err1 := netip.ParsePrefix(parts[0])
	hop, err2 := netip.ParseAddr(parts[1])
	metric, err3 := strconv.ParseUint(parts[3], 10, 32)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	route := host.Route{Destination: destination, NextHop: hop, Alias: parts[2], Metric: uint32(metric)}
	if u.Before == "" {
		return h.Routes.Remove(ctx, route)
	}
	if _, found, err := adapter(ctx, h, func(a host.Adapter) bool { return a.Alias == route.Alias }); err != nil || !found {
		return err
	}
	return h.Routes.Add(ctx, route)
}

func undoAddress(ctx context.Context, h *host.Host, u Undo) error {
	parts, err := parts(u, 2)
	if err != nil {
		return err
	}
	address, err := netip.ParsePrefix(parts[1])
	if err != nil {
		return err
	}
	if _, found, err := adapter(ctx, h, func(a host.Adapter) bool { return a.Alias == parts[0] }); err != nil || !found {
		return err
	}
	return h.Adapters.RemoveAddress(ctx, parts[0], address)
}

func undoDNS(ctx context.Context, h *host.Host, u Undo) error {
	a, found, err := adapter(ctx, h, func(a host.Adapter) bool { return SameMAC(a.MAC, u.Target) })
	if err != nil || !found {
		return err
	}
	var before []netip.Addr
	if u.Before != "" {
		if before, err = decode[[]netip.Addr](u); err != nil {
			return err
		}
	}
	return h.Adapters.SetDNS(ctx, a.Alias, before)
}

func undoPortProxy(ctx context.Context, h *host.Host, u Undo) error {
	parts, err := parts(u, 2)
	if err != nil {
		return err
	}
	listen, err1 := netip.ParseAddrPort(parts[0])
	connect, err2 := netip.ParseAddrPort(parts[1])
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if u.Before == "" {
		return h.PortProxy.Remove(ctx, host.ProxyRule{Listen: listen, Connect: connect})
	}
	before, err := decode[netip.AddrPort](u)
	if err != nil {
		return err
	}
	return h.PortProxy.Add(ctx, host.ProxyRule{Listen: listen, Connect: before})
}

func undoFirewall(ctx context.Context, h *host.Host, u Undo) error {
	if u.Before == "" {
		return h.Firewall.Delete(ctx, u.Target)
	}
	before, err := decode[host.FirewallRule](u)
	if err != nil {
		return err
	}
	return h.Firewall.Set(ctx, before)
}

func undoScheduledTask(ctx context.Context, h *host.Host, u Undo) error {
	before, err := decode[bool](u)
	if err != nil {
		return err
	}
	enabled, err := h.Tasks.Enabled(ctx, u.Target)
	if errors.Is(err, host.ErrNotFound) || err == nil && enabled == before {
		return nil
	}
	return h.Tasks.SetEnabled(ctx, u.Target, before)
}

// SameMAC compares two MAC addresses without case and separators: the metadata writes colons, HNS hyphens. An empty one is
// no other's.
func SameMAC(a, b string) bool {
	return a != "" && (a == b || strings.EqualFold(plainMAC(a), plainMAC(b)))
}

func plainMAC(mac string) string {
	return strings.ReplaceAll(strings.ReplaceAll(mac, "-", ""), ":", "")
}

// adapter finds an adapter that is there.
func adapter(ctx context.Context, h *host.Host, is func(host.Adapter) bool) (host.Adapter, bool, error) {
	all, err := h.Adapters.Adapters(ctx)
	if err != nil {
		return host.Adapter{}, false, err
	}
	for _, a := range all {
		if a.State != host.AdapterGhost && is(a) {
			return a, true, nil
		}
	}
	return host.Adapter{}, false, nil
}

func parts(u Undo, n int) ([]string, error) {
	parts := strings.Split(u.Target, separator)
	if len(parts) != n {
		return nil, fmt.Errorf("the record has %d parts in its target, not %d", len(parts), n)
	}
	return parts, nil
}

func decode[T any](u Undo) (T, error) {
	var v T
	if err := json.Unmarshal([]byte(u.Before), &v); err != nil {
		return v, fmt.Errorf("reading what was before from the record: %w", err)
	}
	return v, nil
}
