package phase

import (
	"net/netip"
	"sync"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Findings are what phases tell later ones. A phase reads only what a phase it needs has written. The zero Findings is
// empty and ready. It is safe for concurrent use.
type Findings struct {
	mu sync.Mutex
	f  Found
}

// Found is all that was found, as a plain value.
type Found struct {
	OS       host.OS
	Boot     host.Boot
	Instance Instance
	NAT      NAT
	Agent    Agent
	// DNS are the name servers that the agent will give to tasks.
	DNS []netip.Addr
	// Reached are the AWS endpoints that answered in this run.
	Reached []Fact
	// Warnings are what users have to know of and what does not keep the node from joining, in the order in which they
	// were found. They go into the report.
	Warnings []string
}

// Instance is who the EC2 instance is, from its metadata.
type Instance struct {
	ID, Type, Region, Account, AccountARN, Partition, Zone, ImageID string
	// MAC is the primary interface's, MACs all interfaces', in lower case.
	MAC  string
	MACs []string
	// VPC and Subnet are ids; Blocks the VPC's IPv4 blocks.
	VPC, Subnet string
	Blocks      []netip.Prefix
	// TargetLifecycle is autoscaling/target-lifecycle-state, as InService or Warmed:Stopped; empty outside a group.
	TargetLifecycle string
}

// NAT is Docker's nat network.
type NAT struct {
	// ID is HNS's id, Adapter the alias of its vEthernet.
	ID, Adapter string
	Subnet      netip.Prefix
}

// Agent is the installed ECS agent, and where it registered.
type Agent struct {
	Version, SHA256 string
	// PluginComes tells that the installation brings the CNI plugin, which it has yet to in a plan.
	PluginComes bool
	// PID is the process of the service.
	PID int
	// ARN and Cluster are what introspection says.
	ARN, Cluster string
	// Capabilities are those that the agent says it would register.
	Capabilities []string
}

// Get returns what has been found so far.
func (f *Findings) Get() Found {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.f
}

// Set changes what has been found.
func (f *Findings) Set(change func(*Found)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.f)
}
