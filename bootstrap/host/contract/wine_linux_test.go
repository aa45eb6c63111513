package contract_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/contract"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/tools"
)

// notUnderWine are the tests of the contract that Wine cannot show.
func notUnderWine() map[string]string {
	return map[string]string{
		"service dependencies": "Wine takes them and reads them back empty",
	}
}

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
	skips := notUnderWine()
	var lines strings.Builder
	for name, why := range skips {
		if !slices.Contains(contract.Names(), name) {
			t.Errorf("the contract has no test %q to skip", name)
		}
		fmt.Fprintf(&lines, "%s=%s\n", name, why)
	}
	m.Setenv("ECSWIN_CONTRACT_SKIPS", lines.String())

	r := m.Run(t.Context(), buildTests(t), "-test.v", "-test.run=^TestWindows$")
	t.Log(r.Stdout)
	if r.ExitCode != 0 {
		t.Errorf("exit code %d\n%s", r.ExitCode, r.Stderr)
	}
	if passed := strings.Count(r.Stdout, "    --- PASS: TestWindows/"); passed != len(contract.Names())-len(skips) {
		t.Errorf("%d tests passed, of %d", passed, len(contract.Names()))
	}
}

// buildTests compiles this package's tests for Windows.
func buildTests(t *testing.T) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "contract.test.exe")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-trimpath", "-o", exe, ".")
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the tests for Windows: %v\n%s", err, out)
	}
	return exe
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
