// Package simnode is a simulated EC2 instance that runs the real bootstrap. Its launch agent reads the user data byte for
// byte; the scripts in it start ecswin-bootstrap.exe, which is package run on the simulated machine. Nothing of it reaches
// AWS.
package simnode

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/ec2launch"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/service"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// Program is where a baked AMI has the program.
const Program = `C:\Program Files\ecswin\ecswin-bootstrap.exe`

// patience is how long a launch may take, by the machine's clock.
const patience = 2 * time.Hour

// Options are what a node is.
type Options struct {
	// Machine is the machine. Its UserDataRunner and Services are set by New.
	Machine sim.Options
	// Unbaked tells that the AMI does not bring the program.
	Unbaked bool
	// Downloads are what an HTTPS server has, by URL.
	Downloads map[string][]byte
	// Version is the program's.
	Version string
	// Sink is told of the events of every run of the bootstrap; it may be nil.
	Sink report.Sink
}

// Node is a simulated instance. It is for one goroutine at a time.
type Node struct {
	Machine *sim.Machine

	options Options
	agent   userdata.LaunchAgent
	memory  *ec2launch.Memory
	// reports are the runs of the bootstrap, launches those of the launch agent.
	reports  []*report.Report
	launches []ec2launch.Report
	failure  error
	// due tells that user data is running, or will after the reboot that it asked for.
	due bool
}

// New returns a node that has not booted yet.
func New(o Options) *Node {
	n := &Node{options: o, agent: launchAgentOf(o.Machine.AMI), memory: ec2launch.NewMemory()}
	o.Machine.UserDataRunner = n
	o.Machine.Services = map[string]sim.ServiceProgram{"ecswin-bootstrap.exe": n.service}
	n.Machine = sim.New(o.Machine)
	if !o.Unbaked {
		n.Machine.WriteFile(Program, ProgramContent())
	}
	return n
}

// launchAgentOf returns what the ECS-optimized AMIs of a release have; see [userdata.LaunchAgentOf].
func launchAgentOf(ami sim.AMI) userdata.LaunchAgent {
	release := ami.Windows
	if release == "" {
		release = "2022"
	}
	return userdata.LaunchAgentOf("WINDOWS_SERVER_" + release + "_CORE")
}

// ProgramContent is what stands for ecswin-bootstrap.exe on a simulated disk. A file with other bytes is another program.
func ProgramContent() []byte { return []byte("MZ simulated ecswin-bootstrap\n") }

// Launch is the first boot: the launch agent runs the user data, and whatever reboots the scripts ask for are made. It
// returns when the last script has ended. Its error says that the user data could not be simulated, or that the machine
// came to a standstill; whether the node joined, the last of Reports says.
func (n *Node) Launch() error {
	var stuck error
	err := n.Machine.Run(func() {
		if unread := n.Machine.RunUserData(); unread != nil {
			if !errors.Is(unread, host.ErrNotFound) {
				stuck = fmt.Errorf("the launch agent could not read the user data: %w", unread)
			}
			return
		}
		n.due = true
		clock := n.Machine.Clock()
		for began := clock.Now(); n.due; {
			if clock.Now().Sub(began) > patience {
				stuck = fmt.Errorf("the user data of the simulated instance has not ended after %s", patience)
				return
			}
			if stuck = clock.Sleep(context.Background(), time.Second); stuck != nil {
				return
			}
		}
	})
	return errors.Join(err, stuck, n.failure)
}

// Verify runs `ecswin-bootstrap verify` in a process of its own: how the node stands now, by its own look. It changes
// nothing. Its error says that the machine came to a standstill.
func (n *Node) Verify(ctx context.Context) (r *report.Report, err error) {
	h := n.Machine.Host()
	err = n.Machine.Run(func() {
		r = run.Do(ctx, phase.ModeVerify, h, n.Machine.CloudOf(h), run.Source{}, n.runOptions(n.installed()))
	})
	return r, err
}

// installed is where the program lies that the boot path's service runs, or where an AMI has it.
func (n *Node) installed() string {
	if s, ok := n.Machine.Service(service.Name); ok {
		if path, _, quoted := strings.Cut(strings.TrimPrefix(s.Config.Command, `"`), `"`); quoted {
			return path
		}
	}
	return Program
}

// runOptions are what the program tells of itself.
func (n *Node) runOptions(program string) run.Options {
	return run.Options{Program: state.Program{Path: program, Version: n.options.Version}, Sink: n.options.Sink}
}

// service is the program as the service that the boot path has installed: it runs at each boot after the first. That it
// drains when Windows shuts down is not simulated.
func (n *Node) service(ctx context.Context, m *sim.Machine, h *host.Host, running func()) (exit uint32) {
	return service.Serve(ctx, h, service.Work{Apply: func(ctx context.Context) *report.Report {
		options := n.runOptions(n.installed())
		options.Unattended = true
		r := run.Do(ctx, phase.ModeApply, h, m.CloudOf(h), run.Source{OrStored: true}, options)
		n.reports = append(n.reports, r)
		return r
	}}, running)
}

// Reports returns how each run of the bootstrap went, in order. None means that the user data never started it.
func (n *Node) Reports() []*report.Report { return n.reports }

// Launches returns what the launch agent did at each boot.
func (n *Node) Launches() []ec2launch.Report { return n.launches }

// RunUserData implements sim.UserDataRunner.
func (n *Node) RunUserData(m *sim.Machine, h *host.Host, text string, _ int) {
	agent := ec2launch.Agent{Version: n.agent, Memory: n.memory, Shell: shell{node: n, machine: m, host: h}}
	ctx := context.Background()
	launched, err := agent.Boot(ctx, []byte(text))
	n.launches = append(n.launches, launched)
	if err != nil {
		n.failure = errors.Join(n.failure, err)
	}
	if launched.Reboot {
		// The next boot runs what is left, and ends the launch.
		if err := h.System.Reboot(ctx, "exit code 3010 of the user data"); err == nil {
			return
		}
	}
	n.due = false
}
