package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cli"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// TestNoOutputHoldsASecret plants secrets wherever a node has some, runs every command in every form with the log wide
// open, and looks for them in all that comes out: results, progress, log, bundle, event log, console.
func TestNoOutputHoldsASecret(t *testing.T) {
	t.Parallel()
	const canary = "canary-4711"
	const document = `apiVersion: bootstrap.ecs/v1
kind: NodeConfig
cluster: prod
agent:
  attributes:
    tier: web
  environment:
    SHOP_CONNECTION: secretsmanager:shop#db
proxy:
  agent:
    https: ssm:/prod/proxy
signal:
  auto_scaling:
    hook: launch
`
	agentLog := "level=info time=2026-11-22T06:00:01Z msg=\"Starting Amazon ECS Agent\"\n" +
		"level=critical time=2026-11-22T06:00:02Z msg=\"Unable to register: password=" + canary + "-log token: '" + canary + "-token'\"\n"
	for _, format := range []string{"human", "json", "ndjson"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			m := sim.New(sim.Options{Name: "canary", UserData: document})
			m.Account().Secrets["ssm:/prod/proxy"] = "http://proxyuser:" + canary + "-proxy@proxy.example.com:3128"
			m.Account().Secrets["secretsmanager:shop#db"] = "Server=db;User=sa;Pass " + canary + "-db"
			m.SetMachineEnvironment("HTTPS_PROXY", "http://old:"+canary+"-old@proxy.example.com:3128")
			m.SetMachineEnvironment("ECS_ENGINE_AUTH_DATA", `{"https://index.docker.io":{"password":"`+canary+`-auth"}}`)
			m.WriteFile(`C:\ProgramData\Amazon\EC2Launch\log\agent.log`, []byte("2026-11-22 05:59:00 Info: user data has AWS_SECRET_ACCESS_KEY="+canary+"-key\n"))
			c := call{machine: func(context.Context) (cli.Machine, error) { return m, nil }}
			bundle := filepath.Join(t.TempDir(), "bundle.zip")
			var all strings.Builder
			for _, command := range []string{
				"plan", "apply", "verify", "status", "doctor --all", "timeline", "config show", "config check",
				"signal asg --result CONTINUE", "drain", "doctor --bundle " + bundle, "reset --yes", "status",
			} {
				if strings.HasPrefix(command, "doctor --bundle") {
					m.WriteFile(`C:\ProgramData\Amazon\ECS\log\ecs-agent.log`, []byte(agentLog))
				}
				got := c.run(t, append(strings.Fields(command), "--output", format, "--log-level", "trace")...)
				all.WriteString("$ " + command + "\n" + got.stdout + got.stderr)
			}
			for _, line := range m.Console() {
				all.WriteString(line + "\n")
			}
			for _, e := range m.Events() {
				all.WriteString(e.Text + "\n")
			}
			content, err := os.ReadFile(bundle)
			if err != nil {
				t.Fatal(err)
			}
			for name, text := range unzip(t, content) {
				all.WriteString("bundle " + name + "\n" + text)
			}
			if !strings.Contains(all.String(), "logs/ecs-agent.log") || !strings.Contains(all.String(), "E_") && !strings.Contains(all.String(), "joined") {
				t.Fatalf("the commands did not do what they were to:\n%s", all.String())
			}
			for line := range strings.Lines(all.String()) {
				if strings.Contains(line, canary) {
					t.Errorf("a secret came through: %s", line)
				}
			}
		})
	}
}
