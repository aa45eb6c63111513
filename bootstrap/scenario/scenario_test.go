package scenario_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/scenario"
)

func TestMistakesAreNamedWithTheirPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"unknown member":       {"about: x\nfaluts: []\n", "s.yaml:2:1: there is no member faluts"},
		"unknown nested":       {"about: x\nfaults:\n  - {on: hns.Delete, nht: 1}\n", "s.yaml:3:22: there is no member nht"},
		"wrong type":           {"about: x\ncold: maybe\n", "s.yaml:2:7"},
		"duration":             {"about: x\nevents: [{at: 30, do: reboot}]\n", "write it with a unit"},
		"latency":              {"about: x\nlatencies: {hns: 1s}\n", `line 2: there is no latency "hns"`},
		"latencies":            {"about: x\nlatencies: slow\n", "latencies are `published`"},
		"condition":            {"about: x\nconditions: [tired]\n", `there is no condition "tired"`},
		"effect":               {"about: x\nevents: [{at: 1s, do: explode}]\n", `nothing called "explode"`},
		"fault's effect":       {"about: x\nfaults: [{on: a, effect: imds-disabled}]\n", `there is no effect "imds-disabled"`},
		"command":              {"about: x\nthen: [{run: aply}]\n", `there is no command "aply"`},
		"no about":             {"cold: true\n", "about is missing"},
		"two user data":        {"about: x\nuser_data: y\ndocument: {cluster: z}\n", "both there"},
		"twice":                {"about: x\nabout: y\n", "s.yaml:2:1"},
		"not YAML":             {"about: [x\n", "s.yaml:"},
		"negative duration":    {"about: x\nlatencies: {boot: -1s}\n", "not a duration"},
		"step's unknown event": {"about: x\nbefore: [{do: nap}]\n", `nothing called "nap"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := scenario.Load(fstest.MapFS{"s.yaml": {Data: []byte(c.text)}}, "s.yaml")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Load() = %v, want %q in it", err, c.want)
			}
		})
	}
	if _, err := scenario.Load(fstest.MapFS{}, "s.yaml"); err == nil || !strings.Contains(err.Error(), "reading the scenario s.yaml") {
		t.Errorf("Load() of no file = %v", err)
	}
}

// TestACheckFails shows that what a scenario expects is looked at.
func TestACheckFails(t *testing.T) {
	t.Parallel()
	const text = `about: Every member of expect is wrong.
expect:
  exit: 42
  result: exhausted
  code: E_NONE
  remedy: pray
  message: nothing
  phases: {platform: tired}
  warnings: [all is well]
  writes: 4711
  changed: [the weather]
  within: 1ns
  joined: true
  member: DRAINING
  services: {Docker: paused, none: running}
  hooks: {launch: CONTINUE}
  signals: [a b c d]
  console: hello
  powershell: 3
  network: lost
  environment: {ECS_CLUSTER: other}
`
	s, err := scenario.Parse([]byte(text), "wrong.yaml")
	if err != nil {
		t.Fatal(err)
	}
	// The instance has no role: the run fails, so that joined is wrong as well.
	s.Conditions = []string{"no-role"}
	s.Latencies.Call = time.Second
	_, found, err := s.Play(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, d := range found {
		got[d.What] = true
	}
	for _, want := range []string{
		"exit code", "result", "error code", "remedy", "message", "phase platform", "warnings", "writes", "changes", "duration", "joined", "container instance",
		"service Docker", "service none", "lifecycle hook launch", "signals", "console", "runs of PowerShell", "network", "variable ECS_CLUSTER",
	} {
		if !got[want] {
			t.Errorf("nobody noticed that %s is wrong; found %v", want, found)
		}
	}
}

func TestLatencies(t *testing.T) {
	t.Parallel()
	s, err := scenario.Parse([]byte("about: x\nlatencies: {hns_create: 90s, base: published}\n"), "s.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s.Latencies.HNSCreate.Seconds() != 90 || s.Latencies.HNSDelete.Seconds() != 4 {
		t.Errorf("latencies are %+v", s.Latencies)
	}
}
