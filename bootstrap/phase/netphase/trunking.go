package netphase

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/density"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// trunkingPhase is the gate before ENI trunking, which ECS does not offer to Windows instances: it reads the evidence and says
// what it means, so that the day the agent offers it nothing here is in the way. It also tells how many tasks fit.
type trunkingPhase struct{}

const (
	trunkingCapability = "ecs.capability.task-eni-trunking"
	trunkAttribute     = "ecs.awsvpc-trunk-id"
	trunkingSetting    = "awsvpcTrunking"
	trunkingTimeout    = 30*time.Second + attributesTime
)

// Describe implements phase.Phase.
func (trunkingPhase) Describe(d *nodeconfig.Document) phase.Description {
	return phase.Description{
		ID: "trunking", Title: "How many tasks in awsvpc mode fit",
		// The agent is asked through Docker, which hns-nat may restart.
		Needs: []phase.ID{"imds", "agent-install", "docker", "hns-nat"}, Timeout: trunkingTimeout, Off: trunkingOff(d),
	}
}

func trunkingOff(d *nodeconfig.Document) string {
	switch {
	case !d.AWSVPC.Enabled:
		return "awsvpc.enabled is false"
	case d.Trunking.Mode == "off":
		return "trunking.mode is off"
	}
	return ""
}

// trunkSeen is the evidence.
type trunkSeen struct {
	// known tells that the agent has said what it can; offered that trunking is among it.
	known, offered bool
	// unsaid is why the agent has not said it.
	unsaid string
	// setting is the effective account setting, or empty where it could not be read.
	setting string
}

// Probe implements phase.Phase.
func (trunkingPhase) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	seen, err := lookTrunking(ctx, n)
	if err != nil {
		return nil, err
	}
	why := ""
	seen.setting, why = effective(ctx, n)
	return observation{facts: append(densityFacts(n), seen.facts(why)...), plan: seen.plan}, nil
}

// lookTrunking asks the agent what it can, or, where it runs, the state what it said before.
func lookTrunking(ctx context.Context, n *phase.Node) (trunkSeen, error) {
	capabilities, why, err := askAgent(ctx, n)
	if err != nil {
		return trunkSeen{}, err
	}
	if why != "" {
		offered, known := remembered(n)
		return trunkSeen{known: known, offered: offered, unsaid: why}, nil
	}
	n.Found.Set(func(f *phase.Found) { f.Agent.Capabilities = capabilities })
	return trunkSeen{known: true, offered: slices.Contains(capabilities, trunkingCapability)}, nil
}

// effective reads the account setting as it holds for the instance role. Without the permission it stays unknown, which
// keeps nobody from joining.
func effective(ctx context.Context, n *phase.Node) (setting, why string) {
	setting, err := n.Cloud.Settings.Effective(ctx, trunkingSetting)
	var refused *cloud.CallError
	switch {
	case err == nil:
		return setting, ""
	case errors.As(err, &refused) && refused.Denied():
		return "", "the instance role may not call ecs:ListAccountSettings"
	}
	return "", "ECS did not say"
}

func (seen trunkSeen) facts(why string) []phase.Fact {
	agent := "the agent has not said whether it offers it: " + seen.unsaid
	switch {
	case seen.offered:
		agent = "the agent offers it"
	case seen.known:
		agent = "the agent does not offer it"
	}
	setting := seen.setting
	if setting == "" {
		setting = "unknown: " + why
	}
	return []phase.Fact{fact("ENI trunking", agent), fact("account setting "+trunkingSetting, setting)}
}

// densityFacts say what the instance type takes, and what is left of it. Network interfaces that somebody attached by hand,
// as a trunk of one's own, take room from tasks.
func densityFacts(n *phase.Node) []phase.Fact {
	in := n.Found.Get().Instance
	limits, known := density.Describe(in.Type)
	if !known {
		return []phase.Fact{fact("tasks in awsvpc mode", "at most the network interfaces of %s minus one; the type is newer than the table in this program", in.Type)}
	}
	facts := []phase.Fact{
		fact("network interfaces of "+in.Type, "%d, %d attached", limits.Interfaces, len(in.MACs)),
		fact("tasks in awsvpc mode", "%d, of which %d fit now", limits.Tasks, limits.Free(len(in.MACs))),
	}
	if limits.TrunkTasks > 0 {
		facts = append(facts, fact("tasks with ENI trunking", "%d, on Linux only", limits.TrunkTasks))
	}
	return facts
}

func (seen trunkSeen) plan(d *nodeconfig.Document) ([]phase.Change, error) {
	if d.Trunking.Mode == "require" && !seen.offered {
		if !seen.known {
			return nil, fault.New("E_TRUNKING_UNKNOWN", nil, "%s", seen.unsaid)
		}
		return nil, fault.New("E_TRUNKING_UNSUPPORTED", nil, "the agent does not advertise %s", trunkingCapability)
	}
	if !d.Trunking.OptIn || seen.setting == "enabled" {
		return nil, nil
	}
	// Nothing takes it back: other instances of the role may have come to rely on it.
	return []phase.Change{{
		What: "account setting " + trunkingSetting + " of the instance role", From: orUnknown(seen.setting), To: "enabled, for every later instance of the role too",
		Do: func(ctx context.Context, n *phase.Node) error {
			if err := n.Cloud.Settings.Put(ctx, trunkingSetting, "enabled"); err != nil {
				return fault.New("E_TRUNKING_OPT_IN", err, "")
			}
			return nil
		},
	}}, nil
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// Verify implements phase.Phase.
func (trunkingPhase) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	facts := densityFacts(n)
	agent := n.Found.Get().Agent
	if len(agent.Capabilities) == 0 || agent.Version == "" || n.Markers == nil || n.Mode != phase.ModeApply {
		return facts, nil
	}
	// By the next run it is started, and cannot be asked.
	offered := slices.Contains(agent.Capabilities, trunkingCapability)
	return facts, n.Markers.Mark(ctx, capabilityMarker, remember(agent.Version, offered))
}

// trunkEvidencePhase looks, after the registration, whether ECS gave the instance a trunk. With trunking.mode require, a
// node that got none is of no use: it is drained, deregistered and its agent stopped, and the phase signal abandons it.
type trunkEvidencePhase struct{}

// Describe implements phase.Phase.
func (trunkEvidencePhase) Describe(d *nodeconfig.Document) phase.Description {
	return phase.Description{
		ID: "trunk-evidence", Title: "Whether ECS gave the instance a trunk",
		Needs: []phase.ID{"join", "trunking"}, Proof: true, Timeout: trunkingTimeout, Off: trunkingOff(d),
	}
}

// Probe implements phase.Phase.
func (trunkEvidencePhase) Probe(context.Context, *phase.Node) (phase.Observation, error) {
	return observation{}, nil
}

// Verify implements phase.Phase.
func (trunkEvidencePhase) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	agent := n.Found.Get().Agent
	if agent.ARN == "" {
		return []phase.Fact{fact("trunk", "unknown: the instance is not registered yet")}, nil
	}
	member, err := n.Cloud.Members.Member(ctx, agent.Cluster, agent.ARN)
	if err != nil {
		if n.Doc.Trunking.Mode == "require" {
			n.Warn("E_TRUNK_NOT_ATTACHED: whether the instance has a trunk is not known: %v", err)
		}
		return []phase.Fact{fact("trunk", "unknown: ECS did not say")}, nil
	}
	if id := member.Attributes[trunkAttribute]; id != "" {
		return []phase.Fact{fact("trunk", id+", ECS's own; its agent configures it")}, nil
	}
	if n.Doc.Trunking.Mode != "require" {
		return []phase.Fact{fact("trunk", "not offered")}, nil
	}
	return nil, fault.New("E_TRUNK_NOT_ATTACHED", giveUp(ctx, n, agent), "the container instance has no attribute %s", trunkAttribute)
}

// giveUp takes the instance out of the cluster. In a verification it only looks.
func giveUp(ctx context.Context, n *phase.Node, agent phase.Agent) error {
	if n.Mode != phase.ModeApply {
		return nil
	}
	return errors.Join(
		n.Cloud.Members.Drain(ctx, agent.Cluster, agent.ARN),
		n.Host.Services.Stop(ctx, agentService),
		n.Cloud.Members.Deregister(ctx, agent.Cluster, agent.ARN),
	)
}
