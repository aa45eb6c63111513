package scenario_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/scenario"
)

// unforeseeable are the failures that a plan cannot see, with the reason.
func unforeseeable() map[string]string {
	const (
		register = "the agent finds out when it registers"
		starts   = "the agent finds out when it starts"
		others   = "they find out when they are told"
		happens  = "it happens while the run is under way"
		effect   = "it comes of a change that the plan does not make"
	)
	return map[string]string{
		"E_AGENT_CLUSTER_MISSING": register, "E_AGENT_REGISTER_DENIED": register, "E_AGENT_LOCALE": register, "E_AGENT_LISTEN": register,
		"E_JOIN_ATTRIBUTE": register, "E_AGENT_CHECKPOINT": starts, "E_AGENT_START_TIMEOUT": starts,
		"E_SIGNAL_DENIED": others, "E_SIGNAL_NO_ACTION": others, "E_STATE_UNWRITABLE": happens, "E_NETWORK_LOST": happens,
		"E_HNS_NAT_MISSING": effect, "E_PORT80_TAKEN": effect, "E_STATE_FOLDER": "a plan makes no folder safe",
	}
}

// dockers are the failures that a plan cannot see as long as Docker does not run.
func dockers() []string {
	return []string{"E_DOCKER_NO_ANSWER", "E_DOCKER_LINUX", "E_DOCKER_API", "E_PAUSE_IMAGE_MISSING"}
}

// TestAPlanForetells: where an apply fails of what was to be seen before, a plan of the same machine fails of the same. So
// it does on every machine that something is wrong with, also where Docker has yet to be started.
func TestAPlanForetells(t *testing.T) {
	t.Parallel()
	known, met := unforeseeable(), map[string]bool{}
	judge := func(s *scenario.Scenario, excused ...string) {
		planned, applied := ran(t, s, "plan"), ran(t, s, "apply")
		met[applied] = true
		switch {
		case applied == "" && planned != "" && planned != "E_IMDS_UNREACHABLE":
			// Without the metadata a plan does not even know the document; only an apply sets a route.
			t.Errorf("%s: the plan fails of %s, the apply does not", s.Name, planned)
		case applied != "" && planned == "" && known[applied] == "" && !slices.Contains(excused, applied):
			t.Errorf("%s: the apply fails of %s, the plan does not", s.Name, applied)
		case applied != "" && planned != "" && planned != applied:
			t.Errorf("%s: the plan fails of %s, the apply of %s", s.Name, planned, applied)
		}
	}
	for _, s := range examples(t) {
		if s.Command == "" {
			judge(s)
		}
	}
	for _, agent := range []string{"cache", "existing"} {
		for _, condition := range slices.Sorted(maps.Keys(sim.Conditions())) {
			judge(machine(t, agent, condition))
			// What docker-manual sets up, no-docker takes away. Under the race detector one agent has to do.
			if condition != "no-docker" && (orders > 1 || agent == "cache") {
				judge(machine(t, agent, condition, "docker-manual"), dockers()...)
			}
		}
	}
	for code := range known {
		if !met[code] {
			t.Errorf("%s is not met: take it from the list", code)
		}
	}
}

// machine is a scenario of a machine with these conditions.
func machine(t *testing.T, agent string, conditions ...string) *scenario.Scenario {
	t.Helper()
	list := strings.Join(conditions, ", ")
	s, err := scenario.Parse([]byte("about: A machine.\nami: {agent: "+agent+"}\nconditions: ["+list+"]\n"), agent+" "+list+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ran is the code that a command of a scenario's machine ends with.
func ran(t *testing.T, s *scenario.Scenario, command string) string {
	t.Helper()
	m, err := s.Machine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	r, err := scenario.Run(t.Context(), m, command)
	if err != nil {
		t.Fatal(err)
	}
	if r.Error == nil {
		return ""
	}
	return r.Error.Code
}
