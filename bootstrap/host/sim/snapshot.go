package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Snapshot is the state of a machine as text, so that two can be compared: the same settings give the same snapshot.
// Ids, processes, times, logs and the bootstrap's own folder are left out.
type Snapshot struct {
	Services  map[string]string
	Registry  map[string]string
	Files     map[string]string
	Adapters  []string
	Routes    []string
	Networks  []string
	Docker    []string
	Proxy     []string
	Firewall  []string
	Tasks     map[string]bool
	Instances []string
	Hooks     map[string]string
	Signals   []string
}

// ownFolder is where the bootstrap keeps its state, with times in it.
const ownFolder = `c:\programdata\ecswin`

// Snapshot describes the machine as it is now.
func (m *Machine) Snapshot() Snapshot {
	s := Snapshot{
		Services: map[string]string{}, Registry: map[string]string{}, Files: map[string]string{}, Tasks: map[string]bool{},
		Hooks: maps.Clone(m.account.Hooks), Signals: slices.Clone(m.account.Signals),
	}
	for _, service := range m.scm.services {
		s.Services[service.name] = fmt.Sprintf("%s %+v", service.state, service.c)
	}
	for key, values := range m.registry.keys {
		for _, v := range values {
			s.Registry[key+" "+v.name] = fmt.Sprintf("%+v", v.value)
		}
	}
	for path, f := range m.disk.files {
		if strings.HasPrefix(path, ownFolder+`\`) || strings.HasSuffix(path, ".log") || strings.HasSuffix(path, ".prom") {
			continue
		}
		sum := sha256.Sum256(f.content)
		s.Files[path] = hex.EncodeToString(sum[:8])
	}
	for _, a := range m.network.adapters {
		s.Adapters = append(s.Adapters, fmt.Sprintf("%s %s %v dns %v static %t", a.Alias, a.State, a.Addresses, a.DNS, a.StaticDNS))
	}
	for _, r := range m.network.routes {
		s.Routes = append(s.Routes, fmt.Sprintf("%s by %s on %s", r.Destination, r.NextHop, r.Alias))
	}
	for _, n := range m.hns.networks {
		s.Networks = append(s.Networks, fmt.Sprintf("%s %s %v on %s", n.Name, n.Type, n.Subnets, n.Adapter))
	}
	if d := m.docker; d.up && d.nat != nil {
		known := slices.ContainsFunc(m.hns.networks, func(n host.HNSNetwork) bool { return n.ID == d.nat.ID })
		s.Docker = append(s.Docker, fmt.Sprintf("nat %v in HNS %t", d.nat.Subnets, known))
	}
	for _, r := range m.edge.rules {
		s.Proxy = append(s.Proxy, fmt.Sprintf("%s to %s listens %t", r.Listen, r.Connect, r.bound))
	}
	for _, r := range m.edge.firewall {
		s.Firewall = append(s.Firewall, fmt.Sprintf("%+v", r))
	}
	for _, t := range m.edge.tasks {
		s.Tasks[t.path] = t.enabled
	}
	for arn, i := range m.account.Instances {
		s.Instances = append(s.Instances, fmt.Sprintf("%s %s connected %t", arn, i.Status, i.AgentConnected))
	}
	for _, list := range [][]string{s.Adapters, s.Routes, s.Networks, s.Proxy, s.Firewall, s.Instances} {
		slices.Sort(list)
	}
	return s
}
