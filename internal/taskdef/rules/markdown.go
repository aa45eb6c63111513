package rules

import (
	"fmt"
	"strings"
)

// families are the kinds of rule by the letters that their IDs begin with.
var families = [...]struct{ prefix, title string }{
	{"DEF", "What the ECS API asks of any definition"},
	{"NET", "The awsvpc network mode"},
	{"WIN", "Windows container instances"},
}

// Markdown renders every rule for the documentation, by family and ID.
func Markdown() string {
	var b strings.Builder
	for _, f := range families {
		fmt.Fprintf(&b, "## %s\n\n", f.title)
		for _, r := range All() {
			if strings.HasPrefix(r.ID, f.prefix) {
				writeRule(&b, r)
			}
		}
	}
	return b.String()
}

func writeRule(b *strings.Builder, r Rule) {
	fmt.Fprintf(b, "### %s\n\n**%s** (%s)\n\n", r.ID, r.Title, r.Severity)
	fmt.Fprintf(b, "- Effect: %s\n- Remedy: %s\n- Source: %s\n\n", r.Effect, r.Remedy, r.Source)
}
