package sandbox

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ecs"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ssm"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// Instance is a simulated Windows instance whose agent registers with a
// cluster. The zero Instance is an m5.large with Windows Server 2022 Core, set
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

// AddCluster creates a cluster, as ecs:CreateCluster does; one that is ACTIVE
// already stays as it is. An empty region is the sandbox's own.
func (s *Sandbox) AddCluster(region, name string) error {
	if err := s.ecs.CreateCluster(s.place(region), name); err != nil {
		return fmt.Errorf("unable to create the cluster %q: %w", name, err)
	}
	return nil
}

// AddInstance launches an instance in the sandbox's account and registers it
// with an ACTIVE cluster of a region, given by name or ARN; an empty region is
// the sandbox's own. Its agent is a stand-in: it registers what an agent on
// Windows would, and nothing runs.
func (s *Sandbox) AddInstance(region, cluster string, in Instance) (InstanceIDs, error) {
	now := s.clock.Now()
	at := s.place(region)
	host, err := s.ec2.Launch(at, ec2.LaunchRequest{
		Type: orDefault(in.Type, "m5.large"), SubnetID: in.SubnetID, ImageID: ssm.ImageID(in.osFamily()),
		Tags: []ec2.Tag{{Key: simulated, Value: "true"}}, Now: now,
	})
	if err != nil {
		return InstanceIDs{}, fmt.Errorf("unable to launch a simulated instance: %w", err)
	}
	arn, err := s.ecs.RegisterContainerInstance(at, now, registration(cluster, host, in))
	if err != nil {
		s.ec2.Terminate(at, host.ID)
		return InstanceIDs{}, fmt.Errorf("unable to register a simulated instance with the cluster %q: %w", cluster, err)
	}
	if in.Disconnected {
		if err := s.ecs.SetAgentConnected(at, arn, false); err != nil {
			return InstanceIDs{}, err
		}
	}
	return InstanceIDs{EC2: host.ID, ContainerInstance: arn}, nil
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

// registration is what the agent on a simulated instance sends.
func registration(cluster string, host ec2.Instance, in Instance) ecs.Registration {
	return ecs.Registration{
		Cluster:    cluster,
		InstanceID: host.ID,
		Attributes: agentAttributes(host, in),
		CPU:        host.Type.VCPUs * 1024,
		MemoryMiB:  host.Type.MemoryMiB,
		// The defaults of ECS_RESERVED_PORTS on Windows: agent/config/config_windows.go
		// of github.com/aws/amazon-ecs-agent.
		PortsInUse: []string{"53", "135", "139", "445", "2375", "2376", "3389", "5985", "5986", "51678", "51679"},
		Version: types.VersionInfo{
			AgentVersion: aws.String("1.99.0"), AgentHash: aws.String(simulated), DockerVersion: aws.String("DockerVersion: 25.0.6"),
		},
		Tags: []types.Tag{{Key: aws.String(simulated), Value: aws.String("true")}},
	}
}

// agentAttributes are the capabilities that an agent on Windows registers:
// agent/app/agent_capability.go and agent_capability_windows.go of
// github.com/aws/amazon-ecs-agent.
func agentAttributes(host ec2.Instance, in Instance) []types.Attribute {
	family := in.osFamily()
	named := func(value string, names ...string) []types.Attribute {
		var all []types.Attribute
		for _, n := range names {
			a := types.Attribute{Name: aws.String(n)}
			if value != "" {
				a.Value = aws.String(value)
			}
			all = append(all, a)
		}
		return all
	}
	attributes := slices.Concat(
		named("windows", "ecs.os-type"),
		named(family, "ecs.os-family", "ecs.os-type-detailed"),
		named("true", simulated),
		named("",
			"com.amazonaws.ecs.capability.ecr-auth",
			"com.amazonaws.ecs.capability.logging-driver.awslogs",
			"com.amazonaws.ecs.capability.logging-driver.json-file",
			"com.amazonaws.ecs.capability.logging-driver.none",
			"com.amazonaws.ecs.capability.privileged-container",
			"ecs.capability.container-health-check",
			"ecs.capability.container-ordering",
			"ecs.capability.container-restart-policy",
			"ecs.capability.docker-plugin.local",
			"ecs.capability.ecr-endpoint",
			"ecs.capability.env-files.s3",
			"ecs.capability.execute-command",
			"ecs.capability.execution-role-awslogs",
			"ecs.capability.execution-role-ecr-pull",
			"ecs.capability.fsxWindowsFileServer",
			"ecs.capability.full-sync",
			"ecs.capability.network.container-port-range",
			"ecs.capability.private-registry-authentication.secretsmanager",
			"ecs.capability.secrets.asm.bootstrap.log-driver",
			"ecs.capability.secrets.asm.environment-variables",
			"ecs.capability.secrets.ssm.bootstrap.log-driver",
			"ecs.capability.secrets.ssm.environment-variables",
		),
	)
	for _, minor := range []int{17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 29, 30} {
		attributes = append(attributes, named("", "com.amazonaws.ecs.capability.docker-remote-api.1."+strconv.Itoa(minor))...)
	}
	if !in.NoTaskRole {
		attributes = append(attributes, named("", "com.amazonaws.ecs.capability.task-iam-role")...)
	}
	if !in.NoTaskENI {
		attributes = slices.Concat(attributes,
			named("", "ecs.capability.task-eni", "ecs.capability.task-eni-block-instance-metadata"),
			named("simulated-2024.09.0", "ecs.capability.cni-plugin-version"),
			named(host.VpcID, "ecs.vpc-id"),
			named(host.SubnetID, "ecs.subnet-id"),
		)
	}
	for n, value := range in.Attributes {
		attributes = append(attributes, named(value, n)...)
	}
	return attributes
}
