package endpoint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/endpoint"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

func hosts(all []endpoint.Endpoint) []string {
	var names []string
	for _, e := range all {
		names = append(names, e.Host)
	}
	return names
}

func TestEndpointsOfPartitionAndDocument(t *testing.T) {
	t.Parallel()
	d := nodeconfig.Default()
	d.Signal.AutoScaling.Hook, d.Signal.CloudFormation.Stack = "launch", "nodes"
	d.Agent.BackendHost = "https://ecs-fips.us-gov-west-1.amazonaws.com"
	want := []string{
		"ecs-fips.us-gov-west-1.amazonaws.com", "ecs-a.cn-north-1.amazonaws.com.cn", "ecs-t.cn-north-1.amazonaws.com.cn",
		"api.ecr.cn-north-1.amazonaws.com.cn", "1.dkr.ecr.cn-north-1.amazonaws.com.cn", "s3.cn-north-1.amazonaws.com.cn",
		"logs.cn-north-1.amazonaws.com.cn", "ssmmessages.cn-north-1.amazonaws.com.cn",
		"autoscaling.cn-north-1.amazonaws.com.cn", "cloudformation.cn-north-1.amazonaws.com.cn",
	}
	got := hosts(endpoint.List(d, endpoint.Place{Region: "cn-north-1", Partition: "aws-cn", Account: "1"}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
	d.Region = "eu-west-1"
	if got := hosts(endpoint.List(d, endpoint.Place{Region: "eu-central-1", Partition: "aws"}))[1]; got != "ecs-a.eu-west-1.amazonaws.com" {
		t.Errorf("the document's region does not count: %s", got)
	}
}

func TestProxiesOfEndpoints(t *testing.T) {
	t.Parallel()
	d := nodeconfig.Default()
	d.Proxy.Agent = nodeconfig.ProxySettings{HTTP: "http://a.example.com:1", HTTPS: "http://a.example.com:3128", NoProxy: []string{".ecr.eu-central-1.amazonaws.com"}}
	d.Proxy.Docker = nodeconfig.ProxySettings{HTTP: "http://d.example.com:3128"}
	got := map[string]string{}
	for _, e := range endpoint.List(d, endpoint.Place{Region: "eu-central-1", Partition: "aws", Account: "1"}) {
		got[e.Service] = e.Proxy
	}
	agent := "http://a.example.com:3128"
	want := map[string]string{
		"ecs": agent, "ecs-agent": agent, "ecs-telemetry": agent, "ssmmessages": agent,
		"ecr.api": "",                       // no_proxy
		"ecr.dkr": "", "s3": "", "logs": "", // dockerd's, which has none for HTTPS
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("proxies (-want +got):\n%s", diff)
	}
}
