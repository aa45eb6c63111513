package sandbox

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/simnode"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ecs"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ssm"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// Instance is a simulated Windows instance that joins a cluster. The zero
// Instance is an m5.large with Windows Server 2022 Core, set
// up as it should be for tasks in awsvpc mode.
type Instance struct {
	// Type is the EC2 instance type. Empty: m5.large.
	Type string `json:"type,omitempty"`
	// SubnetID is where it lies. Empty: the default VPC's first subnet.
	SubnetID string `json:"subnetId,omitempty"`
	// OSFamily is its operating system. Empty: WINDOWS_SERVER_2022_CORE.
	OSFamily types.OSFamily `json:"osFamily,omitempty"`
	// NoTaskENI leaves out what an agent registers with ECS_ENABLE_TASK_ENI.
	NoTaskENI bool `json:"noTaskEni,omitempty"`
	// NoTaskRole leaves out what an agent registers with
	// ECS_ENABLE_TASK_IAM_ROLE.
	NoTaskRole bool `json:"noTaskRole,omitempty"`
	// Disconnected says that the agent has lost its connection to ECS.
	Disconnected bool `json:"disconnected,omitempty"`
	// Attributes are the user's own.
	Attributes map[string]string `json:"attributes,omitempty"`
}

// InstanceIDs name what AddInstance made.
type InstanceIDs struct {
	// EC2 is the instance's id, ContainerInstance the container instance's
	// ARN.
	EC2               string `json:"ec2InstanceId"`
	ContainerInstance string `json:"containerInstanceArn"`
}

// simulated marks what the sandbox made itself, as an attribute of the container
// instance and a tag of the EC2 instance.
const simulated = "simulated"

// instanceRole is the instance profile of instances that the sandbox launches
// itself: the name that the ECS Developer Guide gives it.
const instanceRole = "ecsInstanceRole"

// AddCluster creates a cluster, as ecs:CreateCluster does; one that is ACTIVE
// already stays as it is. An empty region is the sandbox's own.
func (s *Sandbox) AddCluster(region, name string) error {
	if err := s.ecs.CreateCluster(s.place(region), name); err != nil {
		return fmt.Errorf("unable to create the cluster %q: %w", name, err)
	}
	return nil
}

// AddInstance launches an instance in the sandbox's account and lets it join an
// ACTIVE cluster of a region, given by name or ARN; an empty region is the
// sandbox's own. The instance is a simulated machine that boots, reads the user
// data that it is given, and runs the real bootstrap; its error says why it did
// not join.
func (s *Sandbox) AddInstance(region, cluster string, in Instance) (InstanceIDs, error) {
	at := s.place(region)
	userData, err := in.userData(cluster)
	if err != nil {
		return InstanceIDs{}, fmt.Errorf("unable to write the user data of a simulated instance: %w", err)
	}
	host, err := s.ec2.Launch(at, ec2.LaunchRequest{
		Type: orDefault(in.Type, "m5.large"), SubnetID: in.SubnetID, ImageID: ssm.ImageID(in.osFamily()), UserData: userData,
		Profile: instanceRole, Tags: []ec2.Tag{{Key: simulated, Value: "true"}}, Now: s.clock.Now(),
	})
	if err != nil {
		return InstanceIDs{}, fmt.Errorf("unable to launch a simulated instance: %w", err)
	}
	s.nodes.Boot(at, host)
	node, _ := s.Node(region, host.ID)
	arn, err := node.joined()
	if err != nil {
		s.ec2.Terminate(at, host.ID, s.clock.Now())
		return InstanceIDs{}, fmt.Errorf("a simulated instance did not join the cluster %q: %w", cluster, err)
	}
	if in.Disconnected {
		if err := s.ecs.SetAgentConnected(at, arn, false); err != nil {
			return InstanceIDs{}, err
		}
	}
	return InstanceIDs{EC2: host.ID, ContainerInstance: arn}, nil
}

// Node returns what became of an instance's boot; ok is false if there is no
// instance of this id. An empty region is the sandbox's own.
func (s *Sandbox) Node(region, instanceID string) (node Node, ok bool) {
	n := s.nodes.find(s.place(region), instanceID)
	if n == nil {
		return Node{}, false
	}
	return n.look(), true
}

// SimulatedProgram is the content that stands for ecswin-bootstrap.exe: what a
// download has to be, and what its SHA-256 is taken of.
func SimulatedProgram() []byte { return simnode.ProgramContent() }

// Verify runs `ecswin-bootstrap verify` on the machine behind an instance, with
// the tasks that it has now: what the node itself sees. An empty region is the
// sandbox's own.
func (s *Sandbox) Verify(ctx context.Context, region, instanceID string) (*report.Report, error) {
	n := s.nodes.find(s.place(region), instanceID)
	if n == nil {
		return nil, fmt.Errorf("there is no simulated instance %s", instanceID)
	}
	return n.verify(ctx)
}

// userData is what Terraform would render for such an instance.
func (in Instance) userData(cluster string) ([]byte, error) {
	doc := nodeconfig.Default()
	doc.Cluster = cluster
	set := map[string]any{}
	if in.NoTaskENI {
		set["awsvpc.enabled"] = false
	} else {
		set["awsvpc.block_imds"] = true
	}
	if in.NoTaskRole {
		set["agent.task_iam_role"] = false
	}
	if len(in.Attributes) > 0 {
		set["agent.attributes"] = in.Attributes
	}
	set["agent.awslogs_execution_role_override"] = true
	for path, value := range set {
		if err := doc.Set(path, value, nodeconfig.Origin{}); err != nil {
			return nil, err
		}
	}
	return userdata.Render(userdata.Request{
		Document: doc, Form: userdata.FormScript, LaunchAgent: userdata.LaunchAgentOf(in.osFamily()), OperatingSystemFamily: in.osFamily(),
	})
}

// SetAgentConnected says whether the agent of a container instance has a
// connection to ECS.
func (s *Sandbox) SetAgentConnected(region, containerInstance string, connected bool) error {
	return s.ecs.SetAgentConnected(s.place(region), containerInstance, connected)
}

// AddVPC creates a VPC with its default security group and no subnet. The block
// is in CIDR notation, from /16 to /28.
func (s *Sandbox) AddVPC(region, cidr string) (id string, err error) {
	block, err := netip.ParsePrefix(cidr)
	if err != nil {
		return "", fmt.Errorf("unable to read the VPC's block: %w", err)
	}
	return s.ec2.AddVPC(s.place(region), block)
}

// AddSubnet creates a subnet in a VPC, the default one if vpc is empty, and in
// one of the region's three Availability Zones, such as "us-east-1a".
func (s *Sandbox) AddSubnet(region, vpc, zone, cidr string) (id string, err error) {
	block, err := netip.ParsePrefix(cidr)
	if err != nil {
		return "", fmt.Errorf("unable to read the subnet's block: %w", err)
	}
	return s.ec2.AddSubnet(s.place(region), vpc, zone, block)
}

// SetOutcome makes every task that has a container of this name end in a certain
// way: a job with its exit code, or a failure to start.
func (s *Sandbox) SetOutcome(container string, outcome Outcome) error {
	return s.ecs.SetOutcome(container, outcome)
}

// Outcome is how a task ends by itself.
type Outcome = ecs.Outcome

// place returns where the sandbox's own account is in a region.
func (s *Sandbox) place(region string) wire.Place {
	region = orDefault(region, s.options.Region)
	return wire.Place{Partition: wire.PartitionOf(region), Account: s.options.AccountID, Region: region}
}

func orDefault(value, dflt string) string {
	if value == "" {
		return dflt
	}
	return value
}

func (in Instance) osFamily() string {
	return orDefault(string(in.OSFamily), string(types.OSFamilyWindowsServer2022Core))
}
