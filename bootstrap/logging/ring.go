package logging

import (
	"bytes"
	"strings"
	"sync"
)

// Ring keeps the last lines written to it, for a bundle. It is safe for concurrent use.
type Ring struct {
	mu    sync.Mutex
	lines []string
	next  int
	part  []byte
}

// NewRing returns a Ring for this many lines.
func NewRing(lines int) *Ring {
	return &Ring{lines: make([]string, 0, max(lines, 1))}
}

// Write takes whole lines and parts of lines.
func (r *Ring) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.part = append(r.part, p...)
	for {
		end := bytes.IndexByte(r.part, '\n')
		if end < 0 {
			return len(p), nil
		}
		r.keep(string(r.part[:end]))
		r.part = r.part[end+1:]
	}
}

func (r *Ring) keep(line string) {
	if len(r.lines) < cap(r.lines) {
		r.lines = append(r.lines, line)
		return
	}
	r.lines[r.next] = line
	r.next = (r.next + 1) % len(r.lines)
}

// String returns the lines kept, the oldest first.
func (r *Ring) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for i := range r.lines {
		b.WriteString(r.lines[(r.next+i)%len(r.lines)])
		b.WriteByte('\n')
	}
	return b.String()
}
