package timeline

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Prometheus writes the timeline in Prometheus' text format, as the textfile collector reads it.
func (t *Timeline) Prometheus(w io.Writer) error {
	var b strings.Builder
	labels := fmt.Sprintf(`instance_id=%s,cluster=%s,simulated=%s`, quote(t.InstanceID), quote(t.Cluster), quote(t.Simulated))
	gauge := func(name, help string) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
	}
	stages := t.stages()
	gauge("ecswin_timeline_stage_seconds", "Duration of a stage between launch and a connected ECS agent.")
	for _, e := range stages {
		fmt.Fprintf(&b, "ecswin_timeline_stage_seconds{stage=%s,%s} %g\n", quote(e.Name), labels, seconds(e.DurationMS))
	}
	gauge("ecswin_timeline_stage_start_timestamp_seconds", "Unix time at which a stage began.")
	for _, e := range stages {
		fmt.Fprintf(&b, "ecswin_timeline_stage_start_timestamp_seconds{stage=%s,%s} %.3f\n", quote(e.Name), labels, float64(e.StartedAt.UnixMilli())/1000)
	}
	gauge("ecswin_timeline_total_seconds", "From the first known point to the last.")
	fmt.Fprintf(&b, "ecswin_timeline_total_seconds{%s} %g\n", labels, seconds(t.TotalMS))
	if t.SumMS > 0 {
		gauge("ecswin_timeline_critical_path_seconds", "Phases of the last run that others waited for.")
		fmt.Fprintf(&b, "ecswin_timeline_critical_path_seconds{%s} %g\n", labels, seconds(t.CriticalPathMS))
		gauge("ecswin_timeline_phases_sum_seconds", "All phases of the last run, one after the other.")
		fmt.Fprintf(&b, "ecswin_timeline_phases_sum_seconds{%s} %g\n", labels, seconds(t.SumMS))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// stages are the entries, those of one name added up: a metric is there once. Nobody-knows stretches may be several.
func (t *Timeline) stages() []Entry {
	var stages []Entry
	for _, e := range t.Entries {
		if at := slices.IndexFunc(stages, func(s Entry) bool { return s.Name == e.Name }); at >= 0 {
			stages[at].DurationMS += e.DurationMS
			continue
		}
		stages = append(stages, e)
	}
	return stages
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }

// quote writes a label's value; the format knows three escapes.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// EMF writes the timeline as one line in CloudWatch's embedded metric format.
func (t *Timeline) EMF(w io.Writer) error {
	type metric struct {
		Name string
		Unit string
	}
	document := map[string]any{"InstanceId": t.InstanceID, "Version": t.Version, "TotalMs": t.TotalMS}
	metrics := []metric{{"TotalMs", "Milliseconds"}}
	dimensions := []string{}
	if t.Cluster != "" {
		// CloudWatch takes no empty dimension.
		document["Cluster"], dimensions = t.Cluster, []string{"Cluster"}
	}
	if t.Simulated != "" {
		document["Simulated"] = t.Simulated
	}
	timestamp := int64(0)
	for _, e := range t.stages() {
		name := camel(e.Name) + "Ms"
		document[name] = e.DurationMS
		metrics = append(metrics, metric{name, "Milliseconds"})
		timestamp = max(timestamp, e.StartedAt.UnixMilli()+e.DurationMS)
	}
	// CloudWatch takes at most 100 metrics a document (CloudWatch User Guide, embedded metric format specification).
	const most = 100
	document["_aws"] = map[string]any{
		"Timestamp": timestamp,
		"CloudWatchMetrics": []any{map[string]any{
			"Namespace": "ecswin/bootstrap", "Dimensions": [][]string{dimensions}, "Metrics": metrics[:min(len(metrics), most)],
		}},
	}
	return json.NewEncoder(w).Encode(document)
}

// camel turns phase/hns-nat into PhaseHnsNat.
func camel(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '-' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
