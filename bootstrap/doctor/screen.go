package doctor

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
)

// Screen shows the diagnosis to people: the causes with their remedies, what follows from them in a line each, and a
// verdict. All shows the checks that found nothing wrong, too.
func (d *Diagnosis) Screen(w io.Writer, s output.Style, all bool) {
	output.Simulated(w, s, d.Simulated)
	d.table(all).Write(w, s)
	for _, r := range d.Checks {
		if !slices.Contains(d.Causes, r.Name) && (r.Severity != Warning || r.FollowsFrom != "") {
			continue
		}
		fmt.Fprintln(w)
		label, tone := "CAUSE ", output.Bad
		if r.Severity == Warning {
			label, tone = "WARNING ", output.Care
		}
		name := r.Name
		if r.Code != "" {
			name += " " + r.Code
		}
		fmt.Fprintln(w, s.Paint(tone, label+name))
		output.Labeled(w, s, "what", explained(r))
		for _, f := range r.Evidence {
			output.Labeled(w, s, f.Name, f.Value)
		}
		output.Labeled(w, s, "remedy", r.Remedy)
	}
	fmt.Fprintln(w)
	tone := output.Good
	if !d.Healthy {
		tone = output.Bad
	}
	fmt.Fprintln(w, s.Paint(tone, d.Verdict()))
}

// explained puts what the code stands for before what was seen.
func explained(r Result) string {
	info, known := fault.Find(fault.Code(r.Code))
	if !known || r.Text == info.Text {
		return r.Text
	}
	return info.Text + ": " + r.Text
}

// longestText is how many characters of a finding the table shows; the whole stands below it.
const longestText = 100

func (d *Diagnosis) table(all bool) *output.Table {
	t := output.NewTable("CHECK", "FINDING", "")
	right := 0
	for _, r := range d.Checks {
		if !all && r.Severity == OK {
			right++
			continue
		}
		text := r.Text
		if r.FollowsFrom != "" {
			text = "follows from " + r.FollowsFrom
			if all {
				text += ": " + r.Text
			}
		}
		t.Cells(output.Cell{Text: r.Name}, output.Cell{Text: string(r.Severity), Tone: tone(r)}, output.Cell{Text: output.Shorten(text, longestText)})
	}
	if right > 0 {
		t.Note(output.Cell{Text: fmt.Sprintf("%d checks found nothing wrong; --all shows them", right), Tone: output.Faint})
	}
	return t
}

func tone(r Result) output.Tone {
	switch {
	case r.FollowsFrom != "":
		return output.Faint
	case r.Severity == Error:
		return output.Bad
	case r.Severity == Warning || r.Severity == Unknown:
		return output.Care
	case r.Severity == OK:
		return output.Good
	}
	return output.Plain
}

// Verdict says in one line what came out.
func (d *Diagnosis) Verdict() string {
	errors, warnings, follow, unknowns := 0, 0, 0, 0
	for _, r := range d.Checks {
		switch {
		case r.FollowsFrom != "":
			follow++
		case r.Severity == Error:
			errors++
		case r.Severity == Warning:
			warnings++
		case r.Severity == Unknown:
			unknowns++
		}
	}
	text := "doctor: "
	if d.Simulated != "" {
		text = "SIMULATED doctor: "
	}
	if d.Healthy {
		text += "nothing is in the way"
	} else {
		text += fmt.Sprintf("%s in the way: %s", plural(errors, "cause"), d.Causes[0])
	}
	if follow > 0 {
		text += fmt.Sprintf(", %s from it", plural(follow, "finding"))
	}
	if warnings > 0 {
		text += ", " + plural(warnings, "warning")
	}
	if unknowns > 0 {
		text += ", " + plural(unknowns, "check") + " without an answer"
	}
	return fmt.Sprintf("%s; %d checks in %s (exit code %d)", text, len(d.Checks),
		output.Duration(time.Duration(d.DurationMS)*time.Millisecond), d.ExitCode)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
