package ecs_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ec2"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/ecs"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// vanishing is an EC2 whose instances are terminated between the choice of one
// and its second network interface.
type vanishing struct {
	*ec2.Model
	left int
}

func (v *vanishing) CreateInterface(at wire.Place, in ec2.InterfaceRequest) (ec2.Interface, error) {
	if v.left--; v.left < 0 {
		return ec2.Interface{}, ec2.ErrNotFound
	}
	return v.Model.CreateInterface(at, in)
}

func TestAnInstanceThatGoesMeanwhileIsAFailure(t *testing.T) {
	t.Parallel()
	at := wire.Place{Partition: "aws", Account: "123456789012", Region: "us-east-1"}
	network := &vanishing{Model: ec2.NewModel(nil), left: 1}
	model := ecs.NewModel(network, 0)
	call := func(name, body string) string {
		t.Helper()
		out, err := model.Service().Operations[name].Do(wire.Request{
			Operation: name, Region: at.Region, Caller: wire.Identity{Account: at.Account, ARN: "arn:aws:iam::123456789012:root"}, Now: start(), Body: []byte(body),
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return string(out)
	}
	call("CreateCluster", `{"clusterName": "web"}`)
	var registered struct {
		TaskDefinition struct{ RequiresAttributes []struct{ Name string } }
	}
	definition := call("RegisterTaskDefinition", `{"family": "iis", "networkMode": "awsvpc", "containerDefinitions": [{"name": "iis", "image": "iis", "memory": 64}]}`)
	if err := json.Unmarshal([]byte(definition), &registered); err != nil {
		t.Fatal(err)
	}
	var attributes []types.Attribute
	for _, a := range registered.TaskDefinition.RequiresAttributes {
		attributes = append(attributes, types.Attribute{Name: aws.String(a.Name)})
	}
	host := must(network.Launch(at, ec2.LaunchRequest{Type: "m5.large", Now: start()}))(t)
	must(model.RegisterContainerInstance(at, start(), ecs.Registration{Cluster: "web", InstanceID: host.ID, Attributes: attributes, CPU: 2048, MemoryMiB: 8192}))(t)
	out := call("RunTask", `{"cluster": "web", "taskDefinition": "iis", "count": 2, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["`+host.SubnetID+`"]}}}`)
	if strings.Count(out, `"taskDefinitionArn"`) != 1 || !strings.Contains(out, "RESOURCE:ENI") {
		t.Errorf("want one task and a failure: %s", out)
	}
}
