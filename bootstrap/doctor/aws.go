package doctor

import (
	"context"
	"errors"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// most is how far the machine's clock may be off: AWS refuses signatures that are five minutes old.
const most = 4 * time.Minute

func identity(ctx context.Context, s *Subject) Finding {
	caller, err := s.Cloud.Identity.Caller(ctx)
	switch {
	case caller.Skew.Abs() > most:
		// First, as AWS refuses such a machine's signatures.
		return bad("E_CLOCK_SKEW", "the machine's clock is %s off", caller.Skew.Abs().Round(time.Second))
	case errors.Is(err, cloud.ErrNoCredentials):
		return bad("E_NO_CREDENTIALS", "%v", err)
	case err != nil:
		return unknown("asking AWS who this is", err)
	}
	return ok("%s", caller.ARN)
}

// taskENI is the attribute by which ECS places tasks in awsvpc mode.
const taskENI = "ecs.capability.task-eni"

func member(ctx context.Context, s *Subject) Finding {
	who, err := agent.Introspect(ctx, s.Host.Web)
	switch {
	case errors.Is(err, host.ErrNoListener) || err == nil && who.ARN == "":
		return note("not asked: the agent has not registered")
	case err != nil:
		return unknown("asking the agent where it has registered", err)
	}
	m, err := s.Cloud.Members.Member(ctx, who.Cluster, who.ARN)
	var refused *cloud.CallError
	switch {
	case errors.As(err, &refused) && refused.Denied():
		return note("not asked: the instance role lacks %s, which is optional", refused.Action)
	case err != nil:
		return unknown("asking ECS for the container instance", err)
	case m.Status != "ACTIVE":
		return bad("E_JOIN_INACTIVE", "ECS lists it as %s", m.Status)
	case !m.AgentConnected:
		return bad("E_JOIN_ACS", "ECS lists it as not connected")
	}
	_, has := m.Attributes[taskENI]
	if !has && (s.Doc == nil || s.Doc.AWSVPC.Enabled) {
		return bad("E_JOIN_ATTRIBUTE", "it lacks %s, so no task in awsvpc mode is placed on it", taskENI)
	}
	return ok("%s, connected, %d tasks", m.Status, m.RunningTasks)
}
