package phase

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// The kinds of an Undo. Each has a constructor below, and one function that takes it back.
const (
	UndoRegistryValue  = "registry-value"
	UndoServiceConfig  = "service-config"
	UndoServiceCreated = "service-created"
	UndoFile           = "file"
	UndoRoute          = "route"
	UndoAddress        = "address"
	UndoDNS            = "dns"
	UndoPortProxy      = "portproxy"
	UndoFirewall       = "firewall"
	UndoScheduledTask  = "scheduled-task"
)

// separator stands between the parts of a Target.
const separator = "|"

// RestoreRegistryValue gives a value what it was before, or removes it where before is nil. What looks like a secret is not
// recorded; see [Withheld].
func RestoreRegistryValue(key, name string, before *host.Value) *Undo {
	u := &Undo{Kind: UndoRegistryValue, Target: key + separator + name}
	if before != nil {
		u.Before = encode(withhold(name, *before))
	}
	return u
}

// RestoreService gives a service its configuration back.
func RestoreService(name string, before host.ServiceConfig) *Undo {
	return &Undo{Kind: UndoServiceConfig, Target: name, Before: encode(before)}
}

// RemoveService stops and removes a service that was not there.
func RemoveService(name string) *Undo {
	return &Undo{Kind: UndoServiceCreated, Target: name}
}

// RestoreFile gives a file its content back, or removes it, or the folder, where existed is false.
func RestoreFile(path string, before []byte, existed bool) *Undo {
	u := &Undo{Kind: UndoFile, Target: path}
	if existed {
		u.Before = encode(before)
	}
	return u
}

// RemoveRoute removes a route that was added.
func RemoveRoute(r host.Route) *Undo {
	return &Undo{Kind: UndoRoute, Target: routeTarget(r)}
}

// RestoreRoute adds a route again that was removed.
func RestoreRoute(r host.Route) *Undo {
	return &Undo{Kind: UndoRoute, Target: routeTarget(r), Before: encode(true)}
}

// RemoveAddress removes an address that was added.
func RemoveAddress(alias string, address netip.Prefix) *Undo {
	return &Undo{Kind: UndoAddress, Target: alias + separator + address.String()}
}

// RestoreDNS gives the adapter with this MAC its name servers back: the static ones that it had, or DHCP's.
func RestoreDNS(mac string, static []netip.Addr) *Undo {
	u := &Undo{Kind: UndoDNS, Target: mac}
	if len(static) > 0 {
		u.Before = encode(static)
	}
	return u
}

// RestorePortProxy gives a listener the connection that it had, or removes its rule where before is nil.
func RestorePortProxy(rule host.ProxyRule, before *host.ProxyRule) *Undo {
	u := &Undo{Kind: UndoPortProxy, Target: rule.Listen.String() + separator + rule.Connect.String()}
	if before != nil {
		u.Before = encode(before.Connect)
	}
	return u
}

// RestoreFirewallRule gives a rule what it was before, or removes it where before is nil.
func RestoreFirewallRule(name string, before *host.FirewallRule) *Undo {
	u := &Undo{Kind: UndoFirewall, Target: name}
	if before != nil {
		u.Before = encode(*before)
	}
	return u
}

// RestoreScheduledTask enables or disables a task as it was.
func RestoreScheduledTask(path string, enabled bool) *Undo {
	return &Undo{Kind: UndoScheduledTask, Target: path, Before: encode(enabled)}
}

func routeTarget(r host.Route) string {
	return strings.Join([]string{r.Destination.String(), r.NextHop.String(), r.Alias, strconv.FormatUint(uint64(r.Metric), 10)}, separator)
}

// encode writes plain data; what it is given can always be written.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("phase: encoding %T for an undo: %v", v, err))
	}
	return string(b)
}
