package agentphase_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/agentphase"
)

func TestCleanNodeJoinsOnce(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]sim.Options{"cache": {}, "installed": installed(), "published latencies": {Latencies: sim.Published()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, o)
			outcome := n.apply("")
			facts := evidence(of(outcome, agentphase.JoinID))
			if facts["cluster"] != "prod" || !strings.Contains(facts["container instance"], ":container-instance/prod/") {
				t.Errorf("join says %v", facts)
			}
			if facts["connected"] != "yes, by the agent's log" || facts["task credentials"] == "" || !strings.Contains(facts["attributes"], "ecs.capability.task-eni") {
				t.Errorf("join says %v", facts)
			}
			if got := n.machine.Account().Registrations; got != 1 {
				t.Errorf("registered %d times", got)
			}

			n.machine.ResetCounters()
			again := n.apply("")
			if writes := n.writes(); len(writes) > 0 || again.Changed() {
				t.Errorf("the second apply wrote %v", writes)
			}
			if n.machine.PowerShellRuns() > 0 {
				t.Error("PowerShell was started")
			}
		})
	}
}

// TestCallBudget holds each call of a second apply, and so those that a first one cannot do without.
func TestCallBudget(t *testing.T) {
	t.Parallel()
	n := newNode(t, installed())
	n.apply("")
	n.machine.ResetCounters()
	n.apply("")
	want := map[string]int{
		"files.Stat":       4, // the program twice, the plugin, the log's size
		"files.Read":       2, // the program for its digest, the log for the connection
		"services.Service": 4, // twice each to install and to start
		"programs.Run":     1, // the program's version
		"registry.Values":  2,
		"registry.Value":   2,
		"tasks.Enabled":    2,
		"web.Get":          2, // introspection, credentials
		"members.Member":   1,
	}
	if d := cmp.Diff(want, n.calls()); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
}

// TestReaction: from the registration to the end of the phase it takes at most 250 ms.
func TestReaction(t *testing.T) {
	t.Parallel()
	latencies := sim.Published()
	n := newNode(t, sim.Options{AMI: sim.AMI{Agent: sim.AgentInstalled}, Latencies: latencies})
	outcome := n.apply("")
	joined := of(outcome, agentphase.JoinID)
	// The agent registers, connects and answers; each of the three waits looks every 250 ms.
	least := latencies.AgentRegister + latencies.AgentConnect
	if took := time.Duration(joined.DurationMS) * time.Millisecond; took > least+250*time.Millisecond+2*latencies.AWS+100*time.Millisecond {
		t.Errorf("join took %s, the agent %s", took, least)
	}
}

// TestCausesOnTheNode gives each cause its own name on a machine that has it, and on one that has its neighbour another.
func TestCausesOnTheNode(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		conditions []string
		change     func(n *node)
		want       fault.Code
	}{
		"role may not register":          {conditions: []string{"denied"}, want: "E_AGENT_REGISTER_DENIED"},
		"cluster does not exist":         {conditions: []string{"no-cluster"}, want: "E_AGENT_CLUSTER_MISSING"},
		"no way to ECS":                  {conditions: []string{"no-ecs-endpoint"}, want: "E_AGENT_REGISTER_UNREACHABLE"},
		"no way to ACS":                  {conditions: []string{"no-acs-endpoint"}, want: "E_JOIN_ACS"},
		"baked checkpoint":               {conditions: []string{"baked-cluster"}, want: "E_AGENT_CHECKPOINT_CLUSTER"},
		"checkpoint of another instance": {conditions: []string{"foreign-db"}, want: ""},
		"no pause image":                 {conditions: []string{"no-pause-image"}, want: "E_AGENT_PAUSE_IMAGE"},
		"no pause image, nor need of it": {conditions: []string{"no-pause-image"}, change: func(n *node) { n.doc.AWSVPC.Enabled = false }, want: ""},
		"no plugin":                      {conditions: []string{"no-cni"}, want: "E_AGENT_CNI"},
		"Docker too new":                 {conditions: []string{"docker-too-new"}, want: "E_AGENT_DOCKER"},
		"Windows in German":              {conditions: []string{"localized"}, want: "E_AGENT_LOCALE"},
		"Windows in German, and denied":  {conditions: []string{"localized", "no-pause-image"}, want: "E_AGENT_PAUSE_IMAGE"},
		"bad attributes from before":     {conditions: []string{"bad-attributes"}, want: "E_AGENT_CONFIG"},
		"IIS":                            {conditions: []string{"iis"}, want: "E_PORT80_TAKEN"},
		"no port proxy":                  {change: func(n *node) { n.noProxy = true }, want: "E_CREDENTIALS_SERVER"},
		"no port proxy, nor need of it":  {change: func(n *node) { n.noProxy, n.doc.AWSVPC.Enabled, n.doc.Agent.TaskIAMRole = true, false, false }, want: ""},
		"introspection's port taken":     {conditions: []string{"port-51678"}, want: "E_AGENT_LISTEN"},
		"attribute missing":              {change: func(n *node) { n.doc.Verify.Attributes = []string{"tier"} }, want: "E_JOIN_ATTRIBUTE"},
		"attribute not to be looked up": {change: func(n *node) {
			n.doc.Verify.Attributes = []string{"tier"}
			n.machine.Account().Denied["ecs:DescribeContainerInstances"] = true
		}, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, sim.Options{Conditions: tt.conditions})
			if tt.change != nil {
				tt.change(n)
			}
			outcome := n.apply(tt.want)
			if tt.want != "" && of(outcome, agentphase.JoinID).Status == "satisfied" {
				t.Error("join is satisfied all the same")
			}
		})
	}
}

// TestWhatECSShowsLateIsWaitedFor: its reads are eventually consistent, and a trunk takes its time. What stays wrong is
// named.
func TestWhatECSShowsLateIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		faults []sim.Fault
		// first is what ECS shows after the registration, later what it shows after so long.
		first, later func(*sim.ContainerInstance)
		after        time.Duration
		want         fault.Code
	}{
		"not found at first":         {faults: []sim.Fault{{On: "members.Member", Times: 2, Err: "MISSING"}}},
		"an attribute comes late":    {later: func(i *sim.ContainerInstance) { i.Attributes["tier"] = "web" }, after: 10 * time.Second},
		"an attribute does not":      {later: func(i *sim.ContainerInstance) { i.Attributes["tier"] = "web" }, after: time.Minute, want: "E_JOIN_ATTRIBUTE"},
		"it gets a trunk":            {first: status("REGISTERING"), later: status("ACTIVE"), after: 2 * time.Minute},
		"its trunk does not come":    {first: status("REGISTERING"), want: "E_JOIN_INACTIVE"},
		"shown as it was before":     {first: status("INACTIVE"), later: status("ACTIVE"), after: 5 * time.Second},
		"somebody deregistered it":   {first: status("INACTIVE"), want: "E_JOIN_INACTIVE"},
		"ECS does not answer at all": {faults: []sim.Fault{{On: "members.Member", Err: "unreachable"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := installed()
			o.Faults = tt.faults
			o.Latencies.AgentConnect = 3 * time.Second
			n := newNode(t, o)
			if strings.Contains(name, "attribute") {
				n.doc.Verify.Attributes = []string{"tier"}
			}
			show := func(ctx context.Context, after time.Duration, change func(*sim.ContainerInstance)) {
				if change == nil || n.machine.Clock().Sleep(ctx, after) != nil {
					return
				}
				for _, i := range n.machine.Account().Instances {
					change(i)
				}
			}
			n.beside = func(ctx context.Context, _ *phase.Node) {
				// The stub of host-proxy takes five seconds, and then it is registered.
				show(ctx, 6*time.Second, tt.first)
				show(ctx, tt.after, tt.later)
			}
			n.apply(tt.want)
		})
	}
}

func status(s string) func(*sim.ContainerInstance) {
	return func(i *sim.ContainerInstance) { i.Status = s }
}

func TestWithoutPermissionTheNodeJoinsAllTheSame(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{})
	n.machine.Account().Denied["ecs:DescribeContainerInstances"] = true
	n.doc.Verify.Attributes = []string{"tier"}
	facts := evidence(of(n.apply(""), agentphase.JoinID))
	if !strings.Contains(facts["attributes"], "may not ecs:DescribeContainerInstances") {
		t.Errorf("attributes: %q", facts["attributes"])
	}
	if !slices.ContainsFunc(n.found.Warnings, func(w string) bool { return strings.Contains(w, "verify.attributes") }) {
		t.Errorf("warnings are %v", n.found.Warnings)
	}
}

func TestAnotherClusterThanTheDocumentsIsNamed(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{})
	n.apply("")
	n.doc.Cluster = "staging"
	outcome := n.run(phase.ModeVerify)
	n.expect(outcome, "E_AGENT_SETTING")

	n = newNode(t, sim.Options{})
	n.apply("")
	n.doc.Cluster = "arn:aws:ecs:eu-central-1:123456789012:cluster/prod"
	n.expect(n.run(phase.ModeVerify, agentphase.JoinID), "E_AGENT_SETTING")
}

func TestMemberThatIsNotActive(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]fault.Code{"INACTIVE": "E_JOIN_INACTIVE", "DRAINING": "", "ACTIVE": ""} {
		n := newNode(t, sim.Options{})
		n.apply("")
		for _, i := range n.machine.Account().Instances {
			i.Status = status
		}
		n.expect(n.run(phase.ModeVerify), want)
	}
}

// TestACrashIsForgiven: Windows starts the agent again, and it joins.
func TestACrashIsForgiven(t *testing.T) {
	t.Parallel()
	o := installed()
	o.Latencies.AgentRegister = 10 * time.Second
	n := newNode(t, o)
	n.machine.Do(8*time.Second, func(m *sim.Machine) { m.CrashService("AmazonECS") })
	n.apply("")
}

func TestVerifyChangesNothing(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{})
	n.machine.ResetCounters()
	if n.run(phase.ModeVerify).Err == nil {
		t.Error("a node without an agent verifies")
	}
	n.run(phase.ModePlan)
	if writes := n.writes(); len(writes) > 0 {
		t.Errorf("wrote %v", writes)
	}
	n.apply("")
	n.machine.ResetCounters()
	n.expect(n.run(phase.ModeVerify), "")
	if writes := n.writes(); len(writes) > 0 {
		t.Errorf("wrote %v", writes)
	}
}
