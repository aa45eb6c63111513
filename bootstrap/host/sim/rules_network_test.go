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

func proxyRule() host.ProxyRule {
	return host.ProxyRule{Listen: netip.MustParseAddrPort("169.254.170.2:80"), Connect: netip.MustParseAddrPort("127.0.0.1:51679")}
}

func proxyPrefix() netip.Prefix { return netip.MustParsePrefix("169.254.170.2/32") }

func nat(t *testing.T, m *sim.Machine) host.HNSNetwork {
	t.Helper()
	for _, n := range m.HNSNetworks() {
		if n.Name == "nat" {
			return n
		}
	}
	t.Fatal("there is no network nat")
	return host.HNSNetwork{}
}

func hasAddress(m *sim.Machine, address netip.Addr) bool {
	return slices.ContainsFunc(m.Adapters(), func(a host.Adapter) bool {
		return slices.ContainsFunc(a.Addresses, func(x host.Address) bool { return x.Prefix.Addr() == address })
	})
}

func hasAdapter(m *sim.Machine, alias string) bool {
	return slices.ContainsFunc(m.Adapters(), func(a host.Adapter) bool { return a.Alias == alias })
}

func credentials(t *testing.T, m *sim.Machine) (host.Response, error) {
	t.Helper()
	return m.Host().Web.Get(t.Context(), "http://169.254.170.2:80/")
}

func TestABootTakesNATAndItsAdapter(t *testing.T) {
	t.Parallel()
	m := running(t, sim.Options{Latencies: sim.Latencies{Boot: time.Minute}})
	before := nat(t, m)
	m.Reboot()
	for _, n := range m.HNSNetworks() {
		t.Errorf("%s is there between two boots", n.Name)
	}
	must(t, m.Advance(2*time.Minute))
	after := nat(t, m)
	if after.ID == before.ID {
		t.Errorf("nat has the same id %s after a boot", after.ID)
	}
	if hasAddress(m, proxyPrefix().Addr()) {
		t.Error("169.254.170.2 survived the boot")
	}
	if !slices.Contains(m.ProxyRules(), proxyRule()) {
		t.Error("the rule of the port proxy did not survive the boot")
	}
	expectState(t, m, "Docker", host.ServiceRunning)
	expectState(t, m, agentName, host.ServiceStopped)
	if !m.Online() {
		t.Error("the metadata service cannot be reached after the boot")
	}
}

func TestAProxyRuleBindsOnlyToAPreferredAddress(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	m := sim.New(installed(sim.Options{Latencies: sim.Latencies{AddressPreferred: 3 * time.Second}}))
	m.StartService(agentName)
	h := m.Host()
	must(t, h.Adapters.AddAddress(ctx, "vEthernet (nat)", proxyPrefix()))
	must(t, h.PortProxy.Add(ctx, proxyRule()))
	must(t, m.Advance(time.Minute))
	if _, err := credentials(t, m); !errors.Is(err, host.ErrUnreachable) {
		t.Errorf("a rule that was added to a tentative address: %v, want it stuck", err)
	}
	// Over itself it stays stuck; removed and added again it works.
	must(t, h.PortProxy.Add(ctx, proxyRule()))
	if _, err := credentials(t, m); !errors.Is(err, host.ErrUnreachable) {
		t.Errorf("a stuck rule that was written again: %v, want it stuck", err)
	}
	must(t, h.PortProxy.Remove(ctx, proxyRule()))
	must(t, h.PortProxy.Add(ctx, proxyRule()))
	if _, err := credentials(t, m); err != nil {
		t.Errorf("a rule that was added anew: %v", err)
	}
}

func TestHTTPSysOwnsPort80(t *testing.T) {
	t.Parallel()
	m := running(t, sim.Options{Conditions: []string{"iis"}})
	got, err := credentials(t, m)
	must(t, err)
	if got.Server != "Microsoft-HTTPAPI/2.0" {
		t.Errorf("%q answers, want http.sys", got.Server)
	}
}

func TestLinkLocalRoutesDoNotPersist(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{Latencies: sim.Latencies{Boot: 10 * time.Second, LaunchAgent: 20 * time.Second}})
	m.Reboot()
	must(t, m.Advance(25*time.Second))
	if m.Online() {
		t.Error("the route to the metadata service is there before EC2Launch added it")
	}
	must(t, m.Advance(6*time.Second))
	if !m.Online() {
		t.Error("EC2Launch did not add its routes at boot")
	}
	m.Effect("drop-imds-route")
	launch := host.Command{Path: `C:\Program Files\Amazon\EC2Launch\EC2Launch.exe`, Args: []string{"run-task", "add-routes"}, Changes: true}
	_, err := m.Host().Programs.Run(t.Context(), launch)
	must(t, err)
	if !m.Online() {
		t.Error("EC2Launch.exe run-task add-routes did not bring the route back")
	}
}

func TestDockerBelievesInTheNATOfItsStart(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	m := sim.New(sim.Options{Conditions: []string{"nat-stale"}})
	h := m.Host()
	stale, err := h.Docker.Network(ctx, "nat")
	must(t, err)
	if stale.HNSID == nat(t, m).ID {
		t.Fatal("Docker knows the new network at once")
	}
	must(t, h.Services.Stop(ctx, "Docker"))
	must(t, h.Services.Start(ctx, "Docker"))
	must(t, m.Advance(time.Second))
	fresh, err := h.Docker.Network(ctx, "nat")
	must(t, err)
	if fresh.HNSID != nat(t, m).ID {
		t.Error("Docker did not learn of the network at its start")
	}
}

func TestDockerMakesNATAtItsStart(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{Cold: true, Latencies: sim.Latencies{DockerStart: 5 * time.Second, HNSCreate: 47 * time.Second, DockerReady: time.Second}})
	m.WriteFile(`C:\ProgramData\docker\config\daemon.json`, []byte(`{"fixed-cidr":"192.168.200.0/24"}`))
	must(t, m.Advance(51*time.Second))
	if len(m.HNSNetworks()) != 0 {
		t.Error("nat is there too early")
	}
	must(t, m.Advance(3*time.Second))
	if got := nat(t, m).Subnets; !slices.Equal(got, []netip.Prefix{netip.MustParsePrefix("192.168.200.0/24")}) {
		t.Errorf("nat has %v, want what daemon.json fixes", got)
	}
	if err := m.Host().Docker.Ping(t.Context()); err != nil {
		t.Errorf("Docker: %v", err)
	}
}

const transparent = `{"Name":"external","Type":"Transparent","Policies":[{"Type":"NetAdapterName","Settings":{"NetworkAdapterName":"Ethernet"}}],
	"SchemaVersion":{"Major":2,"Minor":0}}`

func TestHNSIsSlowDropsRoutesAndErrsAfterADelete(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	m := sim.New(sim.Options{Latencies: sim.Latencies{HNSCreate: 47 * time.Second, HNSSettle: 20 * time.Second}})
	h := m.Host()
	before := h.Clock.Now()
	id, err := h.HNS.Create(ctx, []byte(transparent))
	must(t, err)
	if got := h.Clock.Now().Sub(before); got != 47*time.Second {
		t.Errorf("the network took %s, want 47s", got)
	}
	if m.Online() {
		t.Error("the host kept its routes although its adapter went under a vSwitch")
	}
	if _, err := h.HNS.Create(ctx, []byte(transparent)); err == nil || !strings.Contains(err.Error(), "0x803b0010") {
		t.Errorf("a second network of the name: %v, want 0x803b0010", err)
	}
	must(t, h.HNS.Delete(ctx, id))
	if hasAdapter(m, "vEthernet (Ethernet)") {
		t.Error("the adapter of a deleted network is still there")
	}
	must(t, h.HNS.Delete(ctx, id))
	if _, err := h.HNS.Create(ctx, []byte(transparent)); err == nil || !strings.Contains(err.Error(), "0x490") {
		t.Errorf("a create right after a delete: %v, want 0x490", err)
	}
	must(t, m.Advance(20*time.Second))
	if _, err := h.HNS.Create(ctx, []byte(transparent)); err != nil {
		t.Errorf("a create some time after a delete: %v", err)
	}
}

// taskRemains is what a machine has of tasks: adapters, networks with the endpoints on each, containers.
func taskRemains(t *testing.T, m *sim.Machine) string {
	t.Helper()
	var all []string
	for _, a := range m.Adapters() {
		if strings.HasPrefix(a.MAC, "0a:00:00:00:00:1") {
			all = append(all, a.Alias)
		}
	}
	endpoints, err := m.Host().HNS.Endpoints(t.Context())
	must(t, err)
	for _, n := range m.HNSNetworks() {
		for _, e := range endpoints {
			if e.NetworkID == n.ID {
				all = append(all, n.Name+" of "+e.MAC)
			}
		}
	}
	containers, err := m.Host().Docker.Containers(t.Context())
	must(t, err)
	for _, c := range containers {
		all = append(all, c.TaskARN)
	}
	return strings.Join(all, ", ")
}

func TestATaskTakesAnAdapterAndItsNetwork(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{})
	one, two := sim.Task{ARN: "arn:one", MAC: "0a:00:00:00:00:11"}, sim.Task{ARN: "arn:two", MAC: "0a:00:00:00:00:12"}
	oneUp, twoUp := one, two
	oneUp.Up, twoUp.Up = true, true
	before := m.Snapshot()
	for i, step := range []struct {
		tasks []sim.Task
		want  string
	}{
		{[]sim.Task{one}, "Ethernet 2"},
		{[]sim.Task{oneUp, two}, "Ethernet 2, vEthernet (Ethernet 2), Ethernet 3, taskbr0a0000000011 of 0a:00:00:00:00:11, arn:one"},
		{[]sim.Task{oneUp, two}, "Ethernet 2, vEthernet (Ethernet 2), Ethernet 3, taskbr0a0000000011 of 0a:00:00:00:00:11, arn:one"},
		{[]sim.Task{one, twoUp}, "Ethernet 2, Ethernet 3, vEthernet (Ethernet 3), taskbr0a0000000012 of 0a:00:00:00:00:12, arn:two"},
		{[]sim.Task{twoUp}, "Ethernet 3, vEthernet (Ethernet 3), taskbr0a0000000012 of 0a:00:00:00:00:12, arn:two"},
		{nil, ""},
	} {
		m.SetTasks(step.tasks)
		if got := taskRemains(t, m); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
		if !m.Online() {
			t.Errorf("step %d: the machine has lost its network", i)
		}
	}
	if diff := cmp.Diff(before, m.Snapshot()); diff != "" {
		t.Errorf("the tasks left something (-before +after):\n%s", diff)
	}
}

func TestAVSwitchRenamesThePrimaryAdapter(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{Conditions: []string{"renamed-nic"}})
	must(t, m.Advance(time.Minute))
	mac, found := m.Instance().MAC, ""
	for _, a := range m.Adapters() {
		if a.MAC == mac && len(a.Addresses) > 0 {
			found = a.Alias
		}
	}
	if found != "vEthernet (Ethernet)" {
		t.Errorf("the primary address is on %q", found)
	}
	if m.Online() {
		t.Error("the link-local routes moved along")
	}
	m.Reboot()
	must(t, m.Advance(time.Minute))
	for _, a := range m.Adapters() {
		if a.MAC == mac && len(a.Addresses) > 0 && a.Alias != "vEthernet (Ethernet)" {
			t.Errorf("after a boot the primary address is on %q", a.Alias)
		}
	}
}

func TestGhostAdaptersTakeNames(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{Conditions: []string{"ghost-adapters"}})
	if got := nat(t, m).Adapter; got != "vEthernet (nat) 2" {
		t.Errorf("nat's adapter is called %q beside a ghost of its name", got)
	}
}

func TestTheAgentReadsTheNameServersOnce(t *testing.T) {
	t.Parallel()
	ctx, m := t.Context(), running(t, sim.Options{})
	h := m.Host()
	server := []netip.Addr{netip.MustParseAddr("10.0.9.9")}
	must(t, h.Adapters.SetDNS(ctx, "Ethernet", server))
	if got := m.AgentDNS(); !slices.Equal(got, []netip.Addr{netip.MustParseAddr("10.0.0.2")}) {
		t.Errorf("the running agent gives tasks %v, want what it read at its start", got)
	}
	must(t, h.Services.Stop(ctx, agentName))
	must(t, h.Services.Start(ctx, agentName))
	must(t, m.Advance(time.Second))
	if got := m.AgentDNS(); !slices.Equal(got, server) {
		t.Errorf("the restarted agent gives tasks %v, want %v", got, server)
	}
	must(t, h.Adapters.SetDNS(ctx, "Ethernet", nil))
	if got := m.Adapters()[0].DNS; !slices.Equal(got, []netip.Addr{netip.MustParseAddr("10.0.0.2")}) {
		t.Errorf("without static servers the adapter has %v, want DHCP's", got)
	}
}

func TestAnEmptyListOfNameServersIsNoErrorToTheAgent(t *testing.T) {
	t.Parallel()
	m := sim.New(installed(sim.Options{}))
	for name, text := range map[string]string{"ECS_CLUSTER": "prod", "ECS_ENABLE_TASK_ENI": "true"} {
		m.SetMachineEnvironment(name, text)
	}
	h := m.Host()
	must(t, h.Services.Start(t.Context(), agentName))
	must(t, m.Advance(time.Second))
	expectState(t, m, agentName, host.ServiceRunning)
	m = sim.New(installed(sim.Options{Conditions: []string{"no-dns"}}))
	m.SetMachineEnvironment("ECS_ENABLE_TASK_ENI", "true")
	must(t, m.Host().Services.Start(t.Context(), agentName))
	must(t, m.Advance(time.Second))
	expectState(t, m, agentName, host.ServiceRunning)
	if got := m.AgentDNS(); len(got) != 0 {
		t.Errorf("the agent gives tasks %v", got)
	}
}

func TestECSToolsTaskRacesAtBoot(t *testing.T) {
	t.Parallel()
	o := installed(sim.Options{Conditions: []string{"ecstools-task"}, Latencies: sim.Latencies{HNSCreate: 4 * time.Second}})
	m := sim.New(o)
	m.Reboot()
	must(t, m.Advance(time.Minute))
	expectState(t, m, agentName, host.ServiceRunning)
	// Ten looks, a second apart, are too few for a slow HNS.
	o.Latencies.HNSCreate = 47 * time.Second
	m = sim.New(o)
	m.Reboot()
	must(t, m.Advance(5*time.Minute))
	expectState(t, m, agentName, host.ServiceStopped)
	// Disabled, it does nothing.
	o.Latencies.HNSCreate = 0
	m = sim.New(o)
	must(t, m.Host().Tasks.SetEnabled(t.Context(), `\Initialize-ECSHostReboot`, false))
	m.Reboot()
	must(t, m.Advance(time.Minute))
	expectState(t, m, agentName, host.ServiceStopped)
}

func TestPowerShellRunsOnlyWhereItIsAnnounced(t *testing.T) {
	t.Parallel()
	call := host.Command{
		Path: `C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`,
		Args: []string{"-Command", "Import-Module ECSTools; Initialize-ECSAgent -Cluster prod -EnableTaskIAMRole -EnableTaskENI"}, Changes: true,
	}
	m := sim.New(sim.Options{})
	if _, err := m.Host().Programs.Run(t.Context(), call); err == nil {
		t.Error("PowerShell ran although nobody announced it")
	}
	m = sim.New(sim.Options{Announced: []string{"powershell.exe"}})
	r, err := m.Host().Programs.Run(t.Context(), call)
	must(t, err)
	must(t, m.Advance(time.Second))
	if r.ExitCode != 0 || m.PowerShellRuns() != 1 {
		t.Errorf("Initialize-ECSAgent: %+v, %d runs", r, m.PowerShellRuns())
	}
	expectState(t, m, agentName, host.ServiceRunning)
}
