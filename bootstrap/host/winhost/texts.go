package winhost

import (
	"strings"
	"unicode/utf16"
)

// bounded keeps the first maxBody bytes of what a program writes, and takes all of it: a program that nobody reads hangs.
type bounded struct{ kept []byte }

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	b.kept = append(b.kept, p[:min(maxBody-len(b.kept), len(p))]...)
	return len(p), nil
}

func (b *bounded) String() string { return string(b.kept) }

// eventLimit is how long the text of an event may be, in UTF-16 units; source: Microsoft, ReportEventW.
const eventLimit = 31_839

// eventText is a text as the event log takes it: without zeros, which would end it, and cut where it is too long.
func eventText(text string) string {
	const cut = "\n(cut off)"
	text = strings.ReplaceAll(text, "\x00", "\ufffd")
	units := utf16.Encode([]rune(text))
	if len(units) <= eventLimit {
		return text
	}
	return string(utf16.Decode(units[:eventLimit-len(cut)])) + cut
}
