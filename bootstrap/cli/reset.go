package cli

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
)

// resetCommand takes back what apply has changed.
type resetCommand struct {
	AgentState, HNS, ForAMI, Yes bool
}

func newResetCommand(l *line) *cobra.Command {
	c := &resetCommand{}
	command := l.command("reset", "Take back what apply has changed.", c)
	command.Flags().BoolVar(&c.AgentState, "agent-state", false, "Remove the agent's database, too; a copy is kept. The agent registers anew.")
	command.Flags().BoolVar(&c.HNS, "hns", false, "Remove Docker's nat network and what tasks left in HNS; Docker makes nat anew.")
	command.Flags().BoolVar(&c.ForAMI, "for-ami", false,
		"Leave the machine as an image is made of it, before Sysprep: all of the above, and nothing of the bootstrap's own.")
	command.Flags().BoolVarP(&c.Yes, "yes", "y", false, "Do not ask.")
	return command
}

// Run implements the command.
func (c *resetCommand) Run(s *session) error {
	if err := s.confirm(c.Yes, c.question()); err != nil {
		return err
	}
	return s.onMachine(func(b *bench) error {
		if c.ForAMI {
			b.close() // Windows removes no folder in which a log is open
		}
		what := run.ResetOptions{AgentState: c.AgentState, HNS: c.HNS, ForAMI: c.ForAMI}
		return b.conclude(run.Reset(b, b.host, b.cloud, what, b.options(phases{})))
	})
}

func (c *resetCommand) question() string {
	what := []string{"stop the ECS agent", "take back what the bootstrap has changed"}
	if c.AgentState || c.ForAMI {
		what = append(what, "remove the agent's database")
	}
	if c.HNS || c.ForAMI {
		what = append(what, "remove HNS networks")
	}
	if c.ForAMI {
		what = append(what, "stop Docker")
	}
	return "This will " + strings.Join(what, ", ") + "."
}

// confirm asks a person, unless yes was said already. Without a person it fails. A command of a journal was confirmed when
// it ran.
func (s *session) confirm(yes bool, question string) error {
	if yes || s.past != nil {
		return nil
	}
	if !s.Terminal {
		return fault.New("E_CONFIRM", nil, "%s", question)
	}
	fmt.Fprintf(s.Stderr, "%s Only \"yes\" goes on: ", question)
	answer, err := bufio.NewReader(s.Stdin).ReadString('\n')
	if strings.TrimSpace(answer) != "yes" {
		return fault.New("E_CONFIRM", err, "")
	}
	return nil
}
