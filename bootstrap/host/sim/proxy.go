package sim

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// proxyRule is a rule of the port proxy. It lasts, but listens only if its address was Preferred and its port free when
// it was added or the IP Helper started; otherwise it is stuck until it is removed and added again.
type proxyRule struct {
	host.ProxyRule
	bound bool
}

// edge is what stands between the machine's ports and the world: port proxy, firewall, http.sys.
type edge struct {
	m        *Machine
	rules    []proxyRule
	firewall []host.FirewallRule
	// webServer tells that http.sys owns 0.0.0.0:80, as IIS makes it.
	webServer bool
	// taken are local TCP ports that the agent cannot have: the name of the server that has it, or "" where WinNAT excludes
	// the port.
	taken map[uint16]string
	tasks map[string]scheduled
}

// scheduled is a task of the Task Scheduler, by its path.
type scheduled struct {
	path    string
	enabled bool
}

func (e *edge) helperRuns() bool {
	s := e.m.scm.find("iphlpsvc")
	return s != nil && s.state == host.ServiceRunning
}

// canBind reports whether the IP Helper could listen for a rule now.
func (e *edge) canBind(r host.ProxyRule) bool {
	_, preferred := e.m.network.has(r.Listen.Addr())
	taken := e.webServer && r.Listen.Port() == 80
	return e.helperRuns() && preferred && !taken
}

func (e *edge) add(r host.ProxyRule) {
	for i := range e.rules {
		if e.rules[i].Listen == r.Listen {
			e.rules[i].ProxyRule = r
			return
		}
	}
	e.rules = append(e.rules, proxyRule{r, e.canBind(r)})
}

// rebind is a start of the IP Helper.
func (e *edge) rebind() {
	for i := range e.rules {
		e.rules[i].bound = e.canBind(e.rules[i].ProxyRule)
	}
}

// forward returns where a connection to a local address ends up.
func (e *edge) forward(to netip.AddrPort) netip.AddrPort {
	for _, r := range e.rules {
		if there, _ := e.m.network.has(to.Addr()); r.Listen == to && r.bound && there && e.helperRuns() {
			return r.Connect
		}
	}
	return to
}

// helper is the IP Helper service.
type helper struct{ simple }

func (h helper) start(s *service) {
	s.run()
	h.m.edge.rebind()
}

type portProxyView struct{ p *process }

func (v portProxyView) Rules(ctx context.Context) ([]host.ProxyRule, error) {
	return value(ctx, v.p, v.p.m.look("portproxy.Rules", ""), func() ([]host.ProxyRule, error) { return v.p.m.ProxyRules(), nil })
}

// ProxyRules returns the rules of the port proxy as they are now.
func (m *Machine) ProxyRules() []host.ProxyRule {
	var all []host.ProxyRule
	for _, r := range m.edge.rules {
		all = append(all, r.ProxyRule)
	}
	return all
}

func (v portProxyView) Add(ctx context.Context, r host.ProxyRule) error {
	return v.p.do(ctx, v.p.m.change("portproxy.Add", r.Listen.String()), func() error {
		v.p.m.edge.add(r)
		return nil
	})
}

func (v portProxyView) Remove(ctx context.Context, r host.ProxyRule) error {
	return v.p.do(ctx, v.p.m.change("portproxy.Remove", r.Listen.String()), func() error {
		e := v.p.m.edge
		e.rules = slices.DeleteFunc(e.rules, func(x proxyRule) bool { return x.Listen == r.Listen })
		return nil
	})
}

type firewallView struct{ p *process }

func (v firewallView) Rule(ctx context.Context, name string) (host.FirewallRule, error) {
	return value(ctx, v.p, v.p.m.look("firewall.Rule", name), func() (host.FirewallRule, error) {
		for _, r := range v.p.m.edge.firewall {
			if strings.EqualFold(r.Name, name) {
				return cloneRule(r), nil
			}
		}
		return host.FirewallRule{}, notFound("firewall rule", name)
	})
}

func cloneRule(r host.FirewallRule) host.FirewallRule {
	r.Ports = slices.Clone(r.Ports)
	r.LocalAddresses, r.RemoteAddresses = slices.Clone(r.LocalAddresses), slices.Clone(r.RemoteAddresses)
	return r
}

func (v firewallView) Set(ctx context.Context, r host.FirewallRule) error {
	if len(r.Ports) == 0 || len(r.LocalAddresses) == 0 || len(r.RemoteAddresses) == 0 {
		return fmt.Errorf("firewall rule %s: a rule without ports or addresses would open them all", r.Name)
	}
	return v.p.do(ctx, v.p.m.change("firewall.Set", r.Name), func() error {
		v.drop(r.Name)
		v.p.m.edge.firewall = append(v.p.m.edge.firewall, cloneRule(r))
		return nil
	})
}

func (v firewallView) Delete(ctx context.Context, name string) error {
	return v.p.do(ctx, v.p.m.change("firewall.Delete", name), func() error {
		v.drop(name)
		return nil
	})
}

func (v firewallView) drop(name string) {
	e := v.p.m.edge
	e.firewall = slices.DeleteFunc(e.firewall, func(r host.FirewallRule) bool { return strings.EqualFold(r.Name, name) })
}

type taskView struct{ p *process }

func (v taskView) Enabled(ctx context.Context, path string) (bool, error) {
	return value(ctx, v.p, v.p.m.look("tasks.Enabled", path), func() (bool, error) {
		t, ok := v.p.m.edge.tasks[strings.ToLower(path)]
		if !ok {
			return false, notFound("scheduled task", path)
		}
		return t.enabled, nil
	})
}

func (v taskView) SetEnabled(ctx context.Context, path string, enabled bool) error {
	return v.p.do(ctx, v.p.m.change("tasks.SetEnabled", path), func() error {
		t, ok := v.p.m.edge.tasks[strings.ToLower(path)]
		if !ok {
			return notFound("scheduled task", path)
		}
		t.enabled = enabled
		v.p.m.edge.tasks[strings.ToLower(path)] = t
		return nil
	})
}
