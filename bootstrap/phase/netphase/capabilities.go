package netphase

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

const (
	// attributesLog keeps what the agent logs while it is asked apart from the log of the agent that runs.
	attributesLog = `C:\ProgramData\Amazon\ECS\log\ecswin-ecs-attributes.log`
	// attributesTime is how long the agent gets to say what it can.
	attributesTime = 45 * time.Second
	// capabilityMarker remembers what an agent that runs by now said while it was stopped.
	capabilityMarker = "agent-trunking"
)

// askAgent has the agent's program say what it would register: `amazon-ecs-agent.exe -ecs-attributes`. That opens agent.db
// and waits for ever where a running agent has it, so it is asked only while the service is stopped, without a checkpoint and
// within a time (agent/app/agent.go and agent/data/client.go of github.com/aws/amazon-ecs-agent, version 1.105.1).
func askAgent(ctx context.Context, n *phase.Node) (capabilities []string, why string, err error) {
	service, err := state(ctx, n, agentService)
	if err != nil {
		return nil, "", err
	}
	if service != "" && service != host.ServiceStopped {
		return nil, "the service " + agentService + " is " + service + ", and says it only while it is stopped", nil
	}
	if _, err := n.Host.Files.Stat(ctx, agent.Program); errors.Is(err, host.ErrNotFound) {
		return nil, "it is not installed yet", nil
	}
	environment, err := nodeconfig.Environment(n.Doc)
	if err != nil {
		return nil, "", fault.New("E_AGENT_SETTING", err, "")
	}
	environment["ECS_CHECKPOINT"], environment["ECS_LOGFILE"] = "false", attributesLog
	running, end := host.Within(ctx, n.Host.Clock, attributesTime)
	defer end()
	r, err := n.Host.Programs.Run(running, host.Command{Path: agent.Program, Args: []string{"-ecs-attributes"}, Environment: environment})
	switch {
	case err != nil:
		return nil, fmt.Sprintf("its program did not say: %v", err), nil
	case r.ExitCode != 0:
		return nil, fmt.Sprintf("its program ended with exit code %d; it logs to %s", r.ExitCode, attributesLog), nil
	}
	if capabilities = attributeNames(r.Stdout); !slices.Contains(capabilities, osTypeAttribute) {
		return nil, "its program's answer is no list of attributes", nil
	}
	return capabilities, "", nil
}

// osTypeAttribute is among every agent's attributes: a list without it is none.
const osTypeAttribute = "ecs.os-type"

// attributeNames reads a name and a value a line, with a tab between them.
func attributeNames(out string) []string {
	var names []string
	for line := range strings.Lines(out) {
		name, _, _ := strings.Cut(line, "\t")
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// remembered is what this version of the agent said when it was last asked, as the state has it.
func remembered(n *phase.Node) (offered, known bool) {
	if n.Markers == nil {
		return false, false
	}
	version := n.Found.Get().Agent.Version
	switch said := n.Markers.Marker(capabilityMarker); {
	case version == "" || said == "":
		return false, false
	case said == remember(version, true):
		return true, true
	case said == remember(version, false):
		return false, true
	}
	return false, false
}

func remember(version string, offered bool) string {
	return version + map[bool]string{true: " offers ENI trunking", false: " does not offer ENI trunking"}[offered]
}
