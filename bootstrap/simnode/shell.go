package simnode

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/ec2launch"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// shell is the machine as a script sees it: the few programs that rendered user data starts.
type shell struct {
	node    *Node
	machine *sim.Machine
	host    *host.Host
}

// Run implements ec2launch.Shell.
func (s shell) Run(ctx context.Context, program string, arguments []string) (ec2launch.Result, error) {
	switch {
	case strings.EqualFold(program, `C:\Windows\System32\certutil.exe`):
		return ec2launch.Certutil(arguments, ec2launch.English(), func(path string) ([]byte, error) { return s.host.Files.Read(ctx, path) }), nil
	case strings.EqualFold(program, `C:\Windows\System32\curl.exe`):
		return ec2launch.Curl(ctx, arguments, web{s.host, s.node.options.Downloads}, func(path string, content []byte) error {
			return s.host.Files.Write(ctx, path, content)
		}), nil
	}
	content, err := s.host.Files.Read(ctx, program)
	if errors.Is(err, host.ErrNotFound) {
		return ec2launch.Result{}, fmt.Errorf("%s: %w", program, ec2launch.ErrNotFound)
	}
	if err != nil {
		return ec2launch.Result{}, err
	}
	if !slices.Equal(content, ProgramContent()) {
		return ec2launch.Result{}, fmt.Errorf("%s: this simulation does not know what it does", program)
	}
	return s.bootstrap(ctx, program, arguments)
}

// web is the servers that the machine can download from, over its own network. No name but theirs resolves.
type web struct {
	host *host.Host
	// downloads are what they have, by URL.
	downloads map[string][]byte
}

// Get implements ec2launch.Web.
func (w web) Get(ctx context.Context, address, proxy string) (ec2launch.Response, error) {
	content, ok := w.downloads[address]
	u, err := url.Parse(address)
	if err != nil || !ok {
		return ec2launch.Response{}, fmt.Errorf("%s: %w", address, host.ErrUnreachable)
	}
	if err := w.host.Lookup.TLS(ctx, net.JoinHostPort(u.Hostname(), "443"), proxy); err != nil {
		return ec2launch.Response{}, err
	}
	return ec2launch.Response{Status: http.StatusOK, Body: content}, nil
}

// bootstrap is ecswin-bootstrap.exe with the one command line that user data has.
func (s shell) bootstrap(ctx context.Context, program string, arguments []string) (ec2launch.Result, error) {
	if len(arguments) < 3 || !slices.Equal(arguments[:3], []string{"apply", "--config-source", "imds://user-data"}) {
		return ec2launch.Result{}, errors.New("ecswin-bootstrap.exe: this simulation knows apply --config-source imds://user-data")
	}
	options, rebootExit := s.node.runOptions(program), 0
	switch rest := arguments[3:]; {
	case len(rest) == 0:
	case slices.Equal(rest, []string{"--reboot-exit-code", strconv.Itoa(userdata.RebootExitCode)}):
		options.CallerReboots, rebootExit = true, userdata.RebootExitCode
	default:
		return ec2launch.Result{}, errors.New("ecswin-bootstrap.exe: this simulation knows no argument but --reboot-exit-code 3010 here")
	}
	r := run.Do(ctx, phase.ModeApply, s.host, s.machine.CloudOf(s.host), run.Source{}, options)
	s.node.reports = append(s.node.reports, r)
	if rebootExit != 0 && r.ExitCode == int(fault.RebootNeeded) {
		return ec2launch.Result{ExitCode: rebootExit}, nil
	}
	return ec2launch.Result{ExitCode: r.ExitCode}, nil
}

// Getenv implements ec2launch.Shell.
func (s shell) Getenv(name string) string {
	switch strings.ToLower(name) {
	case "systemroot":
		return `C:\Windows`
	case "programfiles":
		return `C:\Program Files`
	case "programdata":
		return `C:\ProgramData`
	}
	for known, value := range s.machine.MachineEnvironment() {
		if strings.EqualFold(known, name) {
			return value
		}
	}
	return ""
}

// Exists implements ec2launch.Shell.
func (s shell) Exists(ctx context.Context, path string) (bool, error) {
	_, err := s.host.Files.Stat(ctx, path)
	if errors.Is(err, host.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// MakeFolder implements ec2launch.Shell. A simulated folder is there as soon as a file is in it, so there is nothing to make.
func (s shell) MakeFolder(ctx context.Context, path string) error {
	there, err := s.Exists(ctx, path)
	if err == nil && there {
		err = fmt.Errorf("folder %s: it exists already", path)
	}
	return err
}

// RemoveFolder implements ec2launch.Shell.
func (s shell) RemoveFolder(ctx context.Context, path string) error {
	return s.host.Files.Remove(ctx, path)
}
