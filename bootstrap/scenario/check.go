package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// Expect is what has to hold after a command. A member that is left out is not looked at, but for the network and
// PowerShell: unless a scenario says otherwise, the metadata service can be reached and no PowerShell was started.
type Expect struct {
	// Exit, Result, Code are the report's.
	Exit   *int   `yaml:"exit"`
	Result string `yaml:"result"`
	Code   string `yaml:"code"`
	// Remedy and Message are parts of the error's remedy, and of its message or of what was last observed.
	Remedy  string `yaml:"remedy"`
	Message string `yaml:"message"`
	// Phases are states of phases.
	Phases map[string]string `yaml:"phases"`
	// Warnings are parts of warnings, each of another.
	Warnings []string `yaml:"warnings"`
	// Writes counts the writes to the machine.
	Writes *int `yaml:"writes"`
	// Changed are parts of the descriptions of changes that were made or planned.
	Changed []string `yaml:"changed"`
	// Within is how long the command may take, in virtual time.
	Within Duration `yaml:"within"`
	// Joined tells that the agent runs and is connected in the cluster prod.
	Joined *bool `yaml:"joined"`
	// Member is the status of this instance's container instance in the cluster prod, as ACTIVE, or "absent".
	Member string `yaml:"member"`
	// Services are states of services.
	Services map[string]string `yaml:"services"`
	// Hooks are results of lifecycle hooks, "waiting" for none.
	Hooks map[string]string `yaml:"hooks"`
	// Signals are CloudFormation signals, as "stack resource id status".
	Signals []string `yaml:"signals"`
	// Console is a part of a line on the serial console.
	Console string `yaml:"console"`
	// PowerShell counts its runs.
	PowerShell int `yaml:"powershell"`
	// Network is "lost" where the machine cannot reach the metadata service.
	Network string `yaml:"network"`
	// Environment are variables of the machine, "" for one that must not be there.
	Environment map[string]string `yaml:"environment"`
}

// Difference is something that is not as expected.
type Difference struct{ What, Want, Got string }

// String gives the difference in one line.
func (d Difference) String() string { return d.What + ": want " + d.Want + ", got " + d.Got }

// Check compares the result of the scenario's command with what it expects.
func (s *Scenario) Check(r *report.Report, m *sim.Machine) []Difference {
	return s.Expect.check(r, m)
}

type differences []Difference

func (d *differences) note(ok bool, what, want, got string) {
	if !ok {
		*d = append(*d, Difference{what, want, got})
	}
}

func (d *differences) same(what, want, got string) {
	d.note(want == "" || want == got, what, want, got)
}

func (d *differences) part(what, want, got string) {
	d.note(want == "" || strings.Contains(got, want), what, fmt.Sprintf("%q in it", want), fmt.Sprintf("%q", got))
}

func (e *Expect) check(r *report.Report, m *sim.Machine) []Difference {
	var d differences
	if r != nil {
		e.checkReport(&d, r)
	}
	e.checkMachine(&d, m)
	return d
}

func (e *Expect) checkReport(d *differences, r *report.Report) {
	if e.Exit != nil {
		d.note(*e.Exit == r.ExitCode, "exit code", fmt.Sprint(*e.Exit), fmt.Sprintf("%d (%s)", r.ExitCode, errorOf(r)))
	}
	d.same("result", e.Result, r.Result)
	failure := report.Error{}
	if r.Error != nil {
		failure = *r.Error
	}
	d.same("error code", e.Code, failure.Code)
	d.part("remedy", e.Remedy, failure.Remedy)
	d.part("message", e.Message, failure.Message+" "+failure.LastObserved)
	states := map[string]string{}
	var changes []string
	for _, p := range r.Phases {
		states[p.Name] = p.Status
		for _, c := range p.Changes {
			changes = append(changes, fmt.Sprintf("%s: %s: from %s to %s", p.Name, c.What, c.From, c.To))
		}
	}
	for name, want := range e.Phases {
		d.note(states[name] == want, "phase "+name, want, states[name])
	}
	for _, want := range e.Warnings {
		d.note(anyHas(r.Warnings, want), "warnings", fmt.Sprintf("%q among them", want), fmt.Sprintf("%q", r.Warnings))
	}
	for _, want := range e.Changed {
		d.note(anyHas(changes, want), "changes", fmt.Sprintf("%q among them", want), fmt.Sprintf("%q", changes))
	}
	took := time.Duration(r.DurationMS) * time.Millisecond
	d.note(e.Within == 0 || took <= time.Duration(e.Within), "duration", "at most "+time.Duration(e.Within).String(), took.String())
}

func errorOf(r *report.Report) string {
	if r.Error == nil {
		return r.Result
	}
	return r.Error.Code + ": " + r.Error.Message
}

func anyHas(list []string, part string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, part) })
}

func (e *Expect) checkMachine(d *differences, m *sim.Machine) {
	if e.Writes != nil {
		d.note(*e.Writes == len(m.Writes()), "writes", fmt.Sprint(*e.Writes), fmt.Sprintf("%d: %v", len(m.Writes()), m.Writes()))
	}
	d.note(e.PowerShell == m.PowerShellRuns(), "runs of PowerShell", fmt.Sprint(e.PowerShell), fmt.Sprint(m.PowerShellRuns()))
	if e.Joined != nil {
		d.note(*e.Joined == joined(m), "joined", fmt.Sprint(*e.Joined), fmt.Sprint(joined(m)))
	}
	d.same("container instance", e.Member, member(m))
	for name, want := range e.Services {
		got := "absent"
		if s, ok := m.Service(name); ok {
			got = s.State
		}
		d.note(want == got, "service "+name, want, got)
	}
	for name, want := range e.Hooks {
		got, ok := m.Account().Hooks[name]
		switch {
		case !ok:
			got = "absent"
		case got == "":
			got = "waiting"
		}
		d.note(want == got, "lifecycle hook "+name, want, got)
	}
	for _, want := range e.Signals {
		d.note(slices.Contains(m.Account().Signals, want), "signals", want, fmt.Sprintf("%q", m.Account().Signals))
	}
	d.note(e.Console == "" || anyHas(m.Console(), e.Console), "console", fmt.Sprintf("%q on it", e.Console), fmt.Sprintf("%q", m.Console()))
	network := "kept"
	if !m.Online() {
		network = "lost"
	}
	d.note(network == or(e.Network, "kept"), "network", or(e.Network, "kept"), network)
	env := m.MachineEnvironment()
	for name, want := range e.Environment {
		d.note(env[name] == want, "variable "+name, fmt.Sprintf("%q", want), fmt.Sprintf("%q", env[name]))
	}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// member is the status of the container instance that this instance registered as, or "absent".
func member(m *sim.Machine) string {
	for _, i := range m.Account().Instances {
		if i.Registration.InstanceID == m.Instance().ID && i.Cluster == "prod" {
			return i.Status
		}
	}
	return "absent"
}

// joined reports whether the agent runs and its instance is connected in the cluster prod.
func joined(m *sim.Machine) bool {
	s, ok := m.Service("AmazonECS")
	if !ok || s.State != host.ServiceRunning {
		return false
	}
	for _, i := range m.Account().Instances {
		if i.Cluster == "prod" && i.AgentConnected && i.Registration.InstanceID == m.Instance().ID {
			return true
		}
	}
	return false
}
