package scenario

import (
	"context"
	"fmt"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/service"
)

// ProgramPath is where the program lies on a simulated machine.
const ProgramPath = `C:\Program Files\ecswin\ecswin-bootstrap.exe`

// Machine returns the machine at the moment at which the command starts: what comes before has been done, the events are
// on their way.
func (s *Scenario) Machine(ctx context.Context) (*sim.Machine, error) {
	o := sim.Options{
		Name:      s.Name,
		AMI:       sim.AMI{Windows: s.AMI.Windows, Full: s.AMI.Full, Agent: s.AMI.Agent, Plain: s.AMI.Plain},
		Instance:  sim.Instance{Type: s.Instance.Type, Region: s.Instance.Region, Lifecycle: s.Instance.Lifecycle},
		UserData:  s.text,
		Latencies: sim.Latencies(s.Latencies), Conditions: s.Conditions, Cold: s.Cold, Announced: s.Announced, Seed: s.Seed,
		Services: map[string]sim.ServiceProgram{"ecswin-bootstrap.exe": bootService},
	}
	for _, f := range s.Faults {
		o.Faults = append(o.Faults, sim.Fault{
			On: f.On, Nth: f.Nth, Times: f.Times, Err: f.Err, Effect: f.Effect, After: f.After, Delay: time.Duration(f.Delay),
		})
	}
	m := sim.New(o)
	m.WriteFile(ProgramPath, []byte("MZ simulated ecswin-bootstrap 0.0.0\n"))
	for i, step := range s.Before {
		if found := s.step(ctx, m, step); len(found) > 0 {
			return nil, fmt.Errorf("scenario %s: step %d before the command: %s", s.Name, i+1, found[0])
		}
	}
	for _, e := range s.Events {
		m.Do(time.Duration(e.At), func(m *sim.Machine) { happen(ctx, m, e.Do) })
	}
	m.ResetCounters()
	return m, nil
}

// bootService is the program as the service that runs at each boot. That it drains when Windows shuts down is not
// simulated: a simulated machine goes down at once.
func bootService(ctx context.Context, m *sim.Machine, h *host.Host, running func()) (exit uint32) {
	return service.Serve(ctx, h, service.Work{Apply: func(ctx context.Context) *report.Report {
		return run.Do(ctx, phase.ModeApply, h, m.CloudOf(h), run.Source{OrStored: true}, run.Options{Unattended: true})
	}}, running)
}

// apply runs the program with the document of the user data.
func apply(ctx context.Context, m *sim.Machine, h *host.Host, mode phase.Mode) *report.Report {
	return run.Do(ctx, mode, h, m.CloudOf(h), run.Source{}, run.Options{})
}

// happen brings about an effect or a condition, or lets a second program run at the same time.
func happen(ctx context.Context, m *sim.Machine, name string) {
	switch {
	case name == secondRun:
		h := m.Host()
		m.Clock().Go(func() { apply(ctx, m, h, phase.ModeApply) })
	case sim.Effects()[name] != "":
		m.Effect(name)
	default:
		m.Apply(name)
	}
}

// secondRun is an event: somebody else applies at the same time.
const secondRun = "second-run"

// The commands of a scenario beside plan, apply and verify.
const (
	resetCommand           = "reset"
	resetAgentStateCommand = "reset --agent-state"
	resetForAMICommand     = "reset --for-ami"
)

// Run runs a command of a scenario in a new process of the machine.
func Run(ctx context.Context, m *sim.Machine, command string) (*report.Report, error) {
	var r *report.Report
	h := m.Host()
	err := m.Run(func() {
		switch command {
		case resetCommand, resetAgentStateCommand, resetForAMICommand:
			what := run.ResetOptions{AgentState: command == resetAgentStateCommand, ForAMI: command == resetForAMICommand}
			r = run.Reset(ctx, h, m.CloudOf(h), what, run.Options{})
		case "":
			r = apply(ctx, m, h, phase.ModeApply)
		default:
			r = apply(ctx, m, h, phase.Mode(command))
		}
	})
	return r, err
}

// Play plays the whole scenario and returns what was not as expected.
func (s *Scenario) Play(ctx context.Context) (*report.Report, []Difference, error) {
	m, err := s.Machine(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer m.Close()
	r, err := Run(ctx, m, s.Command)
	if err != nil {
		return r, nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	found := s.Check(r, m)
	for i, step := range s.Then {
		for _, d := range s.step(ctx, m, step) {
			d.What = fmt.Sprintf("step %d after the command: %s", i+1, d.What)
			found = append(found, d)
		}
	}
	return r, found, nil
}

// step lives through one step.
func (s *Scenario) step(ctx context.Context, m *sim.Machine, step Step) []Difference {
	if step.Do != "" {
		happen(ctx, m, step.Do)
	}
	if step.Wait > 0 {
		if err := m.Run(func() { _ = m.Clock().Sleep(ctx, time.Duration(step.Wait)) }); err != nil {
			return []Difference{{"the wait", "no deadlock", err.Error()}}
		}
	}
	m.ResetCounters()
	var r *report.Report
	if step.Run != "" {
		var err error
		if r, err = Run(ctx, m, step.Run); err != nil {
			return []Difference{{"the run", "no deadlock", err.Error()}}
		}
	}
	if step.Expect == nil {
		return nil
	}
	return step.Expect.check(r, m)
}
