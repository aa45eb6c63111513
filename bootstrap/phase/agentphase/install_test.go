package agentphase_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/agentphase"
)

func TestInstallFromTheCache(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{})
	outcome := n.run(phase.ModeApply, agentphase.InstallID)
	n.expect(outcome, "")
	files := n.machine.Files(agent.Folder)
	for _, want := range []string{agent.Program, agent.CNIFolder + `\vpc-eni.exe`, agent.ExecFolder + `\bin\3.3.0\amazon-ssm-agent.exe`} {
		if !slices.Contains(files, want) {
			t.Errorf("%s is not among %v", want, files)
		}
	}
	service, ok := n.machine.Service(agent.Service)
	want := host.ServiceConfig{
		DisplayName: "Amazon ECS", Command: `"C:\Program Files\Amazon\ECS\amazon-ecs-agent.exe" -windows-service`, StartType: host.StartManual,
		DependsOn: []string{"Docker"}, Restarts: []time.Duration{5 * time.Second, 30 * time.Second, time.Minute}, ResetAfter: 5 * time.Minute, OnNonCrash: true,
	}
	if d := cmp.Diff(want, service.Config); !ok || d != "" {
		t.Errorf("service (-want +got):\n%s", d)
	}
	var undone []string
	for _, u := range n.kept.undos {
		undone = append(undone, u.Kind+" "+u.Target)
	}
	if !slices.Contains(undone, "file "+agent.Program) || !slices.Contains(undone, "service-created AmazonECS") {
		t.Errorf("undos are %v", undone)
	}
	if facts := evidence(of(outcome, agentphase.InstallID)); facts["version"] != sim.AgentVersion {
		t.Errorf("evidence is %v", facts)
	}
}

// TestInstallFinishesAfterAKill kills the program at each of its writes: the next run ends in the same place.
func TestInstallFinishesAfterAKill(t *testing.T) {
	t.Parallel()
	whole := newNode(t, sim.Options{})
	whole.expect(whole.run(phase.ModeApply, agentphase.InstallID), "")
	total := len(whole.machine.Writes())
	for write := 1; write <= total; write++ {
		for _, done := range []bool{false, true} {
			n := newNode(t, sim.Options{})
			n.machine.KillAtWrite(write, done)
			if n.run(phase.ModeApply, agentphase.InstallID).Err == nil {
				t.Fatalf("survived the kill at write %d", write)
			}
			n.expect(n.run(phase.ModeApply, agentphase.InstallID), "")
			if d := cmp.Diff(whole.machine.Files(agent.Folder), n.machine.Files(agent.Folder)); d != "" {
				t.Errorf("killed at write %d: files (-want +got):\n%s", write, d)
			}
		}
	}
}

func TestInstallNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		options sim.Options
		change  func(n *node)
		want    fault.Code
	}{
		"cleared cache":             {options: sim.Options{Conditions: []string{"empty-cache"}}, want: "E_AGENT_NOT_INSTALLED"},
		"cut-off archive":           {options: sim.Options{Conditions: []string{"broken-cache"}}, want: "E_AGENT_ARCHIVE"},
		"archives without an agent": {change: func(n *node) { n.machine.RemoveFile(agent.CacheFolder + `\ecs-agent-windows-1.105.1.zip`) }, want: "E_AGENT_LAYOUT"},
		"existing, and not there":   {change: func(n *node) { n.doc.AgentInstall.Source = "existing" }, want: "E_AGENT_NOT_INSTALLED"},
		"existing, and there":       {options: installed(), change: func(n *node) { n.doc.AgentInstall.Source = "existing" }},
		"pinned to another":         {change: func(n *node) { n.doc.AgentInstall.Version = "1.99.0" }, want: "E_AGENT_VERSION"},
		"pinned to another, there":  {options: installed(), change: func(n *node) { n.doc.AgentInstall.Version = "1.99.0" }, want: "E_AGENT_VERSION"},
		"pinned to this":            {change: func(n *node) { n.doc.AgentInstall.Version = sim.AgentVersion }},
		"pinned to another digest":  {change: func(n *node) { n.doc.AgentInstall.SHA256 = strings.Repeat("0", 64) }, want: "E_AGENT_DIGEST"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, tt.options)
			if tt.change != nil {
				tt.change(n)
			}
			n.apply(tt.want)
			if service, ok := n.machine.Service(agent.Service); tt.want != "" && ok && service.State != host.ServiceStopped {
				t.Error("the agent was started all the same")
			}
		})
	}
}

func TestDigestThatFits(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{})
	n.apply("")
	n.doc.AgentInstall.SHA256 = strings.ToUpper(n.found.Agent.SHA256)
	n.apply("")
	n.machine.WriteFile(agent.Program, []byte("flipped"))
	n.machine.ResetCounters()
	n.expect(n.run(phase.ModePlan), "E_AGENT_DIGEST")
	if runs := n.calls()["programs.Run"]; runs != 0 {
		t.Errorf("a program that is not the pinned one ran %d times", runs)
	}
}

// TestPinnedProgramIsNotUnpackedFromAnotherArchive: what is not to run is not laid where it could.
func TestPinnedProgramIsNotUnpackedFromAnotherArchive(t *testing.T) {
	t.Parallel()
	for _, mode := range []phase.Mode{phase.ModePlan, phase.ModeApply} {
		n := newNode(t, sim.Options{})
		n.doc.AgentInstall.SHA256 = strings.Repeat("0", 64)
		n.expect(n.run(mode), "E_AGENT_DIGEST")
		if _, there := n.machine.File(agent.Program); there || n.calls()["programs.Run"] > 0 {
			t.Errorf("%s: the program lies there: %t", mode, there)
		}
	}
}

// TestInstallationAnnouncesThePlugin: a plan has to know whether the plugin comes, to where the agent would look for it.
func TestInstallationAnnouncesThePlugin(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		options sim.Options
		change  func(n *node)
		comes   bool
	}{
		"from the cache":            {comes: true},
		"it is there":               {options: installed()},
		"the cache lacks it":        {options: sim.Options{Conditions: []string{"no-cni"}}},
		"the agent looks elsewhere": {change: func(n *node) { n.doc.Agent.Environment = map[string]string{"ECS_CNI_PLUGINS_PATH": `D:\cni\`} }},
		"in the same place, spelt so": {change: func(n *node) {
			n.doc.Agent.Environment = map[string]string{"ECS_CNI_PLUGINS_PATH": `c:\program files\amazon\ECS\CNI`}
		}, comes: true},
		"ECSTools may bring it": {change: func(n *node) { n.doc.AgentInstall.Source = "ecstools" }, comes: true},
		"nobody needs it":       {change: func(n *node) { n.doc.AWSVPC.Enabled = false }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, tt.options)
			if tt.change != nil {
				tt.change(n)
			}
			n.expect(n.run(phase.ModePlan, agentphase.InstallID), "")
			if n.found.Agent.PluginComes != tt.comes {
				t.Errorf("it comes: %t", n.found.Agent.PluginComes)
			}
		})
	}
}

func TestServiceOfAnotherIsTakenOver(t *testing.T) {
	t.Parallel()
	for coexist, want := range map[string]string{"takeover": host.StartManual, "yield": host.StartAutomaticDelayed} {
		o := installed()
		o.Conditions = []string{"agent-automatic"}
		n := newNode(t, o)
		n.doc.Coexist = coexist
		n.expect(n.run(phase.ModeApply, agentphase.InstallID), "")
		if service, _ := n.machine.Service(agent.Service); service.Config.StartType != want {
			t.Errorf("%s: start type %s", coexist, service.Config.StartType)
		}
		if coexist == "takeover" {
			var before host.ServiceConfig
			if len(n.kept.undos) != 1 || json.Unmarshal([]byte(n.kept.undos[0].Before), &before) != nil || before.StartType != host.StartAutomaticDelayed {
				t.Errorf("undos are %+v", n.kept.undos)
			}
		}
	}
}

func TestECSToolsIsRunOnceAndLookedAt(t *testing.T) {
	t.Parallel()
	n := newNode(t, sim.Options{Announced: []string{"powershell.exe"}})
	n.doc.AgentInstall.Source = "ecstools"
	n.apply("")
	if got := n.machine.PowerShellRuns(); got != 1 {
		t.Errorf("PowerShell ran %d times: %v", got, n.machine.ProgramRuns())
	}
	n.machine.ResetCounters()
	n.apply("")
	if got := n.machine.PowerShellRuns(); got != 0 {
		t.Errorf("PowerShell ran %d times again", got)
	}
}

func TestForeignBoot(t *testing.T) {
	t.Parallel()
	for coexist, tt := range map[string]struct {
		want    fault.Code
		enabled bool
	}{"takeover": {"", false}, "yield": {"", true}, "fail": {"E_FOREIGN_BOOT", true}} {
		t.Run(coexist, func(t *testing.T) {
			t.Parallel()
			n := newNode(t, sim.Options{Conditions: []string{"ecstools-task"}})
			n.doc.Coexist = coexist
			n.expect(n.run(phase.ModeApply, agentphase.ForeignID), tt.want)
			if got, err := n.machine.Host().Tasks.Enabled(t.Context(), agentphase.RebootTask); err != nil || got != tt.enabled {
				t.Errorf("enabled is %t (%v)", got, err)
			}
			if undone := len(n.kept.undos) > 0; undone != (coexist == "takeover") {
				t.Errorf("undos are %+v", n.kept.undos)
			}
		})
	}
	n := newNode(t, sim.Options{})
	n.doc.Coexist = "fail"
	n.expect(n.run(phase.ModeApply, agentphase.ForeignID), "")
}
