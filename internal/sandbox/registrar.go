package sandbox

import (
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ecs"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

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
		refusal := wire.AsError(err)
		return "", &cloud.CallError{Action: "ecs:RegisterContainerInstance", Code: refusal.Code, Err: errors.New(refusal.Message)}
	}
	r.arn = arn
	return arn, nil
}

// Connected implements sim.Registrar.
func (r *registrar) Connected(arn string, connected bool) {
	// An instance that was deregistered meanwhile has no connection to note.
	_ = r.sandbox.ecs.SetAgentConnected(r.at, arn, connected)
}

// Member implements sim.Registrar.
func (r *registrar) Member(cluster, arn string) (cloud.Member, error) {
	shown, ok := r.sandbox.ecs.ContainerInstance(r.at, cluster, arn)
	if !ok {
		return cloud.Member{}, &cloud.CallError{
			Action: "ecs:DescribeContainerInstances", Code: "MISSING", Err: errors.New("there is no container instance " + arn + " in " + cluster),
		}
	}
	member := cloud.Member{
		Status: aws.ToString(shown.Status), AgentConnected: shown.AgentConnected, RunningTasks: int(shown.RunningTasksCount), Attributes: map[string]string{},
	}
	for _, a := range shown.Attributes {
		member.Attributes[aws.ToString(a.Name)] = aws.ToString(a.Value)
	}
	return member, nil
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
