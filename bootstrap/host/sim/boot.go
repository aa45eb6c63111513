package sim

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/imds"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Reboot reboots the machine from outside, as `aws ec2 reboot-instances` does.
func (m *Machine) Reboot() { m.shutdown() }

// Restart stops the instance and starts it, as another type where that is given.
func (m *Machine) Restart(instanceType string) {
	m.shutdown()
	if instanceType != "" {
		m.instance.Type = instanceType
		m.metadata.own.retype(m.instance)
	}
}

// LaunchImage makes an image of the machine with Sysprep and goes on as another instance that was started from it: with
// another id, MAC, address and name, the files, registry and services of the image, and its adapters as ghosts.
func (m *Machine) LaunchImage() {
	var ghosts []*host.Adapter
	for _, a := range m.network.adapters {
		ghosts = append(ghosts, &host.Adapter{Alias: a.Alias, MAC: a.MAC, State: host.AdapterGhost})
	}
	m.shutdown()
	bytes := m.instance.IP.As4()
	bytes[3]++
	m.instance.IP = netip.AddrFrom4(bytes)
	m.instance.ID, m.instance.MAC = nextID(m.instance.ID), nextID(m.instance.MAC)
	m.metadata = newMetadata(m, m.metadata.own.tree[imds.UserDataPath])
	m.windows.os.Computer = nextID(m.windows.os.Computer)
	m.network.adapters = append([]*host.Adapter{{Alias: "Ethernet 2", MAC: m.instance.MAC, DHCP: true}}, ghosts...)
}

// nextID is another id of the same form.
func nextID(id string) string {
	last := id[len(id)-1]
	if last == '9' {
		return id[:len(id)-1] + "0"
	}
	return id[:len(id)-1] + "9"
}

// shutdown ends all processes and what does not survive a boot, and lets the next boot begin.
func (m *Machine) shutdown() {
	for _, p := range m.processes {
		p.kill()
	}
	m.scm.cut()
	m.agent.service = nil
	m.docker.containers = nil
	m.disk.locked = map[string]bool{}
	m.hns.reboot()
	m.network.shutdown()
	for i := range m.edge.rules {
		m.edge.rules[i].bound = false
	}
	m.windows.boots++
	boot := m.windows.boots
	m.clock.After(m.latency.Boot, func() {
		if m.windows.boots == boot {
			m.startUp()
		}
	})
}

// shutdown forgets what the network stack keeps in memory: routes, and addresses other than by DHCP on the primary
// adapter. That a static address on another adapter would survive is not modelled: those adapters are HNS's and go.
func (n *network) shutdown() {
	n.routes = nil
	for _, a := range n.adapters {
		a.Addresses = nil
		if a.State == host.AdapterUp {
			a.State = host.AdapterDisconnected
		}
	}
}

// startUp is a boot: pending changes take effect, the network comes up, services start, EC2Launch adds its routes and
// runs user data.
func (m *Machine) startUp() {
	w := &m.windows
	boot := w.boots
	w.bootedAt = m.clock.Now()
	if w.pending.Rename != "" {
		w.os.Computer = w.pending.Rename
	}
	if w.pending.DomainJoin {
		w.domain = w.joins
	}
	w.pending = host.Pending{}
	later := func(d time.Duration, fn func()) {
		m.clock.After(d, func() {
			if w.boots == boot {
				fn()
			}
		})
	}
	later(m.latency.DHCP, func() {
		if a := m.network.primary(); a != nil {
			m.network.connect(a)
		}
		for _, a := range m.network.adapters {
			if a.State == host.AdapterDisconnected && a.DHCP {
				a.State = host.AdapterUp
			}
		}
	})
	m.scm.startAutomatic()
	if t := m.edge.tasks[strings.ToLower(hostRebootTask)]; t.enabled {
		later(0, func() { m.hostReboot(later, 10) })
	}
	later(max(m.latency.LaunchAgent, m.latency.DHCP+m.latency.AddressPreferred), func() {
		m.network.addLinkLocal()
		later(m.latency.UserData, func() { _ = m.runUserData(boot) }) // nobody hears of user data that EC2Launch cannot read
	})
}

// RunUserData lets the launch agent run user data as it does at the first boot. Its error is why it runs none:
// host.ErrNotFound where the instance has none, else why the instance metadata did not answer. That EC2Launch then gives up
// is assumed.
func (m *Machine) RunUserData() error { return m.runUserData(m.windows.boots) }

func (m *Machine) runUserData(boot int) error {
	runner := m.options.UserDataRunner
	if runner == nil {
		return nil
	}
	text, err := m.metadata.get(imds.UserDataPath)
	if err != nil {
		return err
	}
	p := m.start(nil)
	m.clock.daemon(func() { runner.RunUserData(m, p.host, text, boot) })
	return nil
}
