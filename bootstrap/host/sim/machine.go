package sim

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Options are what a machine is at the start. The zero Options are an ECS-optimized Windows Server 2022 Core on an
// m5.large that has booted and is about to run its user data: Docker and its nat network are up, the agent lies in the
// cache of the AMI, nothing takes time and nothing fails.
type Options struct {
	// Name is what every output calls the machine; empty: "sim".
	Name     string
	AMI      AMI
	Instance Instance
	// UserData is the instance's, as the metadata give it.
	UserData string
	// Latencies are how long everything takes.
	Latencies Latencies
	// Faults make calls fail.
	Faults []Fault
	// Conditions are what is wrong with, or special about, the machine from the start; see [Conditions].
	Conditions []string
	// Cold lets the machine begin at the start of its services rather than after: Docker starts, nat is not there yet.
	Cold bool
	// Seed other than zero explores another order of what happens at the same instant.
	Seed uint64
	// Announced are the external programs, by file name, that may run although each run is a cost or a risk: netsh.exe,
	// powershell.exe.
	Announced []string
	// Metadata takes the place of the machine's own instance metadata service, behind the same routes.
	Metadata MetadataService
	// Registrar takes the place of the machine's own account for the agent, and for whoever asks about its registration.
	Registrar Registrar
	// UserDataRunner is told of the instant at which the launch agent runs user data: after the first boot, and after each
	// with what it says of persistence. Nil: nobody runs it.
	UserDataRunner UserDataRunner
	// Services are the programs of services that a test brings, by file name, as ecswin-bootstrap.exe.
	Services map[string]ServiceProgram
}

// UserDataRunner runs user data as the launch agent would.
type UserDataRunner interface {
	// RunUserData runs in a process of its own, as LocalSystem. Boot counts from 1.
	RunUserData(m *Machine, h *host.Host, userData string, boot int)
}

// ServiceProgram is the program of a service: it runs as a worker in a process of its own until it returns its exit
// code. Running tells the SCM that the service runs. Ctx ends when the SCM asks the service to stop.
type ServiceProgram func(ctx context.Context, m *Machine, h *host.Host, running func()) (exit uint32)

// Machine is a simulated Windows machine. Its methods are for one goroutine at a time: the worker whose turn it is, or
// the test while no Run runs.
type Machine struct {
	options  Options
	name     string
	instance Instance
	latency  Latencies
	clock    *Clock
	born     time.Time
	faults   []*Fault

	windows  windows
	registry *registry
	disk     *disk
	scm      *scm
	network  *network
	hns      *hns
	docker   *docker
	edge     *edge
	metadata *metadata
	reach    *reach
	agent    *agent
	// tasks are those that SetTasks has put on the machine, by MAC.
	tasks map[string]Task
	// trunks tells that the agent can use a trunk interface.
	trunks  bool
	account *Account

	processes []*process
	killPoint *killPoint
	writes    []Write
	calls     map[string]int
	programs  []string
	console   []string
	events    []host.Event
}

type killPoint struct {
	write int
	done  bool
}

// epoch is when every machine is started: a date after the newest AMI that the project knows.
func epoch() time.Time { return time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC) }

// New returns a machine.
func New(o Options) *Machine {
	m := &Machine{options: o, name: o.Name, instance: o.Instance.complete(), clock: NewClock(epoch(), o.Seed), calls: map[string]int{}, tasks: map[string]Task{}}
	if m.name == "" {
		m.name = "sim"
	}
	m.born = m.clock.Now()
	for _, f := range o.Faults {
		m.faults = append(m.faults, &f)
	}
	m.registry = &registry{keys: map[string]map[string]named{}}
	m.disk = &disk{files: map[string]file{}, folders: map[string]folder{}, locked: map[string]bool{}, free: 40 << 30}
	m.scm = &scm{m: m}
	m.network = &network{m: m, dhcpDNS: []netip.Addr{m.instance.resolver()}}
	m.hns = &hns{m: m}
	m.docker = &docker{m: m}
	m.edge = &edge{m: m, tasks: map[string]scheduled{}, taken: map[uint16]string{}}
	m.metadata = newMetadata(m, o.UserData)
	m.reach = &reach{m: m, broken: map[string]string{}, silent: map[netip.Addr]bool{}}
	m.agent = &agent{m: m}
	m.account = newAccount(m)
	m.build(o.AMI)
	for _, name := range o.Conditions {
		m.Apply(name)
	}
	m.settle(o.Cold)
	return m
}

// settle brings the machine to where it starts: its services up, or about to start. The latencies count from then on.
func (m *Machine) settle(cold bool) {
	m.windows.boots, m.windows.bootedAt = 1, m.clock.Now().Add(-2*time.Minute)
	primary := &host.Adapter{Alias: "Ethernet", MAC: m.instance.MAC, DHCP: true}
	m.network.adapters = append([]*host.Adapter{primary}, m.network.adapters...)
	m.network.connect(primary)
	m.network.addLinkLocal()
	if !cold {
		m.scm.startAutomatic()
		m.clock.drain()
	}
	m.latency = m.options.Latencies
	if cold {
		m.scm.startAutomatic()
	}
	for _, late := range m.options.Conditions {
		if c := conditions()[late]; c.afterStart != nil {
			c.afterStart(m)
		}
	}
}

// Apply brings about one of [Conditions].
func (m *Machine) Apply(condition string) {
	c, ok := conditions()[condition]
	if !ok {
		panic(fmt.Sprintf("sim: no condition is called %q; Conditions lists all", condition))
	}
	if c.before != nil {
		c.before(m)
	}
	if m.windows.boots > 0 && c.afterStart != nil {
		c.afterStart(m)
	}
}

// Clock returns the machine's clock.
func (m *Machine) Clock() *Clock { return m.clock }

// Run runs fn as a worker and returns when it and all that it started have ended; see [Clock.Run].
func (m *Machine) Run(fn func()) error { return m.clock.Run(fn) }

// Close ends the services that run as workers. A test that makes many machines closes each; nothing may run after it.
func (m *Machine) Close() {
	for _, p := range m.processes {
		p.kill()
	}
	m.clock.Close()
}

// Advance lets time pass with nobody at work but the machine itself.
func (m *Machine) Advance(d time.Duration) error {
	return m.clock.Run(func() { _ = m.clock.Sleep(context.Background(), d) })
}

// Do lets fn happen to the machine after a while, as an event.
func (m *Machine) Do(after time.Duration, fn func(*Machine)) {
	m.clock.After(after, func() { fn(m) })
}

// Host starts a process, elevated as a launch agent starts one, and returns its view of the machine.
func (m *Machine) Host() *host.Host { return m.start(nil).host }

func (m *Machine) start(s *service) *process {
	p := &process{m: m, id: len(m.processes) + 1, service: s, locks: map[string]bool{}, skew: m.windows.skew}
	p.host = &host.Host{
		Clock: processClock{p}, System: systemView{p}, Locks: lockView{p}, Services: serviceView{p}, Registry: registryView{p},
		Files: fileView{p}, Folders: folderView{p}, Adapters: adapterView{p}, Routes: routeView{p}, HNS: hnsView{p},
		Docker: dockerView{p}, PortProxy: portProxyView{p}, Firewall: firewallView{p}, Tasks: taskView{p},
		Programs: programView{p}, Web: webView{p}, Lookup: lookupView{p}, Metadata: metadataView{p}, Console: consoleView{p},
		Simulated: m.name,
	}
	m.processes = append(m.processes, p)
	return p
}

// Cloud returns the view of AWS of the process that was started last, or of a new one.
func (m *Machine) Cloud() *cloud.Cloud {
	if len(m.processes) == 0 {
		m.start(nil)
	}
	return m.cloudOf(m.processes[len(m.processes)-1])
}

// CloudOf returns the view of AWS of the process that has this host.
func (m *Machine) CloudOf(h *host.Host) *cloud.Cloud {
	for _, p := range m.processes {
		if p.host == h {
			return m.cloudOf(p)
		}
	}
	panic("sim: CloudOf a host of another machine")
}

func (m *Machine) cloudOf(p *process) *cloud.Cloud {
	v := accountView{p}
	return &cloud.Cloud{Identity: v, Signals: v, Secrets: v, Members: v, Settings: v}
}

// await lets others run until ready; a process that is killed meanwhile goes on with its death.
func (p *process) await(ctx context.Context, what string, ready func() bool) error {
	err := p.m.clock.await(ctx, what, func() bool { return p.dead != nil || ready() })
	if p.dead != nil {
		return p.dead
	}
	return err
}

// look and change are calls with the latency that all have.
func (m *Machine) look(name, arg string) call {
	return call{name: name, arg: arg, latency: m.latency.Call}
}

func (m *Machine) change(name, arg string) call {
	return call{name: name, arg: arg, latency: m.latency.Call, write: true}
}

func notFound(kind, name string) error {
	return fmt.Errorf("%s %s: %w", kind, name, host.ErrNotFound)
}
