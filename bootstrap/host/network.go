package host

import (
	"context"
	"net/netip"
)

// Adapters are the network adapters.
type Adapters interface {
	// Adapters looks up all, those that are hidden or gone (ghosts) too.
	Adapters(ctx context.Context) ([]Adapter, error)
	// AddAddress gives an adapter an address. It is not Preferred at once; see Address.State.
	AddAddress(ctx context.Context, alias string, address netip.Prefix) error
	// RemoveAddress takes it away. One that is not there is no error.
	RemoveAddress(ctx context.Context, alias string, address netip.Prefix) error
	// SetDNS sets static name servers, or none to have DHCP's again.
	SetDNS(ctx context.Context, alias string, servers []netip.Addr) error
}

// The states of an adapter.
const (
	AdapterUp           = "up"
	AdapterDisconnected = "disconnected"
	AdapterDisabled     = "disabled"
	// AdapterGhost is an adapter that Windows remembers and that is not there.
	AdapterGhost = "ghost"
)

// Adapter is a network adapter.
type Adapter struct {
	// Alias is the name users see, as "Ethernet 2" or "vEthernet (nat)". It may change; the MAC does not.
	Alias string
	// MAC is in lower case with colons, or empty.
	MAC   string
	State string
	// DHCP tells that the adapter has its addresses by DHCP.
	DHCP      bool
	Addresses []Address
	// DNS are the name servers in force, StaticDNS tells that they were set by hand.
	DNS       []netip.Addr
	StaticDNS bool
}

// The states of an address; after IP_DAD_STATE.
const (
	AddressPreferred = "preferred"
	AddressTentative = "tentative"
	AddressDuplicate = "duplicate"
	AddressInvalid   = "invalid"
)

// Address is an address of an adapter.
type Address struct {
	Prefix netip.Prefix
	State  string
}

// Routes is the IPv4 routing table.
type Routes interface {
	// Routes looks up all.
	Routes(ctx context.Context) ([]Route, error)
	// Add adds a route that lasts until the next boot. One that is there already is no error.
	Add(ctx context.Context, r Route) error
	// Remove removes a route. One that is not there is no error.
	Remove(ctx context.Context, r Route) error
}

// Route is an entry of the routing table.
type Route struct {
	Destination netip.Prefix
	// NextHop is the gateway; 0.0.0.0 is on-link.
	NextHop netip.Addr
	// Alias is the adapter's.
	Alias string
	// Metric is the route's own, without the interface's.
	Metric uint32
}

// HNS is the Host Networking Service.
type HNS interface {
	// Version looks up the version, which is what features go by.
	Version(ctx context.Context) (HNSVersion, error)
	// Networks looks up all networks.
	Networks(ctx context.Context) ([]HNSNetwork, error)
	// Endpoints looks up all endpoints.
	Endpoints(ctx context.Context) ([]HNSEndpoint, error)
	// Create makes a network from a document of schema 2.0 and returns its id.
	Create(ctx context.Context, document []byte) (id string, err error)
	// Delete removes a network by id. One that is not there is no error.
	Delete(ctx context.Context, id string) error
}

// HNSVersion is a version of HNS.
type HNSVersion struct{ Major, Minor int }

// HNSNetwork is a network of HNS.
type HNSNetwork struct {
	ID, Name string
	// Type is in HNS's spelling, as NAT, Transparent or L2Bridge; compare without case.
	Type    string
	Subnets []netip.Prefix
	// Adapter is the alias of the adapter that the network is bound to, or empty.
	Adapter string
}

// HNSEndpoint is an endpoint of HNS.
type HNSEndpoint struct {
	ID, Name, NetworkID, MAC string
}

// Docker is the container engine behind its pipe.
type Docker interface {
	// Ping returns nil once the engine answers.
	Ping(ctx context.Context) error
	// Info looks up the engine.
	Info(ctx context.Context) (DockerInfo, error)
	// Network looks up a network by name.
	Network(ctx context.Context, name string) (DockerNetwork, error)
	// HasImage looks up whether an image is in the engine's store.
	HasImage(ctx context.Context, reference string) (bool, error)
	// Containers looks up the running containers.
	Containers(ctx context.Context) ([]Container, error)
}

// DockerInfo describes the engine.
type DockerInfo struct {
	// OSType is windows or linux.
	OSType string
	// Version is the engine's, APIVersion and MinAPIVersion the range of API versions that it takes.
	Version, APIVersion, MinAPIVersion string
}

// DockerNetwork is a network as Docker sees it.
type DockerNetwork struct {
	ID, Driver string
	// HNSID is the id of the network in HNS that Docker believes in; Docker learns of a new one at its own start only.
	HNSID   string
	Subnets []netip.Prefix
}

// Container is a running container.
type Container struct {
	ID, Image string
	// TaskARN is the ECS task it belongs to, from the label com.amazonaws.ecs.task-arn, or empty.
	TaskARN string
}

// PortProxy is the IP Helper's port proxy, v4tov4.
type PortProxy interface {
	// Rules looks up all rules.
	Rules(ctx context.Context) ([]ProxyRule, error)
	// Add writes a rule, over one with the same listener, and notifies the IP Helper.
	Add(ctx context.Context, r ProxyRule) error
	// Remove removes a rule and notifies the IP Helper. One that is not there is no error.
	Remove(ctx context.Context, r ProxyRule) error
}

// ProxyRule forwards TCP connections.
type ProxyRule struct {
	Listen, Connect netip.AddrPort
}

// Firewall is the Windows firewall.
type Firewall interface {
	// Rule looks up a rule by name.
	Rule(ctx context.Context, name string) (FirewallRule, error)
	// Set makes or replaces a rule.
	Set(ctx context.Context, r FirewallRule) error
	// Delete removes a rule by name. One that is not there is no error.
	Delete(ctx context.Context, name string) error
}

// FirewallRule allows incoming TCP connections.
type FirewallRule struct {
	Name string
	// Ports are the local TCP ports.
	Ports []uint16
	// LocalAddresses and RemoteAddresses bound the rule. Neither is ever empty: an unbounded rule opens the port to all.
	LocalAddresses, RemoteAddresses []netip.Prefix
}

// ScheduledTasks is the Task Scheduler.
type ScheduledTasks interface {
	// Enabled looks up whether a task is there (ErrNotFound) and enabled. Path is as \Initialize-ECSHostReboot.
	Enabled(ctx context.Context, path string) (bool, error)
	// SetEnabled enables or disables it.
	SetEnabled(ctx context.Context, path string, enabled bool) error
}
