package winetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/tools"
)

// patience is how long a machine may take for one thing that a test asks for without a deadline of its own. Many machines
// share few processors, which may be slow ones; a test that is right never comes near.
const patience = 5 * time.Minute

// Options say what a machine is like. The zero value is a Windows Server 2022 on EC2 with one network interface.
type Options struct {
	// Host is the network configuration; nil is DefaultHost.
	Host *hnsstore.Host
	// NoHNS leaves HNS's DLLs out, as on a Windows without the feature Containers.
	NoHNS bool
	// Quirks are those of HNS.
	Quirks hnsstore.Quirks
}

// DefaultHost is an EC2 instance's network with one interface, as EC2Launch v2 leaves it: its routes to link-local
// addresses are not persistent.
func DefaultHost() *hnsstore.Host {
	h := &hnsstore.Host{
		Adapters: []hnsstore.Adapter{{
			Index: 6, Name: "Ethernet 3", Description: "Amazon Elastic Network Adapter", MAC: "0a:00:00:00:00:01", MTU: 9001,
			DHCP: true, DHCPServers: []string{"10.0.0.2"}, Addresses: []hnsstore.Address{{Prefix: "10.0.0.10/24", Persistent: true}},
		}},
		Routes: []hnsstore.Route{{Destination: "0.0.0.0/0", NextHop: "10.0.0.1", Index: 6, Persistent: true}},
	}
	for _, d := range []string{"169.254.169.123/32", "169.254.169.249/32", "169.254.169.250/32", "169.254.169.251/32", "169.254.169.253/32", "169.254.169.254/32"} {
		h.Routes = append(h.Routes, hnsstore.Route{Destination: d, NextHop: "10.0.0.1", Index: 6, Metric: 50})
	}
	return h
}

// Machine is a simulated Windows host. It is up from NewMachine until the test ends, but for what Reboot and PowerCut do.
// Its methods fail the test where the machine itself fails, and are for the test's own goroutine.
type Machine struct {
	// HNS is the simulated HNS with the host's adapters, addresses and routes, for seeding, faults and inspection.
	HNS *hnsstore.Store

	t       testing.TB
	cache   cache
	prefix  string
	network network
	up      *session
	env     []string
	boots   int
}

// NewMachine clones a machine and starts it. It skips the test where Available does.
func NewMachine(t testing.TB, o Options) *Machine {
	t.Helper()
	c, err := openCache()
	if err != nil {
		t.Skip(err)
	}
	m := &Machine{t: t, cache: c, network: network{fd: -1}}
	t.Cleanup(m.remove)
	if err := m.make(t.Context(), o); err != nil {
		t.Fatalf("making a Windows machine: %v", err)
	}
	m.start()
	return m
}

// make clones the template and seeds the clone.
func (m *Machine) make(ctx context.Context, o Options) error {
	template, err := m.cache.template(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Join(m.cache.dir, "machines"), "m") // the template's file system, for hard links
	if err != nil {
		return err
	}
	m.prefix = filepath.Join(dir, "prefix")
	if err := clone(template, m.prefix); err != nil {
		return err
	}
	m.HNS = &hnsstore.Store{Dir: m.Path(`C:\winetest`)}
	if o.NoHNS {
		for _, dll := range []string{"computenetwork.dll", "vmcompute.dll"} {
			if err := os.Remove(m.Path(`C:\windows\system32\` + dll)); err != nil {
				return err
			}
		}
	}
	host := o.Host
	if host == nil {
		host = DefaultHost()
	}
	err = m.HNS.Update(func(st *hnsstore.State) error {
		st.Host, st.Quirks = host, o.Quirks
		return nil
	})
	if err != nil {
		return err
	}
	m.network, err = newNetwork()
	return err
}

func (m *Machine) start() {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(m.t.Context()), patience)
	defer cancel()
	var err error
	if m.up, err = boot(ctx, m.cache.wine, m.prefix, m.network); err != nil {
		m.t.Fatal(err)
	}
}

// Reboot shuts the machine down and starts it again. Services that start automatically are started; what does not persist
// is gone, see hnsstore.State.Reboot.
func (m *Machine) Reboot() {
	m.t.Helper()
	m.shutDown()
	m.boot()
}

// PowerCut is a reboot without a shutdown: every process ends at once, and what the registry had not written yet is lost.
func (m *Machine) PowerCut() {
	m.t.Helper()
	m.stop()
	m.boot()
}

// boot starts the machine anew.
func (m *Machine) boot() {
	m.t.Helper()
	m.boots++
	if err := os.WriteFile(m.Path(`C:\winetest\boot`), []byte(strconv.Itoa(m.boots)), 0o600); err != nil {
		m.t.Fatal(err)
	}
	if err := m.HNS.Update(func(st *hnsstore.State) error { st.Reboot(); return nil }); err != nil {
		m.t.Fatal(err)
	}
	m.start()
}

// shutDown ends the machine's programs and writes the registry.
func (m *Machine) shutDown() {
	m.t.Helper()
	ctx, cancel := bound(context.WithoutCancel(m.t.Context()))
	defer cancel()
	for _, how := range []string{"-k", "-w"} {
		cmd := exec.CommandContext(ctx, m.cache.server, how)
		cmd.Env = environment(m.prefix)
		if out, err := cmd.CombinedOutput(); err != nil {
			m.t.Errorf("shutting the machine down: wineserver %s: %v %s", how, err, out)
		}
	}
	m.stop()
}

// stop ends what still runs on the machine.
func (m *Machine) stop() {
	m.t.Helper()
	if err := killAll(context.WithoutCancel(m.t.Context()), m.prefix); err != nil {
		m.t.Error(err)
	}
	if m.up != nil {
		m.up.end()
		m.up = nil
	}
}

// remove ends the machine, and fails the test if it called a tool that the test did not announce.
func (m *Machine) remove() {
	if m.prefix == "" {
		return
	}
	m.stop()
	calls, err := m.tools().Seen()
	if err != nil {
		m.t.Error(err)
	}
	for _, c := range calls {
		if !c.Announced {
			m.t.Errorf("a call that the test did not announce: %s", c)
		}
	}
	if m.network.fd >= 0 {
		err = errors.Join(err, m.network.close())
	}
	if err := errors.Join(err, os.RemoveAll(filepath.Dir(m.prefix))); err != nil {
		m.t.Errorf("removing the Windows machine: %v", err)
	}
}

func (m *Machine) tools() tools.Folder { return tools.Folder(m.Path(`C:\winetest`)) }

// Announce expects a call of an external program that is faked (netsh, powershell, sc, schtasks and the like), any number
// of times. Match is a regular expression for the whole command line. A call that is not announced fails, and the test too.
func (m *Machine) Announce(a tools.Announced) {
	m.t.Helper()
	if err := m.tools().Announce(a); err != nil {
		m.t.Fatal(err)
	}
}

// Faults makes HNS and the IP Helper fail in these ways from now on, and in no others.
func (m *Machine) Faults(faults ...hnsstore.Fault) {
	m.t.Helper()
	if err := m.HNS.Update(func(st *hnsstore.State) error { st.Faults = faults; return nil }); err != nil {
		m.t.Fatal(err)
	}
}

// State is HNS and the host's network as they are now.
func (m *Machine) State() *hnsstore.State {
	m.t.Helper()
	st, err := m.HNS.View()
	if err != nil {
		m.t.Fatal(err)
	}
	return st
}

// ToolCalls returns the calls of faked programs so far, each as one line, in order.
func (m *Machine) ToolCalls() []string {
	m.t.Helper()
	calls, err := m.tools().Seen()
	if err != nil {
		m.t.Fatal(err)
	}
	var lines []string
	for _, c := range calls {
		lines = append(lines, c.String())
	}
	return lines
}

// Await waits until look is done. look tells what it sees; the test fails with what it saw last if that takes too long.
func (m *Machine) Await(ctx context.Context, what string, look func() (done bool, seen string)) {
	m.t.Helper()
	pace := wait.Schedule{Timeout: patience, First: 10 * time.Millisecond, Longest: 200 * time.Millisecond}
	err := wait.Until(ctx, wait.System(), pace, what, func(time.Duration) (bool, string, error) {
		done, seen := look()
		return done, seen, nil
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

// Setenv sets a variable for the programs that the test runs from now on. Services do not see it; see Registry.
func (m *Machine) Setenv(name, value string) { m.env = append(m.env, name+"="+value) }

// Serve answers HTTP requests at an address of the machine, such as "169.254.169.254:80", until the test ends.
func (m *Machine) Serve(address string, handler http.Handler) {
	m.t.Helper()
	l := m.Listen(address)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: patience}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	m.t.Cleanup(func() {
		if err := server.Close(); err != nil {
			m.t.Errorf("ending the server at %s: %v", address, err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			m.t.Errorf("the server at %s ended by itself: %v", address, err)
		}
	})
}

// Listen listens on a TCP address of the machine: 127.0.0.1, 169.254.169.254 and 169.254.170.2 are its own.
func (m *Machine) Listen(address string) net.Listener {
	m.t.Helper()
	l, err := m.network.listen(m.t.Context(), address)
	if err != nil {
		m.t.Fatalf("listening on the machine's %s: %v", address, err)
	}
	return l
}

// HTTP returns a client that sees the machine's servers as its programs do.
func (m *Machine) HTTP() *http.Client {
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return m.network.dial(ctx, address)
		},
	}
	return &http.Client{Transport: transport, Timeout: patience}
}

// bound gives ctx a deadline if it has none.
func bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, patience, fmt.Errorf("%w after %s", context.DeadlineExceeded, patience))
}
