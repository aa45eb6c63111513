package winhost

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost/hcn"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// New returns the machine that this program runs on. It changes nothing and asks nothing of the machine yet, but for
// where System32 is. From then on this process loads DLLs from System32 only.
func New(o Options) (*host.Host, error) {
	o = o.withDefaults()
	if err := windows.SetDefaultDllDirectories(windows.LOAD_LIBRARY_SEARCH_SYSTEM32); err != nil {
		return nil, fmt.Errorf("limiting the search for DLLs to System32: %w", err)
	}
	system32, err := windows.GetSystemDirectory()
	if err != nil {
		return nil, fmt.Errorf("looking up the system folder: %w", err)
	}
	registry, services := registryKeys{}, services{clock: wait.System()}
	programs := programs{folder: system32}
	return &host.Host{
		Clock:     clock{wait.System()},
		System:    system{registry: registry},
		Locks:     locks{},
		Services:  services,
		Registry:  registry,
		Files:     patientFiles{files{}, wait.System()},
		Folders:   folders{},
		Adapters:  adapters{},
		Routes:    routes{},
		HNS:       hcn.New(),
		Docker:    newDocker(dialDocker(o.Docker)),
		PortProxy: portProxy{registry: registry, notify: services.rereadPortProxy},
		Firewall:  firewall{registry: registry, programs: programs, netsh: filepath.Join(system32, "netsh.exe")},
		Tasks:     scheduledTasks{registry: registry, programs: programs, schtasks: filepath.Join(system32, "schtasks.exe")},
		Programs:  programs,
		Web:       newWeb(),
		Lookup:    newLookup(),
		Metadata:  newMetadata(o.Metadata),
		Console:   console{port: o.SerialPort, source: o.EventSource},
	}, nil
}

// clock is the machine's own time.
type clock struct{ wait.Clock }

// Go implements host.Clock.
func (clock) Go(fn func()) { go fn() }

// dialDocker opens the engine's pipe, or a TCP connection in tests.
func dialDocker(endpoint string) func(ctx context.Context) (net.Conn, error) {
	if address, ok := strings.CutPrefix(endpoint, "tcp://"); ok {
		return func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{Timeout: connectTimeout}).DialContext(ctx, "tcp", address)
		}
	}
	return func(ctx context.Context) (net.Conn, error) {
		conn, err := winio.DialPipeContext(ctx, endpoint)
		if err != nil {
			return nil, failed("opening the pipe", endpoint, err)
		}
		return conn, nil
	}
}
