package run_test

import (
	"bytes"
	"encoding/base64"
	"regexp"
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
		for _, path := range holding(m, canary) {
			t.Errorf("%s: %s holds a secret", scope, path)
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

// holding are the files of the state folder that hold a text, as it is or in base64, as JSON has bytes.
func holding(m *sim.Machine, text string) []string {
	encoded := regexp.MustCompile(`[A-Za-z0-9+/]{8,}=*`)
	return slices.DeleteFunc(m.Files(`C:\ProgramData\ecswin`), func(path string) bool {
		content, _ := m.File(path)
		for _, word := range encoded.FindAll(content, -1) {
			// What is no base64 ends early, with what was read so far.
			decoded := make([]byte, len(word))
			n, _ := base64.StdEncoding.Decode(decoded, word)
			content = append(content, decoded[:n]...)
		}
		return !bytes.Contains(content, []byte(text))
	})
}

// TestFilesOfOthersAreNotInTheState: what stood in a file that the bootstrap changes is none of the state's, whatever it
// is. A reset brings it back all the same, and leaves what others did to the file since.
func TestFilesOfOthersAreNotInTheState(t *testing.T) {
	t.Parallel()
	const canary = "canary-4711"
	const daemonJSON, worker = `C:\ProgramData\docker\config\daemon.json`, `C:\Program Files\Amazon\ECS\managed-agents\execute-command\bin\3.3.0\ssm-agent-worker.exe`
	files := map[string]string{
		daemonJSON: "{ \"fixed-cidr\" :\"10.0.128.0/20\",\r\n\t\"proxies\": {\"https-proxy\": \"http://u:" + canary + "@proxy\"} }",
		worker:     "another build, " + canary,
	}
	m := sim.New(before())
	for path, content := range files {
		m.WriteFile(path, []byte(content))
	}
	if r := apply(t, m, run.Options{}); r.ExitCode != 0 {
		t.Fatal(show(t, r))
	}
	for path, content := range files {
		if now, _ := m.File(path); string(now) == content {
			t.Fatalf("%s was not changed, so nothing is shown", path)
		}
	}
	for _, path := range holding(m, canary) {
		t.Errorf("%s holds a secret", path)
	}
	now, _ := m.File(daemonJSON)
	m.WriteFile(daemonJSON, bytes.Replace(now, []byte("{"), []byte(`{"debug":true,`), 1))
	files[daemonJSON] = strings.Replace(files[daemonJSON], "{", `{"debug":true,`, 1)
	if r := reset(t, m, run.ResetOptions{}); r.ExitCode != 0 {
		t.Fatal(show(t, r))
	}
	for path, content := range files {
		if now, _ := m.File(path); string(now) != content {
			t.Errorf("%s is %q after the reset, want %q", path, now, content)
		}
	}
	for _, path := range m.Files(`C:\`) {
		if strings.HasSuffix(path, ".before-ecswin") {
			t.Errorf("%s is left", path)
		}
	}
}
