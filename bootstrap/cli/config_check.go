package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// configCheckCommand checks a document.
type configCheckCommand struct {
	File, UserData, LaunchAgent string
}

func newConfigCheckCommand(l *line) *cobra.Command {
	c := &configCheckCommand{}
	command := l.command("check [FILE]", "Check a document, or any user data, and name what is wrong with line and column.", c, &c.File)
	command.Long = command.Short + aboutFile
	command.Flags().StringVar(&c.UserData, "user-data", "",
		"Check the user data in this `FILE`: what EC2Launch would ignore or misread in it, and the document in it.")
	oneOf(command.Flags(), &c.LaunchAgent, "launch-agent", "ec2launch-v2", "Launch `AGENT` of the AMI, with --user-data: %s.",
		"ec2launch-v1", "ec2launch-v2")
	return command
}

// aboutFile is what a command says of the argument that names its document.
const aboutFile = "\n\nFILE has the document, - is standard input. Default: what --config or --config-source name."

type checkDocument struct {
	SchemaVersion int            `json:"schemaVersion"`
	Document      string         `json:"document"`
	Valid         bool           `json:"valid"`
	Problems      []checkProblem `json:"problems"`
}

type checkProblem struct {
	// Severity is error or warning; of a document every problem is an error.
	Severity string `json:"severity"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Path     string `json:"path,omitempty"`
	Message  string `json:"message"`
	Remedy   string `json:"remedy,omitempty"`
}

// Run implements the command.
func (c *configCheckCommand) Run(s *session) error {
	if c.UserData != "" {
		return c.userData(s)
	}
	text, name, err := s.document(c.File)
	if err != nil {
		return err
	}
	_, err = nodeconfig.Parse(text, name)
	var problems nodeconfig.Problems
	if err != nil && !errors.As(err, &problems) {
		return invalid(name, err)
	}
	d := checkDocument{SchemaVersion: 1, Document: name, Valid: err == nil, Problems: []checkProblem{}}
	for _, p := range problems {
		d.Problems = append(d.Problems, checkProblem{"error", p.Position.Line, p.Position.Column, p.Path, p.Message, p.Remedy})
	}
	if err := s.show(d, func() { c.screen(s, name, problems) }); err != nil || d.Valid {
		return err
	}
	return end(int(fault.Config))
}

func (*configCheckCommand) screen(s *session, name string, problems nodeconfig.Problems) {
	if len(problems) == 0 {
		fmt.Fprintf(s.Stdout, "%s is a valid NodeConfig document.\n", name)
		return
	}
	fmt.Fprintln(s.Stderr, problems.Render())
	fmt.Fprintf(s.Stderr, "%v\n", fault.Of(invalid(name, problems)).Seen)
}

// userData checks user data: what the launch agent makes of it, and the document in it.
func (c *configCheckCommand) userData(s *session) error {
	if c.File != "" {
		return fault.New("E_USAGE", nil, "FILE and --user-data exclude each other")
	}
	text, err := s.readFile(c.UserData)
	if err != nil {
		return err
	}
	d := checkDocument{SchemaVersion: 1, Document: c.UserData, Valid: true, Problems: []checkProblem{}}
	for _, p := range userdata.Check(text, userdata.LaunchAgent(c.LaunchAgent)) {
		d.Valid = d.Valid && p.Severity != userdata.SeverityError
		d.Problems = append(d.Problems, checkProblem{Severity: string(p.Severity), Line: p.Line, Message: p.Message, Remedy: p.Remedy})
	}
	_, found, err := userdata.Parse(text, c.UserData)
	var problems nodeconfig.Problems
	switch {
	case errors.As(err, &problems):
		d.Valid = false
		for _, p := range problems {
			d.Problems = append(d.Problems, checkProblem{"error", p.Position.Line, p.Position.Column, p.Path, p.Message, p.Remedy})
		}
	case err != nil:
		return invalid(c.UserData, err)
	case !found:
		d.Problems = append(d.Problems, checkProblem{
			Severity: "warning", Message: "it holds no NodeConfig: an instance with it joins no cluster",
			Remedy: "render it with `ecswin-bootstrap userdata`, unless it is for building an image",
		})
	}
	if err := s.show(d, func() { d.screen(s) }); err != nil || d.Valid {
		return err
	}
	return end(int(fault.Config))
}

func (d checkDocument) screen(s *session) {
	for _, p := range d.Problems {
		place := d.Document
		if p.Line > 0 {
			place += fmt.Sprintf(":%d", p.Line)
		}
		if p.Path != "" {
			place += ": " + p.Path
		}
		fmt.Fprintf(s.Stderr, "%s: %s: %s\n", place, p.Severity, p.Message)
		output.Labeled(s.Stderr, s.style(), "remedy", p.Remedy)
	}
	verdict := "would do what it says"
	if !d.Valid {
		verdict = "would not do what it says"
	}
	fmt.Fprintf(s.Stdout, "%s %s.\n", d.Document, verdict)
}
