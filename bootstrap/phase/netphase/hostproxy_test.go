package netphase_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/netphase"
)

// withNAT is a machine whose nat network has been found.
func withNAT(t *testing.T, o sim.Options) *bench {
	t.Helper()
	b := newBench(o)
	b.settle(t, "hns-nat")
	return b
}

func TestHostProxyIsSetUp(t *testing.T) {
	t.Parallel()
	o := installed()
	o.Latencies.AddressPreferred = 3 * time.Second
	b := newBench(o)
	b.settle(t, "hns-nat")
	out := b.apply(t, "host-proxy")
	if out.err != nil || out.writes != 3 {
		t.Fatalf("%d writes, %v", out.writes, out.err)
	}
	if late := out.took - 3*time.Second; late < 0 || late > 250*time.Millisecond {
		t.Errorf("done %s after the address turned Preferred", late)
	}
	var calls []string
	for _, w := range b.Writes() {
		calls = append(calls, w.Call)
	}
	if diff := cmp.Diff([]string{"adapters.AddAddress", "portproxy.Add", "firewall.Set"}, calls); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
	want := []host.FirewallRule{{
		Name: netphase.FirewallRuleName, Ports: []uint16{80, 51679},
		LocalAddresses:  []netip.Prefix{netip.MustParsePrefix("169.254.170.2/32")},
		RemoteAddresses: []netip.Prefix{netip.MustParsePrefix("172.22.16.0/20")},
	}}
	if diff := cmp.Diff(want, b.FirewallRules(), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("firewall (-want +got):\n%s", diff)
	}
	again := b.apply(t, "host-proxy")
	if again.writes > 0 || again.err != nil {
		t.Errorf("the second run makes %d writes (%v)", again.writes, again.err)
	}
	again.callsAre(t, map[string]int{
		"services.Service": 3, "adapters.Adapters": 2, "portproxy.Rules": 2, "firewall.Rule": 2, "web.Get": 5,
	})
	tasksReachTheAgent(t, b)
}

// tasksReachTheAgent starts the agent and asks as a task would.
func tasksReachTheAgent(t *testing.T, b *bench) {
	t.Helper()
	b.SetMachineEnvironment("ECS_CLUSTER", "prod")
	b.StartService("AmazonECS")
	if err := b.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	r, err := b.Host().Web.Get(t.Context(), "http://169.254.170.2:80/")
	if err != nil || r.Server != "" {
		t.Errorf("169.254.170.2:80: %+v, %v", r, err)
	}
	if out := b.verify(t, "host-proxy"); out.err != nil || out.fact("169.254.170.2:80") != "the agent answers" {
		t.Errorf("verification: %q, %v", out.fact("169.254.170.2:80"), out.err)
	}
}

func TestRuleThatIsStuckIsAddedAgain(t *testing.T) {
	t.Parallel()
	b := withNAT(t, installed("stale-proxy"))
	if out := b.apply(t, "host-proxy"); out.err != nil || out.calls["portproxy.Remove"] != 1 || out.calls["portproxy.Add"] != 1 {
		t.Errorf("%v, %v", out.changes, out.err)
	}
	tasksReachTheAgent(t, b)
}

// TestRuleThatSomebodyElseGotStuck has the address come after the rule, while the agent runs.
func TestRuleThatSomebodyElseGotStuck(t *testing.T) {
	t.Parallel()
	b := withNAT(t, installed("stale-proxy"))
	if err := b.Host().Adapters.AddAddress(t.Context(), "vEthernet (nat)", netip.MustParsePrefix("169.254.170.2/32")); err != nil {
		t.Fatal(err)
	}
	b.SetMachineEnvironment("ECS_CLUSTER", "prod")
	b.StartService("AmazonECS")
	if err := b.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	b.doc.HostProxy.Mode = "verify"
	if out := b.apply(t, "host-proxy"); out.code() != "E_HOST_PROXY_STUCK" || out.writes > 0 {
		t.Errorf("verify only: %d writes, %v", out.writes, out.err)
	}
	b.doc.HostProxy.Mode = "auto"
	b.settle(t, "host-proxy")
	tasksReachTheAgent(t, b)
}

// TestRuleThatTheIPHelperWasNotToldOf has the address and the rule, nobody who listens, and no agent that could tell: so a
// kill leaves it between the registry and the IP Helper.
func TestRuleThatTheIPHelperWasNotToldOf(t *testing.T) {
	t.Parallel()
	b := withNAT(t, installed("stale-proxy"))
	if err := b.Host().Adapters.AddAddress(t.Context(), "vEthernet (nat)", netip.MustParsePrefix("169.254.170.2/32")); err != nil {
		t.Fatal(err)
	}
	if err := b.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	if out := b.apply(t, "host-proxy"); out.err != nil || out.calls["portproxy.Remove"] != 1 || out.calls["portproxy.Add"] != 1 {
		t.Errorf("%v, %v", out.changes, out.err)
	}
	tasksReachTheAgent(t, b)
}

func TestHostProxyAfterABoot(t *testing.T) {
	t.Parallel()
	o := installed()
	o.Latencies.AddressPreferred = time.Second
	b := withNAT(t, o)
	b.settle(t, "host-proxy")
	b.Reboot()
	if err := b.Advance(5 * time.Minute); err != nil {
		t.Fatal(err)
	}
	b.settle(t, "docker", "hns-nat", "host-proxy")
	tasksReachTheAgent(t, b)
}

// TestHostProxysFaults gives each fault its name, and what comes close to it another one or none.
func TestHostProxysFaults(t *testing.T) {
	t.Parallel()
	address := netip.MustParsePrefix("169.254.170.2/32")
	give := func(alias string) func(*testing.T, *bench) {
		return func(t *testing.T, b *bench) {
			if err := b.Host().Adapters.AddAddress(t.Context(), alias, address); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, test := range map[string]struct {
		options sim.Options
		mode    string
		change  func(*testing.T, *bench)
		code    fault.Code
		seen    string
	}{
		"IP Helper disabled":            {options: installed("no-iphlpsvc"), code: "E_IPHLPSVC"},
		"IP Helper stopped":             {options: installed(), change: func(_ *testing.T, b *bench) { b.StopService("iphlpsvc") }},
		"IP Helper does not start":      {options: sim.Options{AMI: sim.AMI{Agent: sim.AgentInstalled}, Faults: []sim.Fault{{On: "services.Start iphlpsvc", Err: "1068"}}}, change: func(_ *testing.T, b *bench) { b.StopService("iphlpsvc") }, code: "E_IPHLPSVC"},
		"IIS":                           {options: installed("iis"), code: "E_PORT80_TAKEN", seen: "Microsoft-HTTPAPI/2.0"},
		"nobody yet, which is in order": {options: installed()},
		"another web server":            {options: installed(), change: func(_ *testing.T, b *bench) { b.serve("nginx", "http://169.254.170.2:80/") }, code: "E_PORT80_TAKEN", seen: "nginx"},
		"somebody on the agent's port":  {options: installed(), change: func(_ *testing.T, b *bench) { b.serve("", "http://127.0.0.1:51679/") }, code: "E_AGENT_PORT_TAKEN", seen: "51679"},
		"somebody on introspection":     {options: installed(), change: func(_ *testing.T, b *bench) { b.serve("SimpleHTTP", "http://127.0.0.1:51678/") }, code: "E_AGENT_PORT_TAKEN", seen: "SimpleHTTP"},
		"the address is never usable": {options: sim.Options{AMI: sim.AMI{Agent: sim.AgentInstalled}, Latencies: sim.Latencies{AddressPreferred: time.Hour}}, change: func(_ *testing.T, b *bench) {
			b.found.NAT = phase.NAT{Adapter: "vEthernet (nat)", Subnet: netip.MustParsePrefix("172.22.16.0/20")}
		}, code: "E_HOST_PROXY_ADDRESS", seen: "tentative"},
		"the address is on another NIC": {options: installed(), change: give("Ethernet")},
		"only looks: no address":        {options: installed(), mode: "verify", code: "E_HOST_PROXY_ADDRESS"},
		"only looks: no rule":           {options: installed(), mode: "verify", change: give("vEthernet (nat)"), code: "E_HOST_PROXY_RULE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(test.options)
			if test.options.Latencies.AddressPreferred == 0 {
				b.settle(t, "hns-nat")
			}
			if test.mode != "" {
				b.doc.HostProxy.Mode = test.mode
			}
			if test.change != nil {
				test.change(t, b)
			}
			out := b.apply(t, "host-proxy")
			if out.code() != test.code {
				t.Fatalf("%s (%v), want %q", out.code(), out.err, test.code)
			}
			if out.err != nil && !strings.Contains(out.err.Error(), test.seen) {
				t.Errorf("%v, want it to tell of %s", out.err, test.seen)
			}
			if test.mode == "verify" && out.writes > 0 {
				t.Errorf("%d writes", out.writes)
			}
			if test.code == "" {
				tasksReachTheAgent(t, b)
			}
		})
	}
}

// TestPortsOfAnAgentThatStops: an agent that another phase stops at the same time answers a little longer, and one that
// somebody starts answers by right. Who answers on and on is somebody else.
func TestPortsOfAnAgentThatStops(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answers time.Duration
		starts  bool
		code    fault.Code
	}{
		"it is slow to close its ports": {answers: 2 * time.Second},
		"it is started meanwhile":       {answers: time.Hour, starts: true},
		"it is not the agent":           {answers: time.Hour, code: "E_AGENT_PORT_TAKEN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := withNAT(t, installed())
			until := b.Clock().Now().Add(test.answers)
			b.swap = func(h *host.Host) {
				web := h.Web
				h.Web = answering(func(ctx context.Context, url string) (host.Response, error) {
					if url == "http://127.0.0.1:51678/" && b.Clock().Now().Before(until) {
						return host.Response{Status: 200}, nil
					}
					return web.Get(ctx, url)
				})
			}
			if test.starts {
				b.SetMachineEnvironment("ECS_CLUSTER", "prod")
				b.Do(time.Second, func(m *sim.Machine) { m.StartService("AmazonECS") })
			}
			if out := b.apply(t, "host-proxy"); out.code() != test.code {
				t.Errorf("%v, want %q", out.err, test.code)
			}
		})
	}
}

type answering func(ctx context.Context, url string) (host.Response, error)

func (a answering) Get(ctx context.Context, url string) (host.Response, error) { return a(ctx, url) }

// serve has somebody answer at an address.
func (b *bench) serve(server, url string) {
	b.swap = func(h *host.Host) { h.Web = squatter{h.Web, url, server} }
}

type squatter struct {
	host.Web
	url, server string
}

func (s squatter) Get(ctx context.Context, url string) (host.Response, error) {
	if url == s.url {
		return host.Response{Status: 200, Server: s.server}, nil
	}
	return s.Web.Get(ctx, url)
}

// TestPlanSaysWhoHasPort80: as a warning as long as nobody can ask at the tasks' address, and as a failure then.
func TestPlanSaysWhoHasPort80(t *testing.T) {
	t.Parallel()
	b := withNAT(t, installed("iis"))
	if out := b.plan(t, "host-proxy"); out.err != nil || !out.warned("Microsoft-HTTPAPI/2.0 answers at 127.0.0.1:80") || len(out.changes) == 0 {
		t.Errorf("before the address is there: warnings %q, %v", out.warnings, out.err)
	}
	if out := b.apply(t, "host-proxy"); out.code() != "E_PORT80_TAKEN" || len(out.warnings) > 0 {
		t.Errorf("an apply: warnings %q, %v", out.warnings, out.err)
	}
	if out := b.plan(t, "host-proxy"); out.code() != "E_PORT80_TAKEN" {
		t.Errorf("with the address: %v", out.err)
	}
	b.Effect("finish-iis")
	if out := b.plan(t, "host-proxy"); out.err != nil || len(out.warnings) > 0 {
		t.Errorf("IIS is gone: warnings %q, %v", out.warnings, out.err)
	}
}

func TestFirewallOfAnotherNetwork(t *testing.T) {
	t.Parallel()
	b := withNAT(t, installed())
	b.settle(t, "host-proxy")
	b.found.NAT.Subnet = netip.MustParsePrefix("172.30.0.0/20")
	if out := b.verify(t, "host-proxy"); out.code() != "E_HOST_PROXY_FIREWALL" {
		t.Errorf("verification: %v", out.err)
	}
	if out := b.apply(t, "host-proxy"); out.err != nil || out.writes != 1 || out.calls["firewall.Set"] != 1 {
		t.Errorf("%d writes, %v", out.writes, out.err)
	}
}

func TestHostProxyConvergesWhenKilled(t *testing.T) {
	t.Parallel()
	for _, conditions := range [][]string{nil, {"stale-proxy"}} {
		start := func() *bench {
			o := installed(conditions...)
			o.Latencies.AddressPreferred = time.Second
			return withNAT(t, o)
		}
		convergesWhenKilled(t, start, []phase.ID{"host-proxy"}, tasksReachTheAgentAtLast)
	}
}

// tasksReachTheAgentAtLast checks and leaves the machine with the agent stopped, as it was.
func tasksReachTheAgentAtLast(t *testing.T, b *bench) {
	t.Helper()
	tasksReachTheAgent(t, b)
	b.StopService("AmazonECS")
	if err := b.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
}
