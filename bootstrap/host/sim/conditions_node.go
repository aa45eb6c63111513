package sim

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	ecsagent "github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

func dockerConditions() map[string]condition {
	return map[string]condition{
		"no-docker": {about: "Docker is not installed", before: func(m *Machine) { m.removeService("Docker") }},
		"docker-manual": {about: "nobody has started Docker", before: func(m *Machine) {
			m.ConfigureService("Docker", func(c *host.ServiceConfig) { c.StartType = host.StartManual })
		}},
		"docker-off": {about: "Docker is disabled", before: func(m *Machine) {
			m.ConfigureService("Docker", func(c *host.ServiceConfig) { c.StartType = host.StartDisabled })
		}},
		"docker-hangs": {about: "Docker runs and does not answer", before: func(m *Machine) { m.docker.hangs = true }},
		"docker-too-new": {about: "Docker takes API versions from 1.44 only", before: func(m *Machine) {
			m.docker.info.MinAPIVersion, m.docker.info.APIVersion, m.docker.info.Version = "1.44", "1.52", "29.0.1"
		}},
		"docker-linux": {about: "Docker runs Linux containers", before: func(m *Machine) { m.docker.info.OSType = "linux" }},
		"hns-stopped": {about: "the service hns is stopped and Docker with it", before: func(m *Machine) {
			m.ConfigureService("hns", func(c *host.ServiceConfig) { c.StartType = host.StartManual })
		}},
		"nat-missing": {about: "HNS has lost the nat network while Docker runs", afterStart: func(m *Machine) {
			for _, n := range m.hns.named("nat") {
				m.hns.drop(n.ID)
			}
		}},
		"nat-duplicate": {about: "HNS has two nat networks", afterStart: func(m *Machine) {
			m.hns.put("nat", "NAT", "", []netip.Prefix{netip.MustParsePrefix("172.30.0.0/20")})
		}},
		"nat-wrong-type": {about: "the network called nat is Transparent", afterStart: func(m *Machine) {
			for i := range m.hns.networks {
				m.hns.networks[i].Type = "Transparent"
			}
		}},
		"nat-stale": {about: "HNS has made nat anew and Docker still believes in the old one", afterStart: func(m *Machine) {
			for _, n := range m.hns.named("nat") {
				m.hns.drop(n.ID)
				m.hns.put("nat", "NAT", "", n.Subnets)
			}
		}},
		"nat-overlap": {about: "the nat network's subnet lies in the VPC", before: func(m *Machine) {
			m.disk.write(daemonJSON, []byte(`{"fixed-cidr":"10.0.128.0/20","experimental":true}`), m.imaged())
		}},
		"nat-no-adapter": {about: "the nat network has no adapter", afterStart: func(m *Machine) {
			if a := m.natAdapter(); a != nil {
				m.network.removeAdapter(a)
			}
		}},
		"running-task": {about: "a container of a task runs", before: func(m *Machine) {
			m.docker.containers = append(m.docker.containers, host.Container{
				ID: "c0ffee", Image: "mcr.microsoft.com/windows/servercore/iis", TaskARN: "arn:aws:ecs:eu-central-1:123456789012:task/prod/0123456789abcdef",
			})
		}},
		"stale-task-network": {about: "the network of a task that is long gone is left in HNS", before: func(m *Machine) {
			m.hns.networks = append(m.hns.networks, host.HNSNetwork{ID: m.hns.guid(), Name: "taskbr0afffffffff1", Type: "Transparent", Adapter: "Ethernet 4"})
		}},
		"busy-task-network": {about: "HNS has a task's network with an endpoint", before: func(m *Machine) {
			n := host.HNSNetwork{ID: m.hns.guid(), Name: "taskbr0afffffffff2", Type: "Transparent", Adapter: "Ethernet 5"}
			m.hns.networks = append(m.hns.networks, n)
			m.hns.endpoints = append(m.hns.endpoints, host.HNSEndpoint{ID: m.hns.guid(), Name: n.Name + "-ep-c0ffee", NetworkID: n.ID, MAC: "0a:ff:ff:ff:ff:f2"})
		}},
		"no-pause-image": {about: "the pause image is missing, as after docker system prune -a", before: func(m *Machine) {
			m.docker.images = slices.DeleteFunc(m.docker.images, func(i string) bool { return i == pauseImage })
		}},
	}
}

func agentConditions() map[string]condition {
	return map[string]condition{
		"no-cni": {about: "vpc-eni.exe is missing, in the cache as well", before: func(m *Machine) {
			m.disk.remove(cniExe)
			m.disk.remove(agentCache + `\ecs-cni-windows-1.2.0.zip`)
		}},
		"old-cni": {about: "vpc-eni.exe does not offer awsvpc", before: func(m *Machine) {
			m.disk.write(cniExe, programContent("vpc-eni", "0.9.0"), m.imaged())
			m.disk.remove(agentCache + `\ecs-cni-windows-1.2.0.zip`)
		}},
		"empty-cache": {about: "the agent's cache was cleared", before: func(m *Machine) { m.disk.remove(agentCache) }},
		"broken-cache": {about: "the agent's archive is cut off", before: func(m *Machine) {
			m.disk.write(agentCache+`\ecs-agent-windows-`+AgentVersion+`.zip`, []byte("PK\x03\x04 cut off"), m.imaged())
		}},
		"baked-cluster": {about: "agent.db says that this instance belongs to the cluster staging", before: func(m *Machine) {
			m.SetCheckpoint(ecsagent.Checkpoint{Cluster: "staging", InstanceID: m.instance.ID})
		}},
		"foreign-db": {about: "agent.db is of the instance that the image was made from", before: func(m *Machine) {
			m.SetCheckpoint(ecsagent.Checkpoint{Cluster: "staging", InstanceID: "i-0fedcba9876543210"})
		}},
		"agent-offers-trunking": {about: "the agent offers ENI trunking, as none for Windows does yet", before: func(m *Machine) { m.trunks = true }},
		"locked-db":             {about: "another program holds agent.db", before: func(m *Machine) { m.LockFile(agentDataDir+`\agent.db`, true) }},
		"stale-variables": {about: "the machine's environment has ECS_* variables that nobody asked for", before: func(m *Machine) {
			m.SetMachineEnvironment("ECS_CLUSTER", "staging")
			m.SetMachineEnvironment("ECS_RESERVED_MEMORY", "1024")
		}},
		"bad-attributes": {about: "ECS_INSTANCE_ATTRIBUTES is not JSON", before: func(m *Machine) {
			m.SetMachineEnvironment("ECS_INSTANCE_ATTRIBUTES", "{tier=web}")
		}},
		"networking-off": {about: "the machine's environment switches task networking and task roles off", before: func(m *Machine) {
			m.SetMachineEnvironment("ECS_ENABLE_TASK_ENI", "false")
			m.SetMachineEnvironment("ECS_ENABLE_TASK_IAM_ROLE", "false")
		}},
		"shadow-credentials": {about: "a credentials file of LocalSystem hides the instance role", before: func(m *Machine) {
			m.disk.write(`C:\Windows\System32\config\systemprofile\.aws\credentials`, []byte("[default]\n"), m.imaged())
		}},
		"ecstools-task": {about: "ECSTools' scheduled task is there and enabled", before: func(m *Machine) {
			m.edge.tasks[strings.ToLower(hostRebootTask)] = scheduled{hostRebootTask, true}
		}},
		"foreign-start": {about: "somebody starts AmazonECS 5 s after the beginning, if it is there by then", afterStart: func(m *Machine) {
			m.Do(5*time.Second, func(m *Machine) { m.StartService(agentService) })
		}},
		"agent-automatic": {about: "AmazonECS starts by itself at boot", before: func(m *Machine) {
			m.ConfigureService(agentService, func(c *host.ServiceConfig) { c.StartType = host.StartAutomaticDelayed })
		}},
	}
}

func accountConditions() map[string]condition {
	return map[string]condition{
		"no-role": {about: "the instance has no profile", before: func(m *Machine) {
			m.instance.Role = "none"
			m.SetMetadata("meta-data/iam/security-credentials/", "")
			m.SetMetadata("meta-data/iam/info", "")
		}},
		"no-cluster":       {about: "the cluster prod does not exist", before: func(m *Machine) { delete(m.account.Clusters, "prod") }},
		"inactive-cluster": {about: "the cluster prod was deleted", before: func(m *Machine) { m.account.Clusters["prod"] = "INACTIVE" }},
		"denied": {about: "the role may not register container instances", before: func(m *Machine) {
			m.account.Denied["ecs:RegisterContainerInstance"] = true
		}},
		"signal-denied": {about: "the role may not complete lifecycle actions", before: func(m *Machine) {
			m.account.Denied["autoscaling:CompleteLifecycleAction"] = true
		}},
		"launch-hook": {about: "an Auto Scaling group waits for the lifecycle hook launch", before: func(m *Machine) {
			m.account.Hooks["launch"] = ""
			m.SetMetadata("meta-data/autoscaling/target-lifecycle-state", "InService")
		}},
		"warm-pool": {about: "the instance is started for a warm pool, and then stopped; the hook launch waits", before: func(m *Machine) {
			m.account.Hooks["launch"] = ""
			m.SetMetadata("meta-data/autoscaling/target-lifecycle-state", "Warmed:Stopped")
		}},
		"spot-notice": {about: "EC2 is about to reclaim the Spot Instance", before: func(m *Machine) {
			m.SetMetadata("meta-data/spot/instance-action", `{"action":"terminate","time":"2026-11-22T06:02:00Z"}`)
		}},
	}
}

func effects() map[string]effect {
	return map[string]effect{
		"drop-imds-route": {"the route to the metadata service is lost", dropIMDSRoute},
		"drop-imds-route-for-20s": {"the route to the metadata service is lost for 20 s", func(m *Machine) {
			for _, r := range m.network.dropRoutes(linkLocal()[0]) {
				m.Do(20*time.Second, func(m *Machine) { m.network.addRoute(r) })
			}
		}},
		"drop-default-route": {"the default route is lost", func(m *Machine) { m.network.dropRoutes(netip.MustParsePrefix("0.0.0.0/0")) }},
		"drop-address": {"the primary adapter loses its address and all its routes", func(m *Machine) {
			if a := m.network.primary(); a != nil {
				for _, x := range slices.Clone(a.Addresses) {
					m.network.removeAddress(a, x.Prefix)
				}
				m.network.routes = slices.DeleteFunc(m.network.routes, func(r host.Route) bool { return r.Alias == a.Alias })
			}
		}},
		"dhcp-renews": {"the primary adapter has its address and default route again", func(m *Machine) {
			if a := m.network.primary(); a != nil {
				m.network.connect(a)
			}
		}},
		"crash-docker": {"Docker's process ends without a word", func(m *Machine) { m.CrashService(dockerService) }},
		"stop-docker":  {"somebody stops Docker", func(m *Machine) { m.StopService(dockerService) }},
		"crash-agent":  {"the agent's process ends without a word", func(m *Machine) { m.CrashService(agentService) }},
		"start-agent":  {"somebody starts AmazonECS", func(m *Machine) { m.StartService(agentService) }},
		"stop-agent":   {"somebody stops AmazonECS", func(m *Machine) { m.StopService(agentService) }},
		"reboot":       {"the instance reboots", (*Machine).Reboot},
		"kill":         {"every program that is no service is killed", (*Machine).KillAll},
		"lose-nat": {"HNS loses the nat network", func(m *Machine) {
			for _, n := range m.hns.named("nat") {
				m.hns.drop(n.ID)
			}
		}},
		"free-disk":      {"the disk has room again", func(m *Machine) { m.disk.free = 40 << 30 }},
		"fill-disk":      {"the disk is full", func(m *Machine) { m.disk.free = 0 }},
		"break-internet": {"no AWS endpoint can be reached any more", func(m *Machine) { m.reach.broken["*"] = host.StepConnect }},
		"mend-internet":  {"the AWS endpoints can be reached again", func(m *Machine) { delete(m.reach.broken, "*") }},
		"leave-warm-pool": {"the instance leaves its warm pool", func(m *Machine) {
			m.SetMetadata("meta-data/autoscaling/target-lifecycle-state", "InService")
		}},
		"resize":        {"the instance is stopped and started as an m5.xlarge", func(m *Machine) { m.Restart("m5.xlarge") }},
		"launch-image":  {"an image is made of the instance with Sysprep, and another instance started from it", (*Machine).LaunchImage},
		"stop-start":    {"the instance is stopped and started", func(m *Machine) { m.Restart("") }},
		"race-ecstools": {"AWS's own user data runs Initialize-ECSAgent for the cluster prod", func(m *Machine) { m.RaceECSTools(0, "prod", nil) }},
		"reset-dns": {"somebody gives the primary adapter the name servers of DHCP back", func(m *Machine) {
			if a := m.network.primary(); a != nil {
				a.StaticDNS, a.DNS = false, slices.Clone(m.network.dhcpDNS)
			}
		}},
		"finish-iis": {"IIS gives port 80 back", func(m *Machine) { m.edge.webServer = false }},
	}
}
