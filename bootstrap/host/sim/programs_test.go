package sim_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

func TestNetshSetsThePortProxy(t *testing.T) {
	t.Parallel()
	ctx, m := t.Context(), sim.New(sim.Options{Announced: []string{"netsh.exe"}})
	h := m.Host()
	netsh := func(words string) int {
		r, err := h.Programs.Run(ctx, host.Command{Path: `C:\Windows\System32\netsh.exe`, Args: strings.Fields(words), Changes: true})
		must(t, err)
		return r.ExitCode
	}
	listen := "listenaddress=169.254.170.2 listenport=80"
	if netsh("interface portproxy add v4tov4 "+listen+" connectaddress=127.0.0.1 connectport=51679") != 0 || !slices.Contains(m.ProxyRules(), proxyRule()) {
		t.Errorf("after add: %v", m.ProxyRules())
	}
	if netsh("interface portproxy add v4tov4 listenaddress=here listenport=80") == 0 {
		t.Error("netsh took an address that is none")
	}
	if netsh("interface portproxy delete v4tov4 "+listen) != 0 || len(m.ProxyRules()) != 0 {
		t.Errorf("after delete: %v", m.ProxyRules())
	}
	if n := len(m.ProgramRuns()); n != 3 || m.PowerShellRuns() != 0 {
		t.Errorf("%d programs ran: %q", n, m.ProgramRuns())
	}
}

func TestProgramsRunByTheirFullPathOnly(t *testing.T) {
	t.Parallel()
	m := sim.New(installed(sim.Options{}))
	h := m.Host()
	for _, path := range []string{"netsh.exe", `C:\nowhere\vpc-eni.exe`} {
		if _, err := h.Programs.Run(t.Context(), host.Command{Path: path}); !errors.Is(err, host.ErrNotFound) {
			t.Errorf("%s: %v, want %v", path, err, host.ErrNotFound)
		}
	}
	for args, want := range map[string]string{"--capabilities": "awsvpc-network-mode", "--version": `"version":"1.2.0"`} {
		r, err := h.Programs.Run(t.Context(), host.Command{Path: `C:\Program Files\Amazon\ECS\cni\vpc-eni.exe`, Args: []string{args}})
		if err != nil || !strings.Contains(r.Stdout, want) {
			t.Errorf("vpc-eni.exe %s: %+v, %v", args, r, err)
		}
	}
	r, err := h.Programs.Run(t.Context(), host.Command{Path: `C:\Program Files\Amazon\ECS\amazon-ecs-agent.exe`, Args: []string{"-version"}})
	if err != nil || !strings.Contains(r.Stdout, sim.AgentVersion) {
		t.Errorf("the agent says %+v, %v", r, err)
	}
	if len(m.Writes()) != 0 {
		t.Errorf("programs that change nothing wrote %v", m.Writes())
	}
}

// launches notes the boots at which user data ran.
type launches struct {
	boots []int
	text  string
}

func (l *launches) RunUserData(_ *sim.Machine, h *host.Host, userData string, boot int) {
	l.boots, l.text = append(l.boots, boot), userData
}

func TestTheLaunchAgentRunsUserData(t *testing.T) {
	t.Parallel()
	agent := &launches{}
	m := sim.New(sim.Options{UserData: "hello", UserDataRunner: agent, Latencies: sim.Published()})
	must(t, m.RunUserData())
	must(t, m.Advance(time.Second))
	m.Reboot()
	must(t, m.Advance(10*time.Minute))
	if !slices.Equal(agent.boots, []int{1, 2}) || agent.text != "hello" {
		t.Errorf("user data %q ran at the boots %v, want 1 and 2", agent.text, agent.boots)
	}
}

func TestSnapshotsTellMachinesApart(t *testing.T) {
	t.Parallel()
	one, two := sim.New(sim.Options{}), sim.New(sim.Options{Seed: 7})
	if diff := cmp.Diff(one.Snapshot(), two.Snapshot()); diff != "" {
		t.Errorf("two fresh machines differ: %s", diff)
	}
	for what, change := range map[string]func(m *sim.Machine){
		"a file":     func(m *sim.Machine) { m.WriteFile(`C:\x`, nil) },
		"a variable": func(m *sim.Machine) { m.SetMachineEnvironment("X", "1") },
		"a service": func(m *sim.Machine) {
			m.ConfigureService("W32Time", func(c *host.ServiceConfig) { c.StartType = host.StartManual })
		},
		"a route":   func(m *sim.Machine) { m.Effect("drop-imds-route") },
		"a network": func(m *sim.Machine) { m.Effect("lose-nat") },
		"a hook":    func(m *sim.Machine) { m.Account().Hooks["launch"] = "CONTINUE" },
		"name servers": func(m *sim.Machine) {
			_ = m.Host().Adapters.SetDNS(t.Context(), "Ethernet", []netip.Addr{netip.MustParseAddr("10.9.9.9")})
		},
		"a proxy rule":  func(m *sim.Machine) { _ = m.Host().PortProxy.Add(t.Context(), proxyRule()) },
		"a stopped one": func(m *sim.Machine) { _ = m.Host().Services.Stop(t.Context(), "Docker") },
	} {
		m := sim.New(sim.Options{})
		change(m)
		if cmp.Equal(one.Snapshot(), m.Snapshot()) {
			t.Errorf("the snapshot does not show %s", what)
		}
	}
}

func TestCallsAreCounted(t *testing.T) {
	t.Parallel()
	ctx, m := t.Context(), sim.New(sim.Options{})
	h := m.Host()
	_, _ = h.HNS.Version(ctx)
	_, _ = h.HNS.Version(ctx)
	must(t, h.Console.WriteLine(ctx, "joined"))
	must(t, h.Console.Event(ctx, host.Event{ID: 1, Text: "joined"}))
	want := map[string]int{"hns.Version": 2, "console.WriteLine": 1, "console.Event": 1}
	if diff := cmp.Diff(want, m.Calls()); diff != "" {
		t.Error(diff)
	}
	if len(m.Writes()) != 0 || len(m.Console()) != 1 || len(m.Events()) != 1 {
		t.Errorf("writes %v, console %q, events %v", m.Writes(), m.Console(), m.Events())
	}
	m.ResetCounters()
	if len(m.Calls()) != 0 {
		t.Errorf("after a reset: %v", m.Calls())
	}
	m.Kill(h)
	if err := h.Console.WriteLine(ctx, "late"); !errors.Is(err, sim.ErrKilled) {
		t.Errorf("a killed process: %v", err)
	}
}
