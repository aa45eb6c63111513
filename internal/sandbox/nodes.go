package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/simnode"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ecs"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ssm"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// nodes are the simulated machines behind the EC2 instances: each runs its user data, and in it the real bootstrap.
type nodes struct {
	sandbox *Sandbox

	mu     sync.Mutex
	booted map[nodeKey]Node
}

// nodeKey is where a node is and which one.
type nodeKey struct {
	at wire.Place
	id string
}

// Node is what became of an instance's first boot.
type Node struct {
	// InstanceID is the EC2 instance's id.
	InstanceID string `json:"instanceId"`
	// ContainerInstance is the ARN that its agent registered with, or empty.
	ContainerInstance string `json:"containerInstanceArn,omitempty"`
	// Report is the last run of the bootstrap; it is absent where the user data started none. Its times are the simulated
	// machine's own, with latencies modelled on published figures.
	Report *report.Report `json:"report,omitempty"`
	// Console is what the serial console shows.
	Console []string `json:"console"`
	// Failure says why the user data could not be simulated, or is empty.
	Failure string `json:"failure,omitempty"`
}

func newNodes() *nodes { return &nodes{booted: map[nodeKey]Node{}} }

func (n *nodes) reset() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.booted)
}

func (n *nodes) find(at wire.Place, id string) (Node, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	found, ok := n.booted[nodeKey{at, id}]
	return found, ok
}

// Knows tells whether there is an AMI of this id.
func (*nodes) Knows(image string) bool {
	_, ok := ssm.FamilyOf(image)
	return ok
}

// Boot runs the instance's first boot to its end, in the machine's own time.
func (n *nodes) Boot(at wire.Place, i ec2.Instance) {
	key := &registrar{sandbox: n.sandbox, at: at, host: i}
	options := sim.Options{
		Name: "the sandbox's " + i.ID, AMI: amiOf(i.ImageID), Instance: machineOf(at, i), UserData: string(i.UserData),
		Latencies: sim.Published(), Cold: true, Registrar: key,
	}
	if i.NoMetadata {
		options.Conditions = []string{"imds-disabled"}
	}
	instance := simnode.New(simnode.Options{Machine: options, Version: simulated})
	result := Node{InstanceID: i.ID}
	if err := instance.Launch(); err != nil {
		result.Failure = err.Error()
	}
	if runs := instance.Reports(); len(runs) > 0 {
		result.Report = runs[len(runs)-1]
	}
	result.Console, result.ContainerInstance = instance.Machine.Console(), key.arn
	n.mu.Lock()
	defer n.mu.Unlock()
	n.booted[nodeKey{at, i.ID}] = result
}

// Halt takes a terminated instance out of its cluster.
func (n *nodes) Halt(at wire.Place, id string, now time.Time) {
	n.sandbox.ecs.HostTerminated(at, now, id)
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.booted, nodeKey{at, id})
}

// Console returns what an instance has written to its serial console.
func (n *nodes) Console(at wire.Place, id string) string {
	found, _ := n.find(at, id)
	return strings.Join(found.Console, "\r\n")
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
	}
}

// registrar is the sandbox's ECS, as an agent on a simulated instance reaches it.
type registrar struct {
	sandbox *Sandbox
	at      wire.Place
	host    ec2.Instance
	arn     string
}

// Register implements sim.Registrar.
func (r *registrar) Register(in sim.Registration) (string, error) {
	arn, err := r.sandbox.ecs.RegisterContainerInstance(r.at, r.sandbox.clock.Now(), ecs.Registration{
		Cluster:    in.Cluster,
		InstanceID: in.InstanceID,
		Attributes: attributesOf(in),
		CPU:        r.host.Type.VCPUs * 1024,
		MemoryMiB:  r.host.Type.MemoryMiB - in.ReservedMemoryMiB,
		PortsInUse: in.ReservedPorts,
		Version: types.VersionInfo{
			AgentVersion: aws.String(in.AgentVersion), AgentHash: aws.String(simulated), DockerVersion: aws.String("DockerVersion: " + in.DockerVersion),
		},
		Tags: tagsOf(in),
	})
	if err != nil {
		var refusal *wire.Error
		code := ""
		if errors.As(err, &refusal) {
			code = refusal.Code
		}
		return "", &cloud.CallError{Action: "ecs:RegisterContainerInstance", Code: code, Err: err}
	}
	r.arn = arn
	return arn, nil
}

// Connected implements sim.Registrar.
func (r *registrar) Connected(arn string, connected bool) {
	// An instance that was deregistered meanwhile has no connection to note.
	_ = r.sandbox.ecs.SetAgentConnected(r.at, arn, connected)
}

func attributesOf(in sim.Registration) []types.Attribute {
	all := []types.Attribute{{Name: aws.String(simulated), Value: aws.String("true")}}
	for _, name := range slices.Sorted(maps.Keys(in.Attributes)) {
		a := types.Attribute{Name: aws.String(name)}
		if value := in.Attributes[name]; value != "" {
			a.Value = aws.String(value)
		}
		all = append(all, a)
	}
	return all
}

func tagsOf(in sim.Registration) []types.Tag {
	all := []types.Tag{{Key: aws.String(simulated), Value: aws.String("true")}}
	for _, key := range slices.Sorted(maps.Keys(in.Tags)) {
		all = append(all, types.Tag{Key: aws.String(key), Value: aws.String(in.Tags[key])})
	}
	return all
}

// joined returns the container instance of a node, or why it is none.
func (n Node) joined() (string, error) {
	switch {
	case n.ContainerInstance != "":
		return n.ContainerInstance, nil
	case n.Failure != "":
		return "", errors.New(n.Failure)
	case n.Report == nil:
		return "", errors.New("its user data did not start the bootstrap")
	case n.Report.Error != nil:
		return "", fmt.Errorf("%s: %s; %s", n.Report.Error.Code, n.Report.Error.Message, n.Report.Error.Remedy)
	}
	return "", fmt.Errorf("the bootstrap ended as %q", n.Report.Result)
}
