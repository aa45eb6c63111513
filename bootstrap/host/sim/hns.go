package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Errors of HNS, with their HRESULT.
var (
	errHNSNotFound = errors.New("hcnCreateNetwork failed: element not found (0x490)")
	errHNSExists   = errors.New("hcnCreateNetwork failed: the network already exists (0x803b0010)")
	errHNSDown     = errors.New("the service has not been started (0x80070426)")
)

// hns is the Host Networking Service.
type hns struct {
	m         *Machine
	version   host.HNSVersion
	networks  []host.HNSNetwork
	endpoints []host.HNSEndpoint
	made      int
	// settled is until when every create fails after a delete.
	settled time.Time
}

func (h *hns) up() bool {
	s := h.m.scm.find("hns")
	return s != nil && s.state == host.ServiceRunning
}

// guid returns the next id. No id comes twice.
func (h *hns) guid() string {
	h.made++
	return fmt.Sprintf("5E0000%02X-0000-4000-8000-%012X", h.m.windows.boots, h.made)
}

func (h *hns) named(name string) []host.HNSNetwork {
	return slices.DeleteFunc(slices.Clone(h.networks), func(n host.HNSNetwork) bool { return !strings.EqualFold(n.Name, name) })
}

// put makes a network with its adapter: a NAT network has its own vEthernet with the gateway's address, one on an adapter
// takes that adapter's place.
func (h *hns) put(name, kind, adapter string, subnets []netip.Prefix) host.HNSNetwork {
	n := host.HNSNetwork{ID: h.guid(), Name: name, Type: kind, Subnets: slices.Clone(subnets), Adapter: adapter}
	if strings.EqualFold(kind, "NAT") {
		n.Adapter = h.addNATAdapter(name, subnets)
	} else if adapter != "" {
		h.switchAdapter(adapter)
	}
	h.networks = append(h.networks, n)
	return n
}

// addNATAdapter makes the vEthernet of a NAT network. Windows counts on where the name is taken, also by a ghost.
func (h *hns) addNATAdapter(name string, subnets []netip.Prefix) string {
	alias := fmt.Sprintf("vEthernet (%s)", name)
	for i := 2; slices.ContainsFunc(h.m.network.adapters, func(a *host.Adapter) bool { return strings.EqualFold(a.Alias, alias) }); i++ {
		alias = fmt.Sprintf("vEthernet (%s) %d", name, i)
	}
	a := &host.Adapter{Alias: alias, MAC: fmt.Sprintf("00:15:5d:00:00:%02x", h.made%256), State: host.AdapterUp}
	h.m.network.adapters = append(h.m.network.adapters, a)
	for _, s := range subnets {
		h.m.network.addAddress(a, netip.PrefixFrom(s.Addr().Next(), s.Bits()))
	}
	return alias
}

// switchAdapter puts a vSwitch on an adapter: a vEthernet of the same MAC takes over its addresses and routes, but not the
// link-local routes, which EC2Launch made non-persistent. Routes and addresses come back as DHCP does.
func (h *hns) switchAdapter(alias string) {
	n := h.m.network
	old := n.find(alias)
	if old == nil || strings.HasPrefix(old.Alias, "vEthernet") {
		return
	}
	v := &host.Adapter{Alias: "vEthernet (" + old.Alias + ")", MAC: old.MAC, DHCP: old.DHCP, State: host.AdapterUp, DNS: old.DNS, StaticDNS: old.StaticDNS}
	n.adapters = append(n.adapters, v)
	for _, a := range slices.Clone(old.Addresses) {
		n.removeAddress(old, a.Prefix)
	}
	n.routes = slices.DeleteFunc(n.routes, func(r host.Route) bool { return strings.EqualFold(r.Alias, old.Alias) })
	if v.MAC == h.m.instance.MAC {
		h.m.clock.After(h.m.latency.DHCP, func() { n.connect(v) })
	}
}

// drop deletes a network with its adapter and endpoints.
func (h *hns) drop(id string) {
	i := slices.IndexFunc(h.networks, func(n host.HNSNetwork) bool { return strings.EqualFold(n.ID, id) })
	if i < 0 {
		return
	}
	gone := h.networks[i]
	h.networks = slices.Delete(h.networks, i, i+1)
	h.endpoints = slices.DeleteFunc(h.endpoints, func(e host.HNSEndpoint) bool { return strings.EqualFold(e.NetworkID, id) })
	h.release(gone.Adapter)
	h.settled = h.m.clock.Now().Add(h.m.latency.HNSSettle)
}

// release takes the vEthernet of a network away. The adapter below one has its addresses again as DHCP brings them.
func (h *hns) release(alias string) {
	n := h.m.network
	if strings.HasPrefix(alias, "vEthernet") {
		if a := n.find(alias); a != nil {
			n.removeAdapter(a)
		}
		return
	}
	v, below := n.find("vEthernet ("+alias+")"), n.find(alias)
	if v == nil {
		return
	}
	n.removeAdapter(v)
	if below != nil && below.MAC == h.m.instance.MAC {
		h.m.clock.After(h.m.latency.DHCP, func() { n.connect(below) })
	}
}

// reboot does what a boot does to HNS: NAT networks and their adapters do not survive one since Windows Server 2019.
func (h *hns) reboot() {
	for _, n := range slices.Clone(h.networks) {
		if strings.EqualFold(n.Type, "NAT") {
			h.drop(n.ID)
		}
	}
	h.settled = time.Time{}
	h.endpoints = nil
}

type hnsView struct{ p *process }

func (v hnsView) hns() *hns { return v.p.m.hns }

func (v hnsView) Version(ctx context.Context) (host.HNSVersion, error) {
	return value(ctx, v.p, v.p.m.look("hns.Version", ""), func() (host.HNSVersion, error) {
		if !v.hns().up() {
			return host.HNSVersion{}, fmt.Errorf("HNS version: %w", errHNSDown)
		}
		return v.hns().version, nil
	})
}

func (v hnsView) Networks(ctx context.Context) ([]host.HNSNetwork, error) {
	return value(ctx, v.p, v.p.m.look("hns.Networks", ""), func() ([]host.HNSNetwork, error) {
		if !v.hns().up() {
			return nil, fmt.Errorf("HNS networks: %w", errHNSDown)
		}
		return v.p.m.HNSNetworks(), nil
	})
}

// HNSNetworks returns the networks as they are now.
func (m *Machine) HNSNetworks() []host.HNSNetwork {
	var all []host.HNSNetwork
	for _, n := range m.hns.networks {
		n.Subnets = slices.Clone(n.Subnets)
		all = append(all, n)
	}
	return all
}

func (v hnsView) Endpoints(ctx context.Context) ([]host.HNSEndpoint, error) {
	return value(ctx, v.p, v.p.m.look("hns.Endpoints", ""), func() ([]host.HNSEndpoint, error) {
		if !v.hns().up() {
			return nil, fmt.Errorf("HNS endpoints: %w", errHNSDown)
		}
		return slices.Clone(v.hns().endpoints), nil
	})
}

// document is what the simulated HNS reads of a network's document of schema 2.0.
type document struct {
	Name, Type string
	Policies   []struct {
		Type     string
		Settings struct{ NetworkAdapterName string }
	}
	Ipams []struct {
		Subnets []struct {
			Prefix netip.Prefix `json:"IpAddressPrefix"`
		}
	}
}

func (v hnsView) Create(ctx context.Context, doc []byte) (string, error) {
	c := v.p.m.change("hns.Create", "")
	refuses := v.p.m.clock.Now().Before(v.hns().settled)
	if !refuses {
		c.latency += v.p.m.latency.HNSCreate
	}
	return value(ctx, v.p, c, func() (string, error) {
		var d document
		if err := json.Unmarshal(doc, &d); err != nil || d.Name == "" || d.Type == "" {
			return "", errors.New("hcnCreateNetwork failed: the document is not valid (0x803b001b)")
		}
		switch {
		case !v.hns().up():
			return "", fmt.Errorf("HNS network %s: %w", d.Name, errHNSDown)
		case refuses:
			return "", fmt.Errorf("HNS network %s: %w", d.Name, errHNSNotFound)
		case len(v.hns().named(d.Name)) > 0:
			return "", fmt.Errorf("HNS network %s: %w", d.Name, errHNSExists)
		}
		var subnets []netip.Prefix
		for _, i := range d.Ipams {
			for _, s := range i.Subnets {
				subnets = append(subnets, s.Prefix)
			}
		}
		adapter := ""
		for _, p := range d.Policies {
			if p.Type == "NetAdapterName" {
				adapter = p.Settings.NetworkAdapterName
			}
		}
		return v.hns().put(d.Name, d.Type, adapter, subnets).ID, nil
	})
}

func (v hnsView) Delete(ctx context.Context, id string) error {
	c := v.p.m.change("hns.Delete", id)
	c.latency += v.p.m.latency.HNSDelete
	return v.p.do(ctx, c, func() error {
		if !v.hns().up() {
			return fmt.Errorf("HNS network %s: %w", id, errHNSDown)
		}
		v.hns().drop(id)
		return nil
	})
}
