package cli

import (
	"errors"
	"fmt"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// configCheckCommand checks a document.
type configCheckCommand struct {
	File string `arg:"" optional:"" help:"File with the document, or - for standard input. Default: what --config or --config-source name."`
}

type checkDocument struct {
	SchemaVersion int            `json:"schemaVersion"`
	Document      string         `json:"document"`
	Valid         bool           `json:"valid"`
	Problems      []checkProblem `json:"problems"`
}

type checkProblem struct {
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
}

// Run implements the command.
func (c *configCheckCommand) Run(s *session) error {
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
		d.Problems = append(d.Problems, checkProblem{p.Position.Line, p.Position.Column, p.Path, p.Message, p.Remedy})
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
