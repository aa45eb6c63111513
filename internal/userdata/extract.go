package userdata

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// Found is a NodeConfig inside user data.
type Found struct {
	// Document is the NodeConfig, in YAML or JSON.
	Document []byte
	// Line is the line of the user data in which the document begins, Column the column in which each of its lines does,
	// both from 1. They count in the text after base64, gzip and UTF-16 are undone.
	Line, Column int
}

// Parse reads the NodeConfig in user data. It is false where there is none: such an instance is not meant to join a
// cluster, as when an image is built. The error is of type [nodeconfig.Problems]; its positions, and those of the
// document's origins, are places in the user data. The name is what errors and origins call it.
func Parse(userData []byte, name string) (*nodeconfig.Document, bool, error) {
	found, ok, err := Extract(userData)
	if err != nil {
		return nil, ok, moved(err, Found{Line: 1, Column: 1}, name)
	}
	if !ok {
		return nil, false, nil
	}
	d, err := nodeconfig.Parse(found.Document, name)
	if err != nil {
		return nil, true, moved(err, found, name)
	}
	for _, f := range nodeconfig.Fields() {
		origin := d.Origin(f.Path)
		if value, known := d.Get(f.Path); known && origin.Line > 0 {
			origin.Line += found.Line - 1
			if err := d.Set(f.Path, value, origin); err != nil {
				return nil, true, err
			}
		}
	}
	return d, true, nil
}

// moved shifts positions of a document to those of the user data around it.
func moved(err error, by Found, name string) error {
	problems, ok := errors.AsType[nodeconfig.Problems](err)
	if !ok {
		return err
	}
	for i := range problems {
		problems[i].Document = name
		if problems[i].Position.Line > 0 {
			problems[i].Position.Line += by.Line - 1
			problems[i].Position.Column += by.Column - 1
		}
	}
	return problems
}

// Extract finds the NodeConfig in user data: between markers in any of the forms that [Render] writes, or as the whole
// text, each also in base64, gzip or UTF-16. It is false where there is none. Where something was probably meant as one
// and cannot be taken, the error says so; it is of type [nodeconfig.Problems]. What Extract returns still has to be read
// by [nodeconfig.Parse].
func Extract(userData []byte) (Found, bool, error) {
	text, err := decoded(userData)
	if err != nil {
		return Found{}, false, err
	}
	lines := splitLines(text)
	found, ok, err := unframe(lines)
	if ok || err != nil {
		return found, ok, err
	}
	at := firstMention(lines)
	switch {
	case at < 0:
		return Found{}, false, nil
	case isForEC2Launch(text):
		return Found{}, false, problemAt(at, "belongs to a NodeConfig that is not between the markers", "write "+beginMarker+" before the document and "+endMarker+" after it, each line of it after a sign of comment")
	}
	return Found{Document: text, Line: 1, Column: 1}, true, nil
}

// mention is what only a NodeConfig has, at the beginning of a line or of a JSON object.
var mention = pattern(`^\s*(?:(?:#|rem|REM|::|//|;)\s*)?[{,\s]*["']?(?:apiVersion["']?\s*:\s*["']?bootstrap\.ecs/|kind["']?\s*:\s*["']?NodeConfig\b)`)

// compactMention is the same within a JSON object in one line.
var compactMention = pattern(`^\s*\{.*"(?:apiVersion"\s*:\s*"bootstrap\.ecs/|kind"\s*:\s*"NodeConfig")`)

func firstMention(lines []string) int {
	for i, line := range lines {
		if mention().MatchString(line) || compactMention().MatchString(line) {
			return i
		}
	}
	return -1
}

// isForEC2Launch reports whether a text is meant to be run, in whatever letter case.
func isForEC2Launch(text []byte) bool {
	return anyTag().Match(text) || yamlTasks().Match(text)
}

var (
	anyTag    = pattern(`(?i)</?(?:script|powershell)>`)
	yamlTasks = pattern(`(?m)^tasks\s*:`)
)

func splitLines(text []byte) []string {
	return strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
}

// maxDecoded bounds what compressed user data may become.
const maxDecoded = 1 << 20

// decoded undoes base64, gzip and UTF-16, each at most once around another.
func decoded(data []byte) ([]byte, error) {
	for range 3 {
		inner, ok, err := decodeOnce(data)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		data = inner
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
}

func decodeOnce(data []byte) ([]byte, bool, error) {
	switch {
	case isGzip(data):
		inner, err := gunzip(data)
		return inner, err == nil, err
	case isUTF16(data):
		return fromUTF16(data), true, nil
	}
	inner, ok := fromBase64(data)
	return inner, ok, nil
}

func isGzip(data []byte) bool {
	return bytes.HasPrefix(data, []byte{0x1f, 0x8b})
}

func gunzip(data []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, problemAt(0, "begins as gzip does and is none", "render it again")
	}
	text, err := io.ReadAll(io.LimitReader(reader, maxDecoded+1))
	if err != nil {
		return nil, problemAt(0, "is gzip that breaks off or is damaged", "render it again")
	}
	if len(text) > maxDecoded {
		return nil, problemAt(0, "is gzip that grows beyond 1 MB", "render it again")
	}
	return text, nil
}

func isUTF16(data []byte) bool {
	return bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff"))
}

func fromUTF16(data []byte) []byte {
	high, low := 1, 0
	if data[0] == 0xfe {
		high, low = 0, 1
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, uint16(data[i+high])<<8|uint16(data[i+low]))
	}
	return []byte(string(utf16.Decode(units)))
}

var base64Text = pattern(`^[A-Za-z0-9+/\s]{16,}={0,2}\s*$`)

// fromBase64 undoes base64 around text. A word or a path that could be base64 is not: it decodes to something binary.
func fromBase64(data []byte) ([]byte, bool) {
	if !base64Text().Match(data) {
		return nil, false
	}
	inner, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(data)), ""))
	if err != nil || !isGzip(inner) && !isUTF16(inner) && bytes.ContainsFunc(inner, isBinary) {
		return nil, false
	}
	return inner, true
}

func isBinary(c rune) bool {
	return c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == '\uFFFD'
}
