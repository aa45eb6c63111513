package netphase_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
)

const (
	daemonJSON = `C:\ProgramData\docker\config\daemon.json`
	dockerKey  = host.ServicesKey + `\docker`
)

func TestDockerThatRunsIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := newBench(installed())
	out := b.apply(t, "docker")
	if out.err != nil || out.writes > 0 || out.fact("engine") != "25.0.6, API 1.24 to 1.44" {
		t.Errorf("%d writes, engine %q, %v", out.writes, out.fact("engine"), out.err)
	}
	out.callsAre(t, map[string]int{"services.Service": 1, "files.Read": 1, "registry.Value": 1, "docker.Ping": 2, "docker.Info": 2})
}

func TestDockerIsStarted(t *testing.T) {
	t.Parallel()
	o := installed("docker-manual")
	o.Latencies = sim.Latencies{DockerStart: 8 * time.Second, HNSCreate: 47 * time.Second, DockerReady: 2 * time.Second}
	b := newBench(o)
	if out := b.plan(t, "docker"); out.err != nil || len(out.changes) != 1 || out.writes > 0 {
		t.Errorf("plan: %q, %d writes, %v", out.changes, out.writes, out.err)
	}
	out := b.apply(t, "docker")
	if out.err != nil || out.writes != 1 {
		t.Errorf("%d writes, %v", out.writes, out.err)
	}
	if late := out.took - 57*time.Second; late < 0 || late > 250*time.Millisecond {
		t.Errorf("done %s after Docker answered", late)
	}
}

func TestDockerThatStartsIsAwaited(t *testing.T) {
	t.Parallel()
	o := installed()
	o.Cold, o.Latencies = true, sim.Latencies{DockerStart: 8 * time.Second, DockerReady: 2 * time.Second}
	b := newBench(o)
	out := b.apply(t, "docker")
	if late := out.took - 10*time.Second; out.err != nil || out.writes > 0 || late < 0 || late > 250*time.Millisecond {
		t.Errorf("%d writes, done %s after Docker answered, %v", out.writes, late, out.err)
	}
}

// TestDockersFaults gives each fault its name, and what comes close to it another one or none.
func TestDockersFaults(t *testing.T) {
	t.Parallel()
	started := func(o sim.Options) sim.Options { o.Conditions = append(o.Conditions, "docker-manual"); return o }
	for name, test := range map[string]struct {
		options sim.Options
		change  func(*bench)
		code    fault.Code
		warned  string
	}{
		"not installed":             {options: installed("no-docker"), code: "E_DOCKER_MISSING"},
		"disabled":                  {options: installed("docker-off"), code: "E_DOCKER_DISABLED"},
		"manual, which is no fault": {options: installed("docker-manual")},
		"disabled only since the start": {options: installed(), change: func(b *bench) {
			b.ConfigureService("docker", func(c *host.ServiceConfig) { c.StartType = host.StartDisabled })
		}, warned: "E_DOCKER_DISABLED"},
		"runs and does not answer":      {options: installed("docker-hangs"), code: "E_DOCKER_NO_ANSWER"},
		"runs Linux containers":         {options: installed("docker-linux"), code: "E_DOCKER_LINUX"},
		"takes only newer API versions": {options: installed("docker-too-new"), code: "E_DOCKER_API"},
		"the start is refused":          {options: started(sim.Options{Faults: []sim.Fault{{On: "services.Start", Err: "1068"}}}), code: "E_DOCKER_START"},
		"the start is slow once":        {options: started(sim.Options{Faults: []sim.Fault{{On: "services.Start", Nth: 1, Err: "1053"}}})},
		"broken configuration":          {options: installed("docker-manual"), change: func(b *bench) { b.WriteFile(daemonJSON, []byte(`{"fixed-cidr": "secret`)) }, code: "E_DOCKER_CONFIG"},
		"configuration broken since":    {options: installed(), change: func(b *bench) { b.WriteFile(daemonJSON, []byte(`[]`)) }, warned: "E_DOCKER_CONFIG"},
		"dies at its start":             {options: started(sim.Options{AMI: sim.AMI{Agent: sim.AgentInstalled}, Faults: []sim.Fault{{On: "services.Start docker", After: true, Effect: "crash-docker"}}}), code: "E_DOCKER_START"},
		"HNS stopped":                   {options: installed("hns-stopped")},
		"HNS disabled": {options: installed("hns-stopped"), change: func(b *bench) {
			b.ConfigureService("hns", func(c *host.ServiceConfig) { c.StartType = host.StartDisabled })
		}, code: "E_HNS_NOT_RUNNING"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(test.options)
			if test.change != nil {
				test.change(b)
			}
			out := b.apply(t, "docker")
			if out.code() != test.code {
				t.Errorf("%s (%v), want %q", out.code(), out.err, test.code)
			}
			if out.err != nil && strings.Contains(out.err.Error(), "secret") {
				t.Errorf("the error quotes the file: %v", out.err)
			}
			if test.warned != "" && !out.warned(test.warned) {
				t.Errorf("no warning of %s: %q", test.warned, out.warnings)
			}
		})
	}
}

func withProxy() *bench {
	b := newBench(installed())
	b.doc.Proxy.Docker.HTTPS = "http://user:canary@proxy.example.com:3128"
	b.SetRegistryValue(dockerKey, "Environment", host.Value{Kind: host.KindMultiString, List: []string{"DOCKER_TMPDIR=D:\\tmp", "https_proxy=http://old:canary@old.example.com"}})
	b.StartService("AmazonECS")
	return b
}

func TestDockerGetsItsProxy(t *testing.T) {
	t.Parallel()
	b := withProxy()
	out := b.apply(t, "docker")
	if out.err != nil {
		t.Fatal(out.err)
	}
	v, _ := b.RegistryValue(dockerKey, "Environment")
	want := []string{`DOCKER_TMPDIR=D:\tmp`, "HTTPS_PROXY=http://user:canary@proxy.example.com:3128", `NO_PROXY=169.254.169.254,169.254.170.2,\\.\pipe\docker_engine`}
	if diff := cmp.Diff(want, v.List); diff != "" {
		t.Errorf("environment of dockerd (-want +got):\n%s", diff)
	}
	var calls []string
	for _, w := range b.Writes() {
		calls = append(calls, w.Call)
	}
	if diff := cmp.Diff([]string{"services.Stop", "services.Stop", "registry.SetValue", "registry.SetValue", "services.Start"}, calls); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
	if again := b.apply(t, "docker"); again.writes > 0 || again.err != nil {
		t.Errorf("the second run makes %d writes (%v)", again.writes, again.err)
	}
}

func TestDockersProxyThatNobodyResolved(t *testing.T) {
	t.Parallel()
	b := newBench(installed())
	b.doc.Proxy.Docker.HTTPS = "ssm:/proxy"
	if out := b.apply(t, "docker"); out.code() != "E_DOCKER_PROXY" || out.writes > 0 {
		t.Errorf("%d writes, %v", out.writes, out.err)
	}
}

func TestDockerThatDoesNotStop(t *testing.T) {
	t.Parallel()
	b := withProxy()
	b.swap = func(h *host.Host) { h.Services = sticky{h.Services} }
	if out := b.apply(t, "docker"); out.code() != "E_DOCKER_STOP" {
		t.Errorf("%v", out.err)
	}
}

// sticky does not let Docker be stopped.
type sticky struct{ host.Services }

func (s sticky) Stop(ctx context.Context, name string) error {
	if name == "docker" {
		return &host.ServiceError{Verb: "stop", Service: name, Code: host.ErrorServiceCannotAcceptCtrl}
	}
	return s.Services.Stop(ctx, name)
}

func TestDockersProxyConvergesWhenKilled(t *testing.T) {
	t.Parallel()
	convergesWhenKilled(t, withProxy, []phase.ID{"docker"}, func(t *testing.T, b *bench) {
		if s, _ := b.Service("docker"); s.State != host.ServiceRunning {
			t.Errorf("docker is %s", s.State)
		}
	})
}

func TestTasksKeepDockerFromBeingRestarted(t *testing.T) {
	t.Parallel()
	b := newBench(installed("running-task"))
	b.doc.Proxy.Docker.HTTPS = "http://proxy.example.com:3128"
	out := b.apply(t, "docker")
	if out.err != nil || out.writes > 0 || !out.warned("E_DOCKER_TASKS_RUNNING") {
		t.Errorf("%d writes, warnings %q, %v", out.writes, out.warnings, out.err)
	}
}

// TestDockersConfigurationWithAByteOrderMark: Windows editors write one, and dockerd takes it.
func TestDockersConfigurationWithAByteOrderMark(t *testing.T) {
	t.Parallel()
	b := newBench(installed("docker-manual"))
	b.WriteFile(daemonJSON, []byte("\xef\xbb\xbf{}"))
	if out := b.apply(t, "docker"); out.err != nil {
		t.Error(out.err)
	}
}

// TestUndoOfTheProxyHoldsNoPassword looks into what the state would store.
func TestUndoOfTheProxyHoldsNoPassword(t *testing.T) {
	t.Parallel()
	b := withProxy()
	p := byID(t, "docker")
	n := b.node()
	seen, err := p.Probe(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	changes, err := seen.Plan(b.doc)
	if err != nil {
		t.Fatal(err)
	}
	undone := false
	for _, c := range changes {
		text := c.What + c.From + c.To
		if c.Undo != nil {
			undone = true
			text += c.Undo.Before
			if strings.HasSuffix(c.Undo.Target, "|HTTPS_PROXY") != phase.Withheld(*c.Undo) {
				t.Errorf("the record of %s holds %s", c.Undo.Target, c.Undo.Before)
			}
		}
		if strings.Contains(text, "canary") {
			t.Errorf("change tells a password: %s", text)
		}
	}
	if !undone {
		t.Error("nothing can be undone")
	}
}
