package winhost

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

// TestUnderWine runs this package's tests of Windows itself.
func TestUnderWine(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	exe := filepath.Join(t.TempDir(), "winhost.test.exe")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-trimpath", "-o", exe, ".")
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the tests for Windows: %v\n%s", err, out)
	}
	r := m.Run(t.Context(), exe, "-test.v", "-test.run=^(TestHeldFiles|TestReadingIsInNobodysWay)$")
	if r.ExitCode != 0 || strings.Count(r.Stdout, "--- PASS: ") != 2 {
		t.Errorf("exit code %d\n%s\n%s", r.ExitCode, r.Stdout, r.Stderr)
	}
}
