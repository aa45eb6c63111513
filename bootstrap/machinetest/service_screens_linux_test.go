package machinetest_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateScreens = flag.Bool("update-screens", false, "write the golden screens anew")

// TestScreens holds what a person sees on a fresh node, on one that has joined, and on one whose agent was stopped to files
// in testdata.
func TestScreens(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled})
	var all strings.Builder
	screen := func(commands ...string) {
		t.Helper()
		for _, command := range commands {
			r := n.run(t, strings.Fields(command)...)
			all.WriteString("C:\\> ecswin-bootstrap " + command + "\n" + normalized(r.Stdout+r.Stderr) + "\n")
		}
	}
	screen("status", "doctor")
	n.joins(t)
	screen("status", "doctor", "doctor --all")
	if err := n.Service("AmazonECS").Stop(); err != nil {
		t.Fatal(err)
	}
	n.Service("AmazonECS").Await(t.Context(), "stopped")
	screen("status", "doctor")

	golden := filepath.Join("testdata", "screens.txt")
	if *updateScreens {
		if err := os.WriteFile(golden, []byte(all.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), all.String()); diff != "" {
		t.Errorf("screens, write them anew with -update-screens (-want +got):\n%s", diff)
	}
}

// normalized is a screen without what differs from run to run: times, durations, ids, free space.
func normalized(screen string) string {
	for _, n := range []struct{ pattern, by string }{
		{`\r`, ""},
		{`\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z?`, "TIME"},
		{`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`, "GUID"},
		{`\b[0-9a-f]{64}\b`, "SHA-256"},
		{`\b\d+(\.\d+)? GiB`, "N GiB"},
		{`pid: \d+`, "pid: PID"},
		// A path's order follows from times.
		{`(?s)  time:  .*? report\n`, "  time:      PATH\n"},
		{`\b(\d+h)?(\d+m)?\d+(\.\d+)?(ms|µs|s)\b`, "DURATION"},
		{`\b\d+(\.\d+)? (ms|s)\b`, "DURATION"},
	} {
		screen = regexp.MustCompile(n.pattern).ReplaceAllString(screen, n.by)
	}
	return screen
}
