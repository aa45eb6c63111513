package agentphase_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/agentphase"
)

func hooked(t *testing.T, o sim.Options) *node {
	t.Helper()
	o.Conditions = append(o.Conditions, "launch-hook")
	n := newNode(t, o)
	n.doc.Signal.AutoScaling.Hook = "launch"
	n.doc.Signal.CloudFormation.Stack, n.doc.Signal.CloudFormation.Resource = "web", "Nodes"
	return n
}

func (n *node) signalled() []string {
	a := n.machine.Account()
	return append([]string{a.Hooks["launch"]}, a.Signals...)
}

func TestSignalsOnceAfterTheJoin(t *testing.T) {
	t.Parallel()
	n := hooked(t, sim.Options{})
	n.apply("")
	id := n.machine.Instance().ID
	if d := cmp.Diff([]string{"CONTINUE", "web Nodes " + id + " SUCCESS"}, n.signalled()); d != "" {
		t.Errorf("signals (-want +got):\n%s", d)
	}
	n.machine.ResetCounters()
	n.apply("")
	if calls := n.machine.Calls(); calls["signals.Complete"]+calls["signals.Resource"] > 0 {
		t.Errorf("told again: %v", calls)
	}
	n.expect(n.run(phase.ModeVerify), "")
}

func TestSignalsOfFailure(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		failing fault.Code
		change  func(n *node)
		want    []string
	}{
		"abandoned":          {"E_ENDPOINT_CONNECT", nil, []string{"ABANDON", "web Nodes ID FAILURE"}},
		"continued":          {"E_ENDPOINT_CONNECT", func(n *node) { n.doc.Signal.AutoScaling.OnFailure = "CONTINUE" }, []string{"CONTINUE", "web Nodes ID FAILURE"}},
		"a reboot is none":   {"E_REBOOT_PENDING", nil, []string{""}},
		"try again is none":  {"E_DOCKER_TASKS_RUNNING", nil, []string{""}},
		"the end of the run": {"E_INTERRUPTED", nil, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := hooked(t, sim.Options{})
			n.failing = tt.failing
			if tt.change != nil {
				tt.change(n)
			}
			n.apply(tt.failing)
			for i := range tt.want {
				tt.want[i] = strings.ReplaceAll(tt.want[i], "ID", n.machine.Instance().ID)
			}
			if strings.HasPrefix(tt.want[0], "ABANDON") {
				tt.want[0] = "ABANDON"
			}
			if d := cmp.Diff(tt.want, n.signalled()); d != "" {
				t.Errorf("signals (-want +got):\n%s", d)
			}
		})
	}
}

func TestNothingIsSignalledHalfWay(t *testing.T) {
	t.Parallel()
	n := hooked(t, sim.Options{})
	n.expect(n.run(phase.ModeApply, agentphase.ConfigID), "")
	n.run(phase.ModePlan)
	if d := cmp.Diff([]string{""}, n.signalled()); d != "" {
		t.Errorf("signals (-want +got):\n%s", d)
	}
}

func TestSignalThatFails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault sim.Fault
		deny  bool
		want  fault.Code
	}{
		"passes":      {fault: sim.Fault{On: "signals.Complete", Nth: 1, Times: 3, Err: "ThrottlingException"}},
		"never":       {fault: sim.Fault{On: "signals.Complete", Err: "unreachable"}, want: "E_SIGNAL_FAILED"},
		"denied":      {deny: true, want: "E_SIGNAL_DENIED"},
		"no such one": {fault: sim.Fault{On: "signals.Complete", Err: "ValidationError"}, want: "E_SIGNAL_NO_ACTION"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := sim.Options{}
			if tt.fault.On != "" {
				o.Faults = []sim.Fault{tt.fault}
			}
			n := hooked(t, o)
			n.machine.Account().Denied["autoscaling:CompleteLifecycleAction"] = tt.deny
			n.apply(tt.want)
			_, told := n.kept.markers["signal autoscaling launch InService"]
			if told != (tt.want == "") {
				t.Errorf("markers are %v", n.kept.markers)
			}
			if tt.want == "" {
				return
			}
			n.expect(n.run(phase.ModeVerify), "E_SIGNAL_MISSING")
		})
	}
}

func TestHeartbeatWhileTheRunGoesOn(t *testing.T) {
	t.Parallel()
	o := sim.Options{Latencies: sim.Latencies{AgentRegister: 200 * time.Second}}
	n := hooked(t, o)
	n.beside = agentphase.KeepHook
	n.apply("")
	if got := n.machine.Account().Heartbeats["launch"]; got != 3 {
		t.Errorf("%d heartbeats in 200 s, want 3", got)
	}

	n = hooked(t, o)
	n.machine.Account().Denied["autoscaling:RecordLifecycleActionHeartbeat"] = true
	n.beside = agentphase.KeepHook
	n.apply("")
	if got := n.machine.Calls()["signals.Heartbeat"]; got != 1 {
		t.Errorf("a denied heartbeat was tried %d times", got)
	}
}

// TestWarmPool: on its way into the pool everything is done but the registration, on its way out the rest; the hook is
// told of each.
func TestWarmPool(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{Conditions: []string{"warm-pool"}})
	n.doc.Signal.AutoScaling.Hook = "launch"
	n.doc.Signal.CloudFormation.Stack, n.doc.Signal.CloudFormation.Resource = "web", "Nodes"
	n.apply("")
	if d := cmp.Diff([]string{"CONTINUE"}, n.signalled()); d != "" {
		t.Errorf("signals (-want +got):\n%s", d)
	}
	if got := n.machine.Account().Registrations; got != 0 {
		t.Errorf("registered %d times", got)
	}
	if console := strings.Join(n.machine.Console(), "\n"); !strings.Contains(console, "WARMED") {
		t.Errorf("the console says %s", console)
	}
	n.machine.Account().Hooks["launch"] = ""
	n.machine.SetMetadata("meta-data/autoscaling/target-lifecycle-state", "InService")
	n.apply("")
	if d := cmp.Diff([]string{"CONTINUE", "web Nodes " + n.machine.Instance().ID + " SUCCESS"}, n.signalled()); d != "" {
		t.Errorf("signals (-want +got):\n%s", d)
	}
	if got := n.machine.Account().Registrations; got != 1 {
		t.Errorf("registered %d times", got)
	}
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{Name: "clean"})
	n.doc.Metrics.PrometheusTextfile = `C:\metrics\ecswin.prom`
	n.apply("")
	console := n.machine.Console()
	if len(console) != 1 || !strings.HasPrefix(console[0], "ecswin-bootstrap: SIMULATED (clean) JOINED prod as arn:aws:ecs:") {
		t.Errorf("the console says %q", console)
	}
	if events := n.machine.Events(); len(events) != 1 || events[0].ID != agentphase.EventDone || events[0].Severity != "info" {
		t.Errorf("events are %+v", events)
	}
	text, _ := n.machine.File(`C:\metrics\ecswin.prom`)
	for _, want := range []string{
		"ecswin_bootstrap_success{cluster=\"prod\",code=\"\"} 1\n", `ecswin_bootstrap_phase_duration_seconds{phase="join",status="satisfied"} `,
		"# TYPE ecswin_bootstrap_finished_timestamp_seconds gauge\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the metrics lack %q:\n%s", want, text)
		}
	}
	n.apply("")
	if again := n.machine.Console(); len(again) != 1 {
		t.Errorf("a run that changed nothing says %q", again)
	}

	n = newNode(t, sim.Options{Conditions: []string{"denied"}})
	n.apply("E_AGENT_REGISTER_DENIED")
	console = n.machine.Console()
	if len(console) != 1 || !strings.Contains(console[0], "FAILED E_AGENT_REGISTER_DENIED") || !strings.Contains(console[0], "Remedy: ") || strings.Contains(console[0], "..") || strings.Contains(console[0], "\n") {
		t.Errorf("the console says %q", console)
	}
	info, _ := fault.Find("E_AGENT_REGISTER_DENIED")
	if events := n.machine.Events(); len(events) != 1 || events[0].ID != info.Number || events[0].Severity != "error" {
		t.Errorf("events are %+v", events)
	}
}

func TestVerdictThatNobodyTakesIsAWarning(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{Faults: []sim.Fault{{On: "console.WriteLine", Err: "denied"}, {On: "console.Event", Err: "denied"}}})
	outcome := n.apply("")
	text, err := json.Marshal(outcome.Report.Warnings)
	if err != nil || !strings.Contains(string(text), "serial console") || !strings.Contains(string(text), "event log") {
		t.Errorf("warnings are %s (%v)", text, err)
	}
}

// TestKeepHookEndsWithTheRun: the worker must not outlive its run.
func TestKeepHookEndsWithTheRun(t *testing.T) {
	t.Parallel()
	n := hooked(t, sim.Options{})
	n.beside = func(ctx context.Context, run *phase.Node) {
		agentphase.KeepHook(ctx, run)
		if ctx.Err() == nil {
			t.Error("KeepHook ended before the run")
		}
	}
	n.apply("")
}
