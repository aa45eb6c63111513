package agent

import (
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// CatalogueCommit is the commit of github.com/aws/amazon-ecs-agent that the catalogue was taken from, version 1.105.1.
const CatalogueCommit = "8dfceca6cf380a83c3007349317566f2862f0673"

// Class is how the agent ends after a failure, as Windows sees it.
type Class string

// The classes.
const (
	// Terminal: the service stops with exit code 0 and Windows does not restart it (agent/app/agent_windows.go:243).
	Terminal Class = "T"
	// Restarts: the service ends with the error 1066, its own code being 1, and Windows restarts it after 5, 30 and 60 s.
	Restarts Class = "R"
	// StartFails: the process ends before it has answered Windows, so the start itself fails with 1053 or 1067 (that it
	// is these two is deduced from the code, not verified).
	StartFails Class = "S"
	// GoesOn: the agent logs it and goes on. It explains what comes after it.
	GoesOn Class = "-"
)

// Entry is one way in which the agent fails.
type Entry struct {
	// Name is the entry's own, in lower kebab case.
	Name  string
	Class Class
	// Prefix opens the log's message.
	Prefix string
	// Any are texts of which one stands in the message or its error; none: the prefix is enough.
	Any []string
	// Generic tells that a line before this one may say more; see GoesOn.
	Generic bool
	Code    fault.Code
	// Source is where the agent writes the line, as file:line below agent/, or below the root where it begins with
	// ecs-agent/, at CatalogueCommit.
	Source string
}

// Texts that tell one refused registration from another. They are AWS's error codes and the words of Go's network errors.
func deniedTexts() []string {
	return []string{"AccessDenied", "UnauthorizedOperation", "not authorized to perform"}
}

func clusterTexts() []string {
	return []string{"ClusterNotFoundException", "Cluster not found", "The referenced cluster was inactive"}
}

func credentialTexts() []string {
	return []string{
		"no EC2 IMDS role found", "failed to refresh cached credentials", "NoCredentialProviders", "UnrecognizedClientException",
		"InvalidSignatureException", "ExpiredTokenException", "security token included in the request is invalid",
	}
}

func networkTexts() []string {
	return []string{
		"no such host", "dial tcp", "i/o timeout", "connection refused", "TLS handshake", "x509:", "request send failed", "RequestError",
		"context deadline exceeded", "Proxy Authentication Required", "proxyconnect",
	}
}

// Catalogue returns every way in which the agent is known to fail, the specific before the generic: the first entry that
// matches a line is the one that names it.
func Catalogue() []Entry {
	const (
		exit       = "Agent will terminally exit, unable to register container instance"
		register   = "Error registering container instance"
		reregister = "Error re-registering container instance"
		attempt    = "Unable to register as a container instance with ECS"
		taskENI    = "Unable to initialize Task ENI dependencies"
	)
	return []Entry{
		{Name: "metadata-client", Class: StartFails, Prefix: "Error creating EC2 metadata client", Code: "E_AGENT_IMDS", Source: "app/agent.go:178"},
		{Name: "config-region", Class: StartFails, Prefix: "Error loading config", Any: []string{"EC2 Metadata", "169.254.169.254", "region"}, Code: "E_AGENT_IMDS", Source: "app/agent.go:195"},
		{Name: "config", Class: StartFails, Prefix: "Error loading config", Generic: true, Code: "E_AGENT_CONFIG", Source: "app/agent.go:195"},
		{Name: "region", Class: GoesOn, Prefix: "Unable to communicate with EC2 Metadata service to infer region", Code: "E_AGENT_IMDS", Source: "config/config.go:616"},
		{Name: "ec2-client", Class: StartFails, Prefix: "Error creating EC2 client", Code: "E_AGENT_CLIENT", Source: "app/agent.go:217"},
		{Name: "docker-client", Class: StartFails, Prefix: "Error creating Docker client", Code: "E_AGENT_DOCKER", Source: "app/agent.go:227"},
		{Name: "data-client", Class: StartFails, Prefix: "Error creating data client", Code: "E_AGENT_CHECKPOINT", Source: "app/agent.go:238"},
		{Name: "config-accessor", Class: Restarts, Prefix: "Unable to create new agent config accessor", Code: "E_AGENT_CLIENT", Source: "app/agent.go:319"},
		{Name: "ecs-client", Class: Restarts, Prefix: "Unable to create new ECS client", Code: "E_AGENT_CLIENT", Source: "app/agent.go:342"},
		{Name: "docker-versions", Class: Restarts, Prefix: "Could not get supported docker versions.", Code: "E_AGENT_DOCKER", Source: "app/agent.go:1183"},
		{Name: "docker-api", Class: Terminal, Prefix: "Required minimum docker API version", Code: "E_AGENT_DOCKER_API", Source: "app/agent.go:1193"},
		{Name: "host-resources", Class: Restarts, Prefix: "Unable to fetch host resources", Code: "E_AGENT_HOST_RESOURCES", Source: "app/agent.go:386"},
		{Name: "checkpoint-cluster", Class: Terminal, Prefix: "Unable to initialize new task engine", Any: []string{"saved cluster"}, Code: "E_AGENT_CHECKPOINT_CLUSTER", Source: "app/agent.go:416, 734"},
		{Name: "task-engine", Class: Terminal, Prefix: "Unable to initialize new task engine", Code: "E_AGENT_CHECKPOINT", Source: "app/agent.go:416, 663, 669"},
		{Name: "warm-pool", Class: Terminal, Prefix: "Could not determine target lifecycle of instance", Code: "E_AGENT_WARM_POOL", Source: "app/agent.go:427"},
		{Name: "pause-image", Class: Restarts, Prefix: "Failed to load pause container", Code: "E_AGENT_PAUSE_IMAGE", Source: "app/agent.go:434, 445"},
		{Name: "task-eni-dns", Class: Terminal, Prefix: taskENI, Any: []string{"dns server addresses"}, Code: "E_AGENT_DNS", Source: "app/agent_windows.go:90"},
		{Name: "task-eni-cni", Class: Terminal, Prefix: taskENI, Any: []string{"doesn't support the capability", "vpc-eni", "plugin"}, Code: "E_AGENT_CNI", Source: "app/agent_windows.go:70, 370"},
		{Name: "task-eni-imds", Class: Restarts, Prefix: taskENI, Any: []string{"169.254.169.254", "EC2MetadataRequestError", "metadata"}, Code: "E_AGENT_IMDS", Source: "app/agent_windows.go:64"},
		{Name: "task-eni", Class: Restarts, Prefix: taskENI, Code: "E_AGENT_TASK_ENI", Source: "app/agent.go:465"},
		{Name: "vpc-subnet", Class: Restarts, Prefix: "Unable to detect VPC ID and Subnet", Code: "E_AGENT_IMDS", Source: "app/agent.go:483"},
		{Name: "instance-type", Class: Terminal, Prefix: "The current instance type does not match the registered instance type", Code: "E_AGENT_CHECKPOINT_TYPE", Source: "app/agent.go:85, 934"},
		{Name: "exit-type", Class: Terminal, Prefix: exit, Any: []string{"Container instance type changes are not supported"}, Code: "E_AGENT_CHECKPOINT_TYPE", Source: "app/agent.go:504"},
		{Name: "exit-denied", Class: Terminal, Prefix: exit, Any: deniedTexts(), Code: "E_AGENT_REGISTER_DENIED", Source: "app/agent.go:504"},
		{Name: "exit-cluster", Class: Terminal, Prefix: exit, Any: clusterTexts(), Code: "E_AGENT_CLUSTER_MISSING", Source: "app/agent.go:504"},
		{Name: "exit-attribute", Class: Terminal, Prefix: exit, Any: []string{"Attribute validation failed", "attribute"}, Code: "E_AGENT_ATTRIBUTE", Source: "app/agent.go:504, 900"},
		{Name: "exit-credentials", Class: Terminal, Prefix: exit, Any: credentialTexts(), Code: "E_AGENT_CREDENTIALS", Source: "app/agent.go:504"},
		{Name: "exit-other", Class: Terminal, Prefix: exit, Generic: true, Code: "E_AGENT_REGISTER_REFUSED", Source: "app/agent.go:504"},
		{Name: "register-denied", Class: Restarts, Prefix: register, Any: deniedTexts(), Code: "E_AGENT_REGISTER_DENIED", Source: "app/agent.go:877"},
		{Name: "register-cluster", Class: Restarts, Prefix: register, Any: clusterTexts(), Code: "E_AGENT_CLUSTER_MISSING", Source: "app/agent.go:877"},
		{Name: "register-credentials", Class: Restarts, Prefix: register, Any: credentialTexts(), Code: "E_AGENT_CREDENTIALS", Source: "app/agent.go:877"},
		{Name: "register-network", Class: Restarts, Prefix: register, Any: networkTexts(), Code: "E_AGENT_REGISTER_UNREACHABLE", Source: "app/agent.go:877"},
		{Name: "register-other", Class: Restarts, Prefix: register, Generic: true, Code: "E_AGENT_REGISTER_REFUSED", Source: "app/agent.go:877"},
		{Name: "reregister-credentials", Class: Restarts, Prefix: reregister, Any: credentialTexts(), Code: "E_AGENT_CREDENTIALS", Source: "app/agent.go:930"},
		{Name: "reregister-network", Class: Restarts, Prefix: reregister, Any: networkTexts(), Code: "E_AGENT_REGISTER_UNREACHABLE", Source: "app/agent.go:930"},
		{Name: "reregister-other", Class: Restarts, Prefix: reregister, Generic: true, Code: "E_AGENT_REGISTER_REFUSED", Source: "app/agent.go:930"},
		{Name: "attempt-denied", Class: GoesOn, Prefix: attempt, Any: deniedTexts(), Code: "E_AGENT_REGISTER_DENIED", Source: "ecs-agent/api/ecs/client/ecs_client.go:335"},
		{Name: "attempt-cluster", Class: GoesOn, Prefix: attempt, Any: clusterTexts(), Code: "E_AGENT_CLUSTER_MISSING", Source: "ecs-agent/api/ecs/client/ecs_client.go:335"},
		{Name: "attempt-credentials", Class: GoesOn, Prefix: attempt, Any: credentialTexts(), Code: "E_AGENT_CREDENTIALS", Source: "ecs-agent/api/ecs/client/ecs_client.go:335"},
		{Name: "attempt-network", Class: GoesOn, Prefix: attempt, Any: networkTexts(), Code: "E_AGENT_REGISTER_UNREACHABLE", Source: "ecs-agent/api/ecs/client/ecs_client.go:335"},
		{Name: "credentials", Class: GoesOn, Prefix: "Error getting valid credentials", Code: "E_AGENT_CREDENTIALS", Source: "app/agent.go:838"},
		{Name: "introspection", Class: GoesOn, Prefix: "Error running introspection endpoint", Code: "E_AGENT_LISTEN", Source: "handlers/introspection_server_setup.go:67"},
		{Name: "acs-ended", Class: Terminal, Prefix: "ACS session ended for unknown reason", Code: "E_AGENT_ACS_ENDED", Source: "app/agent.go:1171"},
	}
}

// Match returns the entry that names a line of the log.
func Match(line Line) (Entry, bool) {
	for _, e := range Catalogue() {
		if e.matches(line) {
			return e, true
		}
	}
	return Entry{}, false
}

func (e Entry) matches(line Line) bool {
	if line.Level != "critical" && line.Level != "error" || !strings.HasPrefix(line.Message, e.Prefix) {
		return false
	}
	if len(e.Any) == 0 {
		return true
	}
	text := line.Text()
	for _, a := range e.Any {
		if strings.Contains(text, a) {
			return true
		}
	}
	return false
}
