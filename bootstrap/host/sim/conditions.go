package sim

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/imds"
)

// condition is something wrong with, or special about, a machine: before its services start, or after.
type condition struct {
	about      string
	before     func(*Machine)
	afterStart func(*Machine)
}

// Conditions returns the names of all conditions of a machine, each with what it is.
func Conditions() map[string]string {
	all := map[string]string{}
	for name, c := range conditions() {
		all[name] = c.about
	}
	return all
}

func conditions() map[string]condition {
	all := map[string]condition{}
	for _, group := range []map[string]condition{machineConditions(), networkConditions(), dockerConditions(), agentConditions(), accountConditions()} {
		for name, c := range group {
			all[name] = c
		}
	}
	return all
}

func machineConditions() map[string]condition {
	return map[string]condition{
		"not-elevated": {about: "the program runs without administrator rights", before: func(m *Machine) { m.windows.os.Elevated = false }},
		"no-containers": {about: "the feature Containers is not installed", before: func(m *Machine) {
			m.windows.os.Containers = false
			m.removeService("hns", "vmcompute")
		}},
		"localized":  {about: "Windows speaks German", before: func(m *Machine) { m.windows.os.Locale = "de-DE" }},
		"disk-full":  {about: "the disk has 100 bytes left", before: func(m *Machine) { m.disk.free = 100 }},
		"setup-runs": {about: "Sysprep's specialize pass still runs, for two minutes", afterStart: func(m *Machine) { m.passes(2 * time.Minute) }},
		"rename-pending": {about: "the machine gets another name at the next boot", before: func(m *Machine) {
			m.windows.pending.Rename = "WEB-01"
		}},
		"join-pending": {about: "the machine is in a domain after the next boot", before: func(m *Machine) {
			m.windows.pending.DomainJoin, m.windows.joins, m.windows.channelAt = true, "corp.example.com", m.clock.Now()
		}},
		"in-domain": {about: "the machine is in corp.example.com", before: func(m *Machine) {
			m.windows.domain, m.windows.channelAt = "corp.example.com", m.clock.Now()
		}},
		"slow-channel": {about: "the machine is in corp.example.com, whose controllers answer after 90 s", before: func(m *Machine) {
			m.windows.domain, m.windows.channelAt = "corp.example.com", m.clock.Now().Add(90*time.Second)
		}},
		"dead-channel": {about: "the machine is in corp.example.com, whose controllers never answer", before: func(m *Machine) {
			m.windows.domain, m.windows.channelAt = "corp.example.com", m.clock.Now().Add(100*365*24*time.Hour)
		}},
		"clock-behind": {about: "the clock is ten minutes behind and stays so", before: func(m *Machine) { m.windows.skew = -10 * time.Minute }},
		"clock-syncs": {
			about:  "the clock is ten minutes behind until time is synchronised after 20 s",
			before: func(m *Machine) { m.windows.skew = -10 * time.Minute },
			afterStart: func(m *Machine) {
				m.Do(20*time.Second, func(m *Machine) { m.windows.skew = 0 })
			},
		},
		"foreign-folder": {about: "somebody else owns the state folder", before: func(m *Machine) {
			m.disk.folders[clean(`C:\ProgramData\ecswin`)] = folder{foreign: true}
		}},
	}
}

// passes lets Windows set itself up for a while.
func (m *Machine) passes(d time.Duration) {
	m.windows.pending.Setup = true
	m.Do(d, func(m *Machine) { m.windows.pending.Setup = false })
}

func (m *Machine) removeService(names ...string) {
	m.scm.services = slices.DeleteFunc(m.scm.services, func(s *service) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, s.name) })
	})
}

func networkConditions() map[string]condition {
	return map[string]condition{
		"imds-disabled":  {about: "the metadata options turn the metadata service off: 403", before: func(m *Machine) { m.metadata.own.refuses = metadataDisabled }},
		"imds-no-token":  {about: "the metadata service refuses to give a token", before: func(m *Machine) { m.metadata.own.refuses = metadataToken }},
		"imds-no-route":  {about: "the route to the metadata service is lost", afterStart: dropIMDSRoute},
		"imds-bad-route": {about: "the route to the metadata service has the gateway of another subnet, as an image can carry it", afterStart: misrouteIMDS},
		"no-dns":         {about: "the primary interface has no name server", before: func(m *Machine) { m.network.dhcpDNS = nil }},
		"dead-dns":       {about: "the VPC's name server does not answer", before: func(m *Machine) { m.reach.silent[m.instance.resolver()] = true }},
		"ghost-adapters": {about: "the image brought adapters that are not there: vEthernet (nat) and an ENI's", before: func(m *Machine) {
			m.network.adapters = append(m.network.adapters,
				&host.Adapter{Alias: "vEthernet (nat)", MAC: "00:15:5d:aa:bb:cc", State: host.AdapterGhost},
				&host.Adapter{Alias: "Ethernet 4", MAC: "0a:ff:ff:ff:ff:01", State: host.AdapterGhost})
		}},
		"renamed-nic": {about: "a vSwitch has renamed the primary adapter; its link-local routes are lost", afterStart: func(m *Machine) {
			m.hns.put("external", "Transparent", "Ethernet", nil)
		}},
		"second-eni": {about: "a second network interface is attached by hand", before: func(m *Machine) {
			mac := "0a:1b:2c:3d:4e:60"
			m.metadata.own.tree.Set(imds.MACsPath+mac+"/device-number", "1")
			m.network.adapters = append(m.network.adapters, &host.Adapter{Alias: "Ethernet 2", MAC: mac, DHCP: true, State: host.AdapterUp})
		}},
		"hidden-eni": {about: "the metadata know a network interface that Windows does not show", before: func(m *Machine) {
			m.metadata.own.tree.Set(imds.MACsPath+"0a:1b:2c:3d:4e:61/device-number", "1")
		}},
		"no-internet": {about: "no AWS endpoint can be reached", before: func(m *Machine) { m.reach.broken["*"] = host.StepConnect }},
		"endpoints-only": {about: "no way out but the VPC endpoints that a node needs, S3's gateway among them", before: func(m *Machine) {
			m.reach.broken["*"] = host.StepConnect
			_, domain := m.instance.partition()
			for _, name := range []string{"ecs", "ecs-a", "ecs-a-1", "ecs-t", "api.ecr", m.instance.Account + ".dkr.ecr", "s3", "logs"} {
				m.reach.broken[name+"."+m.instance.Region+"."+domain] = ""
			}
		}},
		"proxy-only":  {about: "the one way out is the proxy http://proxy.example.com:3128", before: func(m *Machine) { m.reach.proxy = "http://proxy.example.com:3128" }},
		"intercepted": {about: "something in between presents its own certificates", before: func(m *Machine) { m.reach.broken["*"] = host.StepCertificate }},
		"no-ecs-endpoint": {about: "the private network lacks the VPC endpoint of ECS: its name resolves, nobody answers", before: func(m *Machine) {
			m.reach.broken["ecs."+m.instance.Region+".amazonaws.com"] = host.StepConnect
		}},
		"no-acs-endpoint": {about: "the private network lacks the VPC endpoint of the ECS agent", before: func(m *Machine) {
			m.reach.broken["ecs-a."+m.instance.Region+".amazonaws.com"] = host.StepConnect
			m.reach.broken["ecs-a-1."+m.instance.Region+".amazonaws.com"] = host.StepConnect
		}},
		"iis":         {about: "http.sys owns port 80 for IIS", before: func(m *Machine) { m.edge.webServer = true }},
		"port-51678":  {about: "WinNAT excludes port 51678", before: func(m *Machine) { m.edge.taken[introspectionPort] = "" }},
		"port-51679":  {about: "another program listens on port 51679", before: func(m *Machine) { m.edge.taken[credentialsPort] = "SomebodyElse/1.0" }},
		"stale-proxy": {about: "a rule of the port proxy is left from before the boot; its address is gone", before: staleProxy},
		"no-iphlpsvc": {about: "the IP Helper is disabled", before: func(m *Machine) {
			m.ConfigureService("iphlpsvc", func(c *host.ServiceConfig) { c.StartType = host.StartDisabled })
		}},
	}
}

func staleProxy(m *Machine) {
	m.edge.rules = append(m.edge.rules, proxyRule{ProxyRule: host.ProxyRule{
		Listen: netip.MustParseAddrPort(proxyAddress + ":80"), Connect: netip.MustParseAddrPort("127.0.0.1:51679"),
	}})
}

func dropIMDSRoute(m *Machine) { m.network.dropRoutes(linkLocal()[0]) }

func misrouteIMDS(m *Machine) {
	for _, r := range m.network.dropRoutes(linkLocal()[0]) {
		r.NextHop = netip.MustParseAddr("172.31.0.1")
		m.network.addRoute(r)
	}
}
