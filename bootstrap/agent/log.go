package agent

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Line is one entry of the agent's log.
type Line struct {
	// Time is when it was written, with a resolution of one second, or zero.
	Time time.Time
	// Level is trace, debug, info, warn, error or critical.
	Level string
	// Message is what was logged, Fields what was logged with it.
	Message string
	Fields  map[string]string
}

// Text is the message with the error that was logged beside it.
func (l Line) Text() string {
	if cause := l.Fields["error"]; cause != "" {
		return strings.TrimSuffix(l.Message, ":") + ": " + cause
	}
	return l.Message
}

// ParseLog reads the agent's log in either of its formats, logfmt or JSON. What is not an entry, as the rest of a line
// that the rotation cut, is left out.
//
// Source of the formats: ecs-agent/logger/log.go and format.go of github.com/aws/amazon-ecs-agent, version 1.105.1.
func ParseLog(log []byte) []Line {
	var lines []Line
	for raw := range strings.Lines(string(log)) {
		if line, ok := ParseLine(raw); ok {
			lines = append(lines, line)
		}
	}
	return lines
}

// ParseLine reads one entry.
func ParseLine(raw string) (Line, bool) {
	raw = strings.TrimSpace(raw)
	var fields map[string]string
	switch {
	case strings.HasPrefix(raw, "level="):
		fields = parseLogfmt(raw)
	case strings.HasPrefix(raw, "{"):
		fields = parseJSON(raw)
	}
	line := Line{Level: fields["level"], Message: fields["msg"], Fields: fields}
	if !isLevel(line.Level) {
		return Line{}, false
	}
	if at, err := time.Parse(time.RFC3339, fields["time"]); err == nil {
		line.Time = at
	}
	for _, name := range []string{"level", "msg", "time"} {
		delete(fields, name)
	}
	return line, true
}

func isLevel(s string) bool {
	switch s {
	case "trace", "debug", "info", "warn", "error", "critical":
		return true
	}
	return false
}

// parseLogfmt reads name=value pairs; a value is a Go string or runs to the next blank.
func parseLogfmt(raw string) map[string]string {
	fields := map[string]string{}
	for raw != "" {
		name, rest, ok := strings.Cut(raw, "=")
		if !ok {
			break
		}
		value, after, _ := strings.Cut(rest, " ")
		if quoted, err := strconv.QuotedPrefix(rest); err == nil {
			// QuotedPrefix has checked it.
			value, _ = strconv.Unquote(quoted)
			after = rest[len(quoted):]
		}
		name = strings.TrimSpace(name)
		if _, known := fields[name]; !known {
			fields[name] = value
		}
		raw = strings.TrimSpace(after)
	}
	return fields
}

func parseJSON(raw string) map[string]string {
	var members map[string]any
	if json.Unmarshal([]byte(raw), &members) != nil {
		return nil
	}
	fields := map[string]string{}
	for name, value := range members {
		if text, ok := value.(string); ok {
			fields[name] = text
		}
	}
	return fields
}

const (
	startMessage    = "Starting Amazon ECS Agent"
	loadMessage     = "Loading configuration"
	terminalMessage = "Terminal exit code received from agent."
	acsMessage      = "Connected to ACS endpoint"
	stopMessage     = "Received normal signal from Windows to exit"
	exitPrefix      = "Exiting "
)

// Since returns the entries from a time on. The log's times have a resolution of one second.
func Since(lines []Line, since time.Time) []Line {
	since = since.Truncate(time.Second)
	for i, l := range lines {
		if !l.Time.Before(since) {
			return lines[i:]
		}
	}
	return nil
}

// LastRun returns the entries since the agent was started last. Where the rotation took the start, it returns all.
func LastRun(lines []Line) []Line {
	for i := len(lines) - 1; i >= 0; i-- {
		if begins(lines, i) {
			return lines[i:]
		}
	}
	return lines
}

// begins reports whether a start of the agent begins with a line. The two lines of a start stand together, unless the
// rotation came between them.
func begins(lines []Line, i int) bool {
	return lines[i].Message == startMessage ||
		lines[i].Message == loadMessage && (i == 0 || lines[i-1].Message != startMessage)
}

// ConnectedToACS reports whether the agent, since its last start, says that it is connected to the service that sends it
// tasks. It says so at level info.
func ConnectedToACS(log []byte) bool {
	for _, l := range LastRun(ParseLog(log)) {
		if strings.HasPrefix(l.Message, acsMessage) {
			return true
		}
	}
	return false
}

// Complains reports whether the agent, since its last start, has logged any error but that it ends.
func Complains(log []byte) bool {
	for _, l := range LastRun(ParseLog(log)) {
		if (l.Level == "critical" || l.Level == "error") && !strings.HasPrefix(l.Message, exitPrefix) {
			return true
		}
	}
	return false
}
