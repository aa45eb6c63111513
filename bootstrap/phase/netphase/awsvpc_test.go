package netphase_test

import (
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

const plugin = `C:\Program Files\Amazon\ECS\cni\vpc-eni.exe`

func TestAwsvpcIsThere(t *testing.T) {
	t.Parallel()
	b := newBench(installed())
	out := b.apply(t, "awsvpc")
	if out.err != nil || out.writes > 0 || out.fact("network interfaces") != "1 attached" {
		t.Errorf("%d writes, %v, %v", out.writes, out.facts, out.err)
	}
	out.callsAre(t, map[string]int{"files.Stat": 1, "programs.Run": 1, "docker.HasImage": 1})
	if b.PowerShellRuns() > 0 {
		t.Error("PowerShell ran")
	}
}

// TestAwsvpcsFaults gives each fault its name, and what comes close to it another one or none.
func TestAwsvpcsFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		conditions []string
		faults     []sim.Fault
		change     func(*bench)
		code       fault.Code
		warned     string
	}{
		"no plugin":               {conditions: []string{"no-cni"}, code: "E_CNI_MISSING"},
		"a plugin elsewhere":      {change: func(b *bench) { b.doc.Agent.Environment = map[string]string{"ECS_CNI_PLUGINS_PATH": `D:\cni\`} }, code: "E_CNI_MISSING"},
		"a plugin that cannot":    {conditions: []string{"old-cni"}, code: "E_CNI_CAPABILITY"},
		"a plugin that may not":   {faults: []sim.Fault{{On: "programs.Run", Err: "denied"}}, code: "E_CNI_BROKEN"},
		"a plugin that hangs":     {faults: []sim.Fault{{On: "programs.Run", Delay: 3600e9}}, code: "E_CNI_BROKEN"},
		"no pause image":          {conditions: []string{"no-pause-image"}, code: "E_PAUSE_IMAGE_MISSING"},
		"no answer of Docker":     {faults: []sim.Fault{{On: "docker.HasImage", Err: "unreachable"}}, code: "E_DOCKER_NO_ANSWER"},
		"that, and an old plugin": {conditions: []string{"old-cni"}, faults: []sim.Fault{{On: "docker.HasImage", Err: "unreachable"}}, code: "E_CNI_CAPABILITY"},
		"a hidden ENI":            {conditions: []string{"hidden-eni"}, change: func(b *bench) { b.found.Instance.MACs = append(b.found.Instance.MACs, "0a:1b:2c:3d:4e:61") }, warned: "E_ENI_NO_ADAPTER"},
		"an ENI of the user":      {conditions: []string{"second-eni"}, change: func(b *bench) { b.found.Instance.MACs = append(b.found.Instance.MACs, "0a:1b:2c:3d:4e:60") }},
		"an ENI with a ghost":     {conditions: []string{"ghost-adapters"}, change: func(b *bench) { b.found.Instance.MACs = append(b.found.Instance.MACs, "0a:ff:ff:ff:ff:01") }, warned: "Ethernet 4 is hidden"},
		"an ENI that a task took": {conditions: []string{"busy-task-network"}, change: func(b *bench) { b.found.Instance.MACs = append(b.found.Instance.MACs, "0a:ff:ff:ff:ff:f2") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := installed(test.conditions...)
			o.Faults = test.faults
			b := newBench(o)
			if test.change != nil {
				test.change(b)
			}
			out := b.apply(t, "awsvpc")
			if out.code() != test.code {
				t.Errorf("%s (%v), want %q", out.code(), out.err, test.code)
			}
			if test.warned != "" && !out.warned(test.warned) || test.warned == "" && len(out.warnings) > 0 {
				t.Errorf("warnings %q, want %q", out.warnings, test.warned)
			}
		})
	}
}

func TestPlanBeforeTheAgentIsInstalled(t *testing.T) {
	t.Parallel()
	b := newBench(sim.Options{})
	// The run does not blame the phase for it where a plan has the agent's installation before it.
	if out := b.plan(t, "awsvpc"); out.code() != "E_CNI_MISSING" || len(out.facts) > 0 {
		t.Errorf("%v, %v", out.facts, out.err)
	}
	if out := b.apply(t, "awsvpc"); out.code() != "E_CNI_MISSING" {
		t.Errorf("without an agent: %v", out.err)
	}
	b.WriteFile(plugin, []byte("MZ simulated vpc-eni.exe 1.2.0 awsvpc-network-mode"))
	if out := b.apply(t, "awsvpc"); out.err != nil {
		t.Errorf("with the plugin alone: %v", out.err)
	}
}
