package sandbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/simnode"
	"github.com/ecswin/terraform-provider-ecswin/internal/imds"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ssm"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// Node is what became of an instance's first boot.
type Node struct {
	// InstanceID is the EC2 instance's id.
	InstanceID string `json:"instanceId"`
	// ContainerInstance is the ARN that its agent registered with, or empty.
	ContainerInstance string `json:"containerInstanceArn,omitempty"`
	// Report is the last run of the bootstrap; it is absent where the user data started none. Its times are the simulated
	// machine's own, with latencies modelled on published figures.
	Report *report.Report `json:"report,omitempty"`
	// Output is what the scripts of the user data wrote, one after the other.
	Output string `json:"output,omitempty"`
	// Console is what the serial console shows.
	Console []string `json:"console"`
	// Failure says why the user data could not be simulated, or is empty.
	Failure string `json:"failure,omitempty"`
}

// node is the machine behind an instance. Its time stands still while nobody asks it for anything.
type node struct {
	sandbox  *Sandbox
	at       wire.Place
	id       string
	metadata *imds.Service
	role     role
	agent    *registrar

	// mu is held by whoever runs the machine.
	mu       sync.Mutex
	instance *simnode.Node
	booted   Node
	closed   bool
}

func newNode(s *Sandbox, at wire.Place, i ec2.Instance) *node {
	n := &node{sandbox: s, at: at, id: i.ID, agent: &registrar{sandbox: s, at: at, host: i}}
	n.metadata = imds.NewService(n, s.clock.Now)
	n.instance = simnode.New(simnode.Options{
		Machine: sim.Options{
			Name: "the sandbox's " + i.ID, AMI: amiOf(i.ImageID), Instance: machineOf(at, i), Latencies: sim.Published(), Cold: true,
			Registrar: n.agent, Metadata: &linkLocal{service: n.metadata},
		},
		Version: simulated, Downloads: s.options.Downloads,
	})
	return n
}

// boot runs the first boot.
func (n *node) boot() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return
	}
	n.booted = Node{InstanceID: n.id}
	if err := n.instance.Launch(); err != nil {
		n.booted.Failure = err.Error()
	}
	if runs := n.instance.Reports(); len(runs) > 0 {
		n.booted.Report = runs[len(runs)-1]
	}
	for _, launch := range n.instance.Launches() {
		for _, script := range launch.Runs {
			n.booted.Output += script.Outcome.Output
		}
	}
	n.booted.Console, n.booted.ContainerInstance = n.instance.Machine.Console(), n.agent.arn
}

// look returns what became of the boot, once it is over.
func (n *node) look() Node {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.booted
}

// verify lets the bootstrap look at the machine with the tasks that it has now.
func (n *node) verify(ctx context.Context) (*report.Report, error) {
	var tasks []sim.Task
	for _, t := range n.sandbox.ecs.TasksOn(n.at, n.sandbox.clock.Now(), n.id) {
		tasks = append(tasks, sim.Task{ARN: t.ARN, MAC: t.MAC, Up: t.Up})
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, errors.New("the instance is terminated")
	}
	n.instance.Machine.SetTasks(tasks)
	return n.instance.Verify(ctx)
}

// close ends the machine, after what it is at.
func (n *node) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.closed {
		n.closed = true
		n.instance.Machine.Close()
	}
}

// amiOf returns the simulated image of an AMI that EC2 has let through.
func amiOf(image string) sim.AMI {
	family, _ := ssm.FamilyOf(image)
	release, edition, _ := strings.Cut(strings.TrimPrefix(family, "WINDOWS_SERVER_"), "_")
	return sim.AMI{Windows: release, Full: edition == "FULL"}
}

// machineOf says to the machine who it is.
func machineOf(at wire.Place, i ec2.Instance) sim.Instance {
	return sim.Instance{
		ID: i.ID, Type: i.Type.Name, Region: at.Region, Zone: i.Zone, Account: at.Account, ImageID: i.ImageID, MAC: i.Primary.MAC,
		VPC: i.VpcID, Subnet: i.SubnetID, Block: i.VpcBlock, SubnetBlock: i.SubnetBlock, IP: i.Primary.Address,
		Role: orDefault(i.Profile, "none"),
	}
}

// joined returns the container instance of a node, or why it is none.
func (n Node) joined() (string, error) {
	switch {
	case n.ContainerInstance != "":
		return n.ContainerInstance, nil
	case n.Failure != "":
		return "", errors.New(n.Failure)
	case n.Report == nil:
		return "", fmt.Errorf("its user data did not start the bootstrap; its scripts wrote %q", n.Output)
	case n.Report.Error != nil:
		return "", fmt.Errorf("%s: %s; %s", n.Report.Error.Code, n.Report.Error.Message, n.Report.Error.Remedy)
	}
	return "", fmt.Errorf("the bootstrap ended as %q", n.Report.Result)
}
