package fakes_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

func newDocker(t *testing.T, plan any) fakes.Docker {
	t.Helper()
	dir := t.TempDir()
	d := fakes.Docker{HNS: &hnsstore.Store{Dir: dir}, PlanFile: filepath.Join(dir, "docker.json"), Config: filepath.Join(dir, "daemon.json")}
	if plan != nil {
		writeJSON(t, d.PlanFile, plan)
	}
	return d
}

func writeJSON(t *testing.T, name string, v any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func dockerSays(t *testing.T, d fakes.Docker, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	d.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestDockerMakesNAT(t *testing.T) {
	t.Parallel()
	d := newDocker(t, nil)
	writeJSON(t, d.Config, map[string]string{"fixed-cidr": "172.30.0.0/24"})
	for range 2 { // the second start finds nat
		if err := d.Start(); err != nil {
			t.Fatal(err)
		}
	}
	st, err := d.HNS.View()
	if err != nil {
		t.Fatal(err)
	}
	if names := st.Names(hnsstore.Network); len(names) != 1 || names[0] != "nat" {
		t.Fatalf("networks: %v", names)
	}
	status, text := dockerSays(t, d, "/v1.43/networks/nat")
	for _, want := range []string{`"Subnet":"172.30.0.0/24"`, `"com.docker.network.windowsshim.hnsid":"` + st.ByName(hnsstore.Network, "nat").Text("ID")} {
		if status != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%d, no %s in %s", status, want, text)
		}
	}
}

func TestDockerAnswers(t *testing.T) {
	t.Parallel()
	d := newDocker(t, nil)
	for path, want := range map[string]string{
		"/_ping": "OK", "/containers/json": "[]", "/networks/nat": `{"message":"network nat not found"}`, "/swarm": `{"message":"page not found"}`,
		"/images/json?filters=" + `{"reference":["nanoserver:ltsc2022"]}`: "[]",
	} {
		if _, text := dockerSays(t, d, path); text != want {
			t.Errorf("%s: %s, want %s", path, text, want)
		}
	}
	for path, want := range map[string]string{"/info": `"OSType":"windows"`, "/version": `"Os":"windows"`, "/images/json": "ecs-pause"} {
		if _, text := dockerSays(t, d, path); !strings.Contains(text, want) {
			t.Errorf("%s: no %s in %s", path, want, text)
		}
	}
	overloaded := newDocker(t, fakes.DockerPlan{Status: http.StatusServiceUnavailable})
	if status, _ := dockerSays(t, overloaded, "/_ping"); status != http.StatusServiceUnavailable {
		t.Errorf("an overloaded engine answers %d", status)
	}
	if err := newDocker(t, fakes.DockerPlan{StartFails: true}).Start(); err == nil {
		t.Error("an engine that cannot start starts")
	}
	without := newDocker(t, fakes.DockerPlan{NoNAT: true})
	if err := without.Start(); err != nil {
		t.Fatal(err)
	}
	if st, err := without.HNS.View(); err != nil || len(st.Names(hnsstore.Network)) != 0 {
		t.Errorf("made a network unasked: %v", err)
	}
}
