package agentphase_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/agentphase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

const serviceKey = host.ServicesKey + `\AmazonECS`

func TestSettingsAreTheDocuments(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{})
	n.doc.AWSVPC.BlockIMDS = true
	n.doc.Agent.Attributes = map[string]string{"tier": "web"}
	n.apply("")
	want, err := nodeconfig.Environment(n.doc)
	if err != nil {
		t.Fatal(err)
	}
	got := n.machine.AgentEnvironment()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("the agent has %s=%q, want %q", name, got[name], value)
		}
	}
	if want["ECS_AWSVPC_BLOCK_IMDS"] != "true" {
		t.Error("the test's document does not count")
	}
}

func TestChangedSettingsRestartTheAgentOnce(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{})
	n.apply("")
	n.doc.Agent.ReservedMemoryMiB = 512
	outcome := n.apply("")
	if got := changed(of(outcome, agentphase.ConfigID)); !slices.Equal(got, []string{"environment variable ECS_RESERVED_MEMORY"}) {
		t.Errorf("changed %v", got)
	}
	if got := n.machine.AgentEnvironment()["ECS_RESERVED_MEMORY"]; got != "512" {
		t.Errorf("the agent has %q", got)
	}
	n.machine.ResetCounters()
	n.apply("")
	if writes := n.writes(); len(writes) > 0 {
		t.Errorf("the third apply wrote %v", writes)
	}
}

// TestForeignStart: somebody starts the agent before its settings are there. It would join with the old ones.
func TestForeignStart(t *testing.T) {
	t.Parallel()
	o := installed()
	n := newNode(t, o)
	n.machine.SetMachineEnvironment("ECS_CLUSTER", "staging")
	n.machine.Account().Clusters["staging"] = "ACTIVE"
	n.machine.StartService(agent.Service)
	if err := n.machine.Advance(0); err != nil {
		t.Fatal(err)
	}
	// It registered in staging and keeps a checkpoint of it, which the agent itself would not forgive.
	outcome := n.run(phase.ModeApply)
	n.expect(outcome, "E_AGENT_CHECKPOINT_CLUSTER")

	n = newNode(t, o)
	n.machine.SetMachineEnvironment("ECS_CLUSTER", "prod")
	n.machine.StartService(agent.Service)
	if err := n.machine.Advance(0); err != nil {
		t.Fatal(err)
	}
	outcome = n.apply("")
	if c := of(outcome, agentphase.StartID).Changes; len(c) != 1 || c[0].To != "restarted" {
		t.Errorf("start did %+v", c)
	}
	if got := n.machine.AgentEnvironment()["ECS_ENABLE_TASK_ENI"]; got != "true" {
		t.Errorf("the agent has ECS_ENABLE_TASK_ENI=%q", got)
	}
}

func TestSettingsBeforeAreKept(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{})
	n.machine.SetRegistryValue(host.MachineEnvironmentKey, "ecs_cluster", host.Value{Kind: host.KindExpandString, Text: "old"})
	outcome := n.run(phase.ModeApply, agentphase.ConfigID)
	n.expect(outcome, "")
	var before *host.Value
	for _, u := range n.kept.undos {
		if strings.HasSuffix(u.Target, "|ECS_CLUSTER") && u.Before != "" {
			before = &host.Value{}
			if err := json.Unmarshal([]byte(u.Before), before); err != nil {
				t.Fatal(err)
			}
		}
	}
	if d := cmp.Diff(&host.Value{Kind: host.KindExpandString, Text: "old"}, before); d != "" {
		t.Errorf("before (-want +got):\n%s", d)
	}
}

func TestStaleVariablesAreReportedAndLeft(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{Conditions: []string{"stale-variables"}})
	outcome := n.apply("")
	if facts := evidence(of(outcome, agentphase.ConfigID)); facts["stale"] != "ECS_RESERVED_MEMORY" {
		t.Errorf("evidence is %v", facts)
	}
	if got := n.machine.MachineEnvironment()["ECS_RESERVED_MEMORY"]; got != "1024" {
		t.Errorf("it is %q now", got)
	}
	n = newNode(t, sim.Options{})
	if facts := evidence(of(n.apply(""), agentphase.ConfigID)); facts["stale"] != "" {
		t.Errorf("a clean node has stale variables: %v", facts)
	}
}

func TestConflictBetweenScopes(t *testing.T) {
	t.Parallel()
	own := func(list ...string) host.Value { return host.Value{Kind: host.KindMultiString, List: list} }
	o := installed()
	n := newNode(t, o)
	n.machine.SetRegistryValue(serviceKey, "Environment", own("ecs_cluster=other"))
	n.apply("E_AGENT_SETTING_CONFLICT")
	n = newNode(t, o)
	n.machine.SetRegistryValue(serviceKey, "Environment", own("ECS_CLUSTER=prod", "OTHER=x"))
	n.apply("")
	n = newNode(t, o)
	n.doc.Agent.EnvironmentScope = "service"
	n.machine.SetMachineEnvironment("ECS_CLUSTER", "other")
	n.apply("E_AGENT_SETTING_CONFLICT")
}

func TestServiceScopeKeepsWhatOthersPutThere(t *testing.T) {
	t.Parallel()
	n := newNode(t, installed())
	n.doc.Agent.EnvironmentScope = "service"
	n.machine.SetRegistryValue(serviceKey, "Environment", host.Value{Kind: host.KindMultiString, List: []string{"OTHER=x"}})
	n.apply("")
	value, _ := n.machine.RegistryValue(serviceKey, "Environment")
	if !slices.Contains(value.List, "OTHER=x") || !slices.Contains(value.List, "ECS_CLUSTER=prod") {
		t.Errorf("the service has %v", value.List)
	}
	if got := n.machine.MachineEnvironment()["ECS_CLUSTER"]; got != "" {
		t.Errorf("the machine has ECS_CLUSTER=%q", got)
	}
	n.machine.ResetCounters()
	n.apply("")
	if writes := n.writes(); len(writes) > 0 {
		t.Errorf("the second apply wrote %v", writes)
	}
}

// TestNoSecretInTheReport plants secrets wherever a variable's value can come from.
func TestNoSecretInTheReport(t *testing.T) {
	t.Parallel()
	const canary = "c4nary-Value"
	n := newNode(t, sim.Options{})
	n.doc.Agent.Environment = map[string]string{"ECS_EXCLUDE_UNTRACKED_IMAGE": canary}
	n.doc.Proxy.Agent.HTTPS = "http://" + canary + ".example.com:3128"
	n.machine.SetMachineEnvironment("ECS_EXCLUDE_UNTRACKED_IMAGE", canary+"-old")
	n.machine.SetMachineEnvironment("ECS_ENGINE_AUTH_DATA", canary)
	outcome := n.run(phase.ModeApply)
	text, err := json.Marshal(outcome.Report)
	if err != nil {
		t.Fatal(err)
	}
	told := string(text) + strings.Join(n.found.Warnings, "\n") + strings.Join(n.machine.Console(), "\n")
	for _, e := range n.machine.Events() {
		told += e.Text
	}
	for name, value := range n.kept.markers {
		told += name + value
	}
	if strings.Contains(told, canary) {
		t.Errorf("a secret is told:\n%s", told)
	}
	if !strings.Contains(told, "ECS_EXCLUDE_UNTRACKED_IMAGE") {
		t.Error("the variable is not told of at all")
	}
}

func TestBadSettingIsTheDocuments(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{})
	n.doc.Agent.LoggingDrivers = []string{"json-flie"}
	n.apply("E_AGENT_SETTING")
	if service, ok := n.machine.Service(agent.Service); ok && service.State != host.ServiceStopped {
		t.Error("the agent was started")
	}
}

// TestPlanSaysWhichVariableKeepsTheAgentFromStarting: one that the document does not name, and with a value of which the
// agent does not only warn.
func TestPlanSaysWhichVariableKeepsTheAgentFromStarting(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		variable, value string
		change          func(*node)
		want            fault.Code
	}{
		"the agent does not start":       {variable: "ECS_INSTANCE_ATTRIBUTES", value: "{tier=c4nary}", want: "E_AGENT_CONFIG"},
		"the agent warns":                {variable: "ECS_RESERVED_MEMORY", value: "c4nary"},
		"no variable of the agent":       {variable: "OTHER_ATTRIBUTES", value: "{tier=c4nary}"},
		"the document has another value": {variable: "ECS_INSTANCE_ATTRIBUTES", value: "{tier=c4nary}", change: func(n *node) { n.doc.Agent.Attributes = map[string]string{"tier": "web"} }},
		"the service's own is in order": {variable: "ECS_INSTANCE_ATTRIBUTES", value: "{tier=c4nary}", change: func(n *node) {
			n.machine.SetRegistryValue(serviceKey, "Environment", host.Value{Kind: host.KindMultiString, List: []string{`ECS_INSTANCE_ATTRIBUTES={"tier":"web"}`}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, installed())
			n.machine.SetMachineEnvironment(test.variable, test.value)
			if test.change != nil {
				test.change(n)
			}
			outcome := n.run(phase.ModePlan)
			n.expect(outcome, test.want)
			if told := fmt.Sprint(outcome.Err); strings.Contains(told, "c4nary") || test.want != "" && !strings.Contains(told, test.variable) {
				t.Errorf("told is %s", told)
			}
		})
	}
}
