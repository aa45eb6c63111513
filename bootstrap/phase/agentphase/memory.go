package agentphase

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// unconfigured is the cluster of an agent that nobody told of one: agent/config/config.go, DefaultClusterName.
const unconfigured = "default"

// remembered is what a stopped agent knows of its registration.
type remembered struct {
	agent.Checkpoint
	content []byte
	// astray tells that the agent registered in this boot, before anybody configured it, and that no task came of it.
	astray bool
}

func checkpointPath(d *nodeconfig.Document) string {
	return d.Agent.DataDir + `\` + agent.CheckpointFile
}

// recall judges what the agent remembers, before the agent does: it would end for good, with exit code 0.
func (s *seen) recall(ctx context.Context, n *phase.Node) (remembered, error) {
	path := checkpointPath(n.Doc)
	content, err := n.Host.Files.Read(ctx, path)
	switch {
	case errors.Is(err, host.ErrNotFound):
		s.fact("checkpoint", "none")
		return remembered{}, nil
	case err != nil:
		s.fact("checkpoint", "cannot be read; the agent judges it")
		n.Warn("the agent's checkpoint %s cannot be read, so nobody looked whether it fits: %v", path, err)
		return remembered{}, nil
	}
	saved, err := agent.ReadCheckpoint(content)
	if err != nil {
		s.fact("checkpoint", "not readable")
		return remembered{}, fault.New("E_AGENT_CHECKPOINT", err, "%s", path)
	}
	r := remembered{Checkpoint: saved, content: content}
	instance := n.Found.Get().Instance
	switch {
	case saved == (agent.Checkpoint{}):
		s.fact("checkpoint", "of an agent that never registered")
		return r, nil
	case saved.InstanceID != "" && saved.InstanceID != instance.ID:
		s.fact("checkpoint", "of instance "+saved.InstanceID+", as an image carries it; the agent discards it")
		return r, nil
	}
	s.fact("checkpoint", "of cluster "+saved.Cluster)
	if saved.Cluster == "" || saved.Cluster == n.Doc.Cluster {
		return r, s.registeredType(ctx, n, saved.ARN)
	}
	if r.astray, err = wentAstray(ctx, n, saved); err != nil || r.astray {
		return r, err
	}
	return r, otherCluster(n, saved.Cluster)
}

func otherCluster(n *phase.Node, cluster string) error {
	return fault.New("E_AGENT_CHECKPOINT_CLUSTER", nil, "%s was made in cluster %q, the document names %q", checkpointPath(n.Doc), cluster, n.Doc.Cluster)
}

// wentAstray reports whether a checkpoint is of an agent that somebody started before it had its settings: the image's own
// start type, a person. Such an agent registers in the cluster default. It is that only where nobody ever chose the cluster:
// the file was written in this boot, this program has not started the agent before, and no task runs that somebody placed.
//
// Its error is Docker's: without an answer nobody knows whether a task runs.
func wentAstray(ctx context.Context, n *phase.Node, saved agent.Checkpoint) (bool, error) {
	if agent.ClusterName(saved.Cluster) != unconfigured || n.Markers.Marker(settingsMarker) != "" {
		return false, nil
	}
	boot := n.Found.Get().Boot
	info, err := n.Host.Files.Stat(ctx, checkpointPath(n.Doc))
	if err != nil || boot.ID == "" || info.Modified.Before(boot.StartedAt) {
		return false, nil //nolint:nilerr // a file that cannot be looked at is not known to be of this boot
	}
	tasks, err := agent.RunningTasks(ctx, n.Host.Docker)
	if err != nil {
		return false, fault.New("E_DOCKER_NO_ANSWER", err, "whether the agent, which registered in cluster %q by itself, runs tasks of it", saved.Cluster)
	}
	return tasks == 0, nil
}

// elsewhere judges an agent that runs with settings that are not this program's, before it is stopped: one that is a member
// of another cluster may be there on purpose. It returns the cluster in which one that may be stopped is a member.
func elsewhere(ctx context.Context, n *phase.Node) (string, error) {
	// One that does not answer is no member of anything, and leaves member empty.
	member, _ := agent.Introspect(ctx, n.Host.Web)
	if member.ARN == "" || agent.SameCluster(n.Doc.Cluster, member.Cluster) {
		return "", nil
	}
	if there, err := exists(ctx, n.Host, checkpointPath(n.Doc)); err != nil || !there {
		// An agent without a memory registers anew wherever its settings say.
		return member.Cluster, err
	}
	switch astray, err := wentAstray(ctx, n, agent.Checkpoint{Cluster: member.Cluster}); {
	case err != nil:
		return "", err
	case !astray:
		return "", otherCluster(n, member.Cluster)
	}
	return member.Cluster, nil
}

// setAside has the agent forget a registration that nobody asked for. A copy stays; killed in between, a rerun does it again.
func setAside(ctx context.Context, n *phase.Node, r remembered) error {
	path := checkpointPath(n.Doc)
	kept := path + "." + n.Host.Clock.Now().UTC().Format("20060102T150405Z") + ".bak"
	if err := n.Host.Files.Write(ctx, kept, r.content); err != nil {
		return fault.New("E_AGENT_CHECKPOINT", err, "keeping a copy of %s", path)
	}
	if err := n.Host.Files.Remove(ctx, path); err != nil {
		return fault.New("E_AGENT_CHECKPOINT", err, "setting %s aside", path)
	}
	n.Warn("AmazonECS was started before it was configured, and registered in the cluster %s. Its checkpoint was set aside as %s, so that it registers in %s. "+
		"A container instance without an agent is left in %s; remove it: %s", r.Cluster, kept, n.Doc.Cluster, r.Cluster, deregister(n, r.Checkpoint))
	return nil
}

// deregister is the command that removes what an agent that went astray left in its cluster.
func deregister(n *phase.Node, saved agent.Checkpoint) string {
	arn := saved.ARN
	if arn == "" {
		arn = "(the one of EC2 instance " + n.Found.Get().Instance.ID + ")"
	}
	command := []string{"aws ecs deregister-container-instance --cluster", agent.ClusterName(saved.Cluster), "--container-instance", arn, "--force"}
	if parts, ok := (agent.Membership{ARN: saved.ARN}).Parts(); ok {
		command = append(command, "--region", parts.Region)
	}
	return strings.Join(command, " ")
}

// registeredType compares the instance type with the registered one, where the role may look it up. ECS refuses to register
// an instance again under another type.
func (s *seen) registeredType(ctx context.Context, n *phase.Node, arn string) error {
	if arn == "" {
		return nil
	}
	member, err := n.Cloud.Members.Member(ctx, n.Doc.Cluster, arn)
	if err != nil {
		s.fact("registered type", "not known: "+shortly(err))
		return nil
	}
	registered, now := member.Attributes[instanceTypeAttribute], n.Found.Get().Instance.Type
	if registered != "" && now != "" && registered != now {
		return fault.New("E_AGENT_CHECKPOINT_TYPE", nil, "it was registered as %s and is %s now", registered, now)
	}
	s.fact("registered type", registered)
	return nil
}

// forget is the change that sets a checkpoint aside while the agent is stopped.
func forget(r remembered) phase.Change {
	return phase.Change{
		What: "the agent's checkpoint", From: fmt.Sprintf("of cluster %s, where it registered before it was configured", r.Cluster), To: "set aside",
		Do: func(ctx context.Context, n *phase.Node) error { return setAside(ctx, n, r) },
	}
}
