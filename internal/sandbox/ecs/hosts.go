package ecs

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// HostedTask is a task in awsvpc mode, as the instance sees it that it runs on.
type HostedTask struct {
	ARN string
	// MAC is its network interface's.
	MAC string
	// Up tells that its network is set up and its containers are there; before
	// and afterwards the instance has no more of it than the interface.
	Up bool
}

// TasksOn returns the tasks in awsvpc mode that an EC2 instance has at a time.
func (m *Model) TasksOn(at wire.Place, now time.Time, instanceID string) []HostedTask {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.world(at)
	var hosted []HostedTask
	for _, c := range w.clusters {
		w.settle(c, now)
		for _, t := range c.tasks {
			if t.instance == nil || t.instance.ec2 != instanceID || t.eni == nil || t.stopped() {
				continue
			}
			up := slices.Contains([]string{activating, running, deactivating, stopping}, t.status)
			hosted = append(hosted, HostedTask{ARN: t.arn, MAC: t.eni.MAC, Up: up})
		}
	}
	return hosted
}

// ContainerInstance returns a container instance as DescribeContainerInstances
// reports it; ok is false if the cluster has none of this ARN.
func (m *Model) ContainerInstance(at wire.Place, cluster, arn string) (shown types.ContainerInstance, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := m.world(at).activeCluster(&cluster)
	if err != nil {
		return types.ContainerInstance{}, false
	}
	i := c.findInstance(arn)
	if i == nil {
		return types.ContainerInstance{}, false
	}
	return c.showInstance(i), true
}
