package hnsstore

import (
	"net/netip"
	"strings"
)

// completeNetwork checks a new network and puts its switch on the host's adapter.
func (st *State) completeNetwork(d Doc) error {
	if name := d.Text("Name"); name != "" && st.ByName(Network, name) != nil {
		return failure(NetworkAlreadyExists, "The network already exists.")
	}
	switch strings.ToLower(d.Text("Type")) {
	case "", "nat", "transparent", "l2bridge", "l2tunnel", "ics", "private", "internal", "overlay":
	default:
		return failure(InvalidNetworkType, "The network has an invalid type.")
	}
	for _, ipam := range d.List("Ipams") {
		for _, s := range ipam.List("Subnets") {
			if err := checkSubnet(s); err != nil {
				return err
			}
		}
	}
	if st.Host == nil {
		return nil
	}
	if name := d.NetworkAdapter(); name != "" {
		return st.Host.attach(d, name, st.Quirks)
	}
	if isNAT(d) {
		st.Host.addNAT(d, st.Quirks)
	}
	return nil
}

func checkSubnet(s Doc) error {
	if p := s.Text("IpAddressPrefix"); p != "" {
		if _, err := netip.ParsePrefix(p); err != nil {
			return failure(InvalidIP, "The IP address %q is invalid.", p)
		}
	}
	for _, p := range s.List("Policies") {
		if p.Text("Type") != "VLAN" {
			continue
		}
		settings := p.Doc("Settings")
		id := settings.number("IsolationId") + settings.number("VLAN") // V2's name, V1's name
		if id < 0 || id > 4094 || id != float64(int(id)) {
			return failure(InvalidPolicy, "The VLAN policy is invalid.")
		}
	}
	return nil
}

// dropNetwork removes a network, its endpoints and its vEthernet adapter. HNS deletes a network's endpoints with it, as
// hcsshim's tests expect.
func (st *State) dropNetwork(id string) {
	for _, e := range st.ids(Endpoint) {
		if st.Of(Endpoint)[e].Text("HostComputeNetwork") == id {
			st.dropEndpoint(e)
		}
	}
	delete(st.Of(Network), id)
	if st.Host != nil {
		st.Host.detach(id)
	}
}
