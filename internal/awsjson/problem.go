package awsjson

import (
	"fmt"
	"strings"
)

// Position is a place in a document. It counts lines and columns from 1, and
// columns in characters, not bytes. A byte order mark takes no column.
type Position struct {
	Line, Column int
}

// String gives the position as "line 3, column 7".
func (p Position) String() string {
	return fmt.Sprintf("line %d, column %d", p.Line, p.Column)
}

// Problem is one thing that is wrong with a document.
type Problem struct {
	Position Position
	// Path is where the problem lies, as in
	// $.containerDefinitions[0].portMapping.
	Path string
	// Message says what is wrong and what to do about it. It names members and
	// types, never a value of the document.
	Message string
}

// Error gives position, path and message in one line.
func (p Problem) Error() string {
	return fmt.Sprintf("%s (%s): %s", p.Position, p.Path, p.Message)
}

// Problems are the problems of one document, in the document's order. Reading
// stops to collect them after the first hundred.
type Problems []Problem

// Error lists all problems, one a line, first one first.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}
