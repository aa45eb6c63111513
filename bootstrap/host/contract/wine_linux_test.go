package contract_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/contract"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/tools"
)

// TestUnderWine runs this package's tests of the real adapters on a simulated Windows machine.
func TestUnderWine(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.Serve("169.254.169.254:80", http.HandlerFunc(metadata))
	m.Serve("127.0.0.1:2375", http.HandlerFunc(docker))
	m.Service("iphlpsvc").Create(control.Service{Path: `C:\windows\system32\svchost.exe`})
	m.Setenv("ECSWIN_CONTRACT_DOCKER", "tcp://127.0.0.1:2375")
	m.Announce(tools.Announced{Match: `netsh advfirewall firewall .*`, Firewall: true})
	m.Setenv("ECSWIN_CONTRACT_ALIAS", "Ethernet 3")

	r := m.Run(t.Context(), winetest.BuildTests(t, "./bootstrap/host/contract", ""), "-test.v", "-test.run=^TestWindows$")
	t.Log(r.Stdout)
	if r.ExitCode != 0 {
		t.Errorf("exit code %d\n%s", r.ExitCode, r.Stderr)
	}
	if passed := strings.Count(r.Stdout, "    --- PASS: TestWindows/"); passed != len(contract.Names()) {
		t.Errorf("%d tests passed, of %d", passed, len(contract.Names()))
	}
}

// metadata is as much of an instance metadata service as the contract asks for.
func metadata(w http.ResponseWriter, r *http.Request) {
	const token = "a token"
	switch {
	case r.Method == http.MethodPut && r.URL.Path == "/latest/api/token":
		_, _ = io.WriteString(w, token)
	case r.Header.Get("X-aws-ec2-metadata-token") != token:
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/latest/meta-data/instance-id":
		_, _ = io.WriteString(w, "i-0123456789abcdef0")
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// docker is as much of an engine as the contract asks for.
func docker(w http.ResponseWriter, r *http.Request) {
	answers := map[string]string{
		"/_ping":           "OK",
		"/version":         `{"Os":"windows","Version":"25.0.6","ApiVersion":"1.44","MinAPIVersion":"1.24"}`,
		"/networks/nat":    `{"Id":"abc","Driver":"nat","Options":{"com.docker.network.windowsshim.hnsid":"1c5c"}}`,
		"/images/json":     `[]`,
		"/containers/json": `[]`,
	}
	answer, ok := answers[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
	}
	_, _ = io.WriteString(w, answer)
}
