package hns

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// NATName is the name of the network that Docker makes and that vpc-eni attaches every task to.
const NATName = "nat"

// Verdict is what is to be said of the nat network.
type Verdict string

// The verdicts.
const (
	NATReady       Verdict = "ready"
	NATMissing     Verdict = "missing"
	NATForeign     Verdict = "foreign"
	NATDuplicate   Verdict = "duplicate"
	NATOverlap     Verdict = "overlap"
	NATStale       Verdict = "stale"
	NATNoAdapter   Verdict = "no adapter"
	NATGhost       Verdict = "ghost adapter"
	NATTwoAdapters Verdict = "two adapters"
	NATNoAddress   Verdict = "no address"
)

// Code is the failure that a verdict stands for, or empty for NATReady.
func (v Verdict) Code() fault.Code {
	switch v {
	case NATMissing:
		return "E_HNS_NAT_MISSING"
	case NATForeign:
		return "E_HNS_NAT_FOREIGN"
	case NATDuplicate:
		return "E_HNS_NAT_DUPLICATE"
	case NATOverlap:
		return "E_HNS_NAT_OVERLAP"
	case NATStale:
		return "E_DOCKER_NAT_STALE"
	case NATNoAdapter:
		return "E_HNS_NAT_NO_ADAPTER"
	case NATGhost:
		return "E_HNS_NAT_GHOST_ADAPTER"
	case NATTwoAdapters:
		return "E_HNS_NAT_TWO_ADAPTERS"
	case NATNoAddress:
		return "E_HNS_NAT_NO_ADDRESS"
	}
	return ""
}

// View is what was seen of the nat network at one moment.
type View struct {
	Networks []host.HNSNetwork
	Adapters []host.Adapter
	// Docker is Docker's network nat, or nil where Docker has none.
	Docker *host.DockerNetwork
	// Blocks are the VPC's IPv4 blocks.
	Blocks []netip.Prefix
}

// Assessment is the verdict and what led to it.
type Assessment struct {
	Verdict Verdict
	// Seen says in words what was seen.
	Seen string
	// Network is the nat network and Adapter its live vEthernet, as far as there is one.
	Network host.HNSNetwork
	Adapter host.Adapter
	// Delete are the networks that have to go in a repair.
	Delete []host.HNSNetwork
	// Ghosts are the aliases of remains of nat adapters. They do no harm while another one is live.
	Ghosts []string
}

// AssessNAT says whether there is exactly one network nat, which Docker believes in too, that does not overlap with the VPC,
// with exactly one live adapter that has a Preferred address; or what is wrong first, in the order in which a repair goes.
func AssessNAT(v View) Assessment {
	nats, foreign := natNetworks(v.Networks)
	adapters := natAdapters(v.Adapters)
	a := Assessment{Ghosts: adapters.ghosts}
	switch {
	case len(foreign) > 0:
		return a.say(NATForeign, "network nat (%s) is of type %s", foreign[0].ID, foreign[0].Type)
	case len(nats) == 0 && v.Docker == nil:
		return a.say(NATMissing, "neither HNS nor Docker has a network nat")
	case len(nats) == 0:
		return a.say(NATStale, "Docker believes in %s, HNS has no network nat", v.Docker.HNSID)
	case len(nats) > 1:
		a.Delete = surplus(nats, v)
		return a.say(NATDuplicate, "%d networks nat: %s", len(nats), ids(nats))
	}
	a.Network = nats[0]
	if len(a.Network.Subnets) == 0 && v.Docker != nil {
		a.Network.Subnets = v.Docker.Subnets
	}
	if block, ours, ok := overlap(a.Network.Subnets, v.Blocks); ok {
		a.Delete = nats
		return a.say(NATOverlap, "nat is %s, the VPC has %s", ours, block)
	}
	switch {
	case v.Docker == nil:
		return a.say(NATStale, "HNS has network nat (%s), Docker does not know it", a.Network.ID)
	case !SameID(v.Docker.HNSID, a.Network.ID):
		return a.say(NATStale, "Docker believes in %s, HNS has %s", v.Docker.HNSID, a.Network.ID)
	}
	return a.adapter(adapters)
}

func (a Assessment) say(v Verdict, seen string, args ...any) Assessment {
	a.Verdict, a.Seen = v, fmt.Sprintf(seen, args...)
	return a
}

// adapter goes on with the adapter, once the network itself is in order.
func (a Assessment) adapter(found natAdapterStates) Assessment {
	a.Delete = []host.HNSNetwork{a.Network}
	switch {
	case len(found.live) > 1:
		return a.say(NATTwoAdapters, "up are %s", aliases(found.live))
	case len(found.live) == 0 && len(found.down) > 0:
		return a.say(NATNoAdapter, "adapter %s is %s", found.down[0].Alias, found.down[0].State)
	case len(found.live) == 0 && len(found.ghosts) > 0:
		return a.say(NATGhost, "of %s only remains are there", strings.Join(found.ghosts, ", "))
	case len(found.live) == 0:
		return a.say(NATNoAdapter, "network nat (%s) has no adapter", a.Network.ID)
	}
	a.Adapter = found.live[0]
	if seen, ok := usableAddress(a.Adapter, a.Network.Subnets); !ok {
		return a.say(NATNoAddress, "adapter %s has %s", a.Adapter.Alias, seen)
	}
	a.Delete = nil
	return a.say(NATReady, "network nat (%s), adapter %s", a.Network.ID, a.Adapter.Alias)
}

func natNetworks(all []host.HNSNetwork) (nats, foreign []host.HNSNetwork) {
	for _, n := range all {
		switch {
		case !strings.EqualFold(n.Name, NATName):
		case TypeIs(n, TypeNAT):
			nats = append(nats, n)
		default:
			foreign = append(foreign, n)
		}
	}
	return nats, foreign
}

// surplus are the duplicates that go: all but the one that Docker believes in, or all of them if it is none of them or
// overlaps with the VPC.
func surplus(nats []host.HNSNetwork, v View) []host.HNSNetwork {
	keep := func(n host.HNSNetwork) bool {
		_, _, overlaps := overlap(n.Subnets, v.Blocks)
		return v.Docker != nil && SameID(n.ID, v.Docker.HNSID) && !overlaps
	}
	return slices.DeleteFunc(slices.Clone(nats), keep)
}

func overlap(subnets, blocks []netip.Prefix) (block, subnet netip.Prefix, ok bool) {
	for _, s := range subnets {
		for _, b := range blocks {
			if s.Overlaps(b) {
				return b, s, true
			}
		}
	}
	return netip.Prefix{}, netip.Prefix{}, false
}

// natAlias is how Windows names the host's adapter of the network: with a number behind it where a ghost has the name.
var natAlias = regexp.MustCompile(`(?i)^vEthernet \(nat\)( \d+)?$`)

// IsNATAdapter reports whether an alias is one of the nat network's adapter on the host.
func IsNATAdapter(alias string) bool { return natAlias.MatchString(alias) }

type natAdapterStates struct {
	live, down []host.Adapter
	ghosts     []string
}

func natAdapters(all []host.Adapter) natAdapterStates {
	var s natAdapterStates
	for _, a := range all {
		switch {
		case !IsNATAdapter(a.Alias):
		case a.State == host.AdapterUp:
			s.live = append(s.live, a)
		case a.State == host.AdapterGhost:
			s.ghosts = append(s.ghosts, a.Alias)
		default:
			s.down = append(s.down, a)
		}
	}
	return s
}

const noAddress = "no IPv4 address"

// usableAddress looks for a Preferred IPv4 address of the network. A link-local one is what Windows gives itself where the
// switch was not ready, and 169.254.170.2 is ours.
func usableAddress(a host.Adapter, subnets []netip.Prefix) (seen string, ok bool) {
	seen = noAddress
	for _, address := range a.Addresses {
		ip := address.Prefix.Addr()
		switch {
		case !ip.Is4():
		case ip.IsLinkLocalUnicast():
			if ip != HostProxyAddress().Addr() && seen == noAddress {
				seen = fmt.Sprintf("only the link-local address %s", ip)
			}
		case address.State != host.AddressPreferred:
			seen = fmt.Sprintf("%s, which is %s", ip, address.State)
		case len(subnets) > 0 && !slices.ContainsFunc(subnets, func(p netip.Prefix) bool { return p.Contains(ip) }):
			seen = fmt.Sprintf("%s, which is not in %s", ip, subnets[0])
		default:
			return ip.String(), true
		}
	}
	return seen, false
}

// HostProxyAddress is the address at which tasks find their metadata and credentials. The agent routes every task in awsvpc
// mode to it through the nat network (amazon-ecs-agent, agent/ecscni/namespace_helper_windows.go).
func HostProxyAddress() netip.Prefix { return netip.MustParsePrefix("169.254.170.2/32") }

func ids(networks []host.HNSNetwork) string {
	var all []string
	for _, n := range networks {
		all = append(all, n.ID)
	}
	return strings.Join(all, ", ")
}

func aliases(adapters []host.Adapter) string {
	var all []string
	for _, a := range adapters {
		all = append(all, a.Alias)
	}
	return strings.Join(all, ", ")
}
