package simnode

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/ec2launch"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
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
		return s.certutil(ctx, arguments)
	case strings.EqualFold(program, `C:\Windows\System32\curl.exe`):
		return s.curl(ctx, arguments)
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

// certutil hashes a file as certutil.exe -hashfile FILE SHA256 does: the hash stands alone on its line.
func (s shell) certutil(ctx context.Context, arguments []string) (ec2launch.Result, error) {
	if len(arguments) != 3 || arguments[0] != "-hashfile" || arguments[2] != "SHA256" {
		return ec2launch.Result{}, errors.New("certutil.exe: this simulation knows -hashfile FILE SHA256")
	}
	content, err := s.host.Files.Read(ctx, arguments[1])
	if errors.Is(err, host.ErrNotFound) {
		return ec2launch.Result{ExitCode: -2147024894, Stdout: "CertUtil: -hashfile command FAILED: 0x80070002\r\n"}, nil
	}
	if err != nil {
		return ec2launch.Result{}, err
	}
	sum := sha256.Sum256(content)
	return ec2launch.Result{Stdout: fmt.Sprintf("SHA256 hash of %s:\r\n%s\r\nCertUtil: -hashfile command completed successfully.\r\n",
		arguments[1], hex.EncodeToString(sum[:]))}, nil
}

// The exit codes of curl that the simulation has: a name that does not resolve, and a file that could not be written.
const (
	curlNoHost  = 6
	curlNoWrite = 23
)

// curl downloads the last argument to --output. It takes HTTPS and no other protocol, as it is told to.
func (s shell) curl(ctx context.Context, arguments []string) (ec2launch.Result, error) {
	at := slices.Index(arguments, "--output")
	if at < 0 || at+2 >= len(arguments) || !slices.Contains(arguments, "=https") {
		return ec2launch.Result{}, errors.New("curl.exe: this simulation knows --proto =https ... --output FILE URL")
	}
	content, ok := s.node.options.Downloads[arguments[len(arguments)-1]]
	if !ok {
		return ec2launch.Result{ExitCode: curlNoHost, Stdout: "curl: (6) Could not resolve host\r\n"}, nil
	}
	if err := s.host.Files.Write(ctx, arguments[at+1], content); err != nil {
		return ec2launch.Result{ExitCode: curlNoWrite, Stdout: "curl: (23) Failure writing output to destination\r\n"}, nil
	}
	return ec2launch.Result{}, nil
}

// bootstrap is ecswin-bootstrap.exe with the one command line that user data has.
func (s shell) bootstrap(ctx context.Context, program string, arguments []string) (ec2launch.Result, error) {
	if len(arguments) < 3 || !slices.Equal(arguments[:3], []string{"apply", "--config-source", "imds://user-data"}) {
		return ec2launch.Result{}, errors.New("ecswin-bootstrap.exe: this simulation knows apply --config-source imds://user-data")
	}
	options := run.Options{Program: state.Program{Path: program, Version: s.node.options.Version}, Sink: s.node.options.Sink}
	rebootExit := 0
	switch rest := arguments[3:]; {
	case len(rest) == 0:
	case len(rest) == 2 && rest[0] == "--reboot-exit-code" && rest[1] == "3010":
		options.CallerReboots, rebootExit = true, 3010
	default:
		return ec2launch.Result{}, errors.New("ecswin-bootstrap.exe: this simulation knows no argument but --reboot-exit-code 3010 here")
	}
	r := run.Do(ctx, phase.ModeApply, s.host, s.machine.CloudOf(s.host), run.Source{}, options)
	s.node.reports = append(s.node.reports, r)
	if r.Error != nil && rebootExit != 0 && r.ExitCode == 10 {
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
