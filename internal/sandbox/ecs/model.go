package ecs

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// Model is Amazon ECS, all accounts and regions of it. It is safe for
// concurrent use.
type Model struct {
	ec2  EC2
	step time.Duration

	mu       sync.Mutex
	worlds   map[wire.Place]*world
	outcomes map[string]Outcome
}

// EC2 is what ECS needs of Amazon EC2.
type EC2 interface {
	Directory
	Interfaces
}

// Directory tells what there is to run tasks on.
type Directory interface {
	Instance(at wire.Place, id string) (found ec2.Instance, ok bool)
	Subnets(at wire.Place) []ec2.Subnet
	SecurityGroups(at wire.Place) []ec2.SecurityGroup
}

// Interfaces makes and unmakes the network interfaces of tasks.
type Interfaces interface {
	CreateInterface(at wire.Place, in ec2.InterfaceRequest) (ec2.Interface, error)
	SetInterface(at wire.Place, id, state string)
	DeleteInterface(at wire.Place, id string)
}

// world is what one account has in one region.
type world struct {
	wire.Place
	ec2      EC2
	step     time.Duration
	outcomes map[string]Outcome // the model's, by container name
	clusters map[string]*cluster
	families map[string]*family
	tokens   map[string]tokenRun
	settings settings
}

// NewModel returns an Amazon ECS in which nobody has created anything. A task
// stays in each state on its way for as long as step; if that is 0, it goes one
// state further each time that it is described.
func NewModel(network EC2, step time.Duration) *Model {
	return &Model{ec2: network, step: step, worlds: map[wire.Place]*world{}, outcomes: map[string]Outcome{}}
}

// SetOutcome makes every task that has a container of this name end in a
// certain way, also tasks that are on their way there.
func (m *Model) SetOutcome(container string, o Outcome) error {
	if o.At == "" {
		o.At = running
	}
	if !slices.Contains([]string{provisioning, pending, activating, running}, o.At) {
		return fmt.Errorf("an outcome can come at %s, %s, %s or %s, not at %q", provisioning, pending, activating, running, o.At)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outcomes[container] = o
	return nil
}

// Reset forgets everything.
func (m *Model) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.worlds)
	clear(m.outcomes)
}

// Service returns the operations that the model answers.
func (m *Model) Service() wire.Service {
	return wire.Service{
		Name:     "ecs",
		Protocol: wire.JSON11{Target: "AmazonEC2ContainerServiceV20141113"},
		Buckets:  buckets(),
		Operations: map[string]wire.Operation{
			"CreateCluster":               operation(m, clusterModify, readCreateCluster, (*world).createCluster),
			"DeleteCluster":               operation(m, clusterModify, readDeleteCluster, (*world).deleteCluster),
			"DescribeClusters":            operation(m, clusterRead, readDescribeClusters, (*world).describeClusters),
			"ListClusters":                operation(m, clusterRead, readListClusters, (*world).listClusters),
			"UpdateCluster":               operation(m, clusterModify, readUpdateCluster, (*world).updateCluster),
			"UpdateClusterSettings":       operation(m, clusterModify, readUpdateClusterSettings, (*world).updateClusterSettings),
			"PutClusterCapacityProviders": operation(m, clusterModify, readPutClusterCapacityProviders, (*world).putClusterCapacityProviders),
			"DescribeCapacityProviders":   operation(m, capacityRead, readDescribeCapacityProviders, (*world).describeCapacityProviders),

			"RegisterTaskDefinition":     operation(m, definitionModify, readRegisterTaskDefinition, (*world).registerTaskDefinition),
			"DeregisterTaskDefinition":   operation(m, definitionModify, readDeregisterTaskDefinition, (*world).deregisterTaskDefinition),
			"DeleteTaskDefinitions":      operation(m, definitionDelete, readDeleteTaskDefinitions, (*world).deleteTaskDefinitions),
			"DescribeTaskDefinition":     operation(m, definitionRead, readDescribeTaskDefinition, (*world).describeTaskDefinition),
			"ListTaskDefinitions":        operation(m, definitionRead, readListTaskDefinitions, (*world).listTaskDefinitions),
			"ListTaskDefinitionFamilies": operation(m, definitionRead, readListTaskDefinitionFamilies, (*world).listTaskDefinitionFamilies),

			"RunTask":       operation(m, resourceModify, readRunTask, (*world).runTask),
			"StopTask":      operation(m, resourceModify, readStopTask, (*world).stopTask),
			"DescribeTasks": operation(m, resourceRead, readDescribeTasks, (*world).describeTasks),
			"ListTasks":     operation(m, resourceRead, readListTasks, (*world).listTasks),

			"PutAttributes":  operation(m, resourceModify, readPutAttributes, (*world).putAttributes),
			"ListAttributes": operation(m, resourceRead, readListAttributes, (*world).listAttributes),

			"DescribeContainerInstances":    operation(m, resourceRead, readDescribeContainerInstances, (*world).describeContainerInstances),
			"ListContainerInstances":        operation(m, resourceRead, readListContainerInstances, (*world).listContainerInstances),
			"UpdateContainerInstancesState": operation(m, resourceModify, readUpdateContainerInstancesState, (*world).updateContainerInstancesState),
			"DeregisterContainerInstance":   operation(m, resourceModify, readDeregisterContainerInstance, (*world).deregisterContainerInstance),

			"TagResource":         operation(m, tagModify, readTagResource, (*world).tagResource),
			"UntagResource":       operation(m, tagModify, readUntagResource, (*world).untagResource),
			"ListTagsForResource": operation(m, tagRead, readListTagsForResource, (*world).listTagsForResource),

			"PutAccountSetting":        operation(m, settingModify, readPutAccountSetting, (*world).putAccountSetting),
			"PutAccountSettingDefault": operation(m, settingModify, readPutAccountSettingDefault, (*world).putAccountSettingDefault),
			"DeleteAccountSetting":     operation(m, settingModify, readDeleteAccountSetting, (*world).deleteAccountSetting),
			"ListAccountSettings":      operation(m, settingRead, readListAccountSettings, (*world).listAccountSettings),
		},
	}
}

// operation joins the three steps of a call: read the input, act on the
// caller's world, write the output. The output is written before the lock is
// given back, so that it may share memory with the world.
func operation[In any](
	m *Model,
	bucket string,
	read func(*In) input,
	act func(*world, wire.Request, *In) (smithy.Serializable, error),
) wire.Operation {
	return wire.Operation{Bucket: bucket, Do: func(r wire.Request) ([]byte, error) {
		in := new(In)
		if err := decode(r.Body, read(in)); err != nil {
			return nil, err
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		out, err := act(m.world(r.Place()), r, in)
		if err != nil {
			return nil, err
		}
		return awsjson.Encode(withZeroes{out})
	}}
}

// world returns the part of the model at a place. The caller holds the lock.
func (m *Model) world(at wire.Place) *world {
	w := m.worlds[at]
	if w == nil {
		w = &world{
			Place:    at,
			ec2:      m.ec2,
			step:     m.step,
			outcomes: m.outcomes,
			clusters: map[string]*cluster{},
			families: map[string]*family{},
			tokens:   map[string]tokenRun{},
			settings: newSettings(),
		}
		m.worlds[at] = w
	}
	return w
}

// arn returns the ARN of a resource of this world, such as "cluster/web".
func (w *world) arn(resource string) string {
	return w.ARN("ecs", resource)
}
