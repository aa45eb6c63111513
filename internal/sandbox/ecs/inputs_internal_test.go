package ecs

import (
	"testing"

	api "github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
)

// An SDK upgrade that adds a member to an input must not go unseen.
func TestEveryInputMemberIsRead(t *testing.T) {
	t.Parallel()
	for _, in := range []input{
		readCreateCluster(new(api.CreateClusterInput)),
		readDeleteCluster(new(api.DeleteClusterInput)),
		readDescribeClusters(new(api.DescribeClustersInput)),
		readListClusters(new(api.ListClustersInput)),
		readUpdateCluster(new(api.UpdateClusterInput)),
		readUpdateClusterSettings(new(api.UpdateClusterSettingsInput)),
		readPutClusterCapacityProviders(new(api.PutClusterCapacityProvidersInput)),
		readDescribeCapacityProviders(new(api.DescribeCapacityProvidersInput)),
		readRegisterTaskDefinition(new(api.RegisterTaskDefinitionInput)),
		readDeregisterTaskDefinition(new(api.DeregisterTaskDefinitionInput)),
		readDeleteTaskDefinitions(new(api.DeleteTaskDefinitionsInput)),
		readDescribeTaskDefinition(new(api.DescribeTaskDefinitionInput)),
		readListTaskDefinitions(new(api.ListTaskDefinitionsInput)),
		readListTaskDefinitionFamilies(new(api.ListTaskDefinitionFamiliesInput)),
		readRunTask(new(api.RunTaskInput)),
		readStopTask(new(api.StopTaskInput)),
		readDescribeTasks(new(api.DescribeTasksInput)),
		readListTasks(new(api.ListTasksInput)),
		readDescribeContainerInstances(new(api.DescribeContainerInstancesInput)),
		readListContainerInstances(new(api.ListContainerInstancesInput)),
		readUpdateContainerInstancesState(new(api.UpdateContainerInstancesStateInput)),
		readDeregisterContainerInstance(new(api.DeregisterContainerInstanceInput)),
		readPutAttributes(new(api.PutAttributesInput)),
		readListAttributes(new(api.ListAttributesInput)),
		readTagResource(new(api.TagResourceInput)),
		readUntagResource(new(api.UntagResourceInput)),
		readListTagsForResource(new(api.ListTagsForResourceInput)),
		readPutAccountSetting(new(api.PutAccountSettingInput)),
		readPutAccountSettingDefault(new(api.PutAccountSettingDefaultInput)),
		readDeleteAccountSetting(new(api.DeleteAccountSettingInput)),
		readListAccountSettings(new(api.ListAccountSettingsInput)),
	} {
		for name, member := range in.schema.Members() {
			if in.fields[member] == nil {
				t.Errorf("%s: member %s is not read", in.schema.ID().Name, name)
			}
		}
	}
}

func TestEveryOperationHasABucket(t *testing.T) {
	t.Parallel()
	service := NewModel(ec2.NewModel(nil), 0).Service()
	for name, operation := range service.Operations {
		if _, ok := service.Buckets[operation.Bucket]; !ok {
			t.Errorf("%s draws from %q, which is no bucket", name, operation.Bucket)
		}
	}
}
