// Package netphase holds the phases that bring the host's network to where tasks in awsvpc mode can be taken: Docker and its
// nat network, the way to the tasks' credentials, name servers, the CNI plugin, the AWS endpoints, ENI trunking.
package netphase

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// Phases returns the phases of the network.
func Phases() []phase.Phase {
	return []phase.Phase{
		dockerPhase{}, natPhase{}, taskNetworksPhase{}, hostProxyPhase{}, dnsPhase{}, awsvpcPhase{}, endpointsPhase{}, trunkingPhase{}, trunkEvidencePhase{},
	}
}

// The services that these phases deal with.
const (
	dockerService = "docker"
	agentService  = agent.Service
	hnsService    = "hns"
	helperService = "iphlpsvc"
)

// observation is an Observation made of what was seen and what follows from it.
type observation struct {
	facts []phase.Fact
	plan  func(d *nodeconfig.Document) ([]phase.Change, error)
}

// Facts implements phase.Observation.
func (o observation) Facts() []phase.Fact { return o.facts }

// Plan implements phase.Observation.
func (o observation) Plan(d *nodeconfig.Document) ([]phase.Change, error) {
	if o.plan == nil {
		return nil, nil
	}
	return o.plan(d)
}

func fact(name, value string, args ...any) phase.Fact {
	if len(args) > 0 {
		value = fmt.Sprintf(value, args...)
	}
	return phase.Fact{Name: name, Value: value}
}

// pace looks often enough that what has come true is seen within 200 ms, and seldom enough to leave the machine its rest.
func pace(timeout time.Duration) wait.Schedule {
	return wait.Schedule{Timeout: timeout, First: 50 * time.Millisecond, Longest: 200 * time.Millisecond}
}

// until waits as wait.Until does, and keeps what was seen last before the phase's time was over: every look after that sees
// nothing but the end.
func until(ctx context.Context, n *phase.Node, s wait.Schedule, what string, look func() (done bool, seen string, err error)) error {
	last := ""
	return wait.Until(ctx, n.Host.Clock, s, what, func(time.Duration) (bool, string, error) {
		done, seen, err := look()
		if !done && ctx.Err() != nil && last != "" {
			return false, last, nil
		}
		last = seen
		return done, seen, err
	})
}

// again has a wait look again after an error that may pass.
func again(err error) (done bool, seen string, failed error) { return false, err.Error(), nil }

// proofTime is how long a proof waits. Where nothing was changed, as in a verification, nothing is on its way either; what
// comes and goes has had its time in the probe.
func proofTime(n *phase.Node, timeout time.Duration) time.Duration {
	if n.Mode == phase.ModeVerify {
		return min(timeout, 5*time.Second)
	}
	return timeout
}

// slack is what a phase has beyond its wait, so that the wait ends first and says what it saw.
const slack = 15 * time.Second

// state looks up a service's state; a service that is not there has none.
func state(ctx context.Context, n *phase.Node, service string) (string, error) {
	s, err := n.Host.Services.Service(ctx, service)
	if errors.Is(err, host.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fault.New("E_STEP_FAILED", err, "looking up the service %s", service)
	}
	return s.State, nil
}

// stopAgent stops the ECS agent, which the phase agent-start starts again. Tasks go on running meanwhile.
func stopAgent(why string) phase.Change {
	return phase.Change{
		What: "service " + agentService, From: "running", To: "stopped, " + why,
		Do: func(ctx context.Context, n *phase.Node) error {
			s, err := state(ctx, n, agentService)
			if err != nil || s == "" || s == host.ServiceStopped {
				return err
			}
			return stop(ctx, n, agentService, "E_AGENT_SERVICE")
		},
	}
}

// as gives the error of a call to Windows its name.
func as(code fault.Code, err error) error {
	if err == nil {
		return nil
	}
	return fault.New(code, err, "")
}

// stop stops a service with those that depend on it.
func stop(ctx context.Context, n *phase.Node, service string, code fault.Code) error {
	if err := n.Host.Services.Stop(ctx, service); err != nil {
		return fault.New(code, err, "stopping it")
	}
	return nil
}

// runningTasks counts the containers of tasks.
func runningTasks(ctx context.Context, n *phase.Node) (int, error) {
	tasks, err := agent.RunningTasks(ctx, n.Host.Docker)
	return tasks, as("E_DOCKER_NO_ANSWER", err)
}

// tasksRun is the failure of what would stop tasks.
func tasksRun(count int) *fault.Fault {
	return fault.New("E_DOCKER_TASKS_RUNNING", nil, "%d containers of tasks run", count)
}
