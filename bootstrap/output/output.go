// Package output shows what the bootstrap has to say: to people, as screens with progress while they wait; to programs, as
// one JSON document or as a stream of events, in the shapes of the published schemas.
package output

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Format is how a result is written.
type Format string

// The formats.
const (
	// Human is for people.
	Human Format = "human"
	// JSON is one document.
	JSON Format = "json"
	// NDJSON is an event a line while the run goes on, the report the last of them.
	NDJSON Format = "ndjson"
)

// Document writes v as an indented JSON document.
func Document(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// Line writes v as one line of JSON.
func Line(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// Style is how people see a screen.
type Style struct {
	// Color tells that the screen understands ANSI sequences.
	Color bool
	// Verbose tells that they want to see what was seen where nothing is wrong, too.
	Verbose bool
}

// Tone is the tone of a text on a screen that has colours.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Good  Tone = "32"
	Bad   Tone = "31"
	Care  Tone = "33"
	Faint Tone = "2"
)

// Paint gives a text its tone.
func (s Style) Paint(t Tone, text string) string {
	if !s.Color || t == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(t) + "m" + text + "\x1b[0m"
}

// Table lines up rows under their headings.
type Table struct {
	headings []string
	rows     [][]Cell
}

// Cell is a text in a table.
type Cell struct {
	Text string
	Tone Tone
}

// NewTable returns a table with these headings.
func NewTable(headings ...string) *Table {
	return &Table{headings: headings}
}

// Row adds a row of plain texts.
func (t *Table) Row(texts ...string) {
	cells := make([]Cell, len(texts))
	for i, text := range texts {
		cells[i] = Cell{Text: text}
	}
	t.Cells(cells...)
}

// Cells adds a row.
func (t *Table) Cells(cells ...Cell) {
	t.rows = append(t.rows, cells)
}

// Note adds a line that stands below a row and in no column. A long one is cut: documents and events have it whole.
func (t *Table) Note(c Cell) {
	c.Text = Shorten(c.Text, longestNote)
	t.rows = append(t.rows, []Cell{c})
}

// longestNote is how many characters a note has at most.
const longestNote = 150

// Shorten cuts a text to this many characters.
func Shorten(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// Write writes the table. A row of one cell under several headings is a note: it does not widen a column.
func (t *Table) Write(w io.Writer, s Style) {
	widths := make([]int, len(t.headings))
	for i, heading := range t.headings {
		widths[i] = utf8.RuneCountInString(heading)
	}
	for _, row := range t.rows {
		if len(row) < 2 {
			continue
		}
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(c.Text))
		}
	}
	headings := make([]Cell, len(t.headings))
	for i, heading := range t.headings {
		headings[i] = Cell{heading, Faint}
	}
	writeRow(w, s, headings, widths)
	for _, row := range t.rows {
		if len(row) == 1 && len(t.headings) > 1 {
			fmt.Fprintln(w, "      "+s.Paint(row[0].Tone, row[0].Text))
			continue
		}
		writeRow(w, s, row, widths)
	}
}

func writeRow(w io.Writer, s Style, row []Cell, widths []int) {
	var b strings.Builder
	b.WriteString("  ")
	for i, c := range row {
		b.WriteString(s.Paint(c.Tone, c.Text))
		if i < len(row)-1 {
			b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c.Text)+2))
		}
	}
	fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
}

// Duration writes a length of time as people read it: 0 ms, 250 ms, 12.3 s, 2m 5s.
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%dm %ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%dh %dm", int(d.Hours()), int(d.Minutes())%60)
	}
}

// Wrap breaks a text into lines of at most width characters, at blanks; a longer word stands alone.
func Wrap(text string, width int) []string {
	var lines []string
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n") {
		current := ""
		for _, word := range strings.Fields(paragraph) {
			if current != "" && utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > width {
				lines = append(lines, current)
				current = ""
			}
			if current != "" {
				current += " "
			}
			current += word
		}
		lines = append(lines, current)
	}
	return lines
}

// Labeled writes a text behind a label, its further lines below its first.
func Labeled(w io.Writer, s Style, label, text string) {
	if text == "" {
		return
	}
	const column, width = 11, 108
	for i, line := range Wrap(text, width) {
		if i > 0 {
			label = ""
		} else if label != "" {
			label += ":"
		}
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %s%s%s", s.Paint(Faint, label), strings.Repeat(" ", max(column-len(label), 1)), line), " "))
	}
}
