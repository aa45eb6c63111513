package failures

import (
	"slices"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// Table returns every row, in the order of its IDs.
func Table() []Failure {
	return slices.Concat(nodeRows(), agentRows(), taskRows(), lateRows())
}

// nodeRows are F1 to F8.
func nodeRows() []Failure {
	return []Failure{
		{
			ID: "F1", Symptom: "awsvpc tasks are never placed: ATTRIBUTE, or \"missing an attribute required by your task\"",
			Cause: "ECS_ENABLE_TASK_ENI is off, as it is by default, so the node does not register ecs.capability.task-eni.",
			How:   Prevented, By: "agent-config writes it, agent-start restarts an agent that has it not, join looks for the attribute; ecswin_task names it where another node lacks it",
			Codes:     []fault.Code{"E_JOIN_ATTRIBUTE"},
			Why:       "The document's `awsvpc.enabled` is on unless it is turned off.",
			Shown:     []Test{test(agentphase, "TestForeignStart"), test(agentphase, "TestCausesOnTheNode", "attribute missing"), test(placement, "TestExplain", "attribute of the node")},
			Neighbour: []Test{test(agentphase, "TestCausesOnTheNode", "attribute not to be looked up"), test(placement, "TestExplain", "agent")},
		},
		{
			ID: "F2", Symptom: "tasks with a task role are never placed",
			Cause: "ECS_ENABLE_TASK_IAM_ROLE is off: Initialize-ECSAgent overwrites the variable unless it gets its switch.",
			How:   Prevented, By: "agent-config writes it, ecstools passes the switch, join looks for the attribute; ecswin_task names it",
			Codes: []fault.Code{"E_JOIN_ATTRIBUTE"}, Rules: []string{"WIN080"},
			Why:       "`agent.task_iam_role` is on unless it is turned off.",
			Shown:     []Test{test(agentphase, "TestSettingsAreTheDocuments"), test(placement, "TestAttributeAdvice", "com.amazonaws.ecs.capability.task-iam-role")},
			Neighbour: []Test{test(placement, "TestAttributeAdvice", "ecs.capability.execution-role-awslogs")},
		},
		{
			ID: "F3", Symptom: "the instance never joins; Initialize-ECSAgent reports that no adapter vEthernet (nat) was found",
			Cause: "Docker's nat network is not there yet, is there twice, lies in the VPC, or its adapter is a ghost from the image.",
			How:   Repaired, By: "docker, hns-nat",
			Codes: []fault.Code{
				"E_HNS_NAT_MISSING", "E_HNS_NAT_DUPLICATE", "E_HNS_NAT_OVERLAP", "E_HNS_NAT_NO_ADAPTER", "E_HNS_NAT_GHOST_ADAPTER", "E_HNS_NAT_TWO_ADAPTERS", "E_DOCKER_NAT_STALE",
			},
			Why:         "Docker makes the network anew once what is wrong was removed. Under a running task nothing is removed: then it is named.",
			Remedy:      "Where `nat.repair` is off or a task runs: drain the node, then run `ecswin-bootstrap apply`.",
			Shown:       []Test{scenario("nat-missing"), scenario("nat-duplicate"), scenario("nat-overlaps-vpc"), scenario("nat-stale-docker"), scenario("hns-slow"), test(netphase, "TestNATIsRepaired")},
			Neighbour:   []Test{scenario("ghost-adapters"), test(netphase, "TestNATsFaultsAreNamed"), test(netphase, "TestNATThatIsInOrderIsLeftAlone")},
			NotVerified: "That real HNS takes the repair.",
		},
		{
			ID: "F4", Symptom: "task STOPPED: \"Timeout waiting for network interface provisioning to complete.\"; the instance never recovers",
			Cause: "Windows did not show the attached network interface in time, or the agent did not confirm it within 3 minutes. The cause is unknown (amazon-ecs-agent#4825).",
			How:   ByProvider, By: "ecswin_task and its advice; on the node awsvpc compares the metadata's MACs with the adapters, task-networks removes leftovers",
			Codes:     []fault.Code{"E_ENI_NO_ADAPTER"},
			Why:       "It happens long after the join, and nothing on the node is known to bring it about.",
			Remedy:    "Drain and replace the instance.",
			Shown:     []Test{test(stopped, "TestHints", "Timeout waiting for network interface provisioning to complete."), test(netphase, "TestAwsvpcsFaults", "a hidden ENI")},
			Neighbour: []Test{test(stopped, "TestHints", "CannotStartContainerError: something that nobody has seen yet"), test(netphase, "TestAwsvpcsFaults", "an ENI of the user")},
		},
		{
			ID: "F5", Symptom: "ContainerNetworkingError with \"invalid MAC address\"",
			Cause: "vpc-eni found no adapter with the interface's MAC: it is hidden, renamed or claimed (amazon-ecs-agent#3368).",
			How:   ByProvider, By: "ecswin_task and its advice; awsvpc names an interface without an adapter",
			Codes:     []fault.Code{"E_ENI_NO_ADAPTER"},
			Why:       "The adapter is Windows' own; nobody has shown how to bring it back.",
			Remedy:    "Replace the instance.",
			Shown:     []Test{test(stopped, "TestHints", "ContainerNetworkingError: failed to add network: invalid MAC address"), test(netphase, "TestAwsvpcsFaults", "an ENI with a ghost")},
			Neighbour: []Test{test(stopped, "TestHints", "CannotStartContainerError: something that nobody has seen yet"), test(netphase, "TestAwsvpcsFaults", "an ENI that a task took")},
		},
		{
			ID: "F6", Symptom: "a container has no metadata or credentials after its task was launched again",
			Cause: "The order of the routes to 169.254.0.0/16 inside the task (amazon-ecs-agent#3022).",
			How:   Documented, By: "this page",
			Why:    "The routes are the agent's, inside a container that the bootstrap must not touch.",
			Remedy: "Restart the task, and take a newer AMI.",
		},
		{
			ID: "F7", Symptom: "169.254.170.2:80 cannot be reached after a stop, start or reboot; awslogs \"failed to load credentials\"",
			Cause: "The address does not survive a boot while the port proxy's rule does and is stuck; or IIS has port 80.",
			How:   Repaired, By: "host-proxy at each boot, by the boot path; join asks who answers",
			Codes:       []fault.Code{"E_PORT80_TAKEN", "E_CREDENTIALS_SERVER", "E_HOST_PROXY_STUCK", "E_IPHLPSVC"},
			Why:         "Address and rule are set up anew. A web server on port 80 is somebody's own and is named.",
			Remedy:      "Bind IIS to one address, or stop it.",
			Shown:       []Test{scenario("stale-port-proxy"), scenario("stop-start"), scenario("patch-reboot"), scenario("iis-on-port-80"), test(netphase, "TestHostProxyAfterABoot")},
			Neighbour:   []Test{test(agentphase, "TestCausesOnTheNode", "no port proxy"), test(agentphase, "TestCausesOnTheNode", "no port proxy, nor need of it")},
			NotVerified: "That the rule is stuck on real Windows, and that removing and adding it frees it.",
		},
		{
			ID: "F8", Symptom: "the agent restarts again and again: \"Failed to load pause container\"",
			Cause: "amazon/amazon-ecs-pause:0.1.0 is not in Docker's store: another AMI, or `docker system prune -a`.",
			How:   OnNode, By: "awsvpc, before the agent starts; the agent's log, if it started anyway",
			Codes:     []fault.Code{"E_PAUSE_IMAGE_MISSING", "E_AGENT_PAUSE_IMAGE"},
			Why:       "The agent on Windows neither loads nor pulls it, and AWS does not publish it in a registry.",
			Shown:     []Test{scenario("pause-image-missing"), test(agentphase, "TestCausesOnTheNode", "no pause image"), test(agentTests, "TestDiagnose", "a fatal pause image")},
			Neighbour: []Test{test(agentphase, "TestCausesOnTheNode", "no pause image, nor need of it"), test(agentTests, "TestDiagnose", "a harmless pause image before")},
		},
	}
}

// agentRows are F9 to F12.
func agentRows() []Failure {
	return []Failure{
		{
			ID: "F9", Symptom: "the service AmazonECS is stopped with exit code 0, and nothing restarts it",
			Cause: "The agent gave up for good and tells Windows that all is well: denied, no cluster, another cluster, an attribute refused.",
			How:   OnNode, By: "agent-start and join, by the catalogue of the agent's log; the verdict on the serial console and in the event log",
			Codes: []fault.Code{
				"E_AGENT_TERMINAL", "E_AGENT_REGISTER_DENIED", "E_AGENT_CLUSTER_MISSING", "E_AGENT_ATTRIBUTE", "E_AGENT_CREDENTIALS", "E_AGENT_REGISTER_REFUSED", "E_AGENT_STOPPED",
			},
			Why:       "The cause lies outside the node.",
			Shown:     []Test{scenario("register-denied"), scenario("cluster-missing"), test(agentTests, "TestEveryFatalEntryIsDiagnosed"), test(agentTests, "TestDiagnose", "a clean stop that is none")},
			Neighbour: []Test{test(agentTests, "TestDiagnose", "a clean stop that is one"), test(agentTests, "TestDiagnose", "denied, not missing"), test(agentTests, "TestDiagnose", "missing, not denied"), test(agentphase, "TestSomebodyStopsTheAgent")},
		},
		{
			ID: "F10", Symptom: "\"Data mismatch; saved cluster '…' does not match configured cluster '…'\"",
			Cause: "A checkpoint, agent.db, of another cluster: baked into the AMI, or the cluster was changed.",
			How:   OnNode, By: "agent-start reads the checkpoint before the agent does; reset --for-ami keeps it out of images",
			Codes:     []fault.Code{"E_AGENT_CHECKPOINT_CLUSTER"},
			Why:       "Removing the checkpoint makes the agent forget its tasks, which is for a person to decide.",
			Remedy:    "`ecswin-bootstrap reset --agent-state`, then apply.",
			Shown:     []Test{scenario("checkpoint-other-cluster"), test(agentphase, "TestCausesOnTheNode", "baked checkpoint"), test(agentTests, "TestReadCheckpointAsTheAgentWritesIt")},
			Neighbour: []Test{scenario("checkpoint-of-image"), test(agentphase, "TestCausesOnTheNode", "checkpoint of another instance"), test(agentphase, "TestDamagedCheckpoint")},
		},
		{
			ID: "F11", Symptom: "the agent fails after it was downloaded: a wrong, broken or unwanted version",
			Cause: "`-Version latest`, or a damaged archive in the cache (amazon-ecs-agent#2679).",
			How:   Prevented, By: "agent-install takes the AMI's own, guards the archive and compares `agent_install.version`; agent-integrity compares its SHA-256",
			Codes:       []fault.Code{"E_AGENT_ARCHIVE", "E_AGENT_VERSION", "E_AGENT_DIGEST", "E_AGENT_LAYOUT", "E_AGENT_NOT_INSTALLED"},
			Why:         "Nothing is downloaded.",
			Shown:       []Test{scenario("cache-broken"), scenario("cache-empty"), test(agentphase, "TestInstallNamesWhatIsWrong"), test(agentphase, "TestUnsafeArchivesAreRefused")},
			Neighbour:   []Test{test(agentphase, "TestInstallNamesWhatIsWrong", "pinned to this"), test(agentphase, "TestDigestThatFits")},
			NotVerified: "The names and layout of the archives in a real AMI's cache.",
		},
		{
			ID: "F12", Symptom: "the agent cannot listen on 51678 or 51679",
			Cause: "Another program has the port, or WinNAT excludes it (amazon-ecs-agent#1644).",
			How:   OnNode, By: "host-proxy for 51679, the agent's log for 51678",
			Codes:     []fault.Code{"E_AGENT_PORT_TAKEN", "E_AGENT_LISTEN"},
			Why:       "The ports are fixed in the agent, and the other program is somebody's own.",
			Remedy:    "Free the port, or reserve it before Docker starts: `netsh int ipv4 add excludedportrange protocol=tcp startport=51678 numberofports=2`.",
			Shown:     []Test{scenario("introspection-port-excluded"), scenario("agent-port-taken"), test(agentphase, "TestCausesOnTheNode", "introspection's port taken")},
			Neighbour: []Test{test(agentTests, "TestDiagnose", "runs, connected after a second start"), test(agentphase, "TestCausesOnTheNode", "no port proxy")},
		},
	}
}
