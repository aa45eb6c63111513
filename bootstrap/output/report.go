package output

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// Report shows a run's result: its phases with what they changed and saw, the one cause of a failure, and a verdict in the
// last line.
func Report(w io.Writer, s Style, r *report.Report) {
	Simulated(w, s, r.Simulated)
	if len(r.Phases) > 0 {
		phases(r.Phases, s.Verbose).Write(w, s)
	}
	for _, warning := range r.Warnings {
		Labeled(w, s, "warning", warning)
	}
	if t := r.Timing; t != nil && t.SumMS >= worthTelling.Milliseconds() {
		Labeled(w, s, "time", fmt.Sprintf("%s for the phases that others waited for, %s for all of them: %s",
			Duration(time.Duration(t.CriticalPathMS)*time.Millisecond), Duration(time.Duration(t.SumMS)*time.Millisecond), strings.Join(t.CriticalPath, " > ")))
	}
	if r.Error != nil {
		if len(r.Phases) > 0 || len(r.Warnings) > 0 {
			fmt.Fprintln(w)
		}
		Failure(w, s, r.Error)
	}
	if len(r.Phases) > 0 || r.Error != nil {
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, s.Paint(verdictTone(r), Verdict(r)))
}

// worthTelling is how long phases have to take together for the way through them to be of interest.
const worthTelling = time.Second

// Simulated says of which scenario a simulated machine is. On a real one it says nothing.
func Simulated(w io.Writer, s Style, scenario string) {
	if scenario != "" {
		fmt.Fprintln(w, s.Paint(Care, "SIMULATED: scenario "+scenario+". Nothing below happened on a real machine; durations are modelled."))
		fmt.Fprintln(w)
	}
}

// phases lists each phase with its changes; what was seen of one that went well only where people want to see all.
func phases(all []report.Phase, verbose bool) *Table {
	t := NewTable("PHASE", "STATUS", "TIME", "")
	for _, p := range all {
		remark := p.Why
		if p.Error != nil {
			remark = p.Error.Code
		}
		t.Cells(Cell{Text: p.Name}, Cell{p.Status, statusTone(p.Status)}, Cell{Text: took(p)}, Cell{remark, Faint})
		for _, c := range p.Changes {
			t.Note(change(c))
		}
		if verbose || p.Status == report.StatusFailed {
			t.noteFacts(p.Evidence)
		}
	}
	return t
}

// noteFacts puts the evidence below a phase, several facts a line where they are short.
func (t *Table) noteFacts(facts []report.Fact) {
	const width = 110
	current := ""
	for _, f := range facts {
		text := f.Name + ": " + f.Value
		if current != "" && len(current)+len(text)+3 > width {
			t.Note(Cell{current, Faint})
			current = ""
		}
		if current != "" {
			current += " | "
		}
		current += text
	}
	if current != "" {
		t.Note(Cell{current, Faint})
	}
}

func took(p report.Phase) string {
	switch p.Status {
	case report.StatusSkipped, report.StatusBlocked, report.StatusPending:
		return ""
	}
	return Duration(time.Duration(p.DurationMS) * time.Millisecond)
}

func change(c report.Change) Cell {
	text := c.What + ": " + orNone(c.From) + " -> " + orNone(c.To)
	if c.Done {
		return Cell{"* " + text, Good}
	}
	return Cell{"~ " + text, Care}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func statusTone(status string) Tone {
	switch status {
	case report.StatusDone, report.StatusSatisfied:
		return Good
	case report.StatusFailed:
		return Bad
	case report.StatusWould, report.StatusBlocked, report.StatusRunning:
		return Care
	default:
		return Faint
	}
}

// Failure shows a failure: what it is, what was seen last, what to do.
func Failure(w io.Writer, s Style, e *report.Error) {
	fmt.Fprintln(w, s.Paint(Bad, "FAILED "+e.Code))
	Labeled(w, s, "what", e.Message)
	Labeled(w, s, "last seen", e.LastObserved)
	Labeled(w, s, "remedy", e.Remedy)
	Labeled(w, s, "more", e.Docs)
}

func verdictTone(r *report.Report) Tone {
	switch {
	case r.Error != nil:
		return Bad
	case r.Result == report.ResultPlanned || r.Result == report.ResultReboot:
		return Care
	default:
		return Good
	}
}

// Verdict says in one line how a run ended.
func Verdict(r *report.Report) string {
	text := r.Command + ": " + verdict(r)
	if r.Simulated != "" {
		text = "SIMULATED " + text
	}
	return fmt.Sprintf("%s (exit code %d)", text, r.ExitCode)
}

func verdict(r *report.Report) string {
	took := Duration(time.Duration(r.DurationMS) * time.Millisecond)
	node := r.InstanceID
	if node == "" {
		node = "this machine"
	}
	switch r.Result {
	case report.ResultJoined:
		return fmt.Sprintf("%s is %s in cluster %s, after %s, %s", node, orUnknown(r.ContainerInstanceARN), orUnknown(r.Cluster), took, count(r, true))
	case report.ResultUnchanged:
		return fmt.Sprintf("%s is as the document says, nothing to change; %s", node, took)
	case report.ResultPlanned:
		return fmt.Sprintf("%s: %s would be made; nothing was changed", node, count(r, false))
	case report.ResultApplied:
		return fmt.Sprintf("%s has what was asked for, after %s, %s; that it joined was not part of it", node, took, count(r, true))
	case report.ResultReset:
		return fmt.Sprintf("%s is as before, after %s, %s", node, took, count(r, true))
	case report.ResultWarmed:
		return fmt.Sprintf("%s is ready in its warm pool; it registers when it leaves the pool; %s", node, took)
	case report.ResultReboot:
		return fmt.Sprintf("%s has to reboot; the run goes on after it", node)
	case report.ResultNothing:
		return "nothing to do"
	case report.ResultFailed:
		if r.Error != nil {
			return fmt.Sprintf("failed after %s: %s", took, r.Error.Code)
		}
		return "failed after " + took
	default:
		return r.Result
	}
}

func orUnknown(s string) string {
	if s == "" {
		return "(unknown)"
	}
	return s
}

// count tells how many changes were made, or would be.
func count(r *report.Report, done bool) string {
	n := 0
	for _, p := range r.Phases {
		for _, c := range p.Changes {
			if c.Done == done {
				n++
			}
		}
	}
	switch n {
	case 0:
		return "no changes"
	case 1:
		return "1 change"
	}
	return fmt.Sprintf("%d changes", n)
}

// Progress shows events to people while they happen.
type Progress struct {
	w       io.Writer
	style   Style
	started time.Time
}

// NewProgress returns a Progress that writes to w.
func NewProgress(w io.Writer, s Style) *Progress {
	return &Progress{w: w, style: s}
}

// Event implements report.Sink.
func (p *Progress) Event(e report.Event) {
	if p.started.IsZero() {
		p.started = e.Time
	}
	text, t := e.Text, Plain
	switch e.Type {
	case "report":
		return
	case "phase":
		if e.Status == report.StatusPending || e.Status == report.StatusSkipped {
			return
		}
		text, t = e.Status, statusTone(e.Status)
		if e.Text != "" {
			text += ": " + e.Text
		}
		if e.Status != report.StatusRunning && e.Status != report.StatusBlocked {
			text += " (" + Duration(time.Duration(e.DurationMS)*time.Millisecond) + ")"
		}
		if e.Error != nil {
			text += ": " + e.Error.Code
		}
	case "warning":
		t = Care
	}
	source := e.Phase
	if source == "" {
		source = e.Type
	}
	elapsed := e.Time.Sub(p.started)
	fmt.Fprintf(p.w, "%s %-16s %s\n", p.style.Paint(Faint, fmt.Sprintf("[%8s]", Duration(elapsed))), source, p.style.Paint(t, text))
}

// Stream writes events as lines of JSON.
type Stream struct {
	w io.Writer
}

// NewStream returns a Stream that writes to w.
func NewStream(w io.Writer) *Stream {
	return &Stream{w: w}
}

// Event implements report.Sink.
func (s *Stream) Event(e report.Event) {
	// Nobody is left to tell when standard output takes no more lines; the exit code still says how it went.
	_ = Line(s.w, e)
}
