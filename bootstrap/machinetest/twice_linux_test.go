package machinetest_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// TestTwoAtOnce starts two applies at the same time: one waits for the other and finds nothing left to do.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	alone := newNode(t, setup{})
	alone.joins(t)
	want := alone.endState(t)

	n := newNode(t, setup{})
	first := n.Start(t.Context(), program, "apply", "--output", "json")
	second := n.Start(t.Context(), program, "apply", "--output", "json")
	results := map[string]int{}
	for _, r := range []string{first.Wait(t.Context()).Stdout, second.Wait(t.Context()).Stdout} {
		var told report.Report
		if err := json.Unmarshal([]byte(r), &told); err != nil {
			t.Fatalf("%v\n%s", err, r)
		}
		if told.Error != nil && told.Error.Code == "E_LOCKED" { // the other one took longer than this one waits, on a slow machine
			told = n.joins(t).Report
		}
		if told.ExitCode != 0 {
			t.Errorf("exit code %d: %+v", told.ExitCode, told.Error)
		}
		results[told.Result]++
	}
	if diff := cmp.Diff(map[string]int{report.ResultJoined: 1, report.ResultUnchanged: 1}, results); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, n.endState(t)); diff != "" {
		t.Errorf("the end differs (-alone +two):\n%s", diff)
	}
}
