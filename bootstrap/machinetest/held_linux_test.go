package machinetest_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// TestHeldState: a virus scanner has the state open when the run wants to replace it, and Windows refuses. The run tries
// again until the scanner lets go, and joins.
func TestHeldState(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled})
	if o := n.apply(t, "--until", "imds"); o.Result.ExitCode != 0 {
		t.Fatalf("apply: exit code %d\n%s", o.Result.ExitCode, o.failures())
	}
	release := n.Hold(t.Context(), statePath)
	run := n.Start(t.Context(), program, "apply", "--output", "json")
	// What is to take the state's place comes, and goes when Windows refuses.
	beside := n.Path(statePath + ".ecswin-new")
	for _, there := range []bool{true, false} {
		err := wait.Until(t.Context(), wait.System(), wait.Every(time.Millisecond, time.Minute), "a try to replace the state", func(time.Duration) (bool, string, error) {
			_, err := os.Stat(beside)
			return there != errors.Is(err, fs.ErrNotExist), "the file beside it does not change", nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	release()
	r := run.Wait(t.Context())
	var told report.Report
	if err := json.Unmarshal([]byte(r.Stdout), &told); err != nil || told.ExitCode != 0 || told.Result != report.ResultJoined {
		t.Errorf("apply: exit code %d (%v), result %s, %+v\n%s", r.ExitCode, err, told.Result, told.Error, r.Stderr)
	}
}
