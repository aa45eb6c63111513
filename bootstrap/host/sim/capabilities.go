package sim

import (
	"encoding/json"
	"slices"
	"strconv"
)

// standing are the attributes without value that the agent on Windows registers whatever its settings, on releases after
// 2016: agent/app/agent_capability.go and agent_capability_windows.go of github.com/aws/amazon-ecs-agent.
func standing() []string {
	all := []string{
		"com.amazonaws.ecs.capability.ecr-auth",
		"ecs.capability.container-ordering",
		"ecs.capability.container-restart-policy",
		"ecs.capability.docker-plugin.local",
		"ecs.capability.ecr-endpoint",
		"ecs.capability.env-files.s3",
		"ecs.capability.execution-role-ecr-pull",
		"ecs.capability.full-sync",
		"ecs.capability.network.container-port-range",
		"ecs.capability.private-registry-authentication.secretsmanager",
		"ecs.capability.secrets.asm.bootstrap.log-driver",
		"ecs.capability.secrets.asm.environment-variables",
		"ecs.capability.secrets.ssm.bootstrap.log-driver",
		"ecs.capability.secrets.ssm.environment-variables",
	}
	// 1.18 to 1.23 are aliases of 1.24.
	for _, minor := range []int{17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 29, 30} {
		all = append(all, "com.amazonaws.ecs.capability.docker-remote-api.1."+strconv.Itoa(minor))
	}
	return all
}

// switched are the attributes that a setting of the agent turns on or off.
func (a *agent) switched() []string {
	var all []string
	for _, s := range []struct {
		variable, attribute string
		// dflt is what the agent does without the variable, off tells that the variable turns the attribute off.
		dflt, off bool
	}{
		{variable: "ECS_ENABLE_TASK_IAM_ROLE", attribute: "com.amazonaws.ecs.capability.task-iam-role"},
		{variable: "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST", attribute: "com.amazonaws.ecs.capability.task-iam-role-network-host"},
		{variable: "ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE", attribute: "ecs.capability.execution-role-awslogs"},
		{variable: "ECS_DISABLE_PRIVILEGED", attribute: "com.amazonaws.ecs.capability.privileged-container", off: true},
		{variable: "ECS_DISABLE_DOCKER_HEALTH_CHECK", attribute: "ecs.capability.container-health-check", off: true},
		{variable: "ECS_FSX_WINDOWS_FILE_SERVER_SUPPORTED", attribute: "ecs.capability.fsxWindowsFileServer", dflt: true},
	} {
		set, err := strconv.ParseBool(a.get(s.variable))
		if err != nil {
			set = s.dflt
		}
		if set != s.off {
			all = append(all, s.attribute)
		}
	}
	return all
}

// reservedPorts are the TCP ports that tasks do not get: agent/config/config_windows.go.
func (a *agent) reservedPorts() []string {
	ports := []int{53, 135, 139, 445, 2375, 2376, 3389, 5985, 5986, 51678, 51679}
	_ = json.Unmarshal([]byte(a.get("ECS_RESERVED_PORTS")), &ports)
	if on, err := strconv.ParseBool(a.get("ECS_ENABLE_TASK_IAM_ROLE")); err == nil && on {
		ports = append(ports, 80)
	}
	slices.Sort(ports)
	var texts []string
	for _, p := range slices.Compact(ports) {
		texts = append(texts, strconv.Itoa(p))
	}
	return texts
}

// reservedMemory is in MiB. More than 16 bits is ignored, as the agent does.
func (a *agent) reservedMemory() int {
	mib, err := strconv.ParseUint(a.get("ECS_RESERVED_MEMORY"), 10, 16)
	if err != nil {
		return 0
	}
	return int(mib)
}
