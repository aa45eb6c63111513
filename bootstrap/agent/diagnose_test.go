package agent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

const (
	started   = `level=info time=2026-03-04T05:06:01Z msg="Starting Amazon ECS Agent" version="1.105.1" commit="8dfceca6"`
	loading   = `level=info time=2026-03-04T05:06:01Z msg="Loading configuration"`
	marker    = `level=critical time=2026-03-04T05:06:09Z msg="Terminal exit code received from agent.  Windows SCM will not restart the AmazonECS service." module=agent_windows.go`
	exits0    = `level=error time=2026-03-04T05:06:09Z msg="Exiting 0" module=agent_windows.go`
	exits1    = `level=error time=2026-03-04T05:06:09Z msg="Exiting 1" module=agent_windows.go`
	asked     = `level=info time=2026-03-04T05:06:09Z msg="Received normal signal from Windows to exit" module=agent_windows.go`
	connected = `level=info time=2026-03-04T05:06:10Z msg="Connected to ACS endpoint" containerInstanceARN="arn"`
	enrolled  = `level=info time=2026-03-04T05:06:08Z msg="Instance registration completed successfully" instanceArn="arn:aws:ecs:eu-central-1:123456789012:container-instance/prod/0" cluster="prod"`
)

func logOf(lines ...string) []byte { return []byte(strings.Join(lines, "\n") + "\n") }

func stopped(code uint32) host.Service {
	return host.Service{State: host.ServiceStopped, ExitCode: code, SpecificCode: map[uint32]uint32{host.ErrorServiceSpecific: 1}[code]}
}

// TestDiagnose gives each cause its own name, and shows beside it the neighbour that must not get it.
func TestDiagnose(t *testing.T) {
	t.Parallel()
	line := fixtures(t)
	const unknownCritical = `level=critical time=2026-03-04T05:06:08Z msg="Something that no catalogue knows"`
	const unknownError = `level=error time=2026-03-04T05:06:08Z msg="Something else"`
	for name, tt := range map[string]struct {
		log     []byte
		service host.Service
		want    fault.Code
		seen    string
	}{
		"a clean stop that is none":              {logOf(started, line["checkpoint-cluster"], marker, exits0), stopped(0), "E_AGENT_CHECKPOINT_CLUSTER", "image-build"},
		"a clean stop that is one":               {logOf(started, loading, enrolled, asked), stopped(0), "E_AGENT_STOPPED", "exit code 0"},
		"stopped before it registered":           {logOf(started, loading, asked), stopped(0), "E_AGENT_STOPPED", ""},
		"for good, of an unknown cause":          {logOf(started, unknownCritical, marker, exits0), stopped(0), "E_AGENT_TERMINAL", "no catalogue knows"},
		"unknown after a known one":              {logOf(started, line["pause-image"], unknownCritical, marker), stopped(0), "E_AGENT_TERMINAL", "no catalogue knows"},
		"a harmless pause image before":          {logOf(started, line["pause-image"], line["exit-denied"], marker), stopped(0), "E_AGENT_REGISTER_DENIED", "RegisterContainerInstance"},
		"a fatal pause image":                    {logOf(started, line["pause-image"], exits1), stopped(host.ErrorServiceSpecific), "E_AGENT_PAUSE_IMAGE", "amazon-ecs-pause"},
		"denied, not missing":                    {logOf(started, line["register-denied"], line["exit-denied"], marker), stopped(0), "E_AGENT_REGISTER_DENIED", ""},
		"missing, not denied":                    {logOf(started, line["register-cluster"], line["exit-cluster"], marker), stopped(0), "E_AGENT_CLUSTER_MISSING", ""},
		"instance type":                          {logOf(started, line["instance-type"], line["exit-type"], marker), stopped(0), "E_AGENT_CHECKPOINT_TYPE", ""},
		"other invalid parameter":                {logOf(started, line["exit-other"], marker), stopped(0), "E_AGENT_REGISTER_REFUSED", "Tags can not be set"},
		"refused for want of credentials":        {logOf(started, line["credentials"], line["exit-other"], marker), stopped(0), "E_AGENT_CREDENTIALS", ""},
		"credentials that came later":            {logOf(started, line["credentials"], enrolled, line["acs-ended"], marker), stopped(0), "E_AGENT_ACS_ENDED", ""},
		"a loop of an unknown cause":             {logOf(started, unknownError, exits1), stopped(host.ErrorServiceSpecific), "E_AGENT_RESTART_LOOP", "Something else"},
		"a loop without a word":                  {logOf(started, loading, exits1), stopped(host.ErrorServiceSpecific), "E_AGENT_RESTART_LOOP", "Exiting 1"},
		"a loop of the network":                  {logOf(started, line["register-network"], exits1), stopped(host.ErrorServiceSpecific), "E_AGENT_REGISTER_UNREACHABLE", "no such host"},
		"start timed out":                        {logOf(started, loading), stopped(host.ErrorServiceRequestTimeout), "E_AGENT_START_TIMEOUT", "Loading configuration"},
		"start timed out over the metadata":      {logOf(started, line["config-region"]), stopped(host.ErrorServiceRequestTimeout), "E_AGENT_IMDS", ""},
		"start failed over a setting":            {logOf(started, line["config"]), stopped(host.ErrorProcessAborted), "E_AGENT_CONFIG", "json-flie"},
		"a setting that the metadata should set": {logOf(started, line["region"], line["config"]), stopped(host.ErrorProcessAborted), "E_AGENT_IMDS", ""},
		"crashed without a log":                  {nil, stopped(host.ErrorProcessAborted), "E_AGENT_CRASHED", "no log"},
		"a failure of the run before":            {logOf(started, line["checkpoint-cluster"], marker, started, line["docker-versions"], exits1), stopped(host.ErrorServiceSpecific), "E_AGENT_DOCKER", ""},
		"runs, in trouble":                       {logOf(started, line["register-network"]), host.Service{State: host.ServiceRunning}, "E_AGENT_REGISTER_UNREACHABLE", ""},
		"runs, past its trouble":                 {logOf(started, line["register-network"], enrolled), host.Service{State: host.ServiceRunning}, "", ""},
		"runs, connected, and cannot listen":     {logOf(started, enrolled, line["introspection"], connected), host.Service{State: host.ServiceRunning}, "E_AGENT_LISTEN", "51678"},
		"runs, connected after a second start":   {logOf(started, line["pause-image"], line["reregister-network"], connected), host.Service{State: host.ServiceRunning}, "", ""},
		"runs, and cannot listen":                {logOf(started, enrolled, line["introspection"]), host.Service{State: host.ServiceRunning}, "E_AGENT_LISTEN", "51678"},
		"runs":                                   {logOf(started, loading), host.Service{State: host.ServiceRunning}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := agent.Diagnose(tt.log, time.Time{}, tt.service)
			if got == nil {
				if tt.want != "" {
					t.Fatalf("got nothing, want %s", tt.want)
				}
				return
			}
			if got.Code != tt.want || !strings.Contains(got.Seen, tt.seen) {
				t.Errorf("got %v, want %s with %q", got, tt.want, tt.seen)
			}
		})
	}
}

// TestEveryFatalEntryIsDiagnosed ends the agent with each line of the catalogue, in the way of its class.
func TestEveryFatalEntryIsDiagnosed(t *testing.T) {
	t.Parallel()
	line := fixtures(t)
	for _, e := range agent.Catalogue() {
		log, service := logOf(started, line[e.Name], marker, exits0), stopped(0)
		switch e.Class {
		case agent.Restarts:
			log, service = logOf(started, line[e.Name], exits1), stopped(host.ErrorServiceSpecific)
		case agent.StartFails:
			log, service = logOf(started, line[e.Name]), stopped(host.ErrorServiceRequestTimeout)
		}
		if got := agent.Diagnose(log, time.Time{}, service); got == nil || got.Code != e.Code {
			t.Errorf("%s: got %v, want %s", e.Name, got, e.Code)
		}
	}
}

func TestDiagnoseLooksAtTheTimeGiven(t *testing.T) {
	t.Parallel()
	log := logOf(started, fixtures(t)["checkpoint-cluster"], marker, exits0)
	later := time.Date(2026, 3, 4, 6, 0, 0, 0, time.UTC)
	if got := agent.Diagnose(log, later, stopped(host.ErrorProcessAborted)); got.Code != "E_AGENT_CRASHED" {
		t.Errorf("an old failure is taken for the new one: %v", got)
	}
}

func TestQuoteHoldsNoSecret(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, hidden, kept string }{
		{"proxyconnect http://user:hunter22@proxy.example.com:3128 refused", "hunter22", "proxy.example.com"},
		{"using key AKIAIOSFODNN7EXAMPLE now", "AKIAIOSFODNN7EXAMPLE", "using key"},
		{`ECS_ENGINE_AUTH_DATA={"https://index":{"auth":"x"}} password: hunter22`, "hunter22", "password"},
		{`secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`, "wJalrXUtnFEMI", "secret"},
		{"key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY here", "wJalrXUtnFEMI", "here"},
		{"Authorization: Bearer abc.def", "abc.def", "Authorization"},
		{"arn:aws:ecs:eu-central-1:123456789012:container-instance/windows/0123456789abcdef0123456789abcdef", "\x00", "windows/0123456789abcdef0123456789abcdef"},
	} {
		if got := agent.Quote(tt.text); strings.Contains(got, tt.hidden) || !strings.Contains(got, tt.kept) {
			t.Errorf("Quote(%q) = %q", tt.text, got)
		}
	}
	if got := agent.Quote(strings.Repeat("long ", 1000)); len(got) > 500 {
		t.Errorf("Quote returns %d bytes", len(got))
	}
}
