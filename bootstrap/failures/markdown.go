package failures

import (
	"fmt"
	"slices"
	"strings"
)

// group is a part of the page: where a user sees the failure.
type group struct {
	title string
	ids   []string
}

func groups() []group {
	return []group{
		{"The instance does not become a member of the cluster", []string{"F3", "F8", "F9", "F10", "F11", "F12", "F16", "F22", "F23", "F31", "F32"}},
		{"Tasks are not placed", []string{"F1", "F2", "F13", "F28", "F29"}},
		{"Tasks stop, or never start", []string{"F4", "F5", "F17", "F18", "F19", "F21", "F24", "F26", "F27"}},
		{"Tasks run, and something does not work", []string{"F6", "F7", "F14", "F15", "F20", "F25", "F30"}},
	}
}

const head = `# Troubleshooting, by symptom

The ways in which Windows containers in ` + "`awsvpc`" + ` mode are known to fail, and how each is met: prevented, repaired, named on the
node, named by Terraform, or only documented. Nothing here was seen on real Windows: what stands behind "shown by" are tests on
a simulated machine, in the sandbox or of plain code. A name that a failure is given counts only where a test also shows that a
failure like it gets another.

First, on the node: ` + "`ecswin-bootstrap status`, then `ecswin-bootstrap doctor`" + `. Without a way onto the node: the last line of
` + "`aws ec2 get-console-output --latest`" + ` is the verdict, if the instance's console took it (*not verified*). What a code means:
` + "`ecswin-bootstrap explain CODE`" + ` and [exit-codes.md](bootstrap/exit-codes.md).

`

// Markdown returns docs/troubleshooting.md.
func Markdown() string {
	rows := map[string]Failure{}
	counts := map[How]int{}
	for _, f := range Table() {
		rows[f.ID] = f
		counts[f.How]++
	}
	var b strings.Builder
	b.WriteString(head)
	var parts []string
	for _, how := range []How{Prevented, Repaired, OnNode, ByProvider, Documented} {
		parts = append(parts, fmt.Sprintf("%d %s", counts[how], how))
	}
	fmt.Fprintf(&b, "Of %d: %s.\n\n", len(rows), strings.Join(parts, ", "))
	for _, g := range groups() {
		fmt.Fprintf(&b, "- %s:", g.title)
		for i, id := range g.ids {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, " [%s](#%s)", id, strings.ToLower(id))
		}
		b.WriteByte('\n')
	}
	for _, g := range groups() {
		fmt.Fprintf(&b, "\n## %s\n", g.title)
		for _, id := range g.ids {
			rows[id].write(&b)
		}
	}
	return b.String()
}

func (f Failure) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s\n\n**%s**\n\n", f.ID, upper(f.Symptom))
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(b, "- %s: %s\n", name, text)
		}
	}
	line("Cause", f.Cause)
	line("Met", fmt.Sprintf("%s. %s", f.How, f.Why))
	line("By", f.By)
	line("What to do", f.Remedy)
	var codes []string
	for _, c := range f.Codes {
		codes = append(codes, fmt.Sprintf("[%s](bootstrap/exit-codes.md#%s)", c, strings.ToLower(string(c))))
	}
	line("Codes", strings.Join(codes, ", "))
	var rules []string
	for _, r := range f.Rules {
		rules = append(rules, fmt.Sprintf("[%s](rules.md#%s)", r, strings.ToLower(r)))
	}
	line("Rules", strings.Join(rules, ", "))
	line("Shown by", list(f.Shown))
	line("Not mistaken for its neighbours, shown by", list(f.Neighbour))
	line("*Not verified*", f.NotVerified)
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func list(tests []Test) string {
	var names []string
	for _, t := range tests {
		name := "`" + t.Folder + "` " + t.Func
		if file, ok := t.Scenario(); ok {
			name = "scenario " + file
		} else if t.Case != "" {
			name += " (" + t.Case + ")"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, "; ")
}
