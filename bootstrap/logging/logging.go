// Package logging is the bootstrap's log: one logger, several sinks, and no secret in any of them.
package logging

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Options says where the log goes. A sink that is nil is left out.
type Options struct {
	// Level is that of the console; the other sinks take debug and up, or trace if the console does.
	Level hclog.Level
	// JSON writes the console's log as JSON. The file and the ring always are.
	JSON    bool
	Console io.Writer
	File    io.Writer
	Ring    *Ring
	Events  *Events
	// Mask takes the secrets out of every sink's entries.
	Mask *Mask
	// Now is the time of an entry; nil is the machine's own. A simulated machine has its own.
	Now func() time.Time
}

// New returns the logger.
func New(o Options) hclog.InterceptLogger {
	// The root writes nowhere: each entry passes a sink, and each sink masks.
	log := hclog.NewInterceptLogger(&hclog.LoggerOptions{Name: "ecswin-bootstrap", Output: io.Discard, Level: hclog.Off})
	deep := min(o.Level, hclog.Debug)
	add := func(to io.Writer, level hclog.Level, json bool) {
		log.RegisterSink(masked{o.Mask, hclog.NewSinkAdapter(&hclog.LoggerOptions{
			Output: to, Level: level, JSONFormat: json, TimeFn: o.Now,
		})})
	}
	if o.Console != nil {
		add(o.Console, o.Level, o.JSON)
	}
	if o.File != nil {
		add(o.File, deep, true)
	}
	if o.Ring != nil {
		add(o.Ring, deep, true)
	}
	if o.Events != nil {
		log.RegisterSink(masked{o.Mask, o.Events})
	}
	return log
}

// masked is a sink that sees no secrets.
type masked struct {
	mask *Mask
	sink hclog.SinkAdapter
}

// Accept implements hclog.SinkAdapter.
func (m masked) Accept(name string, level hclog.Level, message string, args ...any) {
	clean := make([]any, len(args))
	for i, arg := range args {
		clean[i] = m.clean(arg)
		if i%2 == 1 && names.MatchString(fmt.Sprint(args[i-1])) {
			clean[i] = Masked
		}
	}
	m.sink.Accept(name, level, m.mask.Text(message), clean...)
}

// clean keeps what can hold no secret as it is, and turns everything else into text without one.
func (m masked) clean(arg any) any {
	switch v := arg.(type) {
	case nil, bool, int, int64, uint32, uint64, float64, time.Duration, time.Time:
		return v
	case hclog.Format:
		text := make([]any, len(v)-min(len(v), 1))
		for i := range text {
			text[i] = m.clean(v[i+1])
		}
		if len(v) == 0 {
			return ""
		}
		return m.mask.Text(fmt.Sprintf(fmt.Sprint(v[0]), text...))
	default:
		return m.mask.Text(fmt.Sprint(v))
	}
}

// Events collects what belongs into the Windows event log: warnings and errors. Whoever owns the event log takes them when
// it may write; a sink must not wait for it.
type Events struct {
	mu      sync.Mutex
	waiting []Event
}

// Event is a warning or an error.
type Event struct {
	// Severity is "warning" or "error".
	Severity string
	Text     string
}

// Accept implements hclog.SinkAdapter.
func (e *Events) Accept(name string, level hclog.Level, message string, args ...any) {
	if level < hclog.Warn {
		return
	}
	severity := "warning"
	if level >= hclog.Error {
		severity = "error"
	}
	text := name + ": " + message
	for i := 0; i+1 < len(args); i += 2 {
		text += fmt.Sprintf(" %v=%v", args[i], args[i+1])
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting = append(e.waiting, Event{Severity: severity, Text: text})
}

// Take returns what has come in since the last call.
func (e *Events) Take() []Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	taken := e.waiting
	e.waiting = nil
	return taken
}
