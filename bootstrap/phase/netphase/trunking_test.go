package netphase_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

const trunking = "ecs.capability.task-eni-trunking"

func TestDensityIsTold(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		instance string
		macs     int
		want     string
	}{
		"m5.large":                     {"m5.large", 1, "2, of which 2 fit now"},
		"with an ENI attached by hand": {"m5.large", 2, "2, of which 1 fit now"},
		"full":                         {"m5.large", 3, "2, of which 0 fit now"},
		"a type that nobody knows":     {"m99.large", 1, "newer than the table"},
	} {
		b := newBench(installed())
		b.found.Instance.Type = test.instance
		for range test.macs - 1 {
			b.found.Instance.MACs = append(b.found.Instance.MACs, "0a:00:00:00:00:99")
		}
		out := b.apply(t, "trunking")
		if out.err != nil || out.writes > 0 || !strings.Contains(out.fact("tasks in awsvpc mode"), test.want) {
			t.Errorf("%s: %q, want %q (%v)", name, out.fact("tasks in awsvpc mode"), test.want, out.err)
		}
		out.callsAre(t, map[string]int{"settings.Effective": 1, "services.Service": 1, "files.Stat": 1, "programs.Run": 1})
	}
}

// attributes makes the agent's program answer something else.
type attributes struct {
	host.Programs
	result host.Result
	err    error
	ran    []host.Command
}

func (a *attributes) Run(_ context.Context, c host.Command) (host.Result, error) {
	a.ran = append(a.ran, c)
	return a.result, a.err
}

func TestTrunkingIsReadOffTheAgent(t *testing.T) {
	t.Parallel()
	listed := func(names ...string) host.Result {
		return host.Result{Stdout: "ecs.os-type\twindows\r\n" + strings.Join(names, "\t\r\n") + "\t\r\n"}
	}
	for name, test := range map[string]struct {
		mode   string
		result host.Result
		err    error
		code   fault.Code
		fact   string
	}{
		"auto, not offered":      {mode: "auto", result: listed("ecs.capability.task-eni"), fact: "does not offer it"},
		"auto, offered":          {mode: "auto", result: listed("ecs.capability.task-eni", trunking), fact: "offers it"},
		"auto, no list":          {mode: "auto", result: host.Result{Stdout: "panic: ...\n"}, fact: "no list of attributes"},
		"auto, it fails":         {mode: "auto", result: host.Result{ExitCode: 1}, fact: "exit code 1"},
		"auto, it cannot run":    {mode: "auto", err: host.ErrDenied, fact: "did not say"},
		"required, not offered":  {mode: "require", result: listed("ecs.capability.task-eni"), code: "E_TRUNKING_UNSUPPORTED"},
		"required and offered":   {mode: "require", result: listed(trunking), fact: "offers it"},
		"required, another name": {mode: "require", result: listed(trunking + "x"), code: "E_TRUNKING_UNSUPPORTED"},
		"required, it fails":     {mode: "require", result: host.Result{ExitCode: 1}, code: "E_TRUNKING_UNKNOWN"},
		"required, it cannot":    {mode: "require", err: host.ErrDenied, code: "E_TRUNKING_UNKNOWN"},
	} {
		b := newBench(installed())
		b.doc.Trunking.Mode = test.mode
		agent := &attributes{result: test.result, err: test.err}
		b.swap = func(h *host.Host) { h.Programs = agent }
		out := b.plan(t, "trunking")
		if out.code() != test.code || test.code == "" && !strings.Contains(out.fact("ENI trunking"), test.fact) {
			t.Errorf("%s: %q, %v; want %q, %q", name, out.fact("ENI trunking"), out.err, test.fact, test.code)
		}
		if info, ok := fault.Find(out.code()); ok && info.Exit != fault.Unsupported {
			t.Errorf("%s: exit code %d, want 4", name, info.Exit)
		}
		if len(agent.ran) != 1 || agent.ran[0].Args[0] != "-ecs-attributes" || agent.ran[0].Environment["ECS_CHECKPOINT"] != "false" ||
			agent.ran[0].Environment["ECS_LOGFILE"] == b.doc.Agent.LogFile || agent.ran[0].Environment["ECS_CLUSTER"] != "prod" {
			t.Errorf("%s: ran %+v", name, agent.ran)
		}
	}
}

// TestRunningAgentIsNotAsked: it holds agent.db, and -ecs-attributes would wait for it for ever.
func TestRunningAgentIsNotAsked(t *testing.T) {
	t.Parallel()
	b := newBench(installed("agent-offers-trunking"))
	b.SetMachineEnvironment("ECS_ENABLE_TASK_ENI", "true")
	b.SetMachineEnvironment("ECS_CLUSTER", "prod")
	b.doc.Trunking.Mode = "require"
	b.found.Agent.Version = sim.AgentVersion
	b.StartService("AmazonECS")
	if err := b.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	if out := b.plan(t, "trunking"); out.code() != "E_TRUNKING_UNKNOWN" || len(b.ProgramRuns()) > 0 {
		t.Errorf("never asked: %v, ran %q", out.err, b.ProgramRuns())
	}
	b.StopService("AmazonECS")
	if err := b.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	log := b.AgentLog()
	if out := b.apply(t, "trunking"); out.err != nil || len(b.ProgramRuns()) != 1 {
		t.Errorf("stopped: %v, ran %q", out.err, b.ProgramRuns())
	}
	if b.AgentLog() != log {
		t.Error("it wrote to the log of the agent that runs")
	}
	b.StartService("AmazonECS")
	if err := b.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	// The state knows what it said, until another version is installed.
	if out := b.plan(t, "trunking"); out.err != nil || len(b.ProgramRuns()) > 0 || !strings.Contains(out.fact("ENI trunking"), "offers it") {
		t.Errorf("asked before: %v, %v", out.facts, out.err)
	}
	b.found.Agent.Version = "1.106.0"
	if out := b.plan(t, "trunking"); out.code() != "E_TRUNKING_UNKNOWN" {
		t.Errorf("another version by now: %v", out.err)
	}
	hangs := newBench(installed())
	hangs.doc.Trunking.Mode = "require"
	hangs.LockFile(`C:\ProgramData\Amazon\ECS\data\agent.db`, true)
	if out := hangs.plan(t, "trunking"); out.code() != "E_TRUNKING_UNSUPPORTED" || out.took > time.Second {
		t.Errorf("somebody else holds agent.db: %v after %s", out.err, out.took)
	}
}

func TestOptIn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		optIn  bool
		faults []sim.Fault
		code   fault.Code
		puts   int
	}{
		"not asked for":                  {},
		"asked for":                      {optIn: true, puts: 1},
		"asked for, nobody may look":     {optIn: true, faults: []sim.Fault{{On: "settings.Effective", Err: "AccessDeniedException"}}, puts: 1},
		"asked for, not permitted":       {optIn: true, faults: []sim.Fault{{On: "settings.Put", Err: "AccessDeniedException"}}, code: "E_TRUNKING_OPT_IN", puts: 1},
		"not asked for, nobody may look": {faults: []sim.Fault{{On: "settings.Effective", Err: "AccessDeniedException"}}},
	} {
		o := installed()
		o.Faults = test.faults
		b := newBench(o)
		b.doc.Trunking.OptIn = test.optIn
		out := b.apply(t, "trunking")
		if out.code() != test.code || out.calls["settings.Put"] != test.puts {
			t.Errorf("%s: %d puts, %v", name, out.calls["settings.Put"], out.err)
		}
		if test.puts == 0 || test.code != "" || test.faults != nil {
			continue
		}
		if again := b.apply(t, "trunking"); again.calls["settings.Put"] > 0 || again.err != nil {
			t.Errorf("%s: the second run puts it again (%v)", name, again.err)
		}
	}
}

func TestTrunkAfterTheRegistration(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mode       string
		attributes map[string]string
		faults     []sim.Fault
		code       fault.Code
		fact       string
		gone       bool
	}{
		"none, which is usual":      {mode: "auto", fact: "not offered"},
		"one":                       {mode: "require", attributes: map[string]string{"ecs.awsvpc-trunk-id": "eni-1"}, fact: "eni-1"},
		"none, and required":        {mode: "require", code: "E_TRUNK_NOT_ATTACHED", gone: true},
		"required, nobody may look": {mode: "require", faults: []sim.Fault{{On: "members.Member", Err: "AccessDeniedException"}}, fact: "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := installed()
			o.Faults = test.faults
			b := newBench(o)
			b.SetMachineEnvironment("ECS_CLUSTER", "prod")
			b.StartService("AmazonECS")
			if err := b.Advance(time.Minute); err != nil {
				t.Fatal(err)
			}
			b.doc.Trunking.Mode = test.mode
			b.found.Agent.Cluster = "prod"
			for arn, i := range b.Account().Instances {
				b.found.Agent.ARN = arn
				for k, v := range test.attributes {
					i.Attributes[k] = v
				}
			}
			if b.found.Agent.ARN == "" {
				t.Fatal("the agent did not register")
			}
			out := b.apply(t, "trunk-evidence")
			if out.code() != test.code || test.code == "" && !strings.Contains(out.fact("trunk"), test.fact) {
				t.Errorf("%q, %v; want %q, %q", out.fact("trunk"), out.err, test.fact, test.code)
			}
			if !test.gone {
				out.callsAre(t, map[string]int{"members.Member": 1})
			}
			s, _ := b.Service("AmazonECS")
			if gone := s.State != host.ServiceRunning && out.calls["members.Drain"] == 1 && out.calls["members.Deregister"] == 1; gone != test.gone {
				t.Errorf("taken out of the cluster: %t, want %t (%v)", gone, test.gone, out.calls)
			}
		})
	}
}
