package awsjson

import (
	"strconv"
	"strings"
)

// step leads from a value to one that it holds: to a member by its key, or to
// an item by its index.
type step struct {
	key   string
	index int
	item  bool
}

// formatPath writes steps as $.volumes[0].host; a key that is no plain word
// stands as ["..."].
func formatPath(steps []step) string {
	var b strings.Builder
	b.WriteByte('$')
	for _, s := range steps {
		switch {
		case s.item:
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.index))
			b.WriteByte(']')
		case plainWord(s.key):
			b.WriteByte('.')
			b.WriteString(s.key)
		default:
			b.WriteByte('[')
			b.WriteString(strconv.Quote(s.key))
			b.WriteByte(']')
		}
	}
	return b.String()
}

// parsePath reads what formatPath writes.
func parsePath(path string) ([]step, bool) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, false
	}
	var steps []step
	for rest != "" {
		var s step
		if s, rest, ok = cutStep(rest); !ok {
			return nil, false
		}
		steps = append(steps, s)
	}
	return steps, true
}

func cutStep(path string) (step, string, bool) {
	if word, ok := strings.CutPrefix(path, "."); ok {
		end := strings.IndexAny(word, ".[")
		if end < 0 {
			end = len(word)
		}
		return step{key: word[:end]}, word[end:], end > 0
	}
	inner, ok := strings.CutPrefix(path, "[")
	if !ok {
		return step{}, "", false
	}
	if quoted, err := strconv.QuotedPrefix(inner); err == nil {
		key, err := strconv.Unquote(quoted)
		rest, closed := strings.CutPrefix(inner[len(quoted):], "]")
		return step{key: key}, rest, err == nil && closed
	}
	digits, rest, closed := strings.Cut(inner, "]")
	index, err := strconv.Atoi(digits)
	return step{index: index, item: true}, rest, err == nil && closed
}

func plainWord(s string) bool {
	for i, c := range s {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
