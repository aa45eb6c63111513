// Package scenario reads descriptions of simulated Windows machines: what is special about one, what happens to it, which
// command runs on it, and how that has to end. A scenario is a test that a person can run and read.
package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// Scenario is a machine and a command on it.
type Scenario struct {
	// Name is the file's name without its ending; every output of the simulation says it.
	Name string `yaml:"-"`
	// About says in a sentence what is special.
	About string `yaml:"about"`
	// AMI and Instance are what the machine was started from and as.
	AMI      AMI      `yaml:"ami"`
	Instance Instance `yaml:"instance"`
	// Latencies are "published", or durations by name; see [Latencies].
	Latencies Latencies `yaml:"latencies"`
	// Cold lets the machine begin as its services start.
	Cold bool `yaml:"cold"`
	// Conditions are what is wrong from the start; see [sim.Conditions].
	Conditions []string `yaml:"conditions"`
	// Faults make calls fail.
	Faults []Fault `yaml:"faults"`
	// Events happen by themselves, counted from the start of the command.
	Events []Event `yaml:"events"`
	// Announced are the external programs that may run.
	Announced []string `yaml:"announced"`
	// Seed other than zero draws another order of what is due at the same instant.
	Seed uint64 `yaml:"seed"`
	// Document is the NodeConfig in the instance's user data, its version and kind left out; neither it nor UserData is a
	// node of the cluster prod.
	Document yaml.Node `yaml:"document"`
	// UserData is the user data as it stands; "none" is none.
	UserData string `yaml:"user_data"`
	// Before are done before the command, as the life of the machine so far.
	Before []Step `yaml:"before"`
	// Command is plan, apply, verify or reset (alone, with --agent-state or with --for-ami); empty: apply.
	Command string `yaml:"command"`
	// Expect is how the command ends, Then what follows.
	Expect Expect `yaml:"expect"`
	Then   []Step `yaml:"then"`

	text string
}

// AMI is an image; see [sim.AMI].
type AMI struct {
	Windows string `yaml:"windows"`
	Full    bool   `yaml:"full"`
	Agent   string `yaml:"agent"`
	Plain   bool   `yaml:"plain"`
}

// Instance is an EC2 instance; see [sim.Instance].
type Instance struct {
	Type      string `yaml:"type"`
	Region    string `yaml:"region"`
	Lifecycle string `yaml:"lifecycle"`
}

// Fault is a fault; see [sim.Fault].
type Fault struct {
	On     string   `yaml:"on"`
	Nth    int      `yaml:"nth"`
	Times  int      `yaml:"times"`
	Err    string   `yaml:"err"`
	Effect string   `yaml:"effect"`
	After  bool     `yaml:"after"`
	Delay  Duration `yaml:"delay"`
}

// Event is something that happens after a while.
type Event struct {
	At Duration `yaml:"at"`
	// Do is one of [sim.Effects] or [sim.Conditions], or second-run: somebody else applies at the same time.
	Do string `yaml:"do"`
}

// Step is a stage in a machine's life: something happens, time passes, a command runs, and this has to hold then.
type Step struct {
	Do     string   `yaml:"do"`
	Wait   Duration `yaml:"wait"`
	Run    string   `yaml:"run"`
	Expect *Expect  `yaml:"expect"`
}

// Duration is a time with a unit, as 90s or 5m.
type Duration time.Duration

// UnmarshalYAML reads a duration.
func (d *Duration) UnmarshalYAML(n *yaml.Node) error {
	parsed, err := time.ParseDuration(n.Value)
	if err != nil || parsed < 0 {
		return fmt.Errorf("line %d: %q is not a duration; write it with a unit, as 90s or 5m", n.Line, n.Value)
	}
	*d = Duration(parsed)
	return nil
}

// Latencies are how long the machine takes.
type Latencies sim.Latencies

// UnmarshalYAML reads "published", or durations by name over none; "base: published" among them is over the published.
func (l *Latencies) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		if n.Value != "published" {
			return fmt.Errorf("line %d: latencies are `published` or durations by name, not %q", n.Line, n.Value)
		}
		*l = Latencies(sim.Published())
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: latencies are `published` or durations by name", n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "base" {
			if err := l.UnmarshalYAML(n.Content[i+1]); err != nil {
				return err
			}
		}
	}
	fields := l.fields()
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Value == "base" {
			continue
		}
		field, ok := fields[name.Value]
		if !ok {
			return fmt.Errorf("line %d: there is no latency %q", name.Line, name.Value)
		}
		var d Duration
		if err := d.UnmarshalYAML(value); err != nil {
			return err
		}
		*field = time.Duration(d)
	}
	return nil
}

func (l *Latencies) fields() map[string]*time.Duration {
	return map[string]*time.Duration{
		"call": &l.Call, "imds": &l.IMDS, "aws": &l.AWS, "connect": &l.Connect, "docker_start": &l.DockerStart,
		"docker_ready": &l.DockerReady, "hns_create": &l.HNSCreate, "hns_delete": &l.HNSDelete, "hns_settle": &l.HNSSettle,
		"address_preferred": &l.AddressPreferred, "dhcp": &l.DHCP, "service_stop": &l.ServiceStop, "agent_load": &l.AgentLoad,
		"agent_register": &l.AgentRegister, "agent_connect": &l.AgentConnect, "powershell": &l.PowerShell, "program": &l.Program,
		"shutdown": &l.Shutdown, "boot": &l.Boot, "launch_agent": &l.LaunchAgent, "user_data": &l.UserData,
	}
}

// Load reads a scenario from a file.
func Load(fsys fs.FS, name string) (*Scenario, error) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("reading the scenario %s: %w", name, err)
	}
	return Parse(src, name)
}

// Parse reads a scenario. An error names the file, line and column; every name in it that nobody knows is one.
func Parse(src []byte, name string) (*Scenario, error) {
	s := &Scenario{Name: strings.TrimSuffix(path.Base(name), path.Ext(name))}
	if err := yaml.Load(src, s, yaml.WithKnownFields(), yaml.WithUniqueKeys()); err != nil {
		return nil, located(name, err)
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// located writes the reader's errors as others are written: file, line, column.
func located(name string, err error) error {
	var all *yaml.LoadErrors
	var list []*yaml.LoadError
	var one *yaml.LoadError
	switch {
	case errors.As(err, &all):
		list = all.Errors
	case errors.As(err, &one):
		list = []*yaml.LoadError{one}
	default:
		return fmt.Errorf("%s: %w", name, err)
	}
	var lines []error
	for _, e := range list {
		text, _, _ := strings.Cut(e.Message, " in type ")
		if member, ok := strings.CutPrefix(text, "field "); ok {
			text = "there is no member " + strings.TrimSuffix(member, " not found")
		}
		lines = append(lines, fmt.Errorf("%s:%d:%d: %s", name, e.Mark.Line, e.Mark.Column, text))
	}
	return errors.Join(lines...)
}

// check finds names that nobody knows, and makes the user data.
func (s *Scenario) check() error {
	if s.About == "" {
		return errors.New("about is missing: say in a sentence what is special about the machine")
	}
	conditions, effects := sim.Conditions(), sim.Effects()
	for _, c := range s.Conditions {
		if conditions[c] == "" {
			return fmt.Errorf("there is no condition %q", c)
		}
	}
	happens := func(name string) error {
		if name != "" && name != secondRun && conditions[name] == "" && effects[name] == "" {
			return fmt.Errorf("nothing called %q can happen: it is neither an effect nor a condition", name)
		}
		return nil
	}
	for _, f := range s.Faults {
		if f.Effect != "" && effects[f.Effect] == "" {
			return fmt.Errorf("there is no effect %q", f.Effect)
		}
	}
	for _, e := range s.Events {
		if err := happens(e.Do); err != nil {
			return err
		}
	}
	for _, step := range slices.Concat(s.Before, s.Then) {
		if err := errors.Join(happens(step.Do), checkCommand(step.Run)); err != nil {
			return err
		}
	}
	if err := checkCommand(s.Command); err != nil {
		return err
	}
	return s.makeUserData()
}

func checkCommand(name string) error {
	switch name {
	case "", string(phase.ModeApply), string(phase.ModePlan), string(phase.ModeVerify), resetCommand, resetAgentStateCommand, resetForAMICommand:
		return nil
	}
	return fmt.Errorf("there is no command %q; a scenario runs plan, apply, verify or reset (--agent-state, --for-ami)", name)
}

// makeUserData writes the document as the user data of the instance.
func (s *Scenario) makeUserData() error {
	s.text = s.UserData
	switch {
	case s.UserData == "none":
		s.text = ""
		return nil
	case s.UserData != "" && s.Document.Kind != 0:
		return errors.New("document and user_data are both there; the document is user data")
	case s.UserData != "":
		return nil
	}
	body := []byte("cluster: prod\n")
	if s.Document.Kind != 0 {
		unfold(&s.Document)
		var err error
		if body, err = yaml.Dump(&s.Document); err != nil {
			return fmt.Errorf("writing the document: %w", err)
		}
	}
	s.text = "apiVersion: " + nodeconfig.APIVersion + "\nkind: " + nodeconfig.Kind + "\n" + string(body)
	return nil
}

// unfold lets a node be written in lines rather than in braces, as it stands below others.
func unfold(n *yaml.Node) {
	n.Style &^= yaml.FlowStyle
	for _, c := range n.Content {
		unfold(c)
	}
}
