package fakes

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// PortProxy is the IP Helper's port proxy: it forwards what comes to one address to another. A rule takes effect when the
// rules are read, and only if its address is there and Preferred then; else it stays without effect until the next reading,
// as on Windows Server (amazon-ecs-agent's hostsetup waits for that reason).
type PortProxy struct {
	HNS *hnsstore.Store
	// Rules are the rules of the registry: "169.254.170.2/80" is "127.0.0.1/51679".
	Rules func() (map[string]string, error)

	mu        sync.Mutex
	listeners map[string]net.Listener
}

// Reread reads the rules and listens where they say, and nowhere else. A rule that cannot take effect is an error; the
// others do.
func (p *PortProxy) Reread(ctx context.Context) error {
	rules, err := p.Rules()
	if err != nil {
		return err
	}
	st, err := p.HNS.View()
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listeners == nil {
		p.listeners = map[string]net.Listener{}
	}
	for from, l := range p.listeners {
		if rules[from] == "" {
			err = errors.Join(err, l.Close())
			delete(p.listeners, from)
		}
	}
	for from, to := range rules {
		if p.listeners[from] != nil {
			continue
		}
		l, listenErr := listenAt(ctx, st.Host, from)
		if listenErr != nil {
			err = errors.Join(err, listenErr)
			continue
		}
		p.listeners[from] = l
		go forward(l, address(to))
	}
	return err
}

// Close ends all forwarding.
func (p *PortProxy) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.listeners {
		_ = l.Close()
	}
	p.listeners = nil
}

// address turns the registry's "127.0.0.1/51679" into 127.0.0.1:51679.
func address(rule string) string { return strings.Replace(rule, "/", ":", 1) }

func listenAt(ctx context.Context, h *hnsstore.Host, from string) (net.Listener, error) {
	at, err := netip.ParseAddrPort(address(from))
	if err != nil {
		return nil, err
	}
	if !at.Addr().IsLoopback() && (h == nil || !h.Preferred(at.Addr())) {
		return nil, errors.New(from + " is not an address of the machine, or not Preferred yet")
	}
	return (&net.ListenConfig{}).Listen(ctx, "tcp", at.String())
}

func forward(l net.Listener, to string) {
	for {
		in, err := l.Accept()
		if err != nil {
			return // closed
		}
		go func() {
			defer func() { _ = in.Close() }()
			out, err := net.Dial("tcp", to) //nolint:noctx // lives as long as its two ends
			if err != nil {
				return
			}
			defer func() { _ = out.Close() }()
			go func() { _, _ = io.Copy(out, in) }()
			_, _ = io.Copy(in, out)
		}()
	}
}
