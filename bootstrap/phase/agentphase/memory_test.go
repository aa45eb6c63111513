package agentphase_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
)

const database = `C:\ProgramData\Amazon\ECS\data\agent.db`

// TestAgentThatRegisteredBeforeItWasConfigured starts anew where nobody chose its cluster, running or stopped by now; where
// somebody may have, it is left as it is and named.
func TestAgentThatRegisteredBeforeItWasConfigured(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		conditions []string
		change     func(*node)
		want       fault.Code
		// running tells that the agent is left running.
		running bool
	}{
		"it runs":            {},
		"it is stopped":      {change: func(n *node) { n.machine.StopService("AmazonECS") }},
		"a task came of it":  {conditions: []string{"running-task"}, want: "E_AGENT_CHECKPOINT_CLUSTER", running: true},
		"in an earlier boot": {change: reboot, want: "E_AGENT_CHECKPOINT_CLUSTER"},
		"this program had started it": {
			change: func(n *node) { n.kept.markers["agent-settings"] = "other" }, want: "E_AGENT_CHECKPOINT_CLUSTER", running: true,
		},
		"in a cluster that somebody chose": {conditions: []string{"stale-variables"}, want: "E_AGENT_CHECKPOINT_CLUSTER", running: true},
		"without a memory": {
			conditions: []string{"stale-variables"}, change: func(n *node) {
				n.machine.LockFile(database, false)
				n.machine.RemoveFile(database)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := installed()
			o.Conditions = append([]string{"agent-automatic"}, test.conditions...)
			n := newNode(t, o)
			n.machine.Account().Clusters["staging"] = "ACTIVE"
			if err := n.machine.Advance(10 * time.Minute); err != nil {
				t.Fatal(err)
			}
			if len(n.machine.Account().Instances) != 1 {
				t.Fatal("it did not register")
			}
			if test.change != nil {
				test.change(n)
			}
			before, _ := n.machine.File(database)
			n.apply(test.want)
			service, _ := n.machine.Service("AmazonECS")
			if test.want != "" {
				if after, _ := n.machine.File(database); string(after) != string(before) || (service.State == host.ServiceRunning) != test.running {
					t.Errorf("its memory was touched, or it is %s", service.State)
				}
				return
			}
			if before == nil {
				return
			}
			kept := ""
			for _, path := range n.machine.Files(`C:\ProgramData\Amazon\ECS\data`) {
				if content, _ := n.machine.File(path); strings.HasSuffix(path, ".bak") && string(content) == string(before) {
					kept = path
				}
			}
			warnings := strings.Join(n.found.Warnings, "\n")
			if kept == "" || !strings.Contains(warnings, kept) || !strings.Contains(warnings, "deregister-container-instance --cluster default --container-instance arn:") {
				t.Errorf("kept %q; warnings %q", kept, warnings)
			}
		})
	}
}

// reboot lets the machine boot with an agent that nobody starts.
func reboot(n *node) {
	n.machine.ConfigureService("AmazonECS", func(c *host.ServiceConfig) { c.StartType = host.StartManual })
	n.machine.Reboot()
	if err := n.machine.Advance(10 * time.Minute); err != nil {
		n.t.Fatal(err)
	}
}

// TestSettingAsideSurvivesAKill: killed at each of its writes, a rerun comes to the same end.
func TestSettingAsideSurvivesAKill(t *testing.T) {
	t.Parallel()
	for _, stopped := range []bool{false, true} {
		for write := 1; write <= 10; write++ {
			o := installed()
			o.Conditions = []string{"agent-automatic"}
			n := newNode(t, o)
			if err := n.machine.Advance(10 * time.Minute); err != nil {
				t.Fatal(err)
			}
			if stopped {
				n.machine.StopService("AmazonECS")
			}
			n.machine.KillAtWrite(write, write%2 == 0)
			n.run(phase.ModeApply)
			n.apply("")
			if i := n.machine.Account().Instances; len(i) != 2 {
				t.Errorf("stopped %t, killed at write %d: %d container instances", stopped, write, len(i))
			}
		}
	}
}

// TestPlanSaysWhatTheAgentRemembers: also where the agent's service has yet to be made.
func TestPlanSaysWhatTheAgentRemembers(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]sim.Options{"in the cache": {}, "installed": installed()} {
		o.Conditions = []string{"baked-cluster"}
		n := newNode(t, o)
		n.expect(n.run(phase.ModePlan), "E_AGENT_CHECKPOINT_CLUSTER")
		if len(n.writes()) > 0 {
			t.Errorf("%s: a plan wrote %v", name, n.writes())
		}
	}
}

// TestNobodyIsBlamedForTheSilenceOfDocker: whether an agent that registered by itself runs tasks is known to Docker alone.
func TestNobodyIsBlamedForTheSilenceOfDocker(t *testing.T) {
	t.Parallel()
	o := installed()
	o.Conditions = []string{"agent-automatic"}
	n := newNode(t, o)
	if err := n.machine.Advance(10 * time.Minute); err != nil {
		t.Fatal(err)
	}
	n.machine.StopService("Docker")
	n.expect(n.run(phase.ModePlan), "")
	n.apply("E_DOCKER_NO_ANSWER")
	n.machine.StartService("Docker")
	n.apply("")
}
