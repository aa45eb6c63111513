// Package hcn is the Host Networking Service behind host.HNS, by way of hcsshim. It speaks the second version of HNS's
// interface, and the first where the second does not tell: vpc-eni makes the networks of awsvpc tasks by the first.
package hcn

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// network is HNS's document of a network, of schema 2.0, as far as it is read.
type network struct {
	ID       string `json:"ID"`
	Name     string
	Type     string
	Policies []struct {
		Type     string
		Settings json.RawMessage
	}
	Ipams []struct {
		Subnets []struct {
			IPAddressPrefix string `json:"IpAddressPrefix"`
		}
	}
}

// endpoint is HNS's document of an endpoint, of schema 2.0, as far as it is read.
type endpoint struct {
	ID                 string `json:"ID"`
	Name               string
	HostComputeNetwork string
	MacAddress         string
}

// parseNetwork reads the document of a network. A subnet that is no prefix, which HNS shows for a network that takes its
// addresses by DHCP, is left out.
func parseNetwork(document []byte) (host.HNSNetwork, error) {
	var n network
	if err := json.Unmarshal(document, &n); err != nil {
		return host.HNSNetwork{}, fmt.Errorf("reading HNS's document of a network: %w", err)
	}
	found := host.HNSNetwork{ID: n.ID, Name: n.Name, Type: n.Type}
	for _, p := range n.Policies {
		var settings struct{ NetworkAdapterName string }
		if strings.EqualFold(p.Type, "NetAdapterName") && json.Unmarshal(p.Settings, &settings) == nil {
			found.Adapter = settings.NetworkAdapterName
		}
	}
	for _, ipam := range n.Ipams {
		for _, s := range ipam.Subnets {
			if prefix, err := netip.ParsePrefix(s.IPAddressPrefix); err == nil {
				found.Subnets = append(found.Subnets, prefix)
			}
		}
	}
	return found, nil
}

// parseEndpoint reads the document of an endpoint.
func parseEndpoint(document []byte) (host.HNSEndpoint, error) {
	var e endpoint
	if err := json.Unmarshal(document, &e); err != nil {
		return host.HNSEndpoint{}, fmt.Errorf("reading HNS's document of an endpoint: %w", err)
	}
	return host.HNSEndpoint{ID: e.ID, Name: e.Name, NetworkID: e.HostComputeNetwork, MAC: normalMAC(e.MacAddress)}, nil
}

// normalMAC turns HNS's 0A-58-... into 0a:58:..., and leaves what is no MAC as it is.
func normalMAC(text string) string {
	mac, err := net.ParseMAC(text)
	if err != nil {
		return text
	}
	return mac.String()
}
