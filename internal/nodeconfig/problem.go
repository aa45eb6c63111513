package nodeconfig

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Position is a place in a text. It counts lines and columns from 1, and columns in characters. The zero Position is no
// place: the document was made by a program, or the problem is that something is missing.
type Position struct {
	Line, Column int
}

// Problem is one thing that is wrong with a document. No part of it holds a value of the document.
type Problem struct {
	// Document is the document's name.
	Document string
	Position Position
	// Path is the member to blame, as in dns.servers[1] or agent.attributes["tier"], or empty for the whole document.
	Path string
	// Message says what is wrong.
	Message string
	// Remedy says what to do about it.
	Remedy string

	// excerpt is what stands at the position, short of any value; or empty.
	excerpt string
}

// Error gives the problem in one line.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Document)
	if p.Position.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Position.Line, p.Position.Column)
	}
	if p.Path != "" {
		fmt.Fprintf(&b, ": %s", p.Path)
	}
	fmt.Fprintf(&b, ": %s", p.Message)
	if p.Remedy != "" {
		fmt.Fprintf(&b, "; %s", p.Remedy)
	}
	return b.String()
}

// Render gives the problem over several lines, with a caret below its place. Of the document's text it shows the name of
// the member, never the value.
func (p Problem) Render() string {
	var b strings.Builder
	b.WriteString(p.Document)
	if p.Position.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Position.Line, p.Position.Column)
	}
	if p.Path != "" {
		fmt.Fprintf(&b, ": %s", p.Path)
	}
	fmt.Fprintf(&b, ": %s\n", p.Message)
	if p.excerpt != "" {
		indent := strings.Repeat(" ", min(p.Position.Column-1, maxIndent))
		fmt.Fprintf(&b, "%5d | %s%s\n      | %s^\n", p.Position.Line, indent, p.excerpt, indent)
	}
	if p.Remedy != "" {
		fmt.Fprintf(&b, "      = %s\n", p.Remedy)
	}
	return b.String()
}

// maxIndent keeps the excerpt of a document in one long line readable.
const maxIndent = 40

// Problems are all that is wrong with a document, in the document's order. It is never empty where it is an error.
type Problems []Problem

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Render gives all problems with their carets.
func (ps Problems) Render() string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.Render())
	}
	return b.String()
}

// shown is a member's name as an error may show it: short, in one line, and not if it looks like a secret in the wrong
// place.
func shown(name string) string {
	switch {
	case looksSecret(name) != "":
		return "***"
	case utf8.RuneCountInString(name) > 64 || strings.ContainsFunc(name, isControl):
		return "…"
	}
	return name
}

func isControl(r rune) bool {
	return r < ' ' || r == 0x7f
}
