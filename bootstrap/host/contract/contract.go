// Package contract says what every implementation of package host must do, as tests. They run against the simulated
// machine anywhere, against the real adapters under Wine, and against a real Windows Server where somebody runs them there.
// Where the simulated machine and a real one differ, the simulated one is wrong.
package contract

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Machine is a machine to hold to the contract, and what a test may touch on it.
type Machine struct {
	// Process starts a process and returns its view of the machine.
	Process func() *host.Host
	// Run runs fn where calls may block; nil: they may anywhere.
	Run func(fn func()) error
	// Folder is a folder that is not there and that tests may make, by full path; its parent is there.
	Folder string
	// Key is a registry key that is not there and that tests may make.
	Key string
	// Service is the name of a service that is not there and that tests may make, Command a command line for it.
	Service, Command string
	// Dependency is the name of a service that is there.
	Dependency string
	// Alias is an adapter that tests may give addresses and routes, MAC the one of an adapter that is up.
	Alias string
	// Program ends with ExitCode and writes Stdout.
	Program  host.Command
	ExitCode int
	Stdout   string
	// Skips are the tests, by name, that this machine cannot show, with the reason.
	Skips map[string]string
}

// check is one test on one machine.
type check struct {
	*testing.T
	Machine
	*host.Host
	ctx context.Context
}

// Run holds machines to the contract; each test gets one of its own.
func Run(t *testing.T, newMachine func(t *testing.T) Machine) {
	t.Helper()
	for _, test := range tests() {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			if why, ok := m.Skips[test.name]; ok {
				t.Skip("not shown here: " + why)
			}
			c := &check{T: t, Machine: m, Host: m.Process(), ctx: t.Context()}
			if m.Run == nil {
				test.run(c)
				return
			}
			if err := m.Run(func() { test.run(c) }); err != nil {
				t.Error(err)
			}
		})
	}
}

// Names are the names of all tests, for whoever reports which layer shows what.
func Names() []string {
	var names []string
	for _, test := range tests() {
		names = append(names, test.name)
	}
	return names
}

type named struct {
	name string
	run  func(*check)
}

func tests() []named {
	return []named{
		{"clock", clockPasses},
		{"registry values of every kind", registryKinds},
		{"registry without case", registryCase},
		{"registry of what is not there", registryAbsent},
		{"files", filesRoundTrip},
		{"files without case, with any letters", filesNames},
		{"files of what is not there", filesAbsent},
		{"files by full path only", filesFullPath},
		{"folder made secure", folderSecure},
		{"folder that is a file", folderFile},
		{"lock between processes", lockProcesses},
		{"lock names", lockNames},
		{"service of no name", serviceAbsent},
		{"service configuration", serviceConfiguration},
		{"service delay and recovery", serviceRecovery},
		{"service dependencies", serviceDependencies},
		{"service disabled", serviceDisabled},
		{"system", systemSays},
		{"boot is the same for its life", bootStays},
		{"adapters", adaptersShown},
		{"addresses", addressRoundTrip},
		{"routes", routeRoundTrip},
		{"hns version", hnsVersion},
		{"hns network", hnsNetwork},
		{"hns document refused", hnsRefusal},
		{"docker", dockerAnswers},
		{"port proxy", portProxyRoundTrip},
		{"firewall", firewallRoundTrip},
		{"firewall rule without bounds", firewallUnbounded},
		{"scheduled task of no name", taskAbsent},
		{"program", programRuns},
		{"program by full path only", programFullPath},
		{"metadata", metadataAnswers},
		{"web with nobody there", webUnreachable},
		{"lookup of no name", lookupAbsent},
		{"event log", eventWritten},
		{"calls end with their context", callsEnd},
	}
}

// must reports an error that should not be, and whether there is none.
func (c *check) must(what string, err error) bool {
	c.Helper()
	if err != nil {
		c.Errorf("%s: %v", what, err)
	}
	return err == nil
}

// is reports an error of another kind.
func (c *check) is(what string, err, kind error) {
	c.Helper()
	if !errors.Is(err, kind) {
		c.Errorf("%s: %v; want an error that wraps %q", what, err, kind)
	}
}

// same reports a difference.
func (c *check) same(what string, got, want any) {
	c.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{}, netip.AddrPort{}, netip.Addr{}), cmpopts.EquateEmpty()); diff != "" {
		c.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
