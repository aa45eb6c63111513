package winetest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/tools"
)

const (
	portProxyKey = `SYSTEM\CurrentControlSet\Services\PortProxy\v4tov4\tcp`
	firewallKey  = `SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules`
)

// TestPortProxy forwards to a server of the test once the address is there and the service was told.
func TestPortProxy(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.InstallSystemServices()
	m.Serve("127.0.0.1:51679", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the agent") }))
	m.Registry().SetText(portProxyKey, "169.254.170.2/80", "127.0.0.1/51679")
	get := []string{"get", "http://169.254.170.2/"}
	wantRun(t, m, "", "reread", "iphlpsvc")
	if r := m.Run(t.Context(), probe(t), get...); r.ExitCode == 0 {
		t.Errorf("forwards from an address that is not there: %s", r.Stdout)
	}
	if err := m.HNS.AddAddress(6, "169.254.170.2/32"); err != nil {
		t.Fatal(err)
	}
	if r := m.Run(t.Context(), probe(t), get...); r.ExitCode == 0 {
		t.Errorf("forwards though nobody told the service: %s", r.Stdout)
	}
	wantRun(t, m, "", "reread", "iphlpsvc")
	wantRun(t, m, "the agent", get...)

	// The rule outlives a reboot, the address does not.
	m.Reboot()
	m.Service("iphlpsvc").Await(t.Context(), winetest.Running)
	if r := m.Run(t.Context(), probe(t), get...); r.ExitCode == 0 {
		t.Errorf("forwards after the reboot: %s", r.Stdout)
	}
}

// TestHNSStops stops the service hns: its calls fail until it runs again.
func TestHNSStops(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.InstallSystemServices()
	wantRun(t, m, "HNS 13.3\n", "hcn-version")
	hns := m.Service("hns")
	if err := hns.Stop(); err != nil {
		t.Fatal(err)
	}
	hns.Await(t.Context(), winetest.Stopped)
	if r := m.Run(t.Context(), probe(t), "hcn-version"); r.ExitCode == 0 || !strings.Contains(r.Stderr, "has not been started") {
		t.Errorf("%+v", r)
	}
	if err := hns.Start(); err != nil {
		t.Fatal(err)
	}
	hns.Await(t.Context(), winetest.Running)
	wantRun(t, m, "HNS 13.3\n", "hcn-version")
}

// TestFirewall lets netsh change the firewall's rules in the registry.
func TestFirewall(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.Announce(tools.Announced{Match: "netsh advfirewall firewall .*", Firewall: true})
	netsh := func(verb string, more ...string) winetest.Result {
		return m.Run(t.Context(), probe(t), append([]string{"tool", "netsh.exe", "advfirewall", "firewall", verb, "rule", "name=agent"}, more...)...)
	}
	bounds := func(ports string) []string {
		return []string{"action=allow", "protocol=TCP", "localport=" + ports, "localip=169.254.170.2", "remoteip=172.29.0.0/20"}
	}
	const rule = "{EC500000-0000-4000-8000-000000000001}"
	if r := netsh("set", append([]string{"new"}, bounds("80")...)...); r.ExitCode == 0 {
		t.Error("set a rule that is not there")
	}
	for _, step := range []struct{ verb, ports string }{{"add", "80"}, {"set", "80,51679"}} {
		if r := netsh(step.verb, bounds(step.ports)...); r.ExitCode != 0 {
			t.Fatalf("%+v", r)
		}
		if got, want := m.Registry().Text(firewallKey, rule), "LPort="+strings.ReplaceAll(step.ports, ",", "|LPort="); !strings.Contains(got, want+"|") {
			t.Errorf("after %s the rule is %q", step.verb, got)
		}
	}
	if r := netsh("delete"); r.ExitCode != 0 || m.Registry().Text(firewallKey, rule) != "" {
		t.Errorf("%+v", r)
	}
}
