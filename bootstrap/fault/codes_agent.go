package fault

import "slices"

// agentCodes are the numbers 300 to 399: the ECS agent, the cluster, signals.
func agentCodes() []Info {
	return slices.Concat(installCodes(), startCodes(), causeCodes(), joinCodes(), signalCodes())
}

const resetAgentState = "run `ecswin-bootstrap reset --agent-state`, which backs the checkpoint up and removes it, then apply again"

// installCodes are about the agent's program, its service and its settings.
func installCodes() []Info {
	return []Info{
		{
			Code: "E_AGENT_NOT_INSTALLED", Number: 300, Exit: Unsupported, Terminal: true,
			Text:   "the ECS agent is not installed",
			Remedy: "start from an Amazon ECS-optimized Windows AMI and set `agent_install.source: cache`, or install the agent in your AMI",
		},
		{
			Code: "E_AGENT_LAYOUT", Number: 301, Exit: Unsupported, Terminal: true,
			Text: "the agent's files do not lie where an Amazon ECS-optimized AMI has them",
			Remedy: `look at C:\ProgramData\Amazon\ECS\cache and C:\Program Files\Amazon\ECS; where AWS has changed the layout, ` +
				"set `agent_install.source: ecstools` and report the listing to the project",
		},
		{
			Code: "E_AGENT_ARCHIVE", Number: 302, Exit: Unsupported, Terminal: true,
			Text:   "an archive in the agent's cache cannot be unpacked safely",
			Remedy: "take a fresh AMI; an archive that is damaged, or that holds paths outside its folder, was tampered with or broken by a copy",
		},
		{
			Code: "E_AGENT_VERSION", Number: 303, Exit: Unsupported, Terminal: true,
			Text:   "the agent is not of the version that `agent_install.version` asks for",
			Remedy: "take the AMI release that brings this version, or change `agent_install.version`",
		},
		{
			Code: "E_AGENT_DIGEST", Number: 304, Exit: Unsupported, Terminal: true, Settled: true,
			Text:   "the SHA-256 of the agent's program is not the one in `agent_install.sha256`",
			Remedy: "compare the AMI release and `agent_install.sha256`; if both are right, somebody changed the program: do not start it",
		},
		{
			Code: "E_AGENT_SERVICE", Number: 305, Exit: Agent,
			Text:   "Windows did not take the configuration of the AmazonECS service",
			Remedy: "look at the service with `sc.exe qc AmazonECS`; a service that is marked for deletion goes with a reboot",
		},
		{
			Code: "E_ECSTOOLS", Number: 306, Exit: Agent,
			Text:   "AWS's Initialize-ECSAgent failed",
			Remedy: "set `agent_install.source: cache`, which needs no PowerShell; or run Initialize-ECSAgent by hand and read its message",
		},
		{
			Code: "E_FOREIGN_BOOT", Number: 307, Exit: Unsupported, Terminal: true, Settled: true,
			Text: "AWS's scheduled task Initialize-ECSHostReboot is enabled and would race the bootstrap at each boot",
			Remedy: "set `coexist: takeover` to have it disabled, `coexist: yield` to leave the work to it, or disable it in the AMI: " +
				"`schtasks.exe /change /tn Initialize-ECSHostReboot /disable`",
		},
		{
			Code: "E_AGENT_SETTING", Number: 308, Exit: Config, Terminal: true, Settled: true,
			Text:   "the agent would not take a setting of the document",
			Remedy: "correct the member named; `ecswin-bootstrap config check` says what the agent takes",
		},
		{
			Code: "E_AGENT_SETTING_CONFLICT", Number: 309, Exit: Config, Terminal: true, Settled: true,
			Text: "a variable of the agent is set for the machine and for the AmazonECS service, with different values",
			Remedy: `remove the variable from HKLM\SYSTEM\CurrentControlSet\Services\AmazonECS, value Environment, ` +
				"or from the machine's environment; which of the two wins is not verified",
		},
	}
}

// startCodes are about the service that does not come up, where nothing names the cause.
func startCodes() []Info {
	const log = `read the end of C:\ProgramData\Amazon\ECS\log\ecs-agent.log, and run ` + "`ecswin-bootstrap doctor --bundle bundle.zip`"
	return []Info{
		{
			Code: "E_AGENT_START_REFUSED", Number: 310, Exit: Agent,
			Text:   "Windows refused to start the AmazonECS service",
			Remedy: "look at the service and those it depends on: `sc.exe qc AmazonECS`, `sc.exe query Docker`",
		},
		{
			Code: "E_AGENT_START_TIMEOUT", Number: 311, Exit: Agent,
			Text: "the AmazonECS service did not answer Windows within 30 s of its start (error 1053), several times over",
			Remedy: "the agent loads its configuration, runs systeminfo and asks the instance metadata and Docker before it answers; " +
				"a larger instance type or a warm disk (Fast Launch) helps; " + log,
		},
		{
			Code: "E_AGENT_TERMINAL", Number: 312, Exit: Agent, Terminal: true,
			Text:   "the agent gave up for good: it ended with exit code 0 and Windows does not restart it",
			Remedy: log,
		},
		{
			Code: "E_AGENT_RESTART_LOOP", Number: 313, Exit: Agent,
			Text:   "the agent ends with an error again and again, and Windows restarts it after 5, 30 and 60 s",
			Remedy: log,
		},
		{
			Code: "E_AGENT_CRASHED", Number: 314, Exit: Agent,
			Text:   "the agent's process ended before it had answered Windows",
			Remedy: log,
		},
		{
			Code: "E_AGENT_STOPPED", Number: 315, Exit: Agent,
			Text:   "somebody stopped the AmazonECS service while it started",
			Remedy: "find who stops it: a scheduled task, a management agent, or Docker's stop, which takes AmazonECS with it; then apply again",
		},
	}
}

// causeCodes are the causes that the agent's own log names; see the catalogue in package agent.
func causeCodes() []Info {
	return []Info{
		{
			Code: "E_AGENT_CHECKPOINT_CLUSTER", Number: 320, Exit: Agent, Terminal: true, Settled: true,
			Text:   "the agent's checkpoint was made in another cluster; the agent ends for good when it sees that",
			Remedy: "name the checkpoint's cluster in the document, or " + resetAgentState + "; before you make an AMI, run `ecswin-bootstrap reset --for-ami`",
		},
		{
			Code: "E_AGENT_CHECKPOINT_TYPE", Number: 321, Exit: Agent, Terminal: true, Settled: true,
			Text:   "the instance was registered with another instance type; ECS refuses to register it again",
			Remedy: "deregister the old container instance and " + resetAgentState + "; or change the type back; or launch a new instance",
		},
		{
			Code: "E_AGENT_CHECKPOINT", Number: 322, Exit: Agent, Settled: true,
			Text:   "the agent cannot use its checkpoint, agent.db",
			Remedy: "end what holds the file (a second agent, `amazon-ecs-agent.exe -ecs-attributes`), free the disk, or " + resetAgentState,
		},
		{
			Code: "E_AGENT_CONFIG", Number: 323, Exit: Agent, Terminal: true, Settled: true,
			Text: "the agent does not take its configuration",
			Remedy: "correct the variable that the message names; one that the bootstrap wrote should have been refused by it: report that; " +
				"one that is older shows as stale in `ecswin-bootstrap doctor`",
		},
		{
			Code: "E_AGENT_IMDS", Number: 324, Exit: Dependency,
			Text:   "the agent got no answer from the instance metadata service",
			Remedy: "check that the metadata service is on and the route to 169.254.169.254 is there: `ecswin-bootstrap doctor --only net`",
		},
		{
			Code: "E_AGENT_DOCKER", Number: 325, Exit: Dependency,
			Text:   "the agent got no answer from Docker",
			Remedy: "check the service: `sc.exe query Docker`; then apply again",
		},
		{
			Code: "E_AGENT_DOCKER_API", Number: 326, Exit: Unsupported, Terminal: true,
			Text:   "Docker and the agent have no API version in common",
			Remedy: "take the Docker that the ECS-optimized AMI brings; the agent on Windows speaks API 1.24 to 1.30",
		},
		{
			Code: "E_AGENT_HOST_RESOURCES", Number: 327, Exit: Agent,
			Text:   "the agent could not read the host's CPU and memory",
			Remedy: "apply again; if it lasts, report the bundle of `ecswin-bootstrap doctor --bundle bundle.zip`",
		},
		{
			Code: "E_AGENT_WARM_POOL", Number: 328, Exit: Agent, Terminal: true,
			Text:   "the agent waited two hours for the instance to go in service",
			Remedy: "set `agent.warm_pool` in Auto Scaling groups only, and see that the launch hook is completed",
		},
		{
			Code: "E_AGENT_PAUSE_IMAGE", Number: 329, Exit: Agent, Terminal: true,
			Text: "the pause image amazon/amazon-ecs-pause:0.1.0 is not in Docker's store; the agent on Windows neither loads nor pulls it",
			Remedy: "take an Amazon ECS-optimized AMI and keep the image from `docker system prune -a`; " +
				"or load a copy that you saved from such an AMI with `docker load`",
		},
		{
			Code: "E_AGENT_CNI", Number: 330, Exit: Agent, Terminal: true,
			Text:   "the agent found no vpc-eni.exe that offers awsvpc-network-mode",
			Remedy: `put the plugin of the AMI back into C:\Program Files\Amazon\ECS\cni, or take a newer AMI`,
		},
		{
			Code: "E_AGENT_DNS", Number: 331, Exit: Agent, Terminal: true,
			Text:   "the agent could not read the name servers of the primary network interface",
			Remedy: "check the interface: `ecswin-bootstrap doctor --only net`",
		},
		{
			Code: "E_AGENT_TASK_ENI", Number: 332, Exit: Agent,
			Text:   "the agent could not set up task networking",
			Remedy: "apply again; if it lasts, report the bundle of `ecswin-bootstrap doctor --bundle bundle.zip`",
		},
		{
			Code: "E_AGENT_CREDENTIALS", Number: 333, Exit: Credentials, Terminal: true,
			Text: "the agent has no valid AWS credentials",
			Remedy: "give the instance an instance profile with the policy in docs/iam.md; " +
				`a file C:\Windows\System32\config\systemprofile\.aws\credentials would stand in its way`,
		},
		{
			Code: "E_AGENT_REGISTER_DENIED", Number: 334, Exit: Credentials, Terminal: true,
			Text:   "the instance role may not register the container instance",
			Remedy: "allow the role what docs/iam.md lists, ecs:RegisterContainerInstance on the cluster above all, and look for a service control policy that denies it",
		},
		{
			Code: "E_AGENT_CLUSTER_MISSING", Number: 335, Exit: Agent, Terminal: true,
			Text:   "ECS knows no active cluster of this name in the Region and account",
			Remedy: "make the cluster before its nodes, or correct `cluster` and `region`: `aws ecs describe-clusters --clusters NAME`",
		},
		{
			Code: "E_AGENT_ATTRIBUTE", Number: 336, Exit: Agent, Terminal: true,
			Text:   "ECS did not take an attribute of the container instance",
			Remedy: "correct `agent.attributes`: names and values of up to 128 letters, digits and - _ . / \\ :, at most ten of them",
		},
		{
			Code: "E_AGENT_REGISTER_REFUSED", Number: 337, Exit: Agent, Terminal: true,
			Text:   "ECS refused to register the container instance",
			Remedy: "AWS's own message says why",
		},
		{
			Code: "E_AGENT_REGISTER_UNREACHABLE", Number: 338, Exit: Dependency,
			Text: "the agent got no answer from the ECS API",
			Remedy: "open the way: a NAT gateway, or VPC endpoints for ecs, ecs-agent and ecs-telemetry with a security group that takes 443 " +
				"from the instance, or `proxy.agent`; `ecswin-bootstrap verify --only endpoints` tries each",
		},
		{
			Code: "E_AGENT_LOCALE", Number: 339, Exit: Unsupported, Terminal: true,
			Text:   "the agent cannot tell the Windows version on a system that is not in English, and ends before it registers",
			Remedy: "take an English AMI, as all ECS-optimized ones are; the agent looks for the English words of systeminfo",
		},
		{
			Code: "E_AGENT_ACS_ENDED", Number: 340, Exit: Agent, Terminal: true,
			Text:   "the agent's session with ECS ended without a reason",
			Remedy: "apply again; if it lasts, report the bundle of `ecswin-bootstrap doctor --bundle bundle.zip` to AWS",
		},
		{
			Code: "E_AGENT_CLIENT", Number: 341, Exit: Agent,
			Text:   "the agent could not make its AWS clients",
			Remedy: "check `region`, `agent.backend_host` and AWS_CA_BUNDLE",
		},
		{
			Code: "E_AGENT_LISTEN", Number: 342, Exit: Agent,
			Text: "the agent cannot listen on its port",
			Remedy: "free the port, or keep it out of WinNAT's excluded ranges: `netsh int ipv4 show excludedportrange protocol=tcp`, " +
				"then `netsh int ipv4 add excludedportrange protocol=tcp startport=51678 numberofports=2` before Docker starts",
		},
	}
}

// joinCodes are about a node that does not become a member.
func joinCodes() []Info {
	return []Info{
		{
			Code: "E_JOIN_TIMEOUT", Number: 350, Exit: VerifyTimeout,
			Text:   "the agent runs and has not registered in time",
			Remedy: "raise `timeouts.register` if the log shows progress; else run `ecswin-bootstrap doctor`",
		},
		{
			Code: "E_JOIN_CLUSTER", Number: 351, Exit: Agent, Terminal: true,
			Text: "the agent registered in another cluster than the document names",
			Remedy: "something else configures the agent: look for ECS_CLUSTER in the service's environment, and for a second bootstrap; " +
				"then " + resetAgentState,
		},
		{
			Code: "E_JOIN_IDENTITY", Number: 352, Exit: Agent, Terminal: true,
			Text:   "the agent registered in another account or Region than the instance's",
			Remedy: `remove the credentials or settings that lead it there (the systemprofile's .aws folder, AWS_DEFAULT_REGION), then ` + resetAgentState,
		},
		{
			Code: "E_JOIN_ACS", Number: 353, Exit: VerifyTimeout,
			Text: "the agent registered and is not connected to ECS, so no task is placed",
			Remedy: "open the way to ecs-a and ecs-t (VPC endpoints ecs-agent and ecs-telemetry), and let the proxy pass WebSockets; " +
				"`verify.acs_connected: false` does not wait for it",
		},
		{
			Code: "E_JOIN_ATTRIBUTE", Number: 354, Exit: VerifyTimeout, Terminal: true,
			Text: "the container instance lacks an attribute that it must have, so tasks that need it are not placed",
			Remedy: "ecs.capability.task-eni needs `awsvpc.enabled` and a restart of the agent; com.amazonaws.ecs.capability.task-iam-role needs " +
				"`agent.task_iam_role`; for others see docs/troubleshooting.md",
		},
		{
			Code: "E_JOIN_INACTIVE", Number: 355, Exit: VerifyTimeout,
			Text:   "ECS does not list the container instance as ACTIVE",
			Remedy: "set it back: `aws ecs update-container-instances-state --status ACTIVE`; an INACTIVE one needs `ecswin-bootstrap reset --agent-state`",
		},
		{
			Code: "E_CREDENTIALS_SERVER", Number: 356, Exit: Network,
			Text:   "nobody answers at 169.254.170.2:80, where tasks get their credentials and metadata",
			Remedy: "run `ecswin-bootstrap apply`, which sets the address and the port proxy up anew; `netsh interface portproxy show v4tov4` shows the rule",
		},
	}
}

// signalCodes are about telling others, and about leaving.
func signalCodes() []Info {
	return []Info{
		{
			Code: "E_SIGNAL_DENIED", Number: 360, Exit: Credentials, Terminal: true,
			Text:   "the instance role may not send the signal",
			Remedy: "allow the action that is named; docs/iam.md has the statement",
		},
		{
			Code: "E_SIGNAL_NO_ACTION", Number: 361, Exit: Dependency, Terminal: true,
			Text: "Auto Scaling or CloudFormation waits for no signal of this instance under this name",
			Remedy: "compare `signal` with the hook's name, the group, the stack and the logical id; a hook that ran out of time is gone: raise its " +
				"heartbeat timeout",
		},
		{
			Code: "E_SIGNAL_FAILED", Number: 362, Exit: Dependency,
			Text:   "the signal could not be sent",
			Remedy: "run `ecswin-bootstrap apply` again, which sends only what was not sent; check the endpoint of autoscaling or cloudformation",
		},
		{
			Code: "E_SIGNAL_MISSING", Number: 363, Exit: VerifyTimeout,
			Text:   "the node joined and nobody was told",
			Remedy: "run `ecswin-bootstrap apply`, which sends the signal",
		},
		{
			Code: "E_DRAIN_NOT_MEMBER", Number: 370, Exit: Agent,
			Text:   "there is nothing to drain: the agent shows no registration",
			Remedy: "start the agent, or drain from outside: `aws ecs update-container-instances-state --status DRAINING`",
		},
		{
			Code: "E_DRAIN_DENIED", Number: 371, Exit: Credentials, Terminal: true,
			Text:   "the instance role may not set the container instance to DRAINING",
			Remedy: "allow ecs:UpdateContainerInstancesState and ecs:DescribeContainerInstances; docs/iam.md has the statement",
		},
		{
			Code: "E_DRAIN_FAILED", Number: 372, Exit: Dependency,
			Text:   "the container instance could not be set to DRAINING",
			Remedy: "run `ecswin-bootstrap drain` again; check the endpoint of ecs",
		},
		{
			Code: "E_DRAIN_TIMEOUT", Number: 373, Exit: VerifyTimeout,
			Text:   "tasks still ran when the time to drain was over",
			Remedy: "raise `drain.timeout`, and shorten the tasks' stop timeout or the target group's deregistration delay",
		},
	}
}
