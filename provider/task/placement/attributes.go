package placement

import (
	"fmt"
	"strings"
)

// source says where an attribute of a container instance comes from.
type source struct {
	// name is the attribute's. One that ends in a dot stands for all that
	// begin with it.
	name string
	// setting gives it: a line of the node's configuration.
	setting string
	// never is why Windows instances never have it.
	never string
}

// sources are the capabilities that depend on the node: those that the agent
// registers by its settings, and those that it registers on Linux only
// (amazon-ecs-agent, agent/app/agent_capability.go and
// agent_capability_windows.go).
func sources() []source {
	return []source{
		{name: "ecs.capability.task-eni-trunking", never: "ENI trunking is not available on Windows"},
		{name: "ecs.capability.task-eni.ipv6", never: "the agent has no IPv6 for tasks on Windows"},
		{name: "ecs.capability.task-eni-block-instance-metadata", setting: "ECS_AWSVPC_BLOCK_IMDS=true"},
		{name: "ecs.capability.task-eni", setting: "ECS_ENABLE_TASK_ENI=true"},
		{name: "ecs.capability.cni-plugin-version", setting: "ECS_ENABLE_TASK_ENI=true"},
		{name: "ecs.capability.execution-role-awslogs", setting: "ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true"},
		{name: "com.amazonaws.ecs.capability.task-iam-role-network-host", setting: "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST=true"},
		{name: "com.amazonaws.ecs.capability.task-iam-role", setting: "ECS_ENABLE_TASK_IAM_ROLE=true"},
		{name: "com.amazonaws.ecs.capability.logging-driver.awsfirelens", never: "FireLens is not available on Windows"},
		{name: "com.amazonaws.ecs.capability.logging-driver.", setting: `ECS_AVAILABLE_LOGGING_DRIVERS with "%s" in its list`},
		{name: "com.amazonaws.ecs.capability.privileged-container", setting: "ECS_DISABLE_PRIVILEGED=false; but Docker on Windows refuses privileged containers"},
		{name: "ecs.capability.container-health-check", setting: "ECS_DISABLE_DOCKER_HEALTH_CHECK=false"},
		{name: "ecs.capability.gmsa-domainless", setting: "ECS_GMSA_SUPPORTED=true and the CCG plug-in, from Windows Server 2019 on"},
		{name: "ecs.capability.gmsa", setting: "ECS_GMSA_SUPPORTED=true on an instance that has joined the domain"},
		{name: "ecs.capability.fsxWindowsFileServer", setting: "ECS_FSX_WINDOWS_FILE_SERVER_SUPPORTED=true, from Windows Server 2019 on"},
		{name: "ecs.capability.execute-command", setting: "the SSM binaries of ECS Exec, which ECS-optimized AMIs have, from Windows Server 2019 on"},
		{name: "ecs.capability.storage.ebs-task-volume-attach", setting: "ECS_EBSTA_SUPPORTED=true and the EBS CSI image, which ECS-optimized AMIs have"},
		{name: "ecs.capability.increased-task-cpu-limit", never: "a task-level cpu above 10240 needs it; leave task-level cpu out, Windows ignores it"},
		{name: "ecs.capability.task-cpu-mem-limit", never: "Windows has no task-level limits; size the containers instead"},
		{name: "ecs.capability.branch-cni-plugin-version", never: "ENI trunking is not available on Windows"},
		{name: "ecs.capability.firelens.", never: "FireLens is not available on Windows"},
		{name: "ecs.capability.efs", never: "Amazon EFS is not available on Windows"},
		{name: "ecs.capability.efsAuth", never: "Amazon EFS is not available on Windows"},
		{name: "ecs.capability.aws-appmesh", never: "App Mesh is not available on Windows"},
		{name: "ecs.capability.pid-ipc-namespace-sharing", never: "Windows shares no PID or IPC namespaces; remove pid_mode and ipc_mode"},
		{name: "ecs.capability.fault-injection", never: "fault injection is not available on Windows"},
		{name: "ecs.capability.task-eia", never: "Elastic Inference is not available on Windows"},
	}
}

// attributeAdvice says how an instance gets an attribute.
func attributeAdvice(name string) string {
	s, ok := sourceOf(name)
	switch {
	case !ok && strings.Contains(name, "capability."):
		return fmt.Sprintf("%s comes with a newer ECS agent or Docker than the instance has: use a current ECS-optimized AMI.", name)
	case !ok:
		return fmt.Sprintf("%s is a custom attribute: set it in ECS_INSTANCE_ATTRIBUTES before the instance registers, or with aws ecs put-attributes.", name)
	case s.never != "":
		return fmt.Sprintf("No Windows instance ever has %s: %s.", name, s.never)
	}
	setting := s.setting
	if strings.Contains(setting, "%s") {
		setting = fmt.Sprintf(setting, strings.TrimPrefix(name, s.name))
	}
	return fmt.Sprintf("%s comes from %s. Set it on the node for the whole machine and restart the service AmazonECS, or have new instances launched with it.", name, setting)
}

func sourceOf(name string) (source, bool) {
	for _, s := range sources() {
		if name == s.name || strings.HasSuffix(s.name, ".") && strings.HasPrefix(name, s.name) {
			return s, true
		}
	}
	return source{}, false
}
