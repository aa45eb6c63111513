package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
)

// explainCommand explains error codes.
type explainCommand struct{ Code string }

func newExplainCommand(l *line) *cobra.Command {
	c := &explainCommand{}
	command := l.command("explain [CODE]", "Explain an error code, or list all of them.", c, &c.Code)
	command.Long = command.Short + "\n\nCODE is written as E_NOT_WINDOWS, or as not_windows."
	return command
}

type explanation struct {
	Code     string `json:"code"`
	Number   int    `json:"number"`
	ExitCode int    `json:"exitCode"`
	Text     string `json:"text"`
	Remedy   string `json:"remedy"`
	Terminal bool   `json:"terminal"`
	Docs     string `json:"docs"`
}

type explanations struct {
	SchemaVersion int           `json:"schemaVersion"`
	Codes         []explanation `json:"codes"`
}

// Run implements the command.
func (c *explainCommand) Run(s *session) error {
	chosen, err := c.choose(fault.Table())
	if err != nil {
		return err
	}
	d := explanations{SchemaVersion: 1}
	for _, i := range chosen {
		d.Codes = append(d.Codes, explanation{
			Code: string(i.Code), Number: i.Number, ExitCode: int(i.Exit),
			Text: i.Text, Remedy: i.Remedy, Terminal: i.Terminal, Docs: fault.Page(i.Code),
		})
	}
	return s.show(d, func() {
		if c.Code == "" {
			t := output.NewTable("CODE", "EXIT", "TEXT")
			for _, e := range d.Codes {
				t.Row(e.Code, fmt.Sprint(e.ExitCode), e.Text)
			}
			t.Write(s.Stdout, s.style())
			return
		}
		for _, e := range d.Codes {
			fmt.Fprintf(s.Stdout, "%s: %s\n", e.Code, e.Text)
			output.Labeled(s.Stdout, s.style(), "remedy", e.Remedy)
			output.Labeled(s.Stdout, s.style(), "exit code", fmt.Sprint(e.ExitCode))
			again := "running again may help"
			if e.Terminal {
				again = "not before the remedy was applied"
			}
			output.Labeled(s.Stdout, s.style(), "retry", again)
			output.Labeled(s.Stdout, s.style(), "event id", fmt.Sprint(e.Number))
			output.Labeled(s.Stdout, s.style(), "more", e.Docs)
		}
	})
}

// choose returns the entry of the code, or all without one.
func (c *explainCommand) choose(all []fault.Info) ([]fault.Info, error) {
	if c.Code == "" {
		return all, nil
	}
	wanted := strings.ToUpper(strings.TrimSpace(c.Code))
	if !strings.HasPrefix(wanted, "E_") {
		wanted = "E_" + wanted
	}
	names := make([]string, len(all))
	for n, i := range all {
		if string(i.Code) == wanted {
			return []fault.Info{i}, nil
		}
		names[n] = string(i.Code)
	}
	f := fault.New("E_USAGE", nil, "there is no code %s", wanted)
	f.Remedy = "run `ecswin-bootstrap explain` for the list"
	if meant := nearest(wanted, names); meant != "" {
		f.Remedy = fmt.Sprintf("did you mean %s? `ecswin-bootstrap explain` lists all", meant)
	} else if like := withWord(strings.TrimPrefix(wanted, "E_"), names); len(like) > 0 {
		f.Remedy = fmt.Sprintf("codes with this word: %s; `ecswin-bootstrap explain` lists all", strings.Join(like, ", "))
	}
	return nil, f
}

// withWord returns the codes in which a word stands by itself, as NAT in E_HNS_NAT_MISSING.
func withWord(word string, codes []string) []string {
	return slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return !slices.Contains(strings.Split(code, "_"), word) })
}
