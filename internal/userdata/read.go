package userdata

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kind is the language of a script.
type Kind string

// The languages.
const (
	KindBatch      Kind = "batch"
	KindPowerShell Kind = "powershell"
)

// Script is one script that EC2Launch takes out of user data.
type Script struct {
	Kind Kind
	// Content is the text between the tags, or of the task's input.
	Content string
	// Line is the line of the user data in which the content begins, from 1.
	Line int
	// Always tells that it runs at every boot, not at the first alone.
	Always bool
	// RunAs is localSystem or admin.
	RunAs string
	// Detach tells that EC2Launch neither waits for the script nor heeds its exit code.
	Detach bool
	// AfterPostReady tells that it runs after the PostReady stage, not before.
	AfterPostReady bool
	// Reboots tells that EC2Launch reboots and runs the script again when it exits with [RebootExitCode].
	Reboots bool
}

// Severity tells how bad a problem of user data is.
type Severity string

// The severities.
const (
	// SeverityError is for what EC2Launch does not run at all, or not as it is written.
	SeverityError Severity = "error"
	// SeverityWarning is for what may not do what it seems to.
	SeverityWarning Severity = "warning"
)

// Problem is what EC2Launch would ignore or misread. It holds no text of the user data.
type Problem struct {
	Severity Severity
	// Line is a line of the user data, from 1, or 0.
	Line int
	// Message says what is wrong, Remedy what to do about it.
	Message, Remedy string
}

// String gives the problem in one line.
func (p Problem) String() string {
	place := "user data"
	if p.Line > 0 {
		place = fmt.Sprintf("user data:%d", p.Line)
	}
	return fmt.Sprintf("%s: %s: %s; %s", place, p.Severity, p.Message, p.Remedy)
}

// Check returns what EC2Launch would ignore or misread in any user data, in the order of its lines. What is wrong with
// the NodeConfig in it, [Parse] says.
func Check(userData []byte, agent LaunchAgent) []Problem {
	_, problems := Read(userData, agent)
	return problems
}

// Read takes the scripts out of user data as EC2Launch does, in the order in which they run. Problems are as [Check]
// has them; a script that EC2Launch ignores is not among the scripts.
func Read(userData []byte, agent LaunchAgent) ([]Script, []Problem) {
	r := reader{agent: agent}
	var scripts []Script
	if r.readable(userData) {
		scripts = r.scripts(bytes.TrimPrefix(userData, []byte("\xef\xbb\xbf")))
	}
	last := lineAt(userData, len(userData))
	for i := range r.problems {
		// To YAML a line ends at some other characters too.
		r.problems[i].Line = min(r.problems[i].Line, last)
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return scripts, r.problems
}

type reader struct {
	agent    LaunchAgent
	problems []Problem
}

func (r *reader) fail(line int, message, remedy string) {
	r.problems = append(r.problems, Problem{SeverityError, line, message, remedy})
}

func (r *reader) warn(line int, message, remedy string) {
	r.problems = append(r.problems, Problem{SeverityWarning, line, message, remedy})
}

// maxRead is up to which size user data that EC2 would refuse is looked into all the same.
const maxRead = 4 * MaxSize

// readable tells whether EC2Launch gets a text at all.
func (r *reader) readable(data []byte) bool {
	if len(data) > MaxSize {
		r.fail(0, fmt.Sprintf("has %d bytes, more than the %d that EC2 takes", len(data), MaxSize), "shorten it, or download what is long")
	}
	switch {
	case len(data) > maxRead:
		return false
	case len(bytes.TrimSpace(data)) == 0:
		r.warn(0, "is empty", "nothing is run; give it a script, or leave user data away")
		return false
	case isUTF16(data) || bytes.IndexByte(data, 0) >= 0 && !isGzip(data):
		r.fail(0, "is in UTF-16 or binary, which EC2Launch does not read", "save it as UTF-8; in PowerShell, Set-Content -Encoding utf8")
		return false
	case isGzip(data):
		r.fail(0, "is compressed, as cloud-init on Linux takes it", "give it as plain text; that EC2Launch v2 undoes any compression is not verified")
		return false
	}
	if _, ok := fromBase64(data); ok {
		r.fail(0, "is base64 inside, which EC2Launch does not undo", "encode it once only: give the raw text as user_data, or its base64 as user_data_base64")
		return false
	}
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		r.warn(1, "begins with a byte order mark", "save it as UTF-8 without BOM: a reader that looks at the first characters misses them")
	}
	return true
}

var (
	cloudInit = pattern(`^\s*(#cloud-config|#!|Content-Type:\s*multipart|MIME-Version:)`)
	ecsJSON   = pattern(`"ECSAgentConfiguration"\s*:`)
)

// scripts decides between tags, YAML and nothing. Tags come first: EC2Launch looks for them in any text.
func (r *reader) scripts(text []byte) []Script {
	r.misspeltTags(text)
	switch {
	case exactTag().Match(text):
		return r.tagged(text)
	case cloudInit().Match(text):
		r.fail(1, "is written for cloud-init, which Windows does not have", "write a <powershell> or <script> block")
	case json.Valid(text):
		r.jsonOnly(text)
	case anyTag().Match(text):
		// The tags are there in another spelling; misspeltTags has said so.
	case yamlTasks().Match(text) && r.agent == EC2LaunchV1:
		r.fail(1, "is YAML, which EC2Launch v1 does not read", "write a <powershell> or <script> block, or use an AMI with EC2Launch v2")
	case yamlTasks().Match(text):
		return r.tasks(text)
	default:
		r.nothing(text)
	}
	return nil
}

func (r *reader) jsonOnly(text []byte) {
	if ecsJSON().Match(text) {
		r.warn(1, "is JSON with the ECS agent's settings", "EC2Launch runs nothing of it; the agent reads it only where something else starts the agent")
		return
	}
	r.nothing(text)
}

func (r *reader) nothing(text []byte) {
	if _, ok, _ := Extract(text); ok {
		r.warn(1, "is a NodeConfig alone", "EC2Launch runs nothing of it; it is right for an AMI in which the service of ecswin-bootstrap is installed")
		return
	}
	r.fail(1, "has neither a <script> nor a <powershell> tag, nor a list tasks", "put the commands between <powershell> and </powershell>, or <script> and </script>")
}

var (
	restart = pattern(`(?im)^[^#\n]*\bRestart-Computer\b|\bshutdown(?:\.exe)?["']?\s[^\n]*[/-]r\b`)
	reboot  = pattern(`(?im)\bexit(?:\s+/b)?\s+3010\b|--reboot-exit-code[ =]3010\b`)
)

// content looks into a script for what EC2Launch has its own way of doing. Comments of batch are left out.
func (r *reader) content(s Script) {
	if at := matchLine(s, restart()); at > 0 {
		r.warn(at, "restarts the computer from inside the script, after which EC2Launch may run it again and again or not at all", "with EC2Launch v2, write YAML user data and exit with 3010")
	}
	at := matchLine(s, reboot())
	switch {
	case at == 0 || s.Reboots:
	case s.Detach:
		r.fail(at, "asks for a reboot by exit code 3010, which has no effect on a detached script", "remove detach")
	case r.agent == EC2LaunchV1:
		r.fail(at, "asks for a reboot by exit code 3010, which EC2Launch v1 does not know", "use an AMI with EC2Launch v2 and YAML user data")
	default:
		r.warn(at, "asks for a reboot by exit code 3010, which is documented for YAML user data only", "write the script as a task executeScript")
	}
}

var batchComment = pattern(`(?i)^\s*(?:@?rem\b|::)`)

// matchLine returns the line of the user data in which a script matches, or 0.
func matchLine(s Script, pattern *regexp.Regexp) int {
	for i, line := range strings.Split(s.Content, "\n") {
		if s.Kind == KindBatch && batchComment().MatchString(line) || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		if pattern.MatchString(line) {
			return s.Line + i
		}
	}
	return 0
}

// lineAt returns the line of a byte, from 1.
func lineAt(text []byte, offset int) int {
	return bytes.Count(text[:min(offset, len(text))], []byte("\n")) + 1
}
