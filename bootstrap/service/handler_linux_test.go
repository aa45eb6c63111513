package service_test

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

// TestHandlerUnderWine runs the test of the conversation with the service control manager, which is for Windows only.
func TestHandlerUnderWine(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	r := m.Run(t.Context(), winetest.BuildTests(t, "./bootstrap/service", ""), "-test.v", "-test.run=^TestHandler$")
	if r.ExitCode != 0 || !strings.Contains(r.Stdout, "--- PASS: TestHandler") {
		t.Errorf("exit code %d\n%s\n%s", r.ExitCode, r.Stdout, r.Stderr)
	}
}
