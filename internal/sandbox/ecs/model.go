package ecs

import (
	"fmt"
	"sync"

	"github.com/aws/smithy-go"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsjson"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// Model is Amazon ECS, all accounts and regions of it. It is safe for
// concurrent use.
type Model struct {
	mu     sync.Mutex
	worlds map[place]*world
}

// place is where a world lies: nothing is shared between accounts or regions.
type place struct {
	partition, account, region string
}

// world is what one account has in one region.
type world struct {
	place
	clusters map[string]*cluster
	families map[string]*family
	settings settings
}

// NewModel returns an Amazon ECS in which nobody has created anything.
func NewModel() *Model {
	return &Model{worlds: map[place]*world{}}
}

// Reset forgets everything.
func (m *Model) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.worlds)
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
		out, err := act(m.world(r), r, in)
		if err != nil {
			return nil, err
		}
		return awsjson.Encode(withZeroes{out})
	}}
}

// world returns the caller's part of the model. The caller holds the lock.
func (m *Model) world(r wire.Request) *world {
	at := place{partition: r.Partition(), account: r.Caller.Account, region: r.Region}
	w := m.worlds[at]
	if w == nil {
		w = &world{
			place:    at,
			clusters: map[string]*cluster{},
			families: map[string]*family{},
			settings: newSettings(),
		}
		m.worlds[at] = w
	}
	return w
}

// arn returns the ARN of a resource of this world, such as "cluster/web".
func (p place) arn(resource string) string {
	return fmt.Sprintf("arn:%s:ecs:%s:%s:%s", p.partition, p.region, p.account, resource)
}
