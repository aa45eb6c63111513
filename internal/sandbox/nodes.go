package sandbox

import (
	"sync"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ssm"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// nodes are the simulated machines behind the EC2 instances. The zero nodes has none.
type nodes struct {
	sandbox *Sandbox

	mu      sync.Mutex
	console map[nodeKey]string
}

// nodeKey is where a node is and which one.
type nodeKey struct {
	at wire.Place
	id string
}

// Knows tells whether there is an AMI of this id.
func (*nodes) Knows(image string) bool {
	_, ok := ssm.FamilyOf(image)
	return ok
}

// Halt takes a terminated instance out of its cluster.
func (n *nodes) Halt(at wire.Place, id string, now time.Time) {
	n.sandbox.ecs.HostTerminated(at, now, id)
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.console, nodeKey{at, id})
}

// Console returns what an instance has written to its serial console.
func (n *nodes) Console(at wire.Place, id string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.console[nodeKey{at, id}]
}

// Boot does nothing yet with the instance's user data.
func (n *nodes) Boot(wire.Place, ec2.Instance) {}
