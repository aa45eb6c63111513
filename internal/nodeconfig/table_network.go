package nodeconfig

import "time"

// networkRows are the members about the network of tasks and host.
func networkRows() []row {
	return []row{
		{
			Field: Field{Path: "awsvpc.enabled", Variable: "ECS_ENABLE_TASK_ENI", Example: "true", Doc: "Take tasks in `awsvpc` mode."},
			at:    func(d *Document) any { return &d.AWSVPC.Enabled }, always: true,
		},
		{
			Field: Field{Path: "awsvpc.block_imds", Variable: "ECS_AWSVPC_BLOCK_IMDS", Example: "true", Doc: "Keep tasks in `awsvpc` mode from the instance metadata, and so from user data."},
			at:    func(d *Document) any { return &d.AWSVPC.BlockIMDS },
		},
		{
			Field: Field{Path: "awsvpc.additional_local_routes", Variable: "ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES", Example: "[10.0.0.5/32]", Doc: "CIDR blocks that tasks reach through the host rather than through their network interface."},
			at:    func(d *Document) any { return &d.AWSVPC.AdditionalLocalRoutes }, check: checkRoute,
		},
		{
			Field: Field{Path: "host_proxy.mode", Enum: []string{"auto", "verify", "off"}, Example: "verify", Doc: "`auto`: set the proxy up whenever `awsvpc` or task roles are on. `verify`: only look that somebody else did. `off`: leave it, which is possible only without both."},
			at:    func(d *Document) any { return &d.HostProxy.Mode },
		},
		{
			Field: Field{Path: "nat.repair", Enum: []string{"auto", "off"}, Example: "auto", Doc: "`auto`: repair a missing, duplicate or overlapping network while no task runs. `off`: only report it."},
			at:    func(d *Document) any { return &d.NAT.Repair },
		},
		{
			Field: Field{Path: "nat.subnet", Example: "172.30.0.0/20", Doc: "CIDR block for the network if it has to be made anew. Not given: one that does not overlap with the VPC."},
			at:    func(d *Document) any { return &d.NAT.Subnet }, check: checkSubnet,
		},
		{
			Field: Field{Path: "dns.servers", Example: "[10.0.0.2]", MaxItems: 16, Doc: "Name servers, set on the primary interface before the agent starts. The agent hands the interface's list to every task. A DHCP option set is the better place. Not given: what DHCP brought."},
			at:    func(d *Document) any { return &d.DNS.Servers }, check: checkNameServer,
		},
		{
			Field: Field{Path: "domain.require", Example: "true", Doc: "Start the agent only when the instance is in a domain and its secure channel works."},
			at:    func(d *Document) any { return &d.Domain.Require },
		},
		{
			Field: Field{
				Path: "domain.name", Example: "corp.example.com",
				Pattern: `^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$`, PatternHint: "a domain's DNS name, such as corp.example.com",
				Doc: "DNS name of the domain. Not given: any domain.",
			},
			at: func(d *Document) any { return &d.Domain.Name },
		},
		{
			Field: Field{Path: "domain.wait", Range: durations(0, time.Hour), Example: "10m", Doc: "How long to wait for the join, which happens outside the bootstrap."},
			at:    func(d *Document) any { return &d.Domain.Wait },
		},
		{
			Field: Field{Path: "trunking.mode", Enum: []string{"off", "auto", "require"}, Example: "require", Doc: "`auto`: say what the cluster offers. `require`: stop before anything is changed if the agent cannot do it."},
			at:    func(d *Document) any { return &d.Trunking.Mode },
		},
		{
			Field: Field{Path: "trunking.opt_in", Example: "true", Doc: "Let the instance role switch `awsvpcTrunking` on for itself before the agent registers. It holds for every later instance of the role, and needs `ecs:PutAccountSetting`."},
			at:    func(d *Document) any { return &d.Trunking.OptIn },
		},
		{
			Field: Field{Path: "trunking.experimental_variant", Enum: []string{"a", "b", "c"}, Example: "a", Doc: "Which HNS documents to use for trunks that Terraform made. Nobody has shown one to work; there is no default."},
			at:    func(d *Document) any { return &d.Trunking.ExperimentalVariant },
		},
		{
			Field: Field{Path: "endpoints.check", Example: "false", Doc: "Check them."},
			at:    func(d *Document) any { return &d.Endpoints.Check },
		},
		proxyRow("proxy.agent.http", "HTTP_PROXY", "Proxy for HTTP.", func(d *Document) any { return &d.Proxy.Agent.HTTP }),
		proxyRow("proxy.agent.https", "HTTPS_PROXY", "Proxy for HTTPS.", func(d *Document) any { return &d.Proxy.Agent.HTTPS }),
		noProxyRow("proxy.agent.no_proxy", func(d *Document) any { return &d.Proxy.Agent.NoProxy }),
		proxyRow("proxy.docker.http", "", "Proxy for HTTP.", func(d *Document) any { return &d.Proxy.Docker.HTTP }),
		proxyRow("proxy.docker.https", "", "Proxy for HTTPS.", func(d *Document) any { return &d.Proxy.Docker.HTTPS }),
		noProxyRow("proxy.docker.no_proxy", func(d *Document) any { return &d.Proxy.Docker.NoProxy }),
	}
}

func proxyRow(path, variable, doc string, at func(*Document) any) row {
	return row{
		Field: Field{Path: path, Variable: variable, Reference: true, Sensitive: true, Example: "http://proxy.example.com:3128", Doc: doc + " A URL without user and password; one with them goes into a reference."},
		at:    at, check: checkProxy,
	}
}

func noProxyRow(path string, at func(*Document) any) row {
	return row{
		Field: Field{Path: path, Example: "[.example.com, 10.0.0.0/16]", Doc: "Hosts that are reached without the proxy. 169.254.169.254, 169.254.170.2 and Docker's pipe are always among them."},
		at:    at, check: checkNoProxy,
	}
}
