package agentphase_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/agentphase"
)

func TestStartThatTimesOutIsTriedAgain(t *testing.T) {
	t.Parallel()
	timeouts := func(times int) sim.Options {
		o := installed()
		o.Faults = []sim.Fault{{On: "services.Start AmazonECS", Nth: 1, Times: times, Err: "1053", Delay: 30 * time.Second}}
		return o
	}
	n := newNode(t, timeouts(2))
	n.apply("")
	if !slices.ContainsFunc(n.found.Warnings, func(w string) bool { return strings.Contains(w, "30 s") }) {
		t.Errorf("warnings are %v", n.found.Warnings)
	}
	n = newNode(t, timeouts(3))
	n.apply("E_AGENT_START_TIMEOUT")
	if got := n.machine.Calls()["services.Start"]; got != 3 {
		t.Errorf("started %d times", got)
	}
}

func TestRefusedStartIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"1058", "1068", "5"} {
		o := installed()
		o.Faults = []sim.Fault{{On: "services.Start AmazonECS", Err: code}}
		n := newNode(t, o)
		n.apply("E_AGENT_START_REFUSED")
		if got := n.machine.Calls()["services.Start"]; got != 1 {
			t.Errorf("error %s: started %d times", code, got)
		}
	}
}

// TestStartWhileWindowsIsBusy is tried again, until the time for it is over.
func TestStartWhileWindowsIsBusy(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"1055", "1061", "1070"} {
		o := installed()
		o.Faults = []sim.Fault{{On: "services.Start AmazonECS", Nth: 1, Times: 3, Err: code}}
		newNode(t, o).apply("")
		o.Faults = []sim.Fault{{On: "services.Start AmazonECS", Err: code}}
		if r := newNode(t, o).apply("E_AGENT_START_REFUSED"); !strings.Contains(r.Report.Error.LastObserved, code) {
			t.Errorf("error %s: %+v", code, r.Report.Error)
		}
	}
}

// TestSlowAgent answers Windows only after its 30 s; the log says how far it got.
func TestSlowAgent(t *testing.T) {
	t.Parallel()
	o := installed()
	o.Latencies.AgentLoad = 40 * time.Second
	n := newNode(t, o)
	outcome := n.apply("E_AGENT_START_TIMEOUT")
	if outcome.Report.Error == nil || !strings.Contains(outcome.Report.Error.Message, "Starting Amazon ECS Agent") {
		t.Errorf("the error is %+v", outcome.Report.Error)
	}
}

func TestInstanceTypeChange(t *testing.T) {
	t.Parallel()
	for name, denied := range map[string]bool{"seen before the start": false, "told by the agent": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, sim.Options{})
			n.apply("")
			for _, i := range n.machine.Account().Instances {
				i.Attributes["ecs.instance-type"] = "m5.large"
			}
			n.machine.Account().Denied["ecs:DescribeContainerInstances"] = denied
			n.machine.Restart("m5.xlarge")
			if err := n.machine.Advance(10 * time.Minute); err != nil {
				t.Fatal(err)
			}
			n.machine.ResetCounters()
			n.apply("E_AGENT_CHECKPOINT_TYPE")
			if started := n.machine.Calls()["services.Start"] > 0; started != denied {
				t.Errorf("the agent was started: %t", started)
			}
		})
	}
	t.Run("the same type", func(t *testing.T) {
		t.Parallel()
		n := newNode(t, sim.Options{})
		n.apply("")
		n.machine.Restart("")
		if err := n.machine.Advance(10 * time.Minute); err != nil {
			t.Fatal(err)
		}
		n.machine.StartService("Docker")
		if err := n.machine.Advance(time.Minute); err != nil {
			t.Fatal(err)
		}
		n.run(phase.ModeApply)
		if service, _ := n.machine.Service(agent.Service); service.State != host.ServiceRunning {
			t.Errorf("the agent is %s", service.State)
		}
	})
}

func TestDamagedCheckpoint(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{})
	n.machine.WriteFile(n.doc.Agent.DataDir+`\agent.db`, []byte("no database"))
	n.apply("E_AGENT_CHECKPOINT")
}

// TestKilledAnywhere kills the program at each of its writes, and runs it again: it ends where it would have ended.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	whole := newNode(t, sim.Options{})
	whole.apply("")
	environment := whole.machine.AgentEnvironment()
	total := len(whole.machine.Writes())
	for write := 1; write <= total; write++ {
		for _, done := range []bool{false, true} {
			n := newNode(t, sim.Options{})
			n.machine.KillAtWrite(write, done)
			n.run(phase.ModeApply)
			n.noProxy = false
			outcome := n.run(phase.ModeApply)
			n.expect(outcome, "")
			got := n.machine.AgentEnvironment()
			for name, want := range environment {
				if got[name] != want {
					t.Errorf("killed at write %d: the agent has %s=%q", write, name, got[name])
				}
			}
			if members := len(n.machine.Account().Instances); members != 1 {
				t.Errorf("killed at write %d: %d container instances", write, members)
			}
		}
	}
}

func TestRestartLoopIsGivenUp(t *testing.T) {
	t.Parallel()
	o := installed()
	o.Conditions = []string{"no-pause-image"}
	n := newNode(t, o)
	outcome := n.apply("E_AGENT_PAUSE_IMAGE")
	// Ends at once, after 5 and after 30 s: the third end is the verdict.
	if took := of(outcome, agentphase.JoinID).DurationMS + of(outcome, agentphase.StartID).DurationMS; took > 40_000 {
		t.Errorf("the verdict took %d ms", took)
	}
}

func TestSomebodyStopsTheAgent(t *testing.T) {
	t.Parallel()
	o := installed()
	o.Latencies.AgentRegister = 10 * time.Second
	n := newNode(t, o)
	n.machine.Do(8*time.Second, func(m *sim.Machine) { m.StopService(agent.Service) })
	n.apply("E_AGENT_STOPPED")
}
