package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/eventlog"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// TestEventLogTellsOfServices: a start that Windows gave up and a program that ended without a word are in the log System,
// newest first; what the bootstrap wrote is in the log Application.
func TestEventLogTellsOfServices(t *testing.T) {
	t.Parallel()
	m := sim.New(sim.Options{AMI: sim.AMI{Agent: sim.AgentInstalled}, Latencies: sim.Latencies{AgentLoad: 40 * time.Second}})
	h := m.Host()
	var services, own []eventlog.Entry
	if err := m.Run(func() {
		if err := h.Services.Start(t.Context(), "AmazonECS"); err == nil {
			t.Error("the slow agent was started")
		}
		m.CrashService("Docker")
		if err := h.Console.Event(t.Context(), host.Event{ID: 901, Severity: "info", Text: "The <service> runs & waits."}); err != nil {
			t.Error(err)
		}
		var err error
		if services, err = eventlog.Read(t.Context(), h.Programs, eventlog.Services()); err != nil {
			t.Error(err)
		}
		if own, err = eventlog.Read(t.Context(), h.Programs, eventlog.Query{Log: "Application", Provider: "ecswin-bootstrap"}); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range append(services, own...) {
		_, line, _ := strings.Cut(e.String(), e.Provider)
		lines = append(lines, strings.TrimSpace(line))
	}
	if diff := cmp.Diff([]string{
		"7034: the service Docker ended by itself, 1 times by now",
		"7000: the service Amazon ECS did not start: Windows error 1053",
		"7009: the service Amazon ECS did not answer Windows within 30000 ms of its start",
		"901: The <service> runs & waits.",
	}, lines); diff != "" {
		t.Errorf("event log (-want +got):\n%s", diff)
	}
}
