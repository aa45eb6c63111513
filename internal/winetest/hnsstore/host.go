package hnsstore

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Host is a host's simulated IP configuration.
type Host struct {
	Adapters []Adapter
	Routes   []Route
}

// Adapter is a network adapter as Windows shows it.
type Adapter struct {
	// Index is the interface index, from 1.
	Index uint32
	// Name is the alias, such as "Ethernet 3"; Description the driver's name.
	Name, Description string
	// MAC is written with colons.
	MAC       string
	MTU       uint32    `json:",omitempty"`
	Metric    uint32    `json:",omitempty"`
	Addresses []Address `json:",omitempty"`
	// DHCP tells that the addresses come from DHCP.
	DHCP bool `json:",omitempty"`
	// DNS are the servers that somebody set, in order. None: DHCPServers are in use.
	DNS         []string `json:",omitempty"`
	DHCPServers []string `json:",omitempty"`
	// Down is an adapter that is disabled or has no link.
	Down bool `json:",omitempty"`
	// Network is the ID of the HNS network whose vEthernet adapter this is, Uplink the adapter below its switch.
	Network string `json:",omitempty"`
	Uplink  string `json:",omitempty"`
	// HiddenFor is for how many more looks at the adapters this one stays unseen.
	HiddenFor int `json:",omitempty"`
}

// Address is one of an adapter's addresses.
type Address struct {
	// Prefix is the address with its on-link prefix's length, "10.0.0.10/24".
	Prefix string
	// Persistent addresses are there after a reboot.
	Persistent bool `json:",omitempty"`
	// TentativeFor is for how many more looks the address is not Preferred yet.
	TentativeFor int `json:",omitempty"`
}

// Route is a route of the host.
type Route struct {
	Destination, NextHop string
	Index                uint32
	Metric               uint32 `json:",omitempty"`
	// Persistent routes are there after a reboot. EC2Launch v2's link-local routes are not.
	Persistent bool `json:",omitempty"`
}

// Adapter returns the adapter of an interface index; nil if there is none.
func (h *Host) Adapter(index uint32) *Adapter {
	return h.find(func(a Adapter) bool { return a.Index == index })
}

// Servers are the DNS servers in use.
func (a Adapter) Servers() []string {
	if len(a.DNS) > 0 {
		return a.DNS
	}
	return a.DHCPServers
}

// ByName returns the adapter of that name, as Windows compares names; nil if there is none.
func (h *Host) ByName(name string) *Adapter {
	return h.find(func(a Adapter) bool { return strings.EqualFold(a.Name, name) })
}

func (h *Host) find(match func(Adapter) bool) *Adapter {
	for i := range h.Adapters {
		if match(h.Adapters[i]) {
			return &h.Adapters[i]
		}
	}
	return nil
}

// nextIndex is an interface index that no adapter has had.
func (h *Host) nextIndex() uint32 {
	index := uint32(40)
	for _, a := range h.Adapters {
		index = max(index, a.Index+1)
	}
	return index
}

// attach puts an external network's switch on an adapter: the adapter's addresses, DNS servers and routes move to a new
// vEthernet adapter with the same MAC address. HNS does not find an adapter that is not there, is a vEthernet adapter,
// or already has a switch.
func (h *Host) attach(network Doc, name string, quirks Quirks) error {
	uplink := h.ByName(name)
	inUse := h.find(func(a Adapter) bool { return strings.EqualFold(a.Uplink, name) }) != nil
	if uplink == nil || inUse || uplink.Network != "" {
		return failure(AdapterNotFound, "The network adapter was not found.")
	}
	vnic := *uplink
	vnic.Index = h.nextIndex()
	vnic.Name = "vEthernet (" + uplink.Name + ")"
	vnic.Description = "Hyper-V Virtual Ethernet Adapter"
	vnic.Network, vnic.Uplink, vnic.HiddenFor = network.Text("ID"), uplink.Name, quirks.VNICHiddenFor
	vnic.Addresses = slices.Clone(uplink.Addresses)
	for i := range vnic.Addresses {
		vnic.Addresses[i].TentativeFor = quirks.TentativeFor
	}
	uplink.Addresses, uplink.DNS, uplink.DHCPServers = nil, nil, nil
	h.moveRoutes(uplink.Index, vnic.Index, quirks.CreateDropsRoutes)
	h.Adapters = append(h.Adapters, vnic)
	return nil
}

// moveRoutes moves routes from one interface to another. lossy drops those that neither persist nor come from DHCP.
func (h *Host) moveRoutes(from, to uint32, lossy bool) {
	h.Routes = slices.DeleteFunc(h.Routes, func(r Route) bool {
		return lossy && r.Index == from && !r.Persistent && r.Destination != "0.0.0.0/0"
	})
	for i := range h.Routes {
		if h.Routes[i].Index == from {
			h.Routes[i].Index = to
		}
	}
}

// addNAT adds the vEthernet adapter of a NAT network, which holds the network's gateway address.
func (h *Host) addNAT(network Doc, quirks Quirks) {
	vnic := Adapter{
		Index: h.nextIndex(), MTU: 1500, Metric: 5000, Network: network.Text("ID"), HiddenFor: quirks.VNICHiddenFor,
		Name: "vEthernet (" + network.Text("Name") + ")", Description: "Hyper-V Virtual Ethernet Adapter",
	}
	vnic.MAC = fmt.Sprintf("00:15:5d:00:00:%02x", vnic.Index&0xff)
	for _, s := range network.subnets() {
		if s.gateway != "" {
			vnic.Addresses = append(vnic.Addresses, Address{Prefix: fmt.Sprintf("%s/%d", s.gateway, s.prefix.Bits()), TentativeFor: quirks.TentativeFor})
		}
	}
	h.Adapters = append(h.Adapters, vnic)
}

// detach removes a network's vEthernet adapter and gives its uplink back what it took.
func (h *Host) detach(network string) {
	vnic := h.find(func(a Adapter) bool { return a.Network == network })
	if vnic == nil {
		return
	}
	gone := *vnic
	if uplink := h.ByName(gone.Uplink); gone.Uplink != "" && uplink != nil {
		uplink.Addresses, uplink.DNS, uplink.DHCPServers = gone.Addresses, gone.DNS, gone.DHCPServers
		h.moveRoutes(gone.Index, uplink.Index, false)
	}
	h.Routes = slices.DeleteFunc(h.Routes, func(r Route) bool { return r.Index == gone.Index })
	h.Adapters = slices.DeleteFunc(h.Adapters, func(a Adapter) bool { return a.Index == gone.Index })
}

// reboot takes away what does not persist.
func (h *Host) reboot() {
	for i := range h.Adapters {
		a := &h.Adapters[i]
		a.HiddenFor = 0
		a.Addresses = slices.DeleteFunc(a.Addresses, func(x Address) bool { return !x.Persistent })
		for j := range a.Addresses {
			a.Addresses[j].TentativeFor = 0
		}
	}
	h.Routes = slices.DeleteFunc(h.Routes, func(r Route) bool { return !r.Persistent })
}

// Preferred reports whether an address is one of the host's and usable.
func (h *Host) Preferred(addr netip.Addr) bool {
	for i := range h.Adapters {
		if at := h.Adapters[i].address(addr); at >= 0 {
			return h.Adapters[i].HiddenFor == 0 && h.Adapters[i].Addresses[at].TentativeFor == 0
		}
	}
	return false
}
