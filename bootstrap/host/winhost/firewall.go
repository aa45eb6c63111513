package winhost

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// firewallKey holds a value for each local rule of the firewall, in the form that MS-GPFAS 2.2.2.19 defines. It is read
// there because netsh shows rules in the system's language; it is written by netsh because the firewall's service owns it.
const firewallKey = host.ServicesKey + `\SharedAccess\Parameters\FirewallPolicy\FirewallRules`

// firewall keeps rules of the Windows firewall.
type firewall struct {
	registry host.Registry
	programs host.Programs
	netsh    string
}

// Rule implements host.Firewall.
func (f firewall) Rule(ctx context.Context, name string) (host.FirewallRule, error) {
	rules, err := f.named(ctx, name)
	if err != nil {
		return host.FirewallRule{}, err
	}
	if len(rules) == 0 {
		return host.FirewallRule{}, fmt.Errorf("firewall rule %s: %w", name, host.ErrNotFound)
	}
	return rules[0], nil
}

// named returns the rules of this name that allow incoming TCP connections and are active.
func (f firewall) named(ctx context.Context, name string) ([]host.FirewallRule, error) {
	values, err := f.registry.Values(ctx, firewallKey)
	if errors.Is(err, host.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking up firewall rule %s: %w", name, err)
	}
	var rules []host.FirewallRule
	for _, v := range values {
		if r, ok := parseFirewallRule(v.Text); ok && strings.EqualFold(r.Name, name) {
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// Set implements host.Firewall. A rule that is there once is changed in place, so that it never opens more than both.
func (f firewall) Set(ctx context.Context, r host.FirewallRule) error {
	if len(r.Ports) == 0 || len(r.LocalAddresses) == 0 || len(r.RemoteAddresses) == 0 {
		return fmt.Errorf("setting firewall rule %s: a rule without ports or addresses would open them all", r.Name)
	}
	there, err := f.named(ctx, r.Name)
	if err != nil {
		return err
	}
	bounds := []string{
		"action=allow", "enable=yes", "profile=any", "protocol=TCP",
		"localport=" + joinPorts(r.Ports), "localip=" + joinPrefixes(r.LocalAddresses), "remoteip=" + joinPrefixes(r.RemoteAddresses),
	}
	switch len(there) {
	case 1:
		return f.run(ctx, "set", r.Name, append([]string{"new"}, bounds...)...)
	case 0:
	default:
		if err := f.run(ctx, "delete", r.Name); err != nil {
			return err
		}
	}
	return f.run(ctx, "add", r.Name, append([]string{"dir=in"}, bounds...)...)
}

// Delete implements host.Firewall.
func (f firewall) Delete(ctx context.Context, name string) error {
	there, err := f.named(ctx, name)
	if err != nil || len(there) == 0 {
		return err
	}
	return f.run(ctx, "delete", name)
}

// run runs netsh advfirewall firewall <verb> rule name=<name> ...
func (f firewall) run(ctx context.Context, verb, name string, more ...string) error {
	args := append([]string{"advfirewall", "firewall", verb, "rule", "name=" + name}, more...)
	result, err := f.programs.Run(ctx, host.Command{Path: f.netsh, Args: args, Changes: true})
	if err != nil {
		return fmt.Errorf("%s firewall rule %s: %w", verb, name, err)
	}
	if result.ExitCode != 0 {
		return fmt.Errorf("%s firewall rule %s: netsh ended with exit code %d: %s", verb, name, result.ExitCode, firstLine(result.Stdout+result.Stderr))
	}
	return nil
}

// parseFirewallRule reads a rule as v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=80|LA4=169.254.170.2|Name=x|.
// It reports false for what is no active rule that allows incoming TCP connections.
func parseFirewallRule(text string) (host.FirewallRule, bool) {
	var r host.FirewallRule
	fields := map[string]string{}
	for _, field := range strings.Split(text, "|") {
		key, value, ok := strings.Cut(field, "=")
		if !ok {
			continue
		}
		switch key {
		case "LPort":
			port, err := strconv.ParseUint(value, 10, 16)
			if err != nil {
				return r, false // a keyword, as RPC
			}
			r.Ports = append(r.Ports, uint16(port))
		case "LA4", "RA4":
			prefix, ok := parseFirewallAddress(value)
			if !ok {
				return r, false // a range or a keyword, as LocalSubnet
			}
			if key == "LA4" {
				r.LocalAddresses = append(r.LocalAddresses, prefix)
			} else {
				r.RemoteAddresses = append(r.RemoteAddresses, prefix)
			}
		default:
			fields[key] = value
		}
	}
	r.Name = fields["Name"]
	slices.Sort(r.Ports)
	active := fields["Action"] == "Allow" && fields["Active"] == "TRUE" && fields["Dir"] == "In" && fields["Protocol"] == "6"
	return r, active && r.Name != ""
}

// parseFirewallAddress reads 10.0.0.1, 10.0.0.0/16 and 10.0.0.0/255.255.0.0.
func parseFirewallAddress(text string) (netip.Prefix, bool) {
	address, mask, hasMask := strings.Cut(text, "/")
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is4() {
		return netip.Prefix{}, false
	}
	if !hasMask {
		return netip.PrefixFrom(a, 32), true
	}
	if bits, err := strconv.Atoi(mask); err == nil {
		p := netip.PrefixFrom(a, bits)
		return p, p.IsValid()
	}
	m, err := netip.ParseAddr(mask)
	if err != nil || !m.Is4() {
		return netip.Prefix{}, false
	}
	return prefixOfMask(a, m)
}

// prefixOfMask returns the prefix of an address and a mask whose ones all come first.
func prefixOfMask(a, mask netip.Addr) (netip.Prefix, bool) {
	for bits := 0; bits <= 32; bits++ {
		ones := uint32(uint64(0xffffffff) << (32 - bits))
		if mask == netip.AddrFrom4([4]byte{byte(ones >> 24), byte(ones >> 16), byte(ones >> 8), byte(ones)}) {
			return netip.PrefixFrom(a, bits), true
		}
	}
	return netip.Prefix{}, false
}

func joinPorts(ports []uint16) string {
	texts := make([]string, len(ports))
	for i, p := range ports {
		texts[i] = strconv.Itoa(int(p))
	}
	return strings.Join(texts, ",")
}

func joinPrefixes(prefixes []netip.Prefix) string {
	texts := make([]string, len(prefixes))
	for i, p := range prefixes {
		texts[i] = p.String()
	}
	return strings.Join(texts, ",")
}

// firstLine is the first line of a program's output that says something.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return "it said nothing"
}
