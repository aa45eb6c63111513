package timeline

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
)

// bar is how many characters the longest stretch of the chart has.
const bar = 40

// Screen shows the timeline to people, as a table with a chart.
func (t *Timeline) Screen(w io.Writer, s output.Style) {
	output.Simulated(w, s, t.Simulated)
	if len(t.Entries) > 0 {
		t.table().Write(w, s)
		fmt.Fprintln(w)
	}
	for _, m := range t.Missing {
		output.Labeled(w, s, "not known", m)
	}
	if len(t.CriticalPath) > 0 {
		output.Labeled(w, s, "critical", strings.Join(t.CriticalPath, " > "))
		output.Labeled(w, s, "", fmt.Sprintf("%s of phases that others waited for; all phases one after the other: %s", ms(t.CriticalPathMS), ms(t.SumMS)))
	}
	kind := "measured"
	if t.Modelled {
		kind = "modelled, not measured"
	}
	fmt.Fprintf(w, "timeline: %s from the first known point to the last (%s)\n", ms(t.TotalMS), kind)
}

func ms(n int64) string { return output.Duration(time.Duration(n) * time.Millisecond) }

func (t *Timeline) table() *output.Table {
	table := output.NewTable("AT", "TOOK", "WHAT", "SOURCE", "")
	first := t.Entries[0].StartedAt
	for _, e := range t.Entries {
		from := e.StartedAt.Sub(first)
		table.Row(clock(from), ms(e.DurationMS), e.Title, e.Source, t.bar(from.Milliseconds(), e.DurationMS))
	}
	return table
}

// clock writes an offset as minutes and seconds.
func clock(d time.Duration) string {
	return fmt.Sprintf("+%02d:%06.3f", int(d.Minutes()), (d % time.Minute).Seconds())
}

// bar draws a stretch at its place in the whole.
func (t *Timeline) bar(from, took int64) string {
	if t.TotalMS == 0 {
		return ""
	}
	start := int(from * bar / t.TotalMS)
	length := max(int((from+took)*bar/t.TotalMS)-start, 1)
	return strings.Repeat(" ", start) + strings.Repeat("#", length)
}
