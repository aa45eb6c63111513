package winetest_test

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// notModelled are the tests of hcsshim that fail against the simulated HNS, and why.
func notModelled() map[string]string {
	return map[string]string{
		"TestAccelnetNnvManagementMacAddresses": "acceleration of network cards is not modelled",
	}
}

// TestFidelity runs the integration tests that hcsshim has for a real HNS against the simulated one. They are hcsshim's
// expectations, not a recording of HNS.
func TestFidelity(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	err := m.HNS.Update(func(st *hnsstore.State) error {
		st.Host = nil // the tests put networks on adapters of the author's machine
		st.Version = hnsstore.Version{Major: 15, Minor: 4}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r := m.Run(t.Context(), winetest.BuildTests(t, "github.com/Microsoft/hcsshim/hcn", "integration"), "-test.v")
	passed, failed := outcomes(t, r.Stdout)
	known := notModelled()
	for _, name := range failed {
		if known[name] == "" {
			t.Errorf("%s fails:\n%s", name, outputOf(r.Stdout, name))
		}
		delete(known, name)
	}
	for name := range known {
		t.Errorf("%s is listed as not modelled, and passes", name)
	}
	t.Logf("%d of %d of hcsshim's tests pass, in %s", len(passed), len(passed)+len(failed), r.Took)
}

// outcomes reads the lines of a verbose test run.
func outcomes(t *testing.T, out string) (passed, failed []string) {
	t.Helper()
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] != "---" {
			continue
		}
		switch fields[1] {
		case "PASS:":
			passed = append(passed, fields[2])
		case "FAIL:":
			failed = append(failed, fields[2])
		}
	}
	if len(passed) < 50 {
		t.Fatalf("only %d tests ran:\n%s", len(passed), out)
	}
	return passed, failed
}

// outputOf is what one test printed.
func outputOf(out, name string) string {
	_, from, _ := strings.Cut(out, "=== RUN   "+name)
	text, _, _ := strings.Cut(from, "=== RUN")
	return text
}
