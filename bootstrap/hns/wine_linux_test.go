package hns_test

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

// TestUnderWine runs this package's test with hcsshim, which is for Windows only.
func TestUnderWine(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	r := m.Run(t.Context(), winetest.BuildTests(t, "./bootstrap/hns", ""), "-test.v", "-test.run=^TestDocumentsAreWhatHCNSends$")
	if r.ExitCode != 0 || !strings.Contains(r.Stdout, "--- PASS: TestDocumentsAreWhatHCNSends") {
		t.Errorf("exit code %d\n%s\n%s", r.ExitCode, r.Stdout, r.Stderr)
	}
}
