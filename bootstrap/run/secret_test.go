package run_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// TestStateHoldsNoSecretThatWasThereBefore plants secrets where the bootstrap replaces values, and looks for them in all that
// it writes.
func TestStateHoldsNoSecretThatWasThereBefore(t *testing.T) {
	t.Parallel()
	const canary = "canary-4711"
	const serviceKey = host.ServicesKey + `\AmazonECS`
	doc := plain + "agent:\n  environment:\n    SHOP_PASSWORD: ssm:/shop\n    PLAIN: new\nproxy:\n  agent:\n    https: http://proxy.example.com:3128\n"
	for _, scope := range []string{"machine", "service"} {
		o := sim.Options{UserData: strings.Replace(doc, "agent:\n", "agent:\n  environment_scope: "+scope+"\n", 1), AMI: sim.AMI{Agent: sim.AgentInstalled}, Conditions: []string{"proxy-only"}}
		m := sim.New(o)
		m.Account().Secrets["ssm:/shop"] = "ours"
		if scope == "machine" {
			m.SetMachineEnvironment("SHOP_PASSWORD", canary+"-name")
			m.SetMachineEnvironment("HTTPS_PROXY", "http://old:"+canary+"-content@proxy.example.com:3128")
			m.SetMachineEnvironment("PLAIN", "old")
		} else {
			m.SetRegistryValue(serviceKey, "Environment", host.Value{Kind: host.KindMultiString, List: []string{
				"SHOP_PASSWORD=" + canary + "-name", "OTHER_TOKEN=" + canary + "-foreign", "PLAIN=old",
			}})
		}
		r := apply(t, m, run.Options{})
		if r.ExitCode != 0 || !strings.Contains(strings.Join(r.Warnings, "\n"), "looks like a secret") {
			t.Fatalf("%s: %s", scope, show(t, r))
		}
		for _, path := range m.Files(`C:\ProgramData\ecswin`) {
			if content, _ := m.File(path); strings.Contains(string(content), canary) {
				t.Errorf("%s: %s holds a secret: %s", scope, path, content)
			}
		}
		var back string
		h := m.Host()
		if err := m.Run(func() {
			reset := run.Reset(t.Context(), h, m.CloudOf(h), run.ResetOptions{}, run.Options{})
			back = show(t, reset)
			if reset.ExitCode != 0 || !strings.Contains(strings.Join(reset.Warnings, "\n"), "set it again by hand") {
				t.Errorf("%s: reset %s", scope, back)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(back, canary) {
			t.Errorf("%s: the report holds a secret: %s", scope, back)
		}
		if scope == "machine" {
			env := m.MachineEnvironment()
			if _, there := env["SHOP_PASSWORD"]; there || env["HTTPS_PROXY"] != "" || env["PLAIN"] != "old" {
				t.Errorf("after the reset: %v", env)
			}
			continue
		}
		now, _ := m.RegistryValue(serviceKey, "Environment")
		if want := []string{"OTHER_TOKEN=" + canary + "-foreign", "PLAIN=old"}; !slices.Equal(now.List, want) {
			t.Errorf("after the reset: %q, want %q", now.List, want)
		}
	}
}
