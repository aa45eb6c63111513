package doctor

// The areas of checks.
const (
	areaMachine  = "machine"
	areaMetadata = "metadata"
	areaServices = "services"
	areaDocker   = "docker"
	areaNet      = "net"
	areaAgent    = "agent"
	areaAWS      = "aws"
)

// Areas returns the areas, in the order of the checks.
func Areas() []string {
	return []string{areaMachine, areaMetadata, areaServices, areaDocker, areaNet, areaAgent, areaAWS}
}

// Checks returns all checks, the most basic first.
func Checks() []Check {
	return []Check{
		{Name: "windows", Area: areaMachine, Title: "Windows is one that the ECS agent takes in awsvpc mode", Look: windows},
		{Name: "pending", Area: areaMachine, Title: "Windows has nothing to finish before it can be built upon", Look: pending},
		{Name: "domain", Area: areaMachine, Title: "the machine is in the domain that the document asks for", Look: domain},
		{Name: "bootstrap", Area: areaMachine, Title: "the bootstrap has run on this instance, in this boot", Remembers: true, Look: bootstrap},
		{Name: "foreign-boot", Area: areaMachine, Title: "no scheduled task of ECSTools races the bootstrap", Look: foreignBoot},

		{Name: "imds-route", Area: areaMetadata, Title: "a route leads to the instance metadata", Look: imdsRoute},
		{Name: "imds", Area: areaMetadata, Title: "the instance metadata answers", DependsOn: []string{"imds-route"}, Look: imds},

		{Name: "hns-service", Area: areaServices, Title: "the Host Networking Service runs", DependsOn: []string{"windows"}, Look: serviceRuns("hns", "E_HNS_NOT_RUNNING")},
		{Name: "docker-service", Area: areaServices, Title: "the service Docker runs", DependsOn: []string{"hns-service"}, Look: dockerService},
		{Name: "iphlpsvc", Area: areaServices, Title: "the IP Helper runs, which forwards ports", Look: serviceRuns("iphlpsvc", "E_IPHLPSVC")},

		{Name: "docker", Area: areaDocker, Title: "Docker answers and serves Windows containers", DependsOn: []string{"docker-service"}, Look: docker},
		{Name: "pause-image", Area: areaDocker, Title: "the pause image is in Docker's store", DependsOn: []string{"docker"}, Look: pauseImage},

		{Name: "default-route", Area: areaNet, Title: "a default route leads out", Look: defaultRoute},
		{Name: "nat", Area: areaNet, Title: "Docker's nat network and its adapter are there, once", DependsOn: []string{"hns-service", "docker"}, Look: nat},
		{Name: "port-80", Area: areaNet, Title: "no other web server has port 80 of 169.254.170.2", Look: port80},
		{Name: "host-proxy", Area: areaNet, Title: "169.254.170.2 leads to the agent's credentials server", DependsOn: []string{"bootstrap", "nat", "iphlpsvc", "port-80"}, Look: hostProxy},
		{Name: "dns", Area: areaNet, Title: "the primary interface has name servers that tasks can use", DependsOn: []string{"imds", "default-route"}, Look: dns},
		{Name: "task-networks", Area: areaNet, Title: "no networks of gone tasks are left", DependsOn: []string{"hns-service", "imds"}, Look: taskNetworks},
		{Name: "interfaces", Area: areaNet, Title: "each attached network interface has an adapter", DependsOn: []string{"imds", "hns-service"}, Look: interfaces},
		{Name: "endpoints", Area: areaNet, Title: "the AWS endpoints answer", DependsOn: []string{"default-route", "dns", "imds"}, Look: endpoints},

		{Name: "identity", Area: areaAWS, Title: "the instance has credentials, and its clock is right", DependsOn: []string{"imds", "default-route", "dns"}, Look: identity},

		{Name: "cni", Area: areaAgent, Title: "the CNI plug-in vpc-eni knows awsvpc mode", DependsOn: []string{"bootstrap"}, Look: cni},
		{Name: "agent-settings", Area: areaAgent, Title: "the agent's environment is one that it takes", DependsOn: []string{"bootstrap"}, Look: agentSettings},
		{Name: "agent-checkpoint", Area: areaAgent, Title: "the agent's checkpoint is this instance's", DependsOn: []string{"imds"}, Look: agentCheckpoint},
		{
			Name: "agent", Area: areaAgent, Title: "the ECS agent runs",
			DependsOn: []string{"bootstrap", "imds", "identity", "docker", "nat", "pause-image", "cni", "agent-settings", "agent-checkpoint", "endpoints", "port-80"}, Look: agentRuns,
		},
		{Name: "registered", Area: areaAgent, Title: "the agent has registered with its cluster", DependsOn: []string{"agent"}, Look: registered},
		{Name: "acs", Area: areaAgent, Title: "the agent is connected to ECS", DependsOn: []string{"registered"}, Look: acs},
		{Name: "credentials-server", Area: areaAgent, Title: "the agent answers at 169.254.170.2:80", DependsOn: []string{"port-80", "agent", "host-proxy"}, Look: credentialsServer},

		{Name: "member", Area: areaAWS, Title: "ECS sees the container instance active and connected", DependsOn: []string{"registered", "identity"}, Look: member},
	}
}
