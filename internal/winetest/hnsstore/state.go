package hnsstore

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind is a class of HNS object, in the words of the functions of computenetwork.dll.
type Kind string

// The kinds of object.
const (
	Network      Kind = "Network"
	Endpoint     Kind = "Endpoint"
	Namespace    Kind = "Namespace"
	LoadBalancer Kind = "LoadBalancer"
	SDNRoute     Kind = "SdnRoute"
)

// Version is HNS's version. It decides which features hcsshim thinks there are.
type Version struct{ Major, Minor int }

// DefaultVersion is the version that a state without one reports: *assumed* to be of Windows Server 2022.
func DefaultVersion() Version { return Version{Major: 13, Minor: 3} }

// Quirks are ways of HNS and Windows that are switched on for a test.
type Quirks struct {
	// VNICHiddenFor is for how many looks at the adapters a new network's vEthernet adapter stays unseen.
	VNICHiddenFor int `json:",omitempty"`
	// TentativeFor is for how many looks a new address is not Preferred yet.
	TentativeFor int `json:",omitempty"`
	// CreateDropsRoutes loses the uplink's routes that are not persistent when a network is put on it. DHCP's own
	// default route comes back on the vEthernet adapter.
	CreateDropsRoutes bool `json:",omitempty"`
}

// State is everything that the model holds.
type State struct {
	// Version zero is DefaultVersion.
	Version Version
	// Sequence counts the calls.
	Sequence int
	Objects  map[Kind]map[string]Doc
	// Host nil is a host without adapters on which networks may name any.
	Host   *Host   `json:",omitempty"`
	Faults []Fault `json:",omitempty"`
	Quirks Quirks
	// Down is a service hns that does not run: its calls fail.
	Down bool `json:",omitempty"`
}

// Of returns the objects of a kind by ID, for reading and writing.
func (st *State) Of(k Kind) map[string]Doc {
	if st.Objects == nil {
		st.Objects = map[Kind]map[string]Doc{}
	}
	if st.Objects[k] == nil {
		st.Objects[k] = map[string]Doc{}
	}
	return st.Objects[k]
}

// ByName returns the object of that kind and name, compared as Windows compares names; nil if there is none.
func (st *State) ByName(k Kind, name string) Doc {
	for _, id := range st.ids(k) {
		if d := st.Of(k)[id]; strings.EqualFold(d.Text("Name"), name) {
			return d
		}
	}
	return nil
}

// Names lists the names of a kind's objects, sorted.
func (st *State) Names(k Kind) []string {
	var names []string
	for _, d := range st.Of(k) {
		names = append(names, d.Text("Name"))
	}
	slices.Sort(names)
	return names
}

func (st *State) ids(k Kind) []string { return slices.Sorted(maps.Keys(st.Of(k))) }

// version is what HNS reports.
func (st *State) version() Version {
	if st.Version == (Version{}) {
		return DefaultVersion()
	}
	return st.Version
}

// Reboot takes away what does not survive one: NAT networks (Windows Server 2019 and newer make "nat" anew, with a new ID),
// networks with the flag EnableNonPersistent, their endpoints and vEthernet adapters, every namespace, addresses and
// routes that are not persistent. Endpoints of other networks stay; that is *assumed*.
func (st *State) Reboot() {
	const nonPersistent = 8
	for _, id := range st.ids(Network) {
		d := st.Of(Network)[id]
		if isNAT(d) || int(d.number("Flags"))&nonPersistent != 0 {
			st.dropNetwork(id)
		}
	}
	clear(st.Of(Namespace))
	for _, e := range st.Of(Endpoint) {
		delete(e, "HostComputeNamespace")
	}
	if st.Host != nil {
		st.Host.reboot()
	}
}

func isNAT(network Doc) bool {
	kind := strings.ToLower(network.Text("Type"))
	return kind == "" || kind == "nat"
}

func notFound(k Kind) error {
	return failure(NotFound, "The %s was not found.", strings.ToLower(string(k)))
}

// canonicalID is how HNS writes GUIDs: in capitals, without braces.
func canonicalID(id string) string { return strings.ToUpper(strings.Trim(id, "{}")) }

// newID makes an ID from the call's number, so that a run's IDs are the same every time.
func (st *State) newID() string {
	for n := st.Sequence; ; n++ {
		id := fmt.Sprintf("%08X-0000-4000-8000-%012X", 0xEC500000+n, n)
		if !st.holds(id) {
			return id
		}
	}
}

func (st *State) holds(id string) bool {
	for _, objects := range st.Objects {
		if _, ok := objects[id]; ok {
			return true
		}
	}
	return false
}
