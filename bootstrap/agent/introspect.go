package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Membership is what the agent says of itself once it has registered. The agent serves it only then
// (agent/app/agent.go, startAsyncRoutines), so an ARN is the proof of a registration.
type Membership struct {
	Cluster, ARN, Version string
}

// ARNParts are the parts of a container instance's ARN. Cluster is empty in the old, short format.
type ARNParts struct {
	Region, Account, Cluster string
}

// Parts reads the ARN.
func (m Membership) Parts() (ARNParts, bool) {
	parts := strings.SplitN(m.ARN, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "ecs" {
		return ARNParts{}, false
	}
	path := strings.Split(parts[5], "/")
	if path[0] != "container-instance" || len(path) < 2 {
		return ARNParts{}, false
	}
	a := ARNParts{Region: parts[3], Account: parts[4]}
	if len(path) == 3 {
		a.Cluster = path[1]
	}
	return a, true
}

// Introspect asks the agent where it has registered. An agent that has not listens nowhere: the error wraps
// host.ErrNoListener. One that listens and does not answer in time tells nothing: the error wraps host.ErrUnreachable alone.
func Introspect(ctx context.Context, web host.Web) (Membership, error) {
	response, err := web.Get(ctx, MetadataURL)
	if err != nil {
		return Membership{}, fmt.Errorf("asking the agent at %s: %w", MetadataURL, err)
	}
	if response.Status != http.StatusOK {
		return Membership{}, fmt.Errorf("asking the agent at %s: it answered %d", MetadataURL, response.Status)
	}
	var answer struct {
		Cluster              string
		ContainerInstanceArn string
		Version              string
	}
	if err := json.Unmarshal(response.Body, &answer); err != nil {
		return Membership{}, fmt.Errorf("asking the agent at %s: its answer is not the JSON of the agent", MetadataURL)
	}
	return Membership{Cluster: answer.Cluster, ARN: answer.ContainerInstanceArn, Version: answer.Version}, nil
}

// SameCluster reports whether two names or ARNs of a cluster stand for the same one.
func SameCluster(a, b string) bool {
	if a == b {
		return true
	}
	// An ARN and a name: the Region and account of the ARN are compared elsewhere.
	if strings.HasPrefix(a, "arn:") && strings.HasPrefix(b, "arn:") {
		return false
	}
	return ClusterName(a) == ClusterName(b)
}

// ClusterName is the name in a cluster's ARN, or the name itself.
func ClusterName(cluster string) string {
	return cluster[strings.LastIndexByte(cluster, '/')+1:]
}
