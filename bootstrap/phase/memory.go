package phase

import (
	"context"
	"net/netip"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Memory is what outlives the process: the files of the state folder. What it took is on the disk when the method returns. In a plan
// and in a verification it keeps nothing.
type Memory interface {
	// Identify says which instance this is. It returns true where the state was another instance's, baked into the AMI:
	// what was that one's own (signals, reboots) is dropped, what the image carries (undo records) is kept. Whose a snapshot
	// is, its MAC tells.
	Identify(ctx context.Context, instanceID string) (foreign bool, err error)
	// Snapshot returns the network as it was before the bootstrap touched it, and whether there is one.
	Snapshot() (Snapshot, bool)
	// KeepSnapshot stores it, over an earlier one.
	KeepSnapshot(ctx context.Context, s Snapshot) error
}

// Journal keeps how changes are taken back.
type Journal interface {
	// Record stores the undos of changes that are about to be made, and that a run is under way; there may be none. Of two
	// for the same kind and target the first stays: it knows how the machine was before the bootstrap came.
	Record(ctx context.Context, id ID, undos []Undo) error
}

// Snapshot is the network of the primary interface, by which HNS may pull the rug from under the host.
type Snapshot struct {
	// MAC is the primary interface's. The alias may change under a virtual switch, the MAC does not.
	MAC       string         `json:"mac"`
	Alias     string         `json:"alias"`
	DHCP      bool           `json:"dhcp"`
	Addresses []netip.Prefix `json:"addresses"`
	// Routes are the default route and the link-local ones of EC2's services, as 169.254.169.254/32.
	Routes []SnapshotRoute `json:"routes"`
	DNS    []netip.Addr    `json:"dns"`
	// Networks are the names of the HNS networks, for people.
	Networks []string `json:"networks,omitempty"`
}

// SnapshotRoute is a route of the primary interface.
type SnapshotRoute struct {
	Destination netip.Prefix `json:"destination"`
	NextHop     netip.Addr   `json:"nextHop"`
	Metric      uint32       `json:"metric"`
}

// On returns the route on an adapter.
func (r SnapshotRoute) On(alias string) host.Route {
	return host.Route{Destination: r.Destination, NextHop: r.NextHop, Alias: alias, Metric: r.Metric}
}
