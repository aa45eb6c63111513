package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Task is a task in awsvpc mode, as far as the machine has anything of it.
type Task struct {
	ARN string
	// MAC is its network interface's, in lower case with colons.
	MAC string
	// Up tells that vpc-eni has set its network up and its container runs. Otherwise there is no more than the adapter.
	Up bool
}

// SetTasks makes these the tasks that whoever plays ECS has put on the machine: Windows shows an adapter for each network
// interface, vpc-eni has made a Transparent network with an endpoint on it, Docker runs a container (amazon-vpc-cni-plugins,
// plugins/vpc-eni). What earlier tasks left is taken away as vpc-eni does. All of it happens at once, whatever the agent does.
func (m *Machine) SetTasks(tasks []Task) {
	for _, gone := range m.tasks {
		if !slices.ContainsFunc(tasks, func(t Task) bool { return t.MAC == gone.MAC }) {
			m.takeDown(gone)
			m.unplug(gone)
		}
	}
	for _, t := range tasks {
		had, known := m.tasks[t.MAC]
		if !known {
			m.plugIn(t)
		}
		switch {
		case t.Up && !had.Up:
			m.setUp(t)
		case !t.Up && had.Up:
			m.takeDown(had)
		}
		m.tasks[t.MAC] = t
	}
}

// plugIn lets Windows find the adapter of a network interface.
func (m *Machine) plugIn(t Task) {
	n := m.network
	alias := "Ethernet 2"
	for i := 3; n.find(alias) != nil; i++ {
		alias = fmt.Sprintf("Ethernet %d", i)
	}
	n.adapters = append(n.adapters, &host.Adapter{Alias: alias, MAC: t.MAC, State: host.AdapterUp})
}

func (m *Machine) unplug(t Task) {
	if a := m.network.withMAC(t.MAC); a != nil {
		m.network.removeAdapter(a)
	}
	delete(m.tasks, t.MAC)
}

// withMAC finds the adapter of a network interface below any vSwitch.
func (n *network) withMAC(mac string) *host.Adapter {
	for _, a := range n.adapters {
		if a.MAC == mac && a.State != host.AdapterGhost && !strings.HasPrefix(a.Alias, "vEthernet") {
			return a
		}
	}
	return nil
}

// network is what vpc-eni calls the network of a task.
func (t Task) network() string { return "taskbr" + strings.ReplaceAll(t.MAC, ":", "") }

func (m *Machine) setUp(t Task) {
	a := m.network.withMAC(t.MAC)
	if a == nil {
		return
	}
	made := m.hns.put(t.network(), "Transparent", a.Alias, nil)
	m.hns.endpoints = append(m.hns.endpoints, host.HNSEndpoint{ID: m.hns.guid(), Name: made.Name + "-ep", NetworkID: made.ID, MAC: t.MAC})
	m.docker.containers = append(m.docker.containers, host.Container{ID: m.hns.guid(), Image: pauseImage, TaskARN: t.ARN})
}

func (m *Machine) takeDown(t Task) {
	m.docker.containers = slices.DeleteFunc(m.docker.containers, func(c host.Container) bool { return c.TaskARN == t.ARN })
	for _, n := range m.hns.named(t.network()) {
		m.hns.drop(n.ID)
	}
}
