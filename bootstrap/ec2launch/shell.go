package ec2launch

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Shell is the machine as a script sees it. Paths are Windows paths; letter case does not count in them.
type Shell interface {
	// Run starts a program by its full path and waits for its end. A program that is not there is [ErrNotFound].
	Run(ctx context.Context, program string, arguments []string) (Result, error)
	// Getenv returns a variable of the environment, or "".
	Getenv(name string) string
	// Exists reports whether there is a file or folder.
	Exists(ctx context.Context, path string) (bool, error)
	// MakeFolder makes a folder and those above it. One that is there already is an error.
	MakeFolder(ctx context.Context, path string) error
	// RemoveFolder removes a folder and everything in it.
	RemoveFolder(ctx context.Context, path string) error
}

// Result is what a program leaves behind.
type Result struct {
	ExitCode int
	Stdout   string
}

// ErrNotFound is returned by [Shell.Run] for a program that is not there.
var ErrNotFound = errors.New("there is no such program")

// Outcome is how a script ended.
type Outcome struct {
	ExitCode int
	// Output is what the script and its programs wrote.
	Output string
}

// NotUnderstoodError says that a line is beyond the interpreter, which knows what internal/userdata writes and no more.
type NotUnderstoodError struct {
	// Line is the line in the script, from 1.
	Line int
	// Reason says what is not understood, without the line's text.
	Reason string
}

func (e *NotUnderstoodError) Error() string {
	return fmt.Sprintf("running user data: line %d of the script is not understood: %s; only what the provider renders can be simulated", e.Line, e.Reason)
}

// session is the run of one script.
type session struct {
	shell     Shell
	line      int
	variables map[string]string
	exitCode  int // of the last program: errorlevel in batch, $LASTEXITCODE in PowerShell
	output    strings.Builder
}

func newSession(shell Shell) *session {
	return &session{shell: shell, variables: map[string]string{}}
}

func (s *session) notUnderstood(format string, args ...any) error {
	return &NotUnderstoodError{s.line, fmt.Sprintf(format, args...)}
}

// get returns a variable of the script, whose name has no letter case in either language.
func (s *session) get(name string) (string, bool) {
	value, ok := s.variables[strings.ToLower(name)]
	return value, ok
}

func (s *session) set(name, value string) {
	s.variables[strings.ToLower(name)] = value
}

// fullPath is what a script of ours starts; a bare name would be looked up in the working folder and in PATH.
var fullPath = regexp.MustCompile(`^[A-Za-z]:\\[^*?"<>|]+\.exe$`)

// run starts a program and keeps its exit code.
func (s *session) run(ctx context.Context, program string, arguments []string) (Result, error) {
	if !fullPath.MatchString(program) {
		return Result{}, s.notUnderstood("a program is started by something other than the full path of an .exe")
	}
	result, err := s.shell.Run(ctx, program, arguments)
	if err != nil {
		return Result{}, fmt.Errorf("running user data: starting %s: %w", program, err)
	}
	s.exitCode = result.ExitCode
	return result, nil
}

func (s *session) outcome(exitCode int) Outcome {
	return Outcome{ExitCode: exitCode, Output: s.output.String()}
}

// lines counts a script's lines while it hands them out.
func (s *session) lines(content string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		s.line = 0
		for line := range strings.SplitSeq(content, "\n") {
			s.line++
			if !yield(strings.TrimSpace(line)) {
				return
			}
		}
	}
}

func number(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil
}
