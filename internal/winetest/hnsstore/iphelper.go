package hnsstore

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// LookAtHost returns the host's configuration as a program sees it, and lets hidden adapters and tentative addresses come
// one look nearer. procedure is the IP Helper function that looks.
func (s *Store) LookAtHost(procedure string) (Host, error) {
	var seen Host
	err := s.call(Call{Procedure: procedure}, "", func(st *State) error {
		if st.Host == nil {
			return nil
		}
		seen = st.Host.visible()
		st.Host.come()
		return nil
	})
	return seen, err
}

// visible is a copy without the adapters that are not there yet.
func (h *Host) visible() Host {
	seen := Host{Routes: slices.Clone(h.Routes)}
	for _, a := range h.Adapters {
		if a.HiddenFor == 0 {
			a.Addresses, a.DNS = slices.Clone(a.Addresses), slices.Clone(a.DNS)
			seen.Adapters = append(seen.Adapters, a)
		}
	}
	return seen
}

// come brings what is not there yet one look nearer.
func (h *Host) come() {
	for i := range h.Adapters {
		a := &h.Adapters[i]
		if a.HiddenFor > 0 {
			a.HiddenFor--
			continue
		}
		for j := range a.Addresses {
			a.Addresses[j].TentativeFor = max(0, a.Addresses[j].TentativeFor-1)
		}
	}
}

// AddRoute answers CreateIpForwardEntry2.
func (s *Store) AddRoute(r Route) error {
	return s.changeHost("CreateIpForwardEntry2", r.String(), func(h *Host, _ Quirks) error {
		if h.Adapter(r.Index) == nil {
			return win32(ErrorNotFound, "no interface %d", r.Index)
		}
		if _, err := netip.ParsePrefix(r.Destination); err != nil {
			return win32(ErrorInvalidParameter, "no prefix: %q", r.Destination)
		}
		if slices.ContainsFunc(h.Routes, r.same) {
			return win32(ErrorObjectExists, "the route %s exists", r)
		}
		h.Routes = append(h.Routes, r)
		return nil
	})
}

// SetRoute answers SetIpForwardEntry2: it changes the metric of a route.
func (s *Store) SetRoute(r Route) error {
	return s.changeHost("SetIpForwardEntry2", r.String(), func(h *Host, _ Quirks) error {
		at := slices.IndexFunc(h.Routes, r.same)
		if at < 0 {
			return win32(ErrorNotFound, "no route %s", r)
		}
		h.Routes[at].Metric = r.Metric
		return nil
	})
}

// DeleteRoute answers DeleteIpForwardEntry2.
func (s *Store) DeleteRoute(r Route) error {
	return s.changeHost("DeleteIpForwardEntry2", r.String(), func(h *Host, _ Quirks) error {
		before := len(h.Routes)
		h.Routes = slices.DeleteFunc(h.Routes, r.same)
		if len(h.Routes) == before {
			return win32(ErrorNotFound, "no route %s", r)
		}
		return nil
	})
}

// String writes a route as calls.jsonl has it.
func (r Route) String() string {
	return fmt.Sprintf("%s via %s on %d metric %d", r.Destination, r.NextHop, r.Index, r.Metric)
}

// same reports whether o is the same route to Windows: destination, next hop and interface make it.
func (r Route) same(o Route) bool {
	return r.Destination == o.Destination && r.NextHop == o.NextHop && r.Index == o.Index
}

// AddAddress answers CreateUnicastIpAddressEntry. Such an address does not persist.
func (s *Store) AddAddress(index uint32, prefix string) error {
	return s.changeHost("CreateUnicastIpAddressEntry", fmt.Sprintf("%s on %d", prefix, index), func(h *Host, quirks Quirks) error {
		a := h.Adapter(index)
		if a == nil {
			return win32(ErrorNotFound, "no interface %d", index)
		}
		p, err := netip.ParsePrefix(prefix)
		if err != nil {
			return win32(ErrorInvalidParameter, "no prefix: %q", prefix)
		}
		if a.address(p.Addr()) >= 0 {
			return win32(ErrorObjectExists, "the address %s exists", p.Addr())
		}
		a.Addresses = append(a.Addresses, Address{Prefix: prefix, TentativeFor: quirks.TentativeFor})
		return nil
	})
}

// DeleteAddress answers DeleteUnicastIpAddressEntry.
func (s *Store) DeleteAddress(index uint32, addr netip.Addr) error {
	return s.changeHost("DeleteUnicastIpAddressEntry", fmt.Sprintf("%s on %d", addr, index), func(h *Host, _ Quirks) error {
		a := h.Adapter(index)
		if a == nil || a.address(addr) < 0 {
			return win32(ErrorNotFound, "no address %s on interface %d", addr, index)
		}
		at := a.address(addr)
		a.Addresses = slices.Delete(a.Addresses, at, at+1)
		return nil
	})
}

// address is the place of an address in the list, or -1.
func (a *Adapter) address(addr netip.Addr) int {
	return slices.IndexFunc(a.Addresses, func(x Address) bool {
		p, err := netip.ParsePrefix(x.Prefix)
		return err == nil && p.Addr() == addr
	})
}

// SetInterface answers SetIpInterfaceEntry: metric and MTU of an interface.
func (s *Store) SetInterface(index, metric, mtu uint32) error {
	what := fmt.Sprintf("metric %d mtu %d on %d", metric, mtu, index)
	return s.changeHost("SetIpInterfaceEntry", what, func(h *Host, _ Quirks) error {
		a := h.Adapter(index)
		if a == nil {
			return win32(ErrorNotFound, "no interface %d", index)
		}
		a.Metric, a.MTU = metric, mtu
		return nil
	})
}

// SetDNS answers SetInterfaceDnsSettings. No servers hand the choice back to DHCP.
func (s *Store) SetDNS(index uint32, servers []string) error {
	what := fmt.Sprintf("%s on %d", strings.Join(servers, ","), index)
	return s.changeHost("SetInterfaceDnsSettings", what, func(h *Host, _ Quirks) error {
		a := h.Adapter(index)
		if a == nil {
			return win32(ErrorNotFound, "no interface %d", index)
		}
		for _, server := range servers {
			if _, err := netip.ParseAddr(server); err != nil {
				return win32(ErrorInvalidParameter, "no address: %q", server)
			}
		}
		a.DNS = servers
		return nil
	})
}

func (s *Store) changeHost(procedure, what string, change func(*Host, Quirks) error) error {
	return s.call(Call{Procedure: procedure, ID: what}, "", func(st *State) error {
		if st.Host == nil {
			return win32(ErrorNotFound, "the simulated host has no adapters")
		}
		return change(st.Host, st.Quirks)
	})
}
