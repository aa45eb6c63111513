package sim

import (
	"encoding/json"
	"slices"
	"strconv"

	ecsagent "github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/internal/imds"
)

// SetCheckpoint writes an agent.db as an image or an earlier start left it.
func (m *Machine) SetCheckpoint(c ecsagent.Checkpoint) {
	m.WriteFile(agentDataDir+`\agent.db`, c.Encode())
}

// checkpoint reads what the agent has saved. One of another instance is thrown away.
func (a *agent) checkpoint() (ecsagent.Checkpoint, bool) {
	content, ok := a.m.disk.read(a.checkpointFile())
	if !ok || !a.keeps() {
		return ecsagent.Checkpoint{}, false
	}
	c, err := ecsagent.ReadCheckpoint(content)
	return c, err == nil && c.InstanceID == a.m.instance.ID
}

// registrar is who plays ECS.
func (m *Machine) registrar() Registrar {
	if m.options.Registrar != nil {
		return m.options.Registrar
	}
	return m.account
}

// registerAtECS reaches the endpoint of ECS and registers.
func (m *Machine) registerAtECS(r Registration, proxy string) (string, error) {
	const action = "ecs:RegisterContainerInstance"
	_, domain := m.instance.partition()
	if err := m.reach.dial("ecs."+r.Region+"."+domain, proxy); err != nil {
		return "", &cloud.CallError{Action: action, Err: err}
	}
	if !m.metadata.hasRole() {
		return "", refused(action, "NoCredentialProviders", "no valid providers in chain")
	}
	if f := m.fault(call{name: "agent.register"}); f.Err != "" {
		return "", refused(action, f.Err, "injected")
	}
	return m.registrar().Register(r)
}

// capabilities are the attributes that an agent with this environment registers; see the facts on the Windows agent.
func (m *Machine) capabilities(env map[string]string) map[string]string {
	a := agent{m: m, env: env}
	all := map[string]string{
		"ecs.os-type": "windows", "ecs.os-family": m.osFamily(), "ecs.os-type-detailed": m.osFamily(),
		"ecs.ami-id": m.metadata.tells("meta-data/ami-id"), "ecs.availability-zone": m.metadata.tells("meta-data/placement/availability-zone"),
		"ecs.instance-type": m.metadata.tells(instanceTypePath), "ecs.cpu-architecture": "x86_64",
	}
	for _, name := range slices.Concat(standing(), a.switched()) {
		all[name] = ""
	}
	if m.trunks && a.on("ECS_ENABLE_TASK_ENI") {
		all[trunkingCapability] = ""
	}
	if content, ok := m.disk.read(cniExe); a.on("ECS_ENABLE_TASK_ENI") {
		all["ecs.capability.task-eni"] = ""
		primary := imds.MACsPath + m.metadata.tells("meta-data/mac") + "/"
		all["ecs.vpc-id"], all["ecs.subnet-id"] = m.metadata.tells(primary+"vpc-id"), m.metadata.tells(primary+"subnet-id")
		if ok {
			all["ecs.capability.cni-plugin-version"] = "a4e9ac0-" + versionOf(content)
			if a.on("ECS_AWSVPC_BLOCK_IMDS") {
				all["ecs.capability.task-eni-block-instance-metadata"] = ""
			}
		}
	}
	drivers := []string{"json-file", "none", "awslogs"}
	_ = json.Unmarshal([]byte(a.get("ECS_AVAILABLE_LOGGING_DRIVERS")), &drivers)
	for _, d := range drivers {
		all["com.amazonaws.ecs.capability.logging-driver."+d] = ""
	}
	if gmsa, err := strconv.ParseBool(firstOf(a.get("ECS_GMSA_SUPPORTED"), "true")); err == nil && gmsa && m.windows.domain != "" {
		all["ecs.capability.gmsa"] = ""
	}
	if _, ok := m.disk.list(execFolder + `\bin`); ok {
		all["ecs.capability.execute-command"] = ""
	}
	for name, text := range jsonMap(a.get("ECS_INSTANCE_ATTRIBUTES")) {
		all[name] = text
	}
	return all
}

func jsonMap(text string) map[string]string {
	all := map[string]string{}
	_ = json.Unmarshal([]byte(text), &all)
	return all
}

func (m *Machine) osFamily() string {
	releases := map[int]string{14393: "2016", 17763: "2019", 20348: "2022", 26100: "2025"}
	release, ok := releases[m.windows.os.Build]
	if !ok {
		return "windows"
	}
	edition := "FULL"
	if slices.Contains([]string{"Server Core"}, m.windows.os.InstallationType) {
		edition = "CORE"
	}
	return "WINDOWS_SERVER_" + release + "_" + edition
}
