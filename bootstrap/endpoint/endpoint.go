// Package endpoint is about the AWS endpoints that a node and its tasks talk to: which they are, whether one can be reached,
// and what is in the way. The run and the doctor judge by it alike.
package endpoint

import (
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// Place is where a node is, by its instance metadata.
type Place struct {
	Region, Partition, Account string
}

// Endpoint is an AWS endpoint that a node talks to.
type Endpoint struct {
	// Service is the service's name in that of a VPC endpoint, as ecs-agent in com.amazonaws.REGION.ecs-agent.
	Service string
	// Host is the name, with a port where that is not 443.
	Host string
	// Region is the Region that the endpoint is in.
	Region string
	// Needed tells that the node does not join without it. The others are needed by tasks only.
	Needed bool
	// For says what it is needed for.
	For string
	// Gateway tells that a gateway endpoint, which changes no name, can take the place of an interface endpoint.
	Gateway bool
	// Proxy is the proxy that its user is told to go through, or empty.
	Proxy string
}

// List returns what a node at this place talks to. The document's proxies are taken as they stand: a reference has to be
// resolved. Agent and dockerd have proxies of their own, and dockerd does the pulls and the logs. That ecs-a and ecs-t stand
// for all of the agent's hosts is what their VPC endpoints' private DNS says (ECS Developer Guide, vpc-endpoints); the hosts
// that ECS names at run time have a number behind the letter.
func List(d *nodeconfig.Document, at Place) []Endpoint {
	r := at.Region
	if d.Region != "" {
		r = d.Region
	}
	end := r + "." + Suffix(at.Partition)
	all := []Endpoint{
		{Service: "ecs", Host: "ecs." + end, Needed: true, For: "the registration"},
		{Service: "ecs-agent", Host: "ecs-a." + end, Needed: true, For: "the agent's connection to ECS"},
		{Service: "ecs-telemetry", Host: "ecs-t." + end, For: "the tasks' metrics"},
		{Service: "ecr.api", Host: "api.ecr." + end, For: "pulls from ECR"},
		{Service: "ecr.dkr", Host: at.Account + ".dkr.ecr." + end, For: "pulls from ECR"},
		{Service: "s3", Host: "s3." + end, For: "the layers of pulls from ECR", Gateway: true},
		{Service: "logs", Host: "logs." + end, For: "the log driver awslogs"},
		{Service: "ssmmessages", Host: "ssmmessages." + end, For: "ECS Exec"},
	}
	if d.Agent.BackendHost != "" {
		if u, err := url.Parse(d.Agent.BackendHost); err == nil {
			all[0].Host = u.Host
		}
	}
	if d.Signal.AutoScaling.Hook != "" {
		all = append(all, Endpoint{Service: "autoscaling", Host: "autoscaling." + end, Needed: true, For: "the lifecycle hook"})
	}
	if d.Signal.CloudFormation.Stack != "" {
		all = append(all, Endpoint{Service: "cloudformation", Host: "cloudformation." + end, Needed: true, For: "the signal to the stack"})
	}
	for i := range all {
		settings := d.Proxy.Agent
		switch all[i].Service {
		case "ecr.dkr", "s3", "logs":
			settings = d.Proxy.Docker
		}
		all[i].Region, all[i].Proxy = r, proxyFor(settings, all[i].Host)
	}
	return all
}

// Suffix is the DNS suffix of a partition's endpoints (AWS General Reference; botocore's partitions). Of a partition that
// is not among them, the commercial one's is taken.
func Suffix(partition string) string {
	switch partition {
	case "aws-cn":
		return "amazonaws.com.cn"
	case "aws-iso":
		return "c2s.ic.gov"
	case "aws-iso-b":
		return "sc2s.sgov.gov"
	case "aws-iso-e":
		return "cloud.adc-e.uk"
	case "aws-iso-f":
		return "csp.hci.ic.gov"
	case "aws-eusc":
		return "amazonaws.eu"
	}
	return "amazonaws.com"
}

// Way is the host, and whether a proxy is on the way to it.
func (e Endpoint) Way() string {
	if e.Proxy != "" {
		return e.Host + ", through the proxy"
	}
	return e.Host
}

// address is where to connect to.
func (e Endpoint) address() string {
	if strings.Contains(e.Host, ":") {
		return e.Host
	}
	return e.Host + ":443"
}

// name is the host without a port.
func (e Endpoint) name() string {
	if name, _, err := net.SplitHostPort(e.Host); err == nil {
		return name
	}
	return e.Host
}

// proxyFor returns the proxy that Go programs, which agent and dockerd are, use for an https URL: that of HTTPS_PROXY,
// never that of HTTP_PROXY, unless NO_PROXY names the host.
func proxyFor(settings nodeconfig.ProxySettings, name string) string {
	c := httpproxy.Config{HTTPSProxy: settings.HTTPS, NoProxy: strings.Join(settings.NoProxy, ",")}
	proxy, err := c.ProxyFunc()(&url.URL{Scheme: "https", Host: name})
	if err != nil || proxy == nil {
		return ""
	}
	return proxy.String()
}
