package phase

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// The kinds of an Undo. Each has a constructor below, and one function that takes it back.
const (
	UndoRegistryValue   = "registry-value"
	UndoServiceVariable = "service-variable"
	UndoServiceConfig   = "service-config"
	UndoServiceCreated  = "service-created"
	UndoFile            = "file"
	UndoJSONMember      = "json-member"
	UndoAddress         = "address"
	UndoDNS             = "dns"
	UndoPortProxy       = "portproxy"
	UndoFirewall        = "firewall"
	UndoScheduledTask   = "scheduled-task"
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

// RestoreServiceVariable gives a variable of a service's own environment what it was before, as [ServiceVariables] has it, or
// removes it where before is empty. What looks like a secret is not recorded; see [Withheld].
func RestoreServiceVariable(service, name, before string) *Undo {
	u := &Undo{Kind: UndoServiceVariable, Target: service + separator + name}
	if before != "" {
		_, value, _ := strings.Cut(before, "=")
		v := withhold(name, host.Value{Kind: host.KindString, Text: value})
		if v.Kind != KindWithheld {
			v.Text = before
		}
		u.Before = encode(v)
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

// RemoveFile removes a file that was not there.
func RemoveFile(path string) *Undo {
	return &Undo{Kind: UndoFile, Target: path}
}

// RestoreFile gives a file its content back from the copy that [ReplaceFile] has kept.
func RestoreFile(path string) *Undo {
	return &Undo{Kind: UndoFile, Target: path, Before: encode(copyOf(path))}
}

// RestoreJSONMember gives a member of the JSON object in a file its value back, or removes it where before is nil. Where
// existed is false there was no file: with its last member it goes.
func RestoreJSONMember(path, name string, before json.RawMessage, existed bool) *Undo {
	u := &Undo{Kind: UndoJSONMember, Target: path + separator + name}
	if existed {
		u.Before = encode(memberBefore{Value: string(before)})
	}
	return u
}

// memberBefore is what is recorded of a member of a file that was there.
type memberBefore struct {
	// Value is the member's text as it stood there, or empty where the object had no such member.
	Value string `json:"value,omitempty"`
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

// encode writes plain data; what it is given can always be written.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("phase: encoding %T for an undo: %v", v, err))
	}
	return string(b)
}
