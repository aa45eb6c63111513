package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
)

// control calls one of the sandbox's switches.
func control(t *testing.T, s *sandboxtest.Server, method, path, body string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/_sandbox/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestFaultsOverHTTP(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	const fault = `{"call": "ecs:CreateCluster", "nth": 2, "kind": "refuse", "code": "LimitExceededException", "delay": "1ms"}`
	if status, answer := control(t, s, http.MethodPost, "faults", fault); status != http.StatusCreated {
		t.Fatalf("POST faults: %d %s", status, answer)
	}
	_, answer := control(t, s, http.MethodGet, "faults", "")
	var listed []map[string]any
	if err := json.Unmarshal([]byte(answer), &listed); err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{{
		"call": "ecs:CreateCluster", "nth": 2.0, "kind": "refuse", "code": "LimitExceededException", "delay": "1ms",
	}}
	if d := cmp.Diff(want, listed); d != "" {
		t.Errorf("GET faults (-want +got):\n%s", d)
	}
	if err := createWeb(t, s.ECS()); err != nil {
		t.Errorf("the first call: %v", err)
	}
	if got := code(createWeb(t, s.ECS())); got != "LimitExceededException" {
		t.Errorf("the second call: %q, want LimitExceededException", got)
	}
	if status, _ := control(t, s, http.MethodDelete, "faults", ""); status != http.StatusNoContent {
		t.Errorf("DELETE faults: %d, want 204", status)
	}
	if _, answer := control(t, s, http.MethodGet, "faults", ""); strings.TrimSpace(answer) != "[]" {
		t.Errorf("faults after DELETE: %s", answer)
	}
}

func TestBadFaultsOverHTTP(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	for body, want := range map[string]string{
		`{"call": "*", "kind": "explode"}`:                      "unknown",
		`{"call": "*", "kind": "delay", "delay": "soon"}`:       "duration",
		`{"call": "*", "kind": "throttle", "time": 2}`:          "time",
		`{"call": "*", "kind": "refuse", "message": "no code"}`: "code",
		`not json`: "invalid",
	} {
		status, answer := control(t, s, http.MethodPost, "faults", body)
		if status != http.StatusBadRequest || !strings.Contains(answer, want) {
			t.Errorf("%s: %d %s, want 400 and %q", body, status, answer, want)
		}
	}
}

func TestCallsOverHTTP(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	if err := createWeb(t, s.ECS()); err != nil {
		t.Fatal(err)
	}
	read := func() (counts map[string]map[string]int) {
		_, answer := control(t, s, http.MethodGet, "calls", "")
		if err := json.Unmarshal([]byte(answer), &counts); err != nil {
			t.Fatal(err)
		}
		return counts
	}
	want := map[string]map[string]int{"calls": {"ecs:CreateCluster": 1}, "faulted": {}, "throttled": {}}
	if d := cmp.Diff(want, read()); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
	control(t, s, http.MethodDelete, "calls", "")
	if got := read()["calls"]; len(got) != 0 {
		t.Errorf("calls after DELETE: %v", got)
	}
	if got := clusters(t, s.ECS()); len(got) != 1 {
		t.Errorf("resetting the counters changed the clusters: %v", got)
	}
	control(t, s, http.MethodPost, "reset", "")
	if got := clusters(t, s.ECS()); len(got) != 0 {
		t.Errorf("clusters after the reset: %v", got)
	}
}

func TestInstancesAndOutcomesOverHTTP(t *testing.T) {
	t.Parallel()
	s := sandboxtest.New(t, sandbox.Options{})
	if status, answer := control(t, s, http.MethodPost, "instances", `{"cluster": "web"}`); status != http.StatusBadRequest || !strings.Contains(answer, "ClientException: Cluster not found.") {
		t.Errorf("without a cluster: %d %s", status, answer)
	}
	if err := createWeb(t, s.ECS()); err != nil {
		t.Fatal(err)
	}
	status, answer := control(t, s, http.MethodPost, "instances", `{"cluster": "web", "type": "m5.xlarge"}`)
	var ids sandbox.InstanceIDs
	if err := json.Unmarshal([]byte(answer), &ids); err != nil || status != http.StatusCreated {
		t.Fatalf("POST instances: %d %s", status, answer)
	}
	if !strings.HasPrefix(ids.EC2, "i-0") || !strings.Contains(ids.ContainerInstance, ":container-instance/web/") {
		t.Errorf("got %+v", ids)
	}
	for body, want := range map[string]int{
		`{"container": "iis", "at": "RUNNING", "exitCode": 1}`: http.StatusCreated,
		`{"container": "iis", "at": "SOON"}`:                   http.StatusBadRequest,
		`{"container": "iis", "when": "RUNNING"}`:              http.StatusBadRequest,
	} {
		if status, answer := control(t, s, http.MethodPost, "outcomes", body); status != want {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
}
