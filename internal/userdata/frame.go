package userdata

import (
	"fmt"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// The markers around a document.
const (
	beginMarker = "-----BEGIN NodeConfig-----"
	endMarker   = "-----END NodeConfig-----"
)

// prefixed finds the first marker and takes what stands before it: indentation and a sign of comment.
var prefixed = pattern(`^(\s{0,64}(?:(?:#|rem|REM|::|//|;)[ \t]*)?)-----BEGIN NodeConfig-----\s*$`)

// almostMarker finds what was probably meant as one.
var almostMarker = pattern(`(?i)^\s*(?:(?:#|rem|::|//|;)\s*)?-{2,}\s*(?:begin|end)\s*node[ _-]?config\s*-{2,}\s*$`)

var (
	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;")
	unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<")
)

// frame writes a document between the markers, with a prefix before each line.
func frame(document []byte, prefix string) []string {
	lines := []string{prefix + beginMarker}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(document), "\n"), "\n") {
		lines = append(lines, prefix+escaper.Replace(line))
	}
	return append(lines, prefix+endMarker)
}

// unframe finds the document between the markers. Its error is of type [nodeconfig.Problems].
func unframe(lines []string) (Found, bool, error) {
	begin, prefix := -1, ""
	for i, line := range lines {
		if m := prefixed().FindStringSubmatch(line); m != nil {
			begin, prefix = i, m[1]
			break
		}
		if almostMarker().MatchString(line) {
			return Found{}, false, problemAt(i, "looks like the marker of a NodeConfig, but is none", "write "+beginMarker+" before the document and "+endMarker+" after it, each in a line of its own after the same sign of comment")
		}
	}
	if begin < 0 {
		return Found{}, false, nil
	}
	found := Found{Line: begin + 2, Column: len([]rune(prefix)) + 1}
	var document strings.Builder
	for i := begin + 1; i < len(lines); i++ {
		line, ok := strings.CutPrefix(lines[i], prefix)
		switch {
		case ok && strings.TrimRight(line, " \t") == endMarker:
			found.Document = []byte(document.String())
			return found, true, secondFrame(lines, i+1)
		case ok:
			document.WriteString(unescaper.Replace(line) + "\n")
		case strings.TrimSpace(lines[i]) == strings.TrimSpace(prefix):
			document.WriteByte('\n')
		default:
			return Found{}, false, problemAt(i, "does not begin as the line with "+beginMarker+" does", "begin every line of the document with the same signs, or close it with "+endMarker)
		}
	}
	return Found{}, false, problemAt(begin, "begins a NodeConfig that has no end", "write "+endMarker+" after the document; user data that was cut off has lost it")
}

// secondFrame refuses a second document: nobody could tell which one counts.
func secondFrame(lines []string, from int) error {
	for i := from; i < len(lines); i++ {
		if prefixed().MatchString(lines[i]) {
			return problemAt(i, "begins a second NodeConfig", "remove one of the two")
		}
		if almostMarker().MatchString(lines[i]) {
			return problemAt(i, "looks like the marker of a second NodeConfig", "remove it")
		}
	}
	return nil
}

// problemAt blames a line, counted from 0.
func problemAt(line int, message, remedy string) error {
	return nodeconfig.Problems{{Document: documentName, Position: nodeconfig.Position{Line: line + 1, Column: 1}, Message: message, Remedy: remedy}}
}

func problem(path, format string, args ...any) nodeconfig.Problem {
	message, remedy, _ := strings.Cut(fmt.Sprintf(format, args...), "; ")
	return nodeconfig.Problem{Document: documentName, Path: path, Message: message, Remedy: remedy}
}

// documentName is what errors call user data.
const documentName = "user data"
