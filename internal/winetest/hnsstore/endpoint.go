package hnsstore

import (
	"fmt"
	"net/netip"
	"strings"
)

// completeEndpoint checks a new endpoint and gives it what its document leaves open: MAC address, IP address, routes.
func (st *State) completeEndpoint(d Doc) error {
	network := st.Of(Network)[canonicalID(d.Text("HostComputeNetwork"))]
	if network == nil {
		return failure(NetworkNotFound, "The network was not found.")
	}
	d["HostComputeNetwork"] = network.Text("ID")
	if d.Text("MacAddress") == "" {
		n := st.Sequence
		d["MacAddress"] = fmt.Sprintf("00-15-5D-%02X-%02X-%02X", n>>16&255, n>>8&255, n&255) // Hyper-V's range
	}
	for _, id := range st.ids(Endpoint) {
		if err := collide(d, st.Of(Endpoint)[id]); err != nil {
			return err
		}
	}
	subnets := network.subnets()
	if err := st.addresses(d, subnets); err != nil {
		return err
	}
	if len(d.List("Routes")) == 0 && len(subnets) > 0 && subnets[0].gateway != "" {
		d["Routes"] = []any{map[string]any{"NextHop": subnets[0].gateway, "DestinationPrefix": "0.0.0.0/0"}}
	}
	return nil
}

// collide refuses what two endpoints cannot share: a port of the host, a MAC address.
func collide(d, other Doc) error {
	if sameMAC(d.Text("MacAddress"), other.Text("MacAddress")) {
		return failure(PortAlreadyExists, "The specified port already exists.")
	}
	for _, p := range portMappings(d) {
		for _, q := range portMappings(other) {
			if p.number("ExternalPort") == q.number("ExternalPort") && p.number("Protocol") == q.number("Protocol") {
				return failure(PortAlreadyExists, "The specified port already exists.")
			}
		}
	}
	return nil
}

func sameMAC(a, b string) bool {
	plain := strings.NewReplacer(":", "", "-", "")
	return strings.EqualFold(plain.Replace(a), plain.Replace(b))
}

func portMappings(endpoint Doc) []Doc {
	var found []Doc
	for _, p := range endpoint.List("Policies") {
		if p.Text("Type") == "PortMapping" {
			found = append(found, p.Doc("Settings"))
		}
	}
	return found
}

// addresses checks the endpoint's addresses, or chooses one. HNS refuses the gateway's address as "invalid or reserved"
// (seen in the field); that it refuses one in use in the same way is assumed.
func (st *State) addresses(d Doc, subnets []subnet) error {
	taken := st.taken(d.Text("HostComputeNetwork"))
	for _, c := range d.List("IpConfigurations") {
		a, err := netip.ParseAddr(c.Text("IpAddress"))
		if err != nil {
			return failure(InvalidIP, "The IP address %q is invalid.", c.Text("IpAddress"))
		}
		if taken[a] {
			return failure(AddressInvalidReserved, "The address %s is invalid or reserved.", a)
		}
		for _, s := range subnets {
			if s.gateway == a.String() {
				return failure(AddressInvalidReserved, "The address %s is invalid or reserved.", a)
			}
		}
	}
	if len(d.List("IpConfigurations")) > 0 || len(subnets) == 0 {
		return nil
	}
	first := subnets[0]
	// The first address is the subnet's own, the last its broadcast address.
	for a := first.prefix.Masked().Addr().Next(); first.prefix.Contains(a.Next()); a = a.Next() {
		if !taken[a] && a.String() != first.gateway {
			d["IpConfigurations"] = []any{map[string]any{"IpAddress": a.String(), "PrefixLength": float64(first.prefix.Bits())}}
			return nil
		}
	}
	return failure(AddressInvalidReserved, "The subnet %s has no address left.", first.prefix)
}

// taken are the addresses of a network's endpoints.
func (st *State) taken(network string) map[netip.Addr]bool {
	taken := map[netip.Addr]bool{}
	for _, e := range st.Of(Endpoint) {
		if e.Text("HostComputeNetwork") != network {
			continue
		}
		for _, c := range e.List("IpConfigurations") {
			if a, err := netip.ParseAddr(c.Text("IpAddress")); err == nil {
				taken[a] = true
			}
		}
	}
	return taken
}

func (st *State) dropEndpoint(id string) {
	st.detach(id)
	delete(st.Of(Endpoint), id)
}
