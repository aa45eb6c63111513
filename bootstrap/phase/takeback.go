package phase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
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
		UndoRegistryValue:   undoRegistryValue,
		UndoServiceVariable: undoServiceVariable,
		UndoServiceConfig:   undoServiceConfig,
		UndoServiceCreated:  undoServiceCreated,
		UndoFile:            undoFile,
		UndoJSONMember:      undoJSONMember,
		UndoAddress:         undoAddress,
		UndoDNS:             undoDNS,
		UndoPortProxy:       undoPortProxy,
		UndoFirewall:        undoFirewall,
		UndoScheduledTask:   undoScheduledTask,
	}
}

func undoRegistryValue(ctx context.Context, h *host.Host, u Undo) error {
	key, name, err := pair(u)
	if err != nil {
		return err
	}
	if u.Before == "" {
		return h.Registry.DeleteValue(ctx, key, name)
	}
	before, err := decode[host.Value](u)
	if err != nil {
		return err
	}
	if before.Kind == KindWithheld {
		return h.Registry.DeleteValue(ctx, key, name)
	}
	return h.Registry.SetValue(ctx, key, name, before)
}

// undoServiceVariable leaves what others have put beside the variable since.
func undoServiceVariable(ctx context.Context, h *host.Host, u Undo) error {
	service, name, err := pair(u)
	if err != nil {
		return err
	}
	var before host.Value
	if u.Before != "" {
		if before, err = decode[host.Value](u); err != nil {
			return err
		}
	}
	return putVariable(ctx, h, service, name, before.Text)
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

// undoFile removes the copy last: one that is gone was put back.
func undoFile(ctx context.Context, h *host.Host, u Undo) error {
	if u.Before == "" {
		return h.Files.Remove(ctx, u.Target)
	}
	kept, err := decode[string](u)
	if err != nil {
		return err
	}
	content, err := h.Files.Read(ctx, kept)
	if errors.Is(err, host.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = h.Files.Write(ctx, u.Target, content)
	}
	if err == nil {
		err = h.Files.Remove(ctx, kept)
	}
	return err
}

// undoJSONMember leaves what others have changed in the file since. One that is gone has nothing to take back.
func undoJSONMember(ctx context.Context, h *host.Host, u Undo) error {
	path, name, err := pair(u)
	if err != nil {
		return err
	}
	var before memberBefore
	if u.Before != "" {
		if before, err = decode[memberBefore](u); err != nil {
			return err
		}
	}
	content, err := h.Files.Read(ctx, path)
	if errors.Is(err, host.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	m, err := findMember(content, name)
	switch {
	case err != nil:
		return err
	case before.Value != "":
		content = m.set(name, json.RawMessage(before.Value))
	case !m.found() && (u.Before != "" || m.others):
		return nil
	case u.Before == "" && !m.others:
		return h.Files.Remove(ctx, path)
	default:
		content = m.without()
	}
	return h.Files.Write(ctx, path, content)
}

func undoAddress(ctx context.Context, h *host.Host, u Undo) error {
	alias, added, err := pair(u)
	if err != nil {
		return err
	}
	address, err := netip.ParsePrefix(added)
	if err != nil {
		return err
	}
	if _, found, err := adapter(ctx, h, func(a host.Adapter) bool { return a.Alias == alias }); err != nil || !found {
		return err
	}
	return h.Adapters.RemoveAddress(ctx, alias, address)
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
	listens, connects, err := pair(u)
	if err != nil {
		return err
	}
	listen, err1 := netip.ParseAddrPort(listens)
	connect, err2 := netip.ParseAddrPort(connects)
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

// pair splits a Target of two parts.
func pair(u Undo) (first, second string, err error) {
	parts := strings.Split(u.Target, separator)
	if len(parts) != 2 {
		return "", "", fmt.Errorf("the record has %d parts in its target, not 2", len(parts))
	}
	return parts[0], parts[1], nil
}

func decode[T any](u Undo) (T, error) {
	var v T
	if err := json.Unmarshal([]byte(u.Before), &v); err != nil {
		return v, fmt.Errorf("reading what was before from the record: %w", err)
	}
	return v, nil
}
