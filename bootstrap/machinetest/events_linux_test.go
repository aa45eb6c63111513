package machinetest_test

import (
	"strings"
	"testing"
)

// TestBundleHasTheEventLog: the shipped program asks wevtutil for what the event log tells of the node's services. What
// wevtutil answers is made up here: Wine keeps no event log.
func TestBundleHasTheEventLog(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled})
	n.run(t, "doctor", "--bundle", `C:\bundle.zip`)
	const want = "events/services.txt\n2025-01-02T03:04:05Z Service Control Manager 7009: the service AmazonECS did not answer Windows within 30000 ms of its start\n"
	if bundle := unzipped(t, n.ReadFile(`C:\bundle.zip`)); !strings.Contains(bundle, want) {
		t.Errorf("the bundle lacks\n%s\n%s", want, bundle)
	}
	var asked []string
	for _, call := range n.ToolCalls() {
		if strings.HasPrefix(call, "wevtutil") {
			asked = append(asked, call)
		}
	}
	if len(asked) != 3 {
		t.Errorf("wevtutil was asked %q", asked)
	}
}
