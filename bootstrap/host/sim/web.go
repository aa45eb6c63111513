package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// The agent's ports.
const (
	introspectionPort = 51678
	credentialsPort   = 51679
)

type webView struct{ p *process }

func (v webView) Get(ctx context.Context, address string) (host.Response, error) {
	return value(ctx, v.p, v.p.m.look("web.Get", address), func() (host.Response, error) { return v.p.m.get(address) })
}

// get answers a request from the machine itself, through the port proxy where that listens.
func (m *Machine) get(address string) (host.Response, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" {
		return host.Response{}, fmt.Errorf("request %s: not an http address", address)
	}
	name, port := u.Hostname(), uint16(80)
	if u.Port() != "" {
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil {
			return host.Response{}, fmt.Errorf("request %s: %w", address, err)
		}
		port = uint16(n)
	}
	if name == "localhost" {
		name = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(name)
	if err != nil {
		return host.Response{}, fmt.Errorf("request %s: %w", address, host.ErrUnreachable)
	}
	here, _ := m.network.has(ip)
	if !ip.IsLoopback() && !here {
		return host.Response{}, fmt.Errorf("request %s: %w", address, host.ErrUnreachable)
	}
	to := m.edge.forward(netip.AddrPortFrom(ip, port))
	switch {
	case to.Port() == 80 && m.edge.webServer:
		return host.Response{Status: 404, Server: "Microsoft-HTTPAPI/2.0", Body: []byte("Not Found")}, nil
	case m.edge.taken[to.Port()] != "":
		return host.Response{Status: 200, Server: m.edge.taken[to.Port()], Body: []byte("hello\n")}, nil
	case to.Port() == introspectionPort && m.agent.listens(introspectionPort):
		return m.agent.introspect(u.Path), nil
	case to.Port() == credentialsPort && to.Addr().IsLoopback() && m.agent.listens(credentialsPort):
		return host.Response{Status: 404, Body: []byte("404 page not found\n")}, nil
	}
	if to == netip.AddrPortFrom(ip, port) {
		return host.Response{}, fmt.Errorf("request %s: %w: %w", address, host.ErrUnreachable, host.ErrNoListener)
	}
	return host.Response{}, fmt.Errorf("request %s: %w", address, host.ErrUnreachable) // the port proxy finds nobody
}

// introspect is the agent's introspection server.
func (a *agent) introspect(path string) host.Response {
	var body any
	switch path {
	case "/v1/metadata":
		body = map[string]string{
			"Cluster": a.cluster, "ContainerInstanceArn": a.arn,
			"Version": "Amazon ECS Agent - v" + a.version + " (*8dfceca6)",
		}
	case "/v1/tasks":
		body = map[string]any{"Tasks": []string{}}
	default:
		body = map[string]any{"AvailableCommands": []string{"/v1/metadata", "/v1/tasks", "/license"}}
	}
	text, _ := json.Marshal(body)
	return host.Response{Status: 200, Body: text}
}
