package fakes_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
)

// newAgent is an agent whose two ports are the system's choice.
func newAgent(t *testing.T, environ ...string) (fakes.Agent, map[string]string) {
	t.Helper()
	_, imds := serveIMDS(t, fakes.DefaultInstance())
	docker := httptest.NewServer(newDocker(t, nil))
	t.Cleanup(docker.Close)
	dir, ports := t.TempDir(), map[string]string{}
	return fakes.Agent{
		PlanFile: filepath.Join(dir, "agent.json"), SeenFile: filepath.Join(dir, "seen.json"), Environ: environ,
		IMDS: strings.TrimSuffix(strings.TrimPrefix(imds, "http://"), "/latest/"),
		DialDocker: func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", docker.Listener.Addr().String())
		},
		Listen: func(ctx context.Context, address string) (net.Listener, error) {
			l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
			if err == nil {
				ports[address] = l.Addr().String()
			}
			return l, err
		},
		Now: func() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) },
	}, ports
}

func seenBy(t *testing.T, a fakes.Agent) fakes.AgentSeen {
	t.Helper()
	text, err := os.ReadFile(a.SeenFile)
	if err != nil {
		t.Fatal(err)
	}
	var seen fakes.AgentSeen
	if err := json.Unmarshal(text, &seen); err != nil {
		t.Fatal(err)
	}
	return seen
}

func TestAgentRegisters(t *testing.T) {
	t.Parallel()
	a, ports := newAgent(t, "ECS_CLUSTER=windows", "Path=x", "https_proxy=http://p")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var log bytes.Buffer
	code, err := a.Run(ctx, &log, func() {
		if _, text := ask(t, "http://"+ports[fakes.IntrospectionAddress]+"/v1/metadata", http.MethodGet, "X-Nothing", ""); !strings.Contains(text, `"Cluster":"windows"`) {
			t.Errorf("introspection: %s", text)
		}
		if status, _ := ask(t, "http://"+ports[fakes.CredentialsAddress]+"/", http.MethodGet, "X-Nothing", ""); status != http.StatusNotFound {
			t.Errorf("credentials: %d", status)
		}
		cancel()
	})
	if code != fakes.ExitSuccess || err != nil || !strings.Contains(log.String(), "level=info time=2026-03-04T05:06:07Z msg=\"Registration completed successfully.") {
		t.Errorf("%d, %v\n%s", code, err, log.String())
	}
	want := fakes.AgentSeen{Starts: 1, Environment: map[string]string{"ECS_CLUSTER": "windows", "HTTPS_PROXY": "http://p"}, Docker: true, IMDS: true}
	if diff := cmp.Diff(want, seenBy(t, a)); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
}

func TestAgentFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		plan any
		harm func(*fakes.Agent)
		code int
		log  string
	}{
		"terminally":     {plan: fakes.AgentPlan{Fails: `msg="no"`}, code: fakes.ExitTerminal, log: "Windows SCM will not restart"},
		"restarts":       {plan: fakes.AgentPlan{Fails: `msg="no"`, Restarts: true}, code: fakes.ExitError, log: `level=critical time=2026-03-04T05:06:07Z msg="no"`},
		"without Docker": {harm: func(a *fakes.Agent) { a.DialDocker = nobody }, code: fakes.ExitError, log: "Error creating Docker client"},
		"without IMDS":   {harm: func(a *fakes.Agent) { a.IMDS = "127.0.0.1:1" }, code: fakes.ExitError, log: "to infer region"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, _ := newAgent(t)
			if test.plan != nil {
				writeJSON(t, a.PlanFile, test.plan)
			}
			if test.harm != nil {
				test.harm(&a)
			}
			var log bytes.Buffer
			code, err := a.Run(t.Context(), &log, func() { t.Error("ready") })
			if code != test.code || err != nil || !strings.Contains(log.String(), test.log) {
				t.Errorf("%d, %v\n%s", code, err, log.String())
			}
		})
	}
}

func nobody(context.Context) (net.Conn, error) { return nil, errors.New("nobody listens") }

// TestAgentStaysSilent runs an agent that never registers: only the second port answers.
func TestAgentStaysSilent(t *testing.T) {
	t.Parallel()
	a, ports := newAgent(t, "AWS_DEFAULT_REGION=eu-west-1")
	a.IMDS = "127.0.0.1:1" // not needed where the Region is given
	writeJSON(t, a.PlanFile, fakes.AgentPlan{NeverRegisters: true})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var log bytes.Buffer
	if code, err := a.Run(ctx, &log, cancel); code != fakes.ExitSuccess || err != nil || strings.Contains(log.String(), "Registration") {
		t.Errorf("%d, %v\n%s", code, err, log.String())
	}
	if ports[fakes.IntrospectionAddress] != "" || ports[fakes.CredentialsAddress] == "" {
		t.Errorf("ports: %v", ports)
	}
}
