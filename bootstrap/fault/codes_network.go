package fault

import "slices"

// networkCodes are the numbers 200 to 299: Docker, HNS, addresses, routes, names.
func networkCodes() []Info {
	return slices.Concat(dockerCodes(), natCodes(), proxyCodes(), nameCodes(), taskCodes())
}

func dockerCodes() []Info {
	return []Info{
		{
			Code: "E_DOCKER_MISSING", Number: 200, Exit: Unsupported, Terminal: true, Settled: true,
			Text:   "the service docker is not installed",
			Remedy: "use an ECS-optimized Windows AMI, or install Docker before the bootstrap runs; check with `sc.exe query docker`",
		},
		{
			Code: "E_DOCKER_DISABLED", Number: 201, Exit: Dependency, Terminal: true, Settled: true,
			Text:   "the service docker is disabled",
			Remedy: "run `sc.exe config docker start= auto`, then `ecswin-bootstrap apply`",
		},
		{
			Code: "E_DOCKER_START", Number: 202, Exit: Dependency,
			Text:   "the service docker does not start or does not stay up",
			Remedy: "read why with `wevtutil qe Application /q:\"*[System[Provider[@Name='docker']]]\" /c:20 /rd:true /f:text`, correct it, then run `ecswin-bootstrap apply`",
		},
		{
			Code: "E_DOCKER_NO_ANSWER", Number: 203, Exit: Dependency,
			Text:   "the service docker runs, but the engine does not answer on its pipe",
			Remedy: "run `docker version`; if that hangs too, run `Restart-Service docker -Force` in PowerShell, then `ecswin-bootstrap apply`",
		},
		{
			Code: "E_DOCKER_CONFIG", Number: 204, Exit: Dependency, Terminal: true, Settled: true,
			Text:   "Docker's daemon.json is not a JSON object, so dockerd does not start with it",
			Remedy: "correct C:\\ProgramData\\docker\\config\\daemon.json (check with `dockerd --validate`), then run `ecswin-bootstrap apply`",
		},
		{
			Code: "E_DOCKER_LINUX", Number: 205, Exit: Unsupported, Terminal: true, Settled: true,
			Text:   "the engine runs Linux containers",
			Remedy: "switch it to Windows containers (`& \"$Env:ProgramFiles\\Docker\\Docker\\DockerCli.exe\" -SwitchWindowsEngine`), or use an ECS-optimized Windows AMI",
		},
		{
			Code: "E_DOCKER_API", Number: 206, Exit: Unsupported, Terminal: true, Settled: true,
			Text:   "the engine takes no version of the Docker API that the ECS agent on Windows speaks (1.24 to 1.30)",
			Remedy: "install the Docker version of the ECS-optimized AMI (25.0); newer engines refuse old API versions unless `min-api-version` is lowered in daemon.json",
		},
		{
			Code: "E_DOCKER_TASKS_RUNNING", Number: 207, Exit: TryAgain,
			Text:   "Docker has to be restarted, and containers of tasks run that this would stop",
			Remedy: "drain the instance (`ecswin-bootstrap drain`), then run `ecswin-bootstrap apply`",
		},
		{
			Code: "E_DOCKER_STOP", Number: 209, Exit: Dependency,
			Text:   "the service docker does not stop",
			Remedy: "run `Stop-Service docker -Force`; if it hangs, reboot the instance; then run `ecswin-bootstrap apply`",
		},
		{
			Code: "E_DOCKER_PROXY", Number: 208, Exit: Config, Terminal: true, Settled: true,
			Text:   "the proxy of dockerd in the document cannot be used",
			Remedy: "check the document with `ecswin-bootstrap config check`; a reference has to be resolvable by the instance role",
		},
	}
}

func natCodes() []Info {
	const again = "run `ecswin-bootstrap apply` again once no task runs; by hand: `Stop-Service AmazonECS; Stop-Service docker -Force; Get-HnsNetwork | ? Name -eq nat | Remove-HnsNetwork; Start-Service docker`"
	return []Info{
		{
			Code: "E_HNS_NOT_RUNNING", Number: 210, Exit: Network,
			Text:   "the Host Networking Service does not run",
			Remedy: "run `sc.exe config hns start= demand` and `Start-Service hns, docker`, then `ecswin-bootstrap apply`",
		},
		{
			Code: "E_HNS_NO_ANSWER", Number: 211, Exit: Network,
			Text:   "the Host Networking Service runs, but refuses calls",
			Remedy: "restart it with what it depends on: `Restart-Service nsi, hns, docker -Force`; if it stays so, reboot the instance",
		},
		{
			Code: "E_HNS_NAT_MISSING", Number: 212, Exit: Network,
			Text:   "Docker has not made its nat network",
			Remedy: again,
		},
		{
			Code: "E_HNS_NAT_OFF", Number: 213, Exit: Network, Terminal: true, Settled: true,
			Text:   "Docker is told not to make its nat network",
			Remedy: "remove \"bridge\": \"none\" from C:\\ProgramData\\docker\\config\\daemon.json and run `Restart-Service docker`",
		},
		{
			Code: "E_HNS_NAT_DUPLICATE", Number: 214, Exit: Network,
			Text:   "there is more than one NAT network called nat",
			Remedy: again,
		},
		{
			Code: "E_HNS_NAT_FOREIGN", Number: 215, Exit: Network, Terminal: true, Settled: true,
			Text:   "the network called nat is not of type NAT, so somebody else than Docker made it",
			Remedy: "find out who made it, then `Get-HnsNetwork | ? Name -eq nat | Remove-HnsNetwork; Restart-Service docker`",
		},
		{
			Code: "E_HNS_NAT_OVERLAP", Number: 216, Exit: Network, Settled: true,
			Text:   "the nat network overlaps with the VPC, so that addresses of the VPC cannot be reached",
			Remedy: "set nat.subnet to a block outside the VPC and run `ecswin-bootstrap apply` while no task runs",
		},
		{
			Code: "E_HNS_NAT_NO_ROOM", Number: 217, Exit: Network, Terminal: true, Settled: true,
			Text:   "no private block is left for the nat network",
			Remedy: "give nat.subnet a block that neither the VPC nor the host's routes use",
		},
		{
			Code: "E_HNS_NAT_NO_ADAPTER", Number: 218, Exit: Network,
			Text:   "the nat network is there, but its adapter vEthernet (nat) is not",
			Remedy: again,
		},
		{
			Code: "E_HNS_NAT_GHOST_ADAPTER", Number: 219, Exit: Network,
			Text:   "only remains of vEthernet (nat) adapters are there, as in an image that was captured with one",
			Remedy: "run `ecswin-bootstrap apply`; before the next image is captured, run `ecswin-bootstrap reset --for-ami`. Remains are listed by `Get-PnpDevice -Class Net -Status Unknown`",
		},
		{
			Code: "E_HNS_NAT_TWO_ADAPTERS", Number: 220, Exit: Network,
			Text:   "more than one vEthernet (nat) adapter is up",
			Remedy: again,
		},
		{
			Code: "E_HNS_NAT_NO_ADDRESS", Number: 221, Exit: Network,
			Text:   "the adapter of the nat network has no usable address",
			Remedy: again,
		},
		{
			Code: "E_HNS_DELETE", Number: 223, Exit: Network,
			Text:   "HNS does not delete a network",
			Remedy: "delete it by hand: `Get-HnsNetwork | ? Id -eq ID | Remove-HnsNetwork`; if that fails too, `Restart-Service hns, docker -Force` or reboot the instance",
		},
		{
			Code: "E_DOCKER_NAT_STALE", Number: 222, Exit: Network,
			Text:   "Docker believes in a nat network that HNS no longer has",
			Remedy: "run `Restart-Service docker -Force` while no task runs, then `ecswin-bootstrap apply`",
		},
	}
}

func proxyCodes() []Info {
	return []Info{
		{
			Code: "E_IPHLPSVC", Number: 230, Exit: Network, Settled: true,
			Text:   "the IP Helper service, which forwards the tasks' requests for credentials, does not run",
			Remedy: "run `sc.exe config iphlpsvc start= auto` and `Start-Service iphlpsvc`, then `ecswin-bootstrap apply`",
		},
		{
			Code: "E_HOST_PROXY_ADDRESS", Number: 231, Exit: Network,
			Text:   "the address 169.254.170.2 is not usable on the nat network's adapter",
			Remedy: "look at it with `Get-NetIPAddress 169.254.170.2`; remove it with `Remove-NetIPAddress 169.254.170.2`, then run `ecswin-bootstrap apply`",
		},
		{
			Code: "E_HOST_PROXY_RULE", Number: 232, Exit: Network,
			Text:   "the port proxy from 169.254.170.2:80 to 127.0.0.1:51679 is not set up",
			Remedy: "look at it with `netsh interface portproxy show v4tov4`; run `ecswin-bootstrap apply` with host_proxy.mode auto",
		},
		{
			Code: "E_HOST_PROXY_STUCK", Number: 233, Exit: Network,
			Text:   "the agent answers on 127.0.0.1:51679, but not through the port proxy on 169.254.170.2:80",
			Remedy: "run `ecswin-bootstrap apply`, which removes the port proxy's rule and adds it again; or do it with `netsh interface portproxy delete v4tov4 listenaddress=169.254.170.2 listenport=80` and `add`",
		},
		{
			Code: "E_PORT80_TAKEN", Number: 234, Exit: Network, Terminal: true, Settled: true,
			Text:   "another web server has port 80, so tasks get no credentials and no metadata at 169.254.170.2",
			Remedy: "for IIS run `Stop-Service W3SVC; Set-Service W3SVC -StartupType Disabled`, or bind its site to one address; find others with `Get-NetTCPConnection -LocalPort 80 -State Listen` and `netsh http show servicestate`",
		},
		{
			Code: "E_AGENT_PORT_TAKEN", Number: 235, Exit: Network, Terminal: true, Settled: true,
			Text:   "another program has a port of the ECS agent, 51678 or 51679",
			Remedy: "find it with `Get-NetTCPConnection -LocalPort 51678,51679 -State Listen` and free the port; where nobody listens, see `netsh int ipv4 show excludedportrange protocol=tcp` for what WinNAT has reserved",
		},
		{
			Code: "E_HOST_PROXY_FIREWALL", Number: 236, Exit: Network,
			Text:   "the firewall does not let the nat network reach 169.254.170.2",
			Remedy: "look at it with `netsh advfirewall firewall show rule name=\"ecswin host proxy\"`; run `ecswin-bootstrap apply` with host_proxy.mode auto",
		},
	}
}

func nameCodes() []Info {
	return []Info{
		{
			Code: "E_PRIMARY_NIC_MISSING", Number: 240, Exit: Network,
			Text:   "no adapter has the MAC address of the primary network interface",
			Remedy: "compare `Get-NetAdapter -IncludeHidden | ft Name, MacAddress, Status` with the instance metadata `mac`; run `pnputil /scan-devices`; if it stays away, replace the instance",
		},
		{
			Code: "E_DNS_EMPTY", Number: 241, Exit: Network,
			Text:   "the primary network interface has no name server, and the agent would hand this empty list to every task",
			Remedy: "give the VPC a DHCP option set with domain-name-servers, or set dns.servers in the document",
		},
		{
			Code: "E_DNS_NOT_FOR_TASKS", Number: 242, Exit: Network, Terminal: true, Settled: true,
			Text:   "a name server of the primary network interface cannot be reached by tasks",
			Remedy: "use the VPC's network address plus two, in the DHCP option set or as dns.servers, rather than 169.254.169.253 or a loopback address",
		},
		{
			Code: "E_DNS_NO_ANSWER", Number: 243, Exit: Network, Follows: []Code{"E_NETWORK_LOST"},
			Text:   "no name server of the primary network interface answers",
			Remedy: "check that the servers can be reached on port 53 (`Resolve-DnsName ecs.REGION.amazonaws.com -Server ADDRESS`), the security groups and network ACLs in between, and the VPC's enableDnsSupport",
		},
		{
			Code: "E_DNS_OTHER", Number: 244, Exit: Network,
			Text:   "the primary network interface has other name servers than the document",
			Remedy: "run `ecswin-bootstrap apply`, which sets dns.servers; if they change again, find who sets them: a group policy, a management agent, a person",
		},
		{
			Code: "E_ENDPOINT_DNS", Number: 250, Exit: Network, Follows: []Code{"E_NETWORK_LOST"},
			Text:   "the name of an AWS endpoint that the node needs is not known to the name servers",
			Remedy: "in a VPC without internet create the interface endpoint of that service with private DNS, and switch enableDnsSupport and enableDnsHostnames on",
		},
		{
			Code: "E_ENDPOINT_CONNECT", Number: 251, Exit: Network, Follows: []Code{"E_NETWORK_LOST"},
			Text:   "an AWS endpoint that the node needs does not take a connection on port 443",
			Remedy: "give the subnet a way out (NAT gateway or proxy) or the service's VPC endpoint, and let the endpoint's security group take port 443 from the instance",
		},
		{
			Code: "E_ENDPOINT_PROXY", Number: 252, Exit: Network,
			Text:   "the proxy does not lead to an AWS endpoint that the node needs",
			Remedy: "check proxy.agent and proxy.docker in the document, that the instance reaches the proxy, and that the proxy allows CONNECT to the endpoint on port 443; or name the endpoint in no_proxy",
		},
		{
			Code: "E_ENDPOINT_CERTIFICATE", Number: 253, Exit: Network, Follows: []Code{"E_CLOCK_SKEW"},
			Text:   "an AWS endpoint that the node needs shows a certificate that Windows does not trust",
			Remedy: "a proxy or firewall that opens TLS has to leave AWS endpoints alone, or its root belongs into the machine's store; check the clock too (`w32tm /query /status`)",
		},
	}
}

func taskCodes() []Info {
	return []Info{
		{
			Code: "E_CNI_MISSING", Number: 260, Exit: Unsupported, Terminal: true, Settled: true,
			Text:   "the CNI plugin vpc-eni.exe is not there, so the agent cannot take tasks in awsvpc mode",
			Remedy: "use an ECS-optimized Windows AMI, or install the agent from its archive, which has the plugin: agent_install.source cache",
		},
		{
			Code: "E_CNI_BROKEN", Number: 261, Exit: Unsupported,
			Text:   "the CNI plugin vpc-eni.exe does not run",
			Remedy: "run `& 'C:\\Program Files\\Amazon\\ECS\\cni\\vpc-eni.exe' --capabilities` to see why; an antivirus or AppLocker rule may stop it",
		},
		{
			Code: "E_CNI_CAPABILITY", Number: 262, Exit: Unsupported, Terminal: true, Settled: true,
			Text:   "the CNI plugin vpc-eni.exe does not offer awsvpc-network-mode, so the agent would stop for good",
			Remedy: "install the agent and its plugin from one archive of version 1.54.0 or newer",
		},
		{
			Code: "E_PAUSE_IMAGE_MISSING", Number: 263, Exit: Unsupported, Terminal: true, Settled: true,
			Text:   "Docker does not have the image amazon/amazon-ecs-pause:0.1.0, which the agent on Windows neither brings nor pulls",
			Remedy: "use an ECS-optimized Windows AMI of this Windows version, or load the image saved from one: `docker load -i amazon-ecs-pause.tar`; keep it out of `docker system prune -a`",
		},
		{
			Code: "E_ENI_NO_ADAPTER", Number: 264, Exit: Network,
			Text:   "a network interface is attached to the instance and Windows shows no usable adapter for it",
			Remedy: "run `pnputil /scan-devices` and `Restart-Service AmazonECS`; if tasks still stop with \"Timeout waiting for network interface provisioning\", drain and replace the instance",
		},
		{
			Code: "E_HNS_TASK_NETWORK_STALE", Number: 265, Exit: Network,
			Text:   "a network of a task is left over, whose network interface is no longer attached",
			Remedy: "run `Stop-Service AmazonECS; ecswin-bootstrap apply`, which removes it",
		},
		{
			Code: "E_TRUNKING_UNSUPPORTED", Number: 270, Exit: Unsupported, Terminal: true, Settled: true,
			Text:   "trunking.mode is require, and the ECS agent on Windows does not offer ENI trunking",
			Remedy: "set trunking.mode to auto and choose an instance type with more network interfaces: tasks in awsvpc mode are at most that number minus one (see github.com/aws/containers-roadmap/issues/1490)",
		},
		{
			Code: "E_TRUNKING_UNKNOWN", Number: 273, Exit: Unsupported,
			Text:   "trunking.mode is require, and the ECS agent has not said whether it offers ENI trunking",
			Remedy: "let it say so: stop the service AmazonECS (`Stop-Service AmazonECS`) and run `ecswin-bootstrap apply` again; or set trunking.mode to auto",
		},
		{
			Code: "E_TRUNKING_OPT_IN", Number: 271, Exit: Credentials,
			Text:   "the instance role could not switch awsvpcTrunking on for itself",
			Remedy: "allow ecs:PutAccountSetting to the instance role, or set trunking.opt_in to false and set the account default with Terraform",
		},
		{
			Code: "E_TRUNK_NOT_ATTACHED", Number: 272, Exit: Unsupported, Terminal: true,
			Text:   "trunking.mode is require, and ECS registered the instance without a trunk",
			Remedy: "check that awsvpcTrunking is enabled for the instance role (`aws ecs list-account-settings --effective-settings --name awsvpcTrunking`), then launch a new instance",
		},
	}
}
