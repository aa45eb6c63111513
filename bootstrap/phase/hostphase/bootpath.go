package hostphase

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// ServiceName is the service that runs the bootstrap at each boot.
const ServiceName = "ecswin-bootstrap"

// bootPath leaves a service behind: NAT networks and the address of the host proxy do not survive a reboot, and user data
// runs once.
type bootPath struct{}

// ServiceConfig is how the service is set up for a program, given by its full path, and the flags of its command line.
func ServiceConfig(program string, flags ...string) host.ServiceConfig {
	command := `"` + program + serviceRun
	for _, flag := range flags {
		command += " " + quoted(flag)
	}
	return host.ServiceConfig{
		DisplayName: "Amazon ECS bootstrap (ecswin)",
		Command:     command,
		StartType:   host.StartAutomatic,
		Restarts:    []time.Duration{5 * time.Second, 30 * time.Second, time.Minute},
		ResetAfter:  5 * time.Minute,
		OnNonCrash:  true,
		// The service bounds its drain by drain.timeout, an hour at most, and ends by itself.
		PreshutdownTimeout: time.Hour + 5*time.Minute,
	}
}

// serviceRun is what stands behind the program's path in the service's command line.
const serviceRun = `" service run`

// quoted is an argument as it stands in a command line of Windows: a backslash means itself, but before a quote; source:
// Microsoft, "Parsing C command-line arguments".
func quoted(argument string) string {
	if argument != "" && !strings.ContainsAny(argument, " \t\"") {
		return argument
	}
	var b strings.Builder
	slashes := 0
	for _, r := range argument {
		switch r {
		case '\\':
			slashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, slashes+1))
			slashes = 0
		default:
			slashes = 0
		}
		b.WriteRune(r)
	}
	return `"` + b.String() + strings.Repeat(`\`, slashes) + `"`
}

// wanted is how the service is to be set up. A run that was told nothing of its document and its state leaves the flags of
// a service that runs the same program.
func wanted(n *phase.Node, is host.ServiceConfig) host.ServiceConfig {
	want := ServiceConfig(n.Program, n.ServiceFlags...)
	if n.ServiceFlags == nil {
		if program, flags, ok := strings.Cut(is.Command, serviceRun); ok && strings.EqualFold(program+serviceRun, want.Command) {
			want.Command += flags
		}
	}
	return want
}

// Describe implements phase.Phase.
func (bootPath) Describe(d *nodeconfig.Document) phase.Description {
	desc := phase.Description{ID: BootPath, Title: "The bootstrap runs again at the next boot", Needs: []phase.ID{Lock, Platform}, Timeout: quick}
	if !d.BootPath {
		desc.Off = "the document turns the boot path off"
	}
	return desc
}

// Probe implements phase.Phase.
func (bootPath) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	s := &seen{}
	is, err := n.Host.Services.Service(ctx, ServiceName)
	want := wanted(n, is.Config)
	change := phase.Change{
		What: "service " + ServiceName, To: want.Command + ", " + want.StartType,
		Do: func(ctx context.Context, n *phase.Node) error {
			if err := n.Host.Services.Configure(ctx, ServiceName, want); err != nil {
				return fault.New("E_BOOT_PATH", err, "")
			}
			return nil
		},
	}
	switch {
	case errors.Is(err, host.ErrNotFound):
		change.From, change.Undo = "not there", phase.RemoveService(ServiceName)
	case err != nil:
		return nil, fault.New("E_BOOT_PATH", err, "")
	case bootsAlike(is.Config, want):
		s.add("service", is.Config.Command)
		return s, nil
	default:
		change.From, change.Undo = is.Config.Command+", "+is.Config.StartType, phase.RestoreService(ServiceName, is.Config)
	}
	s.changes = []phase.Change{change}
	return s, nil
}

// Verify implements phase.Phase.
func (bootPath) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	is, err := n.Host.Services.Service(ctx, ServiceName)
	if err != nil {
		return nil, fault.New("E_BOOT_PATH", err, "")
	}
	if !bootsAlike(is.Config, wanted(n, is.Config)) {
		return nil, fault.New("E_BOOT_PATH", nil, "it is %s, %s", is.Config.Command, is.Config.StartType)
	}
	return []phase.Fact{{Name: "service", Value: is.Config.Command}}, nil
}

// bootsAlike compares what matters to the next boot. Windows finds a program in any case; names of parameters are exact.
func bootsAlike(is, want host.ServiceConfig) bool {
	program, flags, _ := strings.Cut(is.Command, serviceRun)
	wantProgram, wantFlags, _ := strings.Cut(want.Command, serviceRun)
	return strings.EqualFold(program, wantProgram) && flags == wantFlags && is.StartType == want.StartType && slices.Equal(is.Restarts, want.Restarts)
}
