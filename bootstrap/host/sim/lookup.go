package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// reach is what the machine's subnet lets it reach.
type reach struct {
	m *Machine
	// broken are the names, or * for all, whose connection fails, with the step that does.
	broken map[string]string
	// silent are name servers that do not answer.
	silent map[netip.Addr]bool
	// proxy is the one way out, or empty.
	proxy string
}

// step returns the step at which a connection to a host fails, or "".
func (r *reach) step(name, proxy string) string {
	if strings.HasSuffix(name, ".invalid") { // RFC 2606: no such name, ever
		return host.StepDNS
	}
	if step, ok := r.broken[name]; ok {
		return step
	}
	if step, ok := r.broken["*"]; ok && strings.Contains(name, ".") {
		return step
	}
	if proxy != "" {
		if r.proxy == "" || strings.TrimSuffix(proxy, "/") != r.proxy {
			return host.StepProxy
		}
		return ""
	}
	if r.proxy != "" {
		return host.StepConnect
	}
	return ""
}

// online reports whether there is a way out of the subnet.
func (r *reach) online() bool { return r.m.network.reaches(netip.MustParsePrefix("0.0.0.0/0")) }

// resolves reports whether one of the primary adapter's name servers answers.
func (r *reach) resolves() bool {
	a := r.m.network.primary()
	if a == nil {
		return false
	}
	for _, server := range a.DNS {
		if r.answers(server) {
			return true
		}
	}
	return false
}

func (r *reach) answers(server netip.Addr) bool {
	return r.online() && !r.silent[server] && !server.IsLoopback() && server.Is4()
}

// dial makes a connection as the agent or a client does.
func (r *reach) dial(name, proxy string) error {
	fail := func(step, why string) error { return &host.DialError{Step: step, Address: name, Err: errors.New(why)} }
	step := r.step(name, proxy)
	switch {
	case proxy == "" && (!r.resolves() || step == host.StepDNS):
		return fail(host.StepDNS, "no such host")
	case !r.online():
		return fail(host.StepConnect, "a socket operation was attempted to an unreachable network")
	case step == host.StepConnect:
		return fail(step, "no answer in time")
	case step == host.StepProxy:
		return fail(step, "the proxy refused the connection")
	case step == host.StepCertificate:
		return fail(step, "certificate signed by unknown authority")
	}
	return nil
}

type lookupView struct{ p *process }

func (v lookupView) call(method, arg string) call {
	c := v.p.m.look("lookup."+method, arg)
	c.latency = v.p.m.latency.Connect
	return c
}

func (v lookupView) Resolve(ctx context.Context, name string) ([]netip.Addr, error) {
	return value(ctx, v.p, v.call("Resolve", name), func() ([]netip.Addr, error) {
		r := v.p.m.reach
		if !r.resolves() || r.step(name, "") == host.StepDNS {
			return nil, notFound("name", name)
		}
		return []netip.Addr{netip.MustParseAddr("203.0.113.10")}, nil
	})
}

func (v lookupView) Ask(ctx context.Context, server netip.Addr, name string) error {
	return v.p.do(ctx, v.call("Ask", server.String()+" "+name), func() error {
		r := v.p.m.reach
		if !r.answers(server) {
			return fmt.Errorf("name server %s: %w", server, host.ErrUnreachable)
		}
		if r.step(name, "") == host.StepDNS {
			return notFound("name", name)
		}
		return nil
	})
}

func (v lookupView) TLS(ctx context.Context, address, proxy string) error {
	return v.p.do(ctx, v.call("TLS", address), func() error {
		name, _, err := net.SplitHostPort(address)
		if err != nil {
			return fmt.Errorf("connection to %s: %w", address, err)
		}
		if err := v.p.m.reach.dial(name, proxy); err != nil {
			var dial *host.DialError
			if errors.As(err, &dial) {
				dial.Address = address
			}
			return err
		}
		return nil
	})
}
