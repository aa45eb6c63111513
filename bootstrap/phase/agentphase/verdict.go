package agentphase

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

const (
	// EventDone is the event log's number of a run that ended well. One that failed has the number of its fault.
	EventDone = 1000
	// verdictMarker remembers the last line that was told.
	verdictMarker = "verdict"
)

// verdict leaves one line where people look who cannot log in: the instance's console output, and the event log.
type verdict struct{}

// Describe implements phase.Phase.
func (verdict) Describe(d *nodeconfig.Document) phase.Description {
	return phase.Description{ID: ReportID, Title: "The verdict is left on the machine", Needs: []phase.ID{SignalID}, Always: true, Timeout: d.Timeouts.Signal}
}

// Probe implements phase.Phase. A run that changed nothing and says what the last one said leaves the machine as it is.
func (verdict) Probe(_ context.Context, n *phase.Node) (phase.Observation, error) {
	outcome := n.Outcome()
	line := verdictLine(n, outcome)
	var s seen
	if !outcome.Changed() && !foresees(n, outcome) && n.Markers.Marker(verdictMarker) == line {
		s.fact("verdict", line)
		return s, nil
	}
	if n.Mode == phase.ModePlan {
		// How a run ends is not known before it.
		line = "the verdict of the run, in one line"
	}
	s.changes = append(s.changes, phase.Change{
		What: "serial console", From: "", To: line,
		Do: func(ctx context.Context, n *phase.Node) error { return tell(ctx, n, outcome, line) },
	})
	if path := n.Doc.Metrics.PrometheusTextfile; path != "" {
		s.changes = append(s.changes, phase.Change{
			What: "metrics " + path, From: "", To: "this run",
			Do: func(ctx context.Context, n *phase.Node) error {
				if err := n.Host.Files.Write(ctx, path, []byte(metrics(n, outcome))); err != nil {
					n.Warn("the metrics were not written: %v", err)
				}
				return nil
			},
		})
	}
	return s, nil
}

// foresees reports whether a plan has found anything to change.
func foresees(n *phase.Node, o phase.Outcome) bool {
	return n.Mode == phase.ModePlan && slices.ContainsFunc(o.Report.Phases, func(p report.Phase) bool { return p.Status == report.StatusWould })
}

// tell writes the line. A console or a log that does not take it is a warning: the node is what it is.
func tell(ctx context.Context, n *phase.Node, outcome phase.Outcome, line string) error {
	if err := n.Host.Console.WriteLine(ctx, line); err != nil {
		n.Warn("the serial console did not take the verdict: %v", err)
	}
	if n.Doc.Log.EventLog {
		event := host.Event{ID: EventDone, Severity: "info", Text: line}
		if outcome.Err != nil {
			event.ID, event.Severity = 1, "error"
			if info, ok := fault.Find(fault.Of(outcome.Err).Code); ok {
				event.ID = info.Number
			}
		}
		if err := n.Host.Console.Event(ctx, event); err != nil {
			n.Warn("the event log did not take the verdict: %v", err)
		}
	}
	return n.Markers.Mark(ctx, verdictMarker, line)
}

// verdictLine is the run's result in one line.
func verdictLine(n *phase.Node, outcome phase.Outcome) string {
	line := "ecswin-bootstrap: "
	if n.Host.Simulated != "" {
		line += "SIMULATED (" + n.Host.Simulated + ") "
	}
	found := n.Found.Get()
	switch {
	case outcome.Err != nil:
		explained := phase.Explain(outcome.Err)
		line += "FAILED " + explained.Code + ": " + strings.TrimRight(explained.Message, ". ") + ". Remedy: " + explained.Remedy
	case Warmed(found.Instance):
		line += "WARMED, to join " + n.Doc.Cluster + " when in service"
	case found.Agent.ARN != "":
		line += "JOINED " + n.Doc.Cluster + " as " + found.Agent.ARN
	default:
		line += "ENDED before the node joined " + n.Doc.Cluster
	}
	return strings.Join(strings.Fields(line), " ")
}

// metrics is the run in Prometheus' text format.
func metrics(n *phase.Node, outcome phase.Outcome) string {
	var b strings.Builder
	help := func(name, kind, text string) { fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, text, name, kind) }
	label := func(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) }

	help("ecswin_bootstrap_success", "gauge", "1 if the last run that changed the node ended well, else 0.")
	code := ""
	if outcome.Err != nil {
		code = string(fault.Of(outcome.Err).Code)
	}
	success := map[bool]int{true: 1, false: 0}[outcome.Err == nil]
	fmt.Fprintf(&b, "ecswin_bootstrap_success{cluster=\"%s\",code=\"%s\"} %d\n", label(n.Doc.Cluster), label(code), success)

	help("ecswin_bootstrap_finished_timestamp_seconds", "gauge", "When that run ended.")
	fmt.Fprintf(&b, "ecswin_bootstrap_finished_timestamp_seconds %d\n", n.Host.Clock.Now().Unix())

	help("ecswin_bootstrap_phase_duration_seconds", "gauge", "How long each phase of that run took.")
	for _, p := range outcome.Report.Phases {
		if p.StartedAt != nil && p.Name != string(ReportID) {
			fmt.Fprintf(&b, "ecswin_bootstrap_phase_duration_seconds{phase=\"%s\",status=\"%s\"} %.3f\n", label(p.Name), label(p.Status), float64(p.DurationMS)/1000)
		}
	}
	return b.String()
}

// Verify implements phase.Phase.
func (verdict) Verify(context.Context, *phase.Node) ([]phase.Fact, error) { return nil, nil }
