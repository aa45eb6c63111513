package agentphase

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// powerShell is the only PowerShell that is ever started, and only where the document opts in.
const powerShell = `C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`

// ecsTools runs AWS's Initialize-ECSAgent once. What it did is looked at afterwards by this phase and all others.
func ecsTools(d *nodeconfig.Document) phase.Change {
	return phase.Change{
		What: "the agent's installation", From: "none", To: "by Initialize-ECSAgent, in PowerShell",
		Do: func(ctx context.Context, n *phase.Node) error {
			result, err := n.Host.Programs.Run(ctx, host.Command{
				Path: powerShell, Changes: true,
				Args: []string{"-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-Command", ecsToolsScript(d)},
			})
			if err != nil {
				return fault.New("E_ECSTOOLS", err, "")
			}
			if result.ExitCode != 0 {
				return fault.New("E_ECSTOOLS", nil, "PowerShell ended with exit code %d: %s", result.ExitCode, agent.Quote(lastLine(result.Stderr+"\n"+result.Stdout)))
			}
			return nil
		},
	}
}

// ecsToolsScript is the call. Its parameters are those that public sources show; AWS does not publish the module.
func ecsToolsScript(d *nodeconfig.Document) string {
	call := []string{"Initialize-ECSAgent", "-Cluster", psQuote(d.Cluster)}
	add := func(on bool, words ...string) {
		if on {
			call = append(call, words...)
		}
	}
	add(d.Agent.TaskIAMRole, "-EnableTaskIAMRole")
	add(d.AWSVPC.Enabled, "-EnableTaskENI")
	add(d.AWSVPC.BlockIMDS, "-AwsvpcBlockIMDS")
	add(len(d.AWSVPC.AdditionalLocalRoutes) > 0, "-AwsvpcAdditionalLocalRoutes", psQuote(jsonList(d.AWSVPC.AdditionalLocalRoutes)))
	add(len(d.Agent.LoggingDrivers) > 0, "-LoggingDrivers", psQuote(jsonList(d.Agent.LoggingDrivers)))
	add(d.AgentInstall.Version != "", "-Version", psQuote(d.AgentInstall.Version))
	return "$ErrorActionPreference = 'Stop'; Import-Module ECSTools; " + strings.Join(call, " ")
}

// psQuote is a string that PowerShell takes as it is.
func psQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func jsonList(list []string) string {
	// Strings always marshal.
	text, _ := json.Marshal(list)
	return string(text)
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
