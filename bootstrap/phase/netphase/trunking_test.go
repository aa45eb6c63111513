package netphase_test

import (
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
		out.callsAre(t, map[string]int{"settings.Effective": 1})
	}
}

func TestTrunkingIsReadOffTheAgent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mode         string
		capabilities []string
		code         fault.Code
		fact         string
	}{
		"auto, not said":         {"auto", nil, "", "has not said"},
		"auto, not offered":      {"auto", []string{"ecs.capability.task-eni"}, "", "does not offer it"},
		"auto, offered":          {"auto", []string{"ecs.capability.task-eni", trunking}, "", "offers it"},
		"required, not said":     {"require", nil, "E_TRUNKING_UNSUPPORTED", ""},
		"required, not offered":  {"require", []string{"ecs.capability.task-eni"}, "E_TRUNKING_UNSUPPORTED", ""},
		"required and offered":   {"require", []string{trunking}, "", "offers it"},
		"required, another name": {"require", []string{trunking + "x"}, "E_TRUNKING_UNSUPPORTED", ""},
	} {
		b := newBench(installed())
		b.doc.Trunking.Mode = test.mode
		b.found.Agent.Capabilities = test.capabilities
		out := b.plan(t, "trunking")
		if out.code() != test.code || test.code == "" && !strings.Contains(out.fact("ENI trunking"), test.fact) {
			t.Errorf("%s: %q, %v; want %q, %q", name, out.fact("ENI trunking"), out.err, test.fact, test.code)
		}
		if info, ok := fault.Find(out.code()); ok && info.Exit != fault.Unsupported {
			t.Errorf("%s: exit code %d, want 4", name, info.Exit)
		}
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
