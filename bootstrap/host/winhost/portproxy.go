package winhost

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// portProxyKey holds a value for each v4tov4 rule: "169.254.170.2/80" is "127.0.0.1/51679". netsh writes the same; there
// is no other interface to it.
const portProxyKey = host.ServicesKey + `\PortProxy\v4tov4\tcp`

// portProxy keeps the IP Helper's rules.
type portProxy struct {
	registry host.Registry
	// notify makes the IP Helper read its rules anew.
	notify func(ctx context.Context) error
}

// Rules implements host.PortProxy. A value that is no rule is left out: the IP Helper does not act on it either.
func (p portProxy) Rules(ctx context.Context) ([]host.ProxyRule, error) {
	values, err := p.registry.Values(ctx, portProxyKey)
	if errors.Is(err, host.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking up the port proxy's rules: %w", err)
	}
	var rules []host.ProxyRule
	for name, v := range values {
		listen, okListen := parseProxyAddress(name)
		connect, okConnect := parseProxyAddress(v.Text)
		if okListen && okConnect {
			rules = append(rules, host.ProxyRule{Listen: listen, Connect: connect})
		}
	}
	slices.SortFunc(rules, func(a, b host.ProxyRule) int { return a.Listen.Compare(b.Listen) })
	return rules, nil
}

// Add implements host.PortProxy.
func (p portProxy) Add(ctx context.Context, r host.ProxyRule) error {
	value := host.Value{Kind: host.KindString, Text: formatProxyAddress(r.Connect)}
	if err := p.registry.SetValue(ctx, portProxyKey, formatProxyAddress(r.Listen), value); err != nil {
		return fmt.Errorf("adding the port proxy rule for %s: %w", r.Listen, err)
	}
	return p.notify(ctx)
}

// Remove implements host.PortProxy. The rule goes only where it leads to the address given: another program's rule for
// the same listener stays.
func (p portProxy) Remove(ctx context.Context, r host.ProxyRule) error {
	rules, err := p.Rules(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(rules, r) {
		return nil
	}
	if err := p.registry.DeleteValue(ctx, portProxyKey, formatProxyAddress(r.Listen)); err != nil {
		return fmt.Errorf("removing the port proxy rule for %s: %w", r.Listen, err)
	}
	return p.notify(ctx)
}

// parseProxyAddress reads "127.0.0.1/51679". The port proxy's "*" for all addresses is 0.0.0.0.
func parseProxyAddress(text string) (netip.AddrPort, bool) {
	address, port, ok := strings.Cut(text, "/")
	if !ok {
		return netip.AddrPort{}, false
	}
	if address == "*" {
		address = "0.0.0.0"
	}
	parsed, err := netip.ParseAddrPort(address + ":" + port)
	return parsed, err == nil && parsed.Addr().Is4()
}

func formatProxyAddress(a netip.AddrPort) string {
	return fmt.Sprintf("%s/%d", a.Addr(), a.Port())
}
