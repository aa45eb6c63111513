package tools

import (
	"fmt"
	"net/netip"
	"strings"
)

// FirewallRule is what a call of netsh asks of the firewall.
type FirewallRule struct {
	// Verb is add, set or delete; Name the rule's.
	Verb, Name string
	// Value is the rule as the registry holds it, MS-GPFAS 2.2.2.19; "" for delete.
	Value string
}

// Firewall reads `advfirewall firewall add|set|delete rule name=<name> ...`, netsh's arguments. Rules that allow incoming
// TCP connections are understood, and no others.
func Firewall(args []string) (FirewallRule, error) {
	if len(args) < 5 || strings.Join(args[:2], " ") != "advfirewall firewall" || args[3] != "rule" {
		return FirewallRule{}, fmt.Errorf("no call for a firewall rule: netsh %s", strings.Join(args, " "))
	}
	rule := FirewallRule{Verb: args[2]}
	options := map[string]string{}
	for _, a := range args[4:] {
		name, value, _ := strings.Cut(a, "=") // "new" has none
		options[name] = value
	}
	rule.Name = options["name"]
	if rule.Name == "" || rule.Verb == "delete" {
		return rule, nil
	}
	if options["action"] != "allow" || !strings.EqualFold(options["protocol"], "tcp") {
		return FirewallRule{}, fmt.Errorf("not simulated: netsh %s", strings.Join(args, " "))
	}
	fields := []string{"v2.31", "Action=Allow", "Active=TRUE", "Dir=In", "Protocol=6"}
	for port := range strings.SplitSeq(options["localport"], ",") {
		fields = append(fields, "LPort="+port)
	}
	for _, side := range []struct{ option, field string }{{"localip", "LA4"}, {"remoteip", "RA4"}} {
		for address := range strings.SplitSeq(options[side.option], ",") {
			text, err := withMask(address)
			if err != nil {
				return FirewallRule{}, err
			}
			fields = append(fields, side.field+"="+text)
		}
	}
	rule.Value = strings.Join(append(fields, "Name="+rule.Name), "|") + "|"
	return rule, nil
}

// withMask writes a prefix as the firewall does: with a mask instead of a length, and an address alone without either.
func withMask(address string) (string, error) {
	if a, err := netip.ParseAddr(address); err == nil {
		return a.String(), nil
	}
	p, err := netip.ParsePrefix(address)
	if err != nil || !p.Addr().Is4() {
		return "", fmt.Errorf("not simulated: the firewall address %q", address)
	}
	if p.IsSingleIP() {
		return p.Addr().String(), nil
	}
	ones := ^uint32(0) << (32 - p.Bits())
	mask := netip.AddrFrom4([4]byte{byte(ones >> 24), byte(ones >> 16), byte(ones >> 8), byte(ones)})
	return p.Addr().String() + "/" + mask.String(), nil
}
