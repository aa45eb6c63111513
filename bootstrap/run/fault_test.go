package run_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// callsOf returns the names of all calls that a run makes, sorted, with how often.
func callsOf(t tester, o sim.Options) (names []string, times map[string]int) {
	t.Helper()
	m := sim.New(o)
	apply(t, m, run.Options{})
	times = m.Calls()
	return slices.Sorted(maps.Keys(times)), times
}

// harm is what may happen to the host's network while somebody works on it.
func harm() []string { return []string{"drop-imds-route", "drop-default-route", "drop-address"} }

// disturbing are the calls that work on what HNS and Windows tie the host's network to.
func disturbing(call string) bool {
	return slices.ContainsFunc([]string{"hns.Create", "hns.Delete", "services.Start", "services.Stop", "adapters.AddAddress", "adapters.SetDNS", "portproxy.Add", "docker."},
		func(prefix string) bool { return strings.HasPrefix(call, prefix) })
}

// named checks what every report of a run has to be, whatever happened.
func named(r *report.Report) string {
	if r.Error == nil {
		if r.ExitCode != 0 {
			return fmt.Sprintf("exit code %d without an error", r.ExitCode)
		}
		return ""
	}
	info, known := fault.Find(fault.Code(r.Error.Code))
	switch {
	case r.Error.Code == "E_INTERNAL":
		return "nobody foresaw it: " + r.Error.Message
	case !known:
		return "the code " + r.Error.Code + " is in no table"
	case r.ExitCode != int(info.Exit) || r.ExitCode == 0:
		return fmt.Sprintf("%s ends with %d, not %d", r.Error.Code, r.ExitCode, info.Exit)
	case r.Error.Remedy == "":
		return r.Error.Code + " has no remedy"
	}
	return ""
}

// TestAnySingleFault: whatever fails once, at any call, the machine has its metadata and default route when the run has
// ended, and the next run comes to the same end as one to which nothing happened.
func TestAnySingleFault(t *testing.T) {
	t.Parallel()
	options := before()
	whole := sim.New(options)
	apply(t, whole, run.Options{})
	names, times := callsOf(t, options)
	tried := 0
	for _, call := range names {
		for _, nth := range slices.Compact([]int{1, (times[call] + 1) / 2, times[call]}) {
			for _, effect := range append(harm(), "") {
				if effect != "" && !disturbing(call) {
					continue
				}
				for _, err := range []string{"", "denied", "unreachable"} {
					if effect == "" && err == "" {
						continue
					}
					tried++
					f := sim.Fault{On: call, Nth: nth, Err: err, Effect: effect}
					o := options
					o.Faults = []sim.Fault{f}
					m := sim.New(o)
					r := apply(t, m, run.Options{})
					if lacks := online(m); lacks != "" {
						t.Errorf("%+v: the machine lacks %s; %s", f, lacks, code(r))
					}
					if wrong := named(r); wrong != "" {
						t.Errorf("%+v: %s", f, wrong)
					}
					if r = apply(t, m, run.Options{}); r.ExitCode != 0 {
						t.Errorf("%+v: the next run ends with %s: %s", f, code(r), r.Error.Message)
						continue
					}
					if diff := gocmp.Diff(whole.Snapshot(), m.Snapshot()); diff != "" {
						t.Errorf("%+v: the next run comes to another end: %s", f, diff)
					}
				}
			}
		}
	}
	t.Logf("%d faults at %d methods", tried, len(names))
}
