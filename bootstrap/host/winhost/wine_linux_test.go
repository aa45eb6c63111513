package winhost

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

// TestUnderWine runs this package's tests of Windows itself.
func TestUnderWine(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	r := m.Run(t.Context(), winetest.BuildTests(t, "./bootstrap/host/winhost", ""), "-test.v", "-test.run=^(TestHeldFiles|TestReadingIsInNobodysWay)$")
	if r.ExitCode != 0 || strings.Count(r.Stdout, "--- PASS: ") != 2 {
		t.Errorf("exit code %d\n%s\n%s", r.ExitCode, r.Stdout, r.Stderr)
	}
}
