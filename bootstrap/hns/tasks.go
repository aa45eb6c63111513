package hns

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// taskNetwork is how vpc-eni names the network of a task's network interface: by its MAC (amazon-vpc-cni-plugins,
// plugins/vpc-eni/network/network_windows.go).
var taskNetwork = regexp.MustCompile(`(?i)^taskbr([0-9a-f]{12})$`)

// TaskNetwork is a network that vpc-eni made for a task.
type TaskNetwork struct {
	host.HNSNetwork
	// MAC is the network interface's, in lower case with colons.
	MAC string
	// Endpoints is how many endpoints are on the network.
	Endpoints int
	// Attached tells that the network interface is attached to the instance.
	Attached bool
}

// Stale reports whether the network is left over: its network interface is gone, and nothing is on it.
func (t TaskNetwork) Stale() bool { return !t.Attached && t.Endpoints == 0 }

// TaskNetworks finds the networks of tasks. macs are the MACs that the instance metadata shows; an empty list says nothing,
// and so every network counts as attached.
func TaskNetworks(networks []host.HNSNetwork, endpoints []host.HNSEndpoint, macs []string) []TaskNetwork {
	var all []TaskNetwork
	for _, n := range networks {
		match := taskNetwork.FindStringSubmatch(n.Name)
		if match == nil {
			continue
		}
		t := TaskNetwork{HNSNetwork: n, MAC: withColons(strings.ToLower(match[1]))}
		t.Attached = len(macs) == 0 || slices.Contains(macs, t.MAC)
		for _, e := range endpoints {
			if SameID(e.NetworkID, n.ID) {
				t.Endpoints++
			}
		}
		all = append(all, t)
	}
	return all
}

func withColons(mac string) string {
	var parts []string
	for pair := range slices.Chunk([]byte(mac), 2) {
		parts = append(parts, string(pair))
	}
	return strings.Join(parts, ":")
}

// The states of a network interface that is attached to the instance.
const (
	InterfaceUp      = "up"
	InterfaceTask    = "taken by a task"
	InterfaceHidden  = "hidden"
	InterfaceMissing = "without adapter"
)

// Interface is a network interface that is attached to the instance, as Windows shows it.
type Interface struct {
	MAC, State string
	// Adapter is the alias of its adapter, or empty.
	Adapter string
}

// Usable reports whether Windows can give the interface to a task.
func (i Interface) Usable() bool { return i.State == InterfaceUp || i.State == InterfaceTask }

// Inventory compares the network interfaces that the instance metadata shows with the adapters. One without an adapter
// that is up is what lies behind "invalid MAC address" and behind timeouts of the provisioning of a task's interface.
func Inventory(macs []string, adapters []host.Adapter, networks []host.HNSNetwork) []Interface {
	var all []Interface
	for _, mac := range macs {
		i := Interface{MAC: mac, State: InterfaceMissing}
		for _, a := range adapters {
			if !strings.EqualFold(a.MAC, mac) || i.State == InterfaceUp {
				continue
			}
			i.Adapter, i.State = a.Alias, InterfaceHidden
			if a.State == host.AdapterUp {
				i.State = InterfaceUp
			}
		}
		for _, t := range TaskNetworks(networks, nil, nil) {
			if t.MAC == mac {
				i.State = InterfaceTask
			}
		}
		all = append(all, i)
	}
	return all
}
