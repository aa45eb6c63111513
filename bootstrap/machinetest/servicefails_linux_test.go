package machinetest_test

import (
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/service"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

// TestServiceFails: an AMI has the service, and the user data a document that is not valid. Nobody sees what the service
// prints: `status` says what is wrong, and that the service runs.
func TestServiceFails(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled, UserData: document("clutser: other")})
	if r := n.run(t, "service", "install"); r.ExitCode != 0 {
		t.Fatalf("service install: exit code %d\n%s", r.ExitCode, r.Stderr)
	}
	if err := n.Service(service.Name).Start(); err != nil {
		t.Fatal(err)
	}
	n.Service(service.Name).Await(t.Context(), winetest.Running)
	n.Await(t.Context(), "a run of the service", func() (bool, string) {
		s := n.status(t)
		return s.StateKnown && s.LastRun != nil, "no run is recorded"
	})
	shown := n.run(t, "status").Stdout
	for _, want := range []string{"E_CONFIG", "clutser", "the ecswin-bootstrap service is running"} {
		if !strings.Contains(shown, want) {
			t.Errorf("status lacks %q:\n%s", want, shown)
		}
	}
}
