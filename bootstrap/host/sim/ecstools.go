package sim

import (
	"maps"
	"net/netip"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig/convert"
)

// hostRebootTask is the scheduled task by which AWS's ECSTools sets the host up again at each boot.
const hostRebootTask = `\Initialize-ECSHostReboot`

// proxyAddress is where tasks ask for their credentials.
const proxyAddress = "169.254.170.2"

// powershell counts as a run and knows one command: Initialize-ECSAgent. The module is closed source; what it does here is
// after its documentation and the logs that people posted.
func (m *Machine) powershell(args []string) host.Result {
	script := strings.Join(args, " ")
	if !strings.Contains(strings.ToLower(script), "initialize-ecsagent") {
		return host.Result{}
	}
	d, _, err := convert.FromScript(script)
	if err != nil {
		return host.Result{ExitCode: 1, Stderr: err.Error()}
	}
	if err := m.initializeECSAgent(d); err != "" {
		return host.Result{ExitCode: 1, Stderr: err + "\n"}
	}
	return host.Result{}
}

// initializeECSAgent unpacks the agent, writes the machine's environment, sets the host up and starts the service.
func (m *Machine) initializeECSAgent(d *nodeconfig.Document) (failure string) {
	env, err := nodeconfig.Environment(d)
	if err != nil {
		return err.Error()
	}
	if _, ok := m.disk.read(agentExe); !ok {
		if names, _ := m.disk.list(agentCache); len(names) == 0 {
			return "ECS agent archive not found in cache"
		}
		m.buildAgent(AgentInstalled)
	}
	for _, name := range sortedKeys(env) {
		m.SetMachineEnvironment(name, env[name])
	}
	m.edge.tasks[strings.ToLower(hostRebootTask)] = scheduled{hostRebootTask, true}
	if d.Agent.TaskIAMRole {
		if failure := m.initializeHost(); failure != "" {
			return failure
		}
	}
	m.StartService(agentService)
	return ""
}

// initializeHost sets up the way to the agent's credentials server. It wants the adapter to be there, and adds the rule
// of the port proxy whether the address is Preferred or not.
func (m *Machine) initializeHost() (failure string) {
	a := m.natAdapter()
	if a == nil {
		return "VMNetwork adapter 'vEthernet (nat)*' not found"
	}
	m.network.addAddress(a, netip.MustParsePrefix(proxyAddress+"/32"))
	m.edge.add(host.ProxyRule{
		Listen: netip.MustParseAddrPort(proxyAddress + ":80"), Connect: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), credentialsPort),
	})
	return ""
}

func (m *Machine) natAdapter() *host.Adapter {
	for _, a := range m.network.adapters {
		if a.State == host.AdapterUp && strings.HasPrefix(strings.ToLower(a.Alias), "vethernet (nat)") {
			return a
		}
	}
	return nil
}

// hostReboot is the scheduled task: it looks for the adapter once a second, ten times, and starts the agent if it found it.
func (m *Machine) hostReboot(later func(time.Duration, func()), tries int) {
	if m.initializeHost() == "" {
		m.StartService(agentService)
		return
	}
	if tries > 1 {
		later(time.Second, func() { m.hostReboot(later, tries-1) })
	}
}

// RaceECSTools lets user data of AWS's own kind run Initialize-ECSAgent after a while, without a word.
func (m *Machine) RaceECSTools(after time.Duration, cluster string, environment map[string]string) {
	m.Do(after, func(m *Machine) {
		d := nodeconfig.Default()
		d.Cluster = cluster
		if m.initializeECSAgent(d) != "" {
			return
		}
		for name, text := range maps.All(environment) {
			m.SetMachineEnvironment(name, text)
		}
	})
}
