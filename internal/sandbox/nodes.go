package sandbox

import (
	"strings"
	"sync"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ssm"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// nodes are the simulated machines behind the EC2 instances: each boots with its instance and ends with it.
type nodes struct {
	sandbox *Sandbox

	mu  sync.Mutex
	all map[nodeKey]*node
}

// nodeKey is where a node is and which one.
type nodeKey struct {
	at wire.Place
	id string
}

func newNodes() *nodes { return &nodes{all: map[nodeKey]*node{}} }

// reset ends every machine.
func (n *nodes) reset() {
	n.mu.Lock()
	ended := n.all
	n.all = map[nodeKey]*node{}
	n.mu.Unlock()
	for _, one := range ended {
		one.close()
	}
}

// find returns the node of an instance, or nil.
func (n *nodes) find(at wire.Place, id string) *node {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.all[nodeKey{at, id}]
}

// Knows tells whether there is an AMI of this id.
func (*nodes) Knows(image string) bool {
	_, ok := ssm.FamilyOf(image)
	return ok
}

// Boot runs the instance's first boot to its end, in the machine's own time.
func (n *nodes) Boot(at wire.Place, i ec2.Instance) {
	added := newNode(n.sandbox, at, i)
	n.mu.Lock()
	n.all[nodeKey{at, i.ID}] = added
	n.mu.Unlock()
	if _, there := n.sandbox.ec2.Instance(at, i.ID); !there {
		// It was terminated before anybody could halt it here.
		n.Halt(at, i.ID, n.sandbox.clock.Now())
		return
	}
	added.boot()
}

// Halt ends the machine of a terminated instance, and takes the instance out of its cluster.
func (n *nodes) Halt(at wire.Place, id string, now time.Time) {
	n.mu.Lock()
	ended := n.all[nodeKey{at, id}]
	delete(n.all, nodeKey{at, id})
	n.mu.Unlock()
	if ended != nil {
		ended.close()
	}
	n.sandbox.ecs.HostTerminated(at, now, id)
}

// Console returns what an instance has written to its serial console.
func (n *nodes) Console(at wire.Place, id string) string {
	found := n.find(at, id)
	if found == nil {
		return ""
	}
	return strings.Join(found.look().Console, "\r\n")
}
