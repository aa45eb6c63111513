package sim

import (
	"maps"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// KillAtWrite kills the first process that makes its n-th write from now on (n counts from 1): before the write is done,
// or just after. Every later call of the process fails with [ErrKilled], and its locks are free. It happens once.
func (m *Machine) KillAtWrite(n int, done bool) { m.killPoint = &killPoint{n, done} }

// Kill kills the process that has this host.
func (m *Machine) Kill(h *host.Host) {
	for _, p := range m.processes {
		if p.host == h {
			p.kill()
		}
	}
}

// KillAll kills every process but the services.
func (m *Machine) KillAll() {
	for _, p := range m.processes {
		if p.service == nil {
			p.kill()
		}
	}
}

// Writes returns every change that a process has made, in order. Console lines and calls to AWS are none: they change
// nothing of the machine.
func (m *Machine) Writes() []Write { return slices.Clone(m.writes) }

// Calls counts the calls by interface and method, as registry.Value; the field of host.Host or cloud.Cloud in lower case.
func (m *Machine) Calls() map[string]int { return maps.Clone(m.calls) }

// ResetCounters forgets the writes and calls so far.
func (m *Machine) ResetCounters() {
	m.writes, m.calls, m.programs = nil, map[string]int{}, nil
}

// ProgramRuns returns the external programs that were run, each with its arguments.
func (m *Machine) ProgramRuns() []string { return slices.Clone(m.programs) }

// PowerShellRuns counts the runs of PowerShell.
func (m *Machine) PowerShellRuns() int {
	n := 0
	for _, p := range m.programs {
		if strings.Contains(strings.ToLower(p), "powershell") {
			n++
		}
	}
	return n
}

// Console returns the lines on the serial console.
func (m *Machine) Console() []string { return slices.Clone(m.console) }

// Events returns the entries of the event log.
func (m *Machine) Events() []host.Event { return slices.Clone(m.events) }

// Account returns the AWS account, to look at and to change.
func (m *Machine) Account() *Account { return m.account }

// Instance returns who the EC2 instance is.
func (m *Machine) Instance() Instance { return m.instance }

// Service returns a service as it is now, and whether it is there.
func (m *Machine) Service(name string) (host.Service, bool) {
	s := m.scm.find(name)
	if s == nil {
		return host.Service{}, false
	}
	return s.show(), true
}

// StartService lets somebody else start a service: a scheduled task, a person.
func (m *Machine) StartService(name string) {
	if s := m.scm.find(name); s != nil {
		m.scm.launch(s, func(uint32) {})
	}
}

// StopService lets somebody else stop a service, with those that depend on it.
func (m *Machine) StopService(name string) {
	if s := m.scm.find(name); s != nil {
		m.scm.halt(s, func() {})
	}
}

// CrashService ends the process of a service without a word.
func (m *Machine) CrashService(name string) {
	if s := m.scm.find(name); s != nil {
		m.scm.crash(s)
	}
}

// ConfigureService changes a service's configuration, or makes the service.
func (m *Machine) ConfigureService(name string, change func(*host.ServiceConfig)) {
	s := m.scm.find(name)
	if s == nil {
		s = m.scm.create(name, host.ServiceConfig{StartType: host.StartManual})
	}
	change(&s.c)
}

// RegistryValue returns a value, and whether it is there.
func (m *Machine) RegistryValue(key, name string) (host.Value, bool) {
	return m.registry.value(key, name)
}

// SetRegistryValue writes a value.
func (m *Machine) SetRegistryValue(key, name string, v host.Value) { m.registry.set(key, name, v) }

// DeleteRegistryValue removes a value.
func (m *Machine) DeleteRegistryValue(key, name string) { m.registry.remove(key, name) }

// MachineEnvironment returns the environment of machine scope.
func (m *Machine) MachineEnvironment() map[string]string {
	environment := map[string]string{}
	for name, v := range m.registry.all(host.MachineEnvironmentKey) {
		environment[name] = v.Text
	}
	return environment
}

// SetMachineEnvironment sets a variable of machine scope.
func (m *Machine) SetMachineEnvironment(name, text string) {
	m.registry.set(host.MachineEnvironmentKey, name, host.Value{Kind: host.KindString, Text: text})
}

// File returns a file's content, and whether it is there.
func (m *Machine) File(path string) ([]byte, bool) { return m.disk.read(path) }

// WriteFile writes a file.
func (m *Machine) WriteFile(path string, content []byte) { m.disk.write(path, content, m.clock.Now()) }

// RemoveFile removes a file, or a folder with all in it.
func (m *Machine) RemoveFile(path string) { m.disk.remove(path) }

// Files returns the full paths of all files below a folder, sorted.
func (m *Machine) Files(folder string) []string {
	var paths []string
	for p, f := range m.disk.files {
		if strings.HasPrefix(p, clean(folder)+`\`) {
			paths = append(paths, f.path)
		}
	}
	slices.Sort(paths)
	return paths
}

// LockFile lets another program keep a file open for itself, or close it.
func (m *Machine) LockFile(path string, locked bool) { m.disk.locked[clean(path)] = locked }

// SetFreeBytes sets the free space of the disk.
func (m *Machine) SetFreeBytes(n uint64) { m.disk.free = n }

// FirewallRules returns the rules of the firewall.
func (m *Machine) FirewallRules() []host.FirewallRule {
	var all []host.FirewallRule
	for _, r := range m.edge.firewall {
		all = append(all, cloneRule(r))
	}
	return all
}

// Effect brings about one of [Effects].
func (m *Machine) Effect(name string) { m.effect(name) }

// Online reports whether the machine has its default route and reaches the instance metadata service.
func (m *Machine) Online() bool {
	return m.network.reaches(linkLocal()[0]) && m.reach.online()
}
