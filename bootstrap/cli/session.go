package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/logging"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// session is one call of the program: what every command works with.
type session struct {
	context.Context
	Program
	*globals
	// command is the command's name, for reports; args are all arguments.
	command string
	args    []string
	// simulated names the scenario once one is loaded.
	simulated string
	mask      *logging.Mask
	// files are the contents of the files that the command has read. journal is the life of a simulated machine that
	// lives on. In a command of the journal, past is the machine, and files are what it read then.
	files   map[string]string
	journal *journal
	past    Machine
}

func newSession(ctx context.Context, p Program, g *globals) *session {
	s := &session{Context: ctx, Program: p, globals: g, mask: &logging.Mask{}, command: "ecswin-bootstrap", files: map[string]string{}}
	if g.Simulate != "" {
		// The scenario's own name, as long as its file has not been read.
		s.simulated = strings.TrimSuffix(filepath.Base(g.Simulate), filepath.Ext(g.Simulate))
	}
	return s
}

// ended is how a command ends that has said all there is to say.
type ended struct{ code int }

// Error implements error.
func (e *ended) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// end returns what a command returns to end with this code.
func end(code int) error {
	if code == 0 {
		return nil
	}
	return &ended{code}
}

// exit turns a command's error into the exit code; an error that nobody has shown yet is shown.
func (s *session) exit(err error) int {
	var done *ended
	switch {
	case err == nil:
		return int(fault.OK)
	case errors.As(err, &done):
		return done.code
	}
	return s.fail(err)
}

// fail shows an error in the form that was asked for and returns its exit code.
func (s *session) fail(err error) int {
	if s.format() == output.Human {
		return s.failOn(s.Stderr, err)
	}
	f := s.faultOf(err)
	code := int(infoOf(f).Exit)
	r := &report.Report{
		SchemaVersion: report.SchemaVersion, Command: s.command, Simulated: s.simulated, Version: s.Version,
		Result: report.ResultFailed, ExitCode: code, Phases: []report.Phase{}, Error: s.masked(phase.Explain(f)),
	}
	if s.format() == output.JSON {
		_ = output.Document(s.Stdout, r)
	} else {
		output.NewStream(s.Stdout).Event(report.Event{
			SchemaVersion: report.SchemaVersion, Time: wait.System().Now().UTC(), Type: "report", Simulated: s.simulated, Report: r,
		})
	}
	return code
}

// failOn shows an error to people and returns its exit code.
func (s *session) failOn(w io.Writer, err error) int {
	f := s.faultOf(err)
	output.Simulated(w, s.style(), s.simulated)
	output.Failure(w, s.style(), s.masked(phase.Explain(f)))
	return int(infoOf(f).Exit)
}

// faultOf names an error.
func (s *session) faultOf(err error) *fault.Fault {
	if errors.Is(err, context.Canceled) && s.Err() != nil {
		return fault.New("E_INTERRUPTED", err, "")
	}
	return fault.Of(err)
}

// masked is a failure without secrets.
func (s *session) masked(e *report.Error) *report.Error {
	e.Message, e.LastObserved, e.Remedy = s.mask.Text(e.Message), s.mask.Text(e.LastObserved), s.mask.Text(e.Remedy)
	return e
}

// infoOf is the table's entry of a fault; a code that the table lacks is an internal error.
func infoOf(f *fault.Fault) fault.Info {
	info, ok := fault.Find(f.Code)
	if !ok {
		info, _ = fault.Find("E_INTERNAL")
	}
	return info
}

func (s *session) style() output.Style {
	return output.Style{Color: s.Color && !s.NoColor && s.variable("NO_COLOR") == "", Verbose: s.Verbose}
}

// variable returns an environment variable.
func (s *session) variable(name string) string {
	return environment(s.Environ)[name]
}

// environment turns NAME=value pairs into a map.
func environment(pairs []string) map[string]string {
	variables := map[string]string{}
	for _, pair := range slices.Backward(pairs) {
		// Windows has variables such as "=C:"; the name is never empty.
		if at := strings.Index(pair, "="); at > 0 {
			variables[pair[:at]] = pair[at+1:]
		}
	}
	return variables
}

// show writes a result: as a document where one was asked for, else as the screen that human draws.
func (s *session) show(document any, human func()) error {
	switch s.format() {
	case output.JSON:
		return output.Document(s.Stdout, document)
	case output.NDJSON:
		return output.Line(s.Stdout, document)
	default:
		human()
		return nil
	}
}
