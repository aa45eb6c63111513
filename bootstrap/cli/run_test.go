package cli_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cli"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// on runs commands on one simulated machine that the caller holds.
func on(m *sim.Machine) call {
	return call{machine: func(context.Context) (cli.Machine, error) { return m, nil }}
}

const joining = "apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: prod\n"

func TestVerifyWaits(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: joining, Latencies: sim.Published()})
	if got := on(m).run(t, "apply"); got.code != 0 {
		t.Fatalf("apply: %+v", got)
	}
	stopped := func() {
		m.StopService("AmazonECS")
		m.Do(20*time.Second, func(m *sim.Machine) { m.StartService("AmazonECS") })
	}
	stopped()
	if got := on(m).run(t, "verify"); got.code == 0 {
		t.Errorf("verify finds nothing wrong with a stopped agent: %+v", got)
	}
	stopped()
	if got := on(m).run(t, "verify", "--wait", "3m"); got.code != 0 {
		t.Errorf("verify --wait does not wait for the agent: %+v", got)
	}
	m.StopService("AmazonECS")
	before := m.Clock().Now()
	if got := on(m).run(t, "verify", "--wait", "1m"); got.code == 0 {
		t.Errorf("verify --wait finds nothing wrong: %+v", got)
	}
	if took := m.Clock().Now().Sub(before); took < time.Minute {
		t.Errorf("it waited %s of a minute", took)
	}
}

func TestTimeoutEndsTheRun(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: joining, Latencies: sim.Published(), Cold: true})
	got := on(m).run(t, "apply", "--timeout", "5s")
	if got.code == 0 || !strings.Contains(got.stdout, "failed after 5.0 s") || !strings.Contains(strings.Join(strings.Fields(got.stdout), " "), "the run's time is over") {
		t.Errorf("apply --timeout 5s: %+v", got)
	}
}

func TestInterruptedRun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := sim.New(sim.Options{UserData: joining})
	var stdout, stderr bytes.Buffer
	p := cli.Program{Version: "1", Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
		Machine: func(context.Context) (cli.Machine, error) { return m, nil }}
	if code := p.Run(ctx, []string{"apply"}); code != 130 || !strings.Contains(stdout.String(), "E_INTERRUPTED") {
		t.Errorf("exit code %d:\n%s%s", code, &stdout, &stderr)
	}
}

func TestPhasesAreChosen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args       []string
		code       int
		part, none string
	}{
		{[]string{"plan", "--until", "docker"}, 0, "docker ", "* "},
		{[]string{"plan", "--detailed-exitcode"}, 11, "changes would be made", ""},
		{[]string{"apply", "--until", "agent-config"}, 0, "applied", "AmazonECS: stopped -> running"},
		{[]string{"apply", "--only", "nonsense"}, 2, "E_USAGE", ""},
		{[]string{"apply", "--skip", "endpoints"}, 0, "JOINED", ""},
	} {
		m := sim.New(sim.Options{UserData: joining})
		got := on(m).run(t, tt.args...)
		if tt.part == "applied" {
			tt.part = "has what was asked for"
		}
		if got.code != tt.code || !strings.Contains(got.stdout+got.stderr, tt.part) || tt.none != "" && strings.Contains(got.stdout, tt.none) {
			t.Errorf("%v: exit code %d, want %d, with %q and without %q:\n%s", tt.args, got.code, tt.code, tt.part, tt.none, got.stdout)
		}
	}
}

// TestDocumentOfTheUserData shows which document a command works with, and what it says where there is none.
func TestDocumentOfTheUserData(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: "<script>\nrem -----BEGIN NodeConfig-----\nrem " +
		strings.ReplaceAll(strings.TrimSpace(joining), "\n", "\nrem ") + "\nrem -----END NodeConfig-----\n</script>"})
	if got := on(m).run(t, "config", "show", "--given"); got.code != 0 || !strings.Contains(got.stdout, "the user data of the instance") {
		t.Errorf("config show: %+v", got)
	}
	m = sim.New(sim.Options{UserData: "<powershell>\nGet-Date\n</powershell>"})
	if got := on(m).run(t, "config", "check"); got.code != 3 || !strings.Contains(got.stderr, "E_CONFIG_NONE") {
		t.Errorf("config check without a document: %+v", got)
	}
	m = sim.New(sim.Options{UserData: joining})
	m.Account().Secrets["ssm:/node"] = strings.Replace(joining, "prod", "default", 1)
	if got := on(m).run(t, "apply", "--config-source", "ssm:///node"); got.code != 0 || !strings.Contains(got.stdout, "in cluster default") {
		t.Errorf("a document in a parameter: %+v", got)
	}
}

// reached is a machine whose AWS side can be told where to go.
type reached struct {
	*sim.Machine
	by []cloud.Settled
}

func (r *reached) Cloud() *cloud.Cloud {
	c := *r.Machine.Cloud()
	c.Configure = func(s cloud.Settled) { r.by = append(r.by, s) }
	return &c
}

// TestAWSIsAskedByTheDocumentsWay: commands besides apply go to the document's Region and through its proxy, also one that
// is a secret. Where the secret cannot be read, the way stays as it was.
func TestAWSIsAskedByTheDocumentsWay(t *testing.T) {
	t.Parallel()
	const way = joining + "region: eu-west-1\nproxy: {agent: {https: 'ssm:/proxy'}}\nsignal: {auto_scaling: {hook: launch}}\n"
	for _, command := range []string{"drain", "signal asg --result CONTINUE", "signal cfn --result SUCCESS --stack s --resource r", "doctor"} {
		for secret, want := range map[string][]string{"http://proxy.example.com:3128": {"http://proxy.example.com:3128"}, "": nil} {
			m := &reached{Machine: sim.New(sim.Options{UserData: way})}
			if secret != "" {
				m.Account().Secrets["ssm:/proxy"] = secret
			}
			got := call{machine: func(context.Context) (cli.Machine, error) { return m, nil }}.run(t, strings.Fields(command)...)
			var proxies []string
			for _, s := range m.by {
				if proxies = append(proxies, s.HTTPSProxy); s.Region != "eu-west-1" {
					t.Errorf("%s: AWS is asked by %+v", command, s)
				}
			}
			if !slices.Equal(proxies, want) || secret == "" && !strings.Contains(got.stderr, "AWS is not asked by") {
				t.Errorf("%s: AWS is asked through %q, want %q: %+v", command, proxies, want, got)
			}
		}
	}
}

// TestDocumentInAParameterCountsEverywhere: a command that was told where the document is does not take the state's.
func TestDocumentInAParameterCountsEverywhere(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: joining})
	m.Account().Secrets["ssm:/node"] = joining + "signal: {auto_scaling: {hook: launch, group: nodes}}\n"
	if got := on(m).run(t, "apply"); got.code != 0 {
		t.Fatalf("apply: %+v", got)
	}
	// Auto Scaling waits for nothing here; that it was asked shows that the hook was known.
	got := on(m).run(t, "signal", "asg", "--result", "CONTINUE", "--config-source", "ssm:///node")
	if !strings.Contains(got.stderr, "E_SIGNAL_NO_ACTION") || !strings.Contains(got.stderr, "lifecycle hook launch") {
		t.Errorf("signal asg: %+v", got)
	}
}

// TestEventLog shows what a run leaves there: what was changed or failed, once.
func TestEventLog(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{UserData: joining})
	ids := func() map[int]bool {
		seen := map[int]bool{}
		for _, e := range m.Events() {
			seen[e.ID] = true
		}
		return seen
	}
	on(m).run(t, "plan")
	on(m).run(t, "verify")
	if len(m.Events()) > 0 {
		t.Errorf("looking leaves entries: %v", m.Events())
	}
	on(m).run(t, "apply")
	if seen := ids(); !seen[519] || !seen[515] || seen[501] {
		t.Errorf("entries of apply: %v", m.Events())
	}
	before := len(m.Events())
	on(m).run(t, "apply")
	if after := len(m.Events()); after != before {
		t.Errorf("a second apply, which changes nothing, leaves %d entries", after-before)
	}
}
