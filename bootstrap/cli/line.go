package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// line is a command line: the commands with their flags, and what the arguments say.
type line struct {
	root    *cobra.Command
	globals globals
	help    bool
	// run is what the arguments ask for. The commands of cobra run nothing: ours need a session, and that needs the flags.
	run func(*session) error
}

// runnable is a command.
type runnable interface {
	Run(s *session) error
}

// newLine returns the command line of the program, before it has read any arguments.
func newLine() *line {
	l := &line{}
	root := l.group(programName, "")
	root.Long = description
	root.PersistentFlags().BoolVarP(&l.help, "help", "h", false, "Show this; after a command, what that takes.")
	l.globals.bind(root.PersistentFlags())

	add(root, "Join the cluster", newPlanCommand(l), newApplyCommand(l), newVerifyCommand(l), newResetCommand(l))
	add(root, "See how the instance stands", newStatusCommand(l), newDoctorCommand(l), newTimelineCommand(l))
	add(root, "Run the instance", newSignalCommand(l), newDrainCommand(l), newServiceCommand(l), newRebootCommand(l))
	add(root, "Write documents", newConfigCommand(l), newUserdataCommand(l), newTrunkCommand(l))
	add(root, "About this program", newExplainCommand(l), newVersionCommand(l))
	l.root = root
	return l
}

// command describes a command. The words after its name go to the arguments, each of which may be left out.
func (l *line) command(use, short string, c runnable, arguments ...*string) *cobra.Command {
	command := &cobra.Command{
		Use: use, Short: short,
		Args: func(command *cobra.Command, words []string) error {
			if len(words) > len(arguments) {
				return fmt.Errorf("%s takes no argument %q", path(command), words[len(arguments)])
			}
			return nil
		},
		RunE: func(_ *cobra.Command, words []string) error {
			for i, word := range words {
				*arguments[i] = word
			}
			l.run = func(s *session) error {
				if err := s.check(); err != nil {
					return err
				}
				return c.Run(s)
			}
			return nil
		},
	}
	command.Flags().SortFlags = false
	return command
}

// group describes a command that has commands of its own; add adds them.
func (l *line) group(name, short string) *cobra.Command {
	return &cobra.Command{
		Use: name + " <command>", Short: short, Args: cobra.ArbitraryArgs,
		RunE: func(g *cobra.Command, words []string) error {
			if len(words) > 0 && (words[0] == "help" || words[0] == "/?") {
				command, _, err := g.Find(words[1:])
				l.run = showHelp(command)
				return err
			}
			return noCommand(g, words)
		},
	}
}

// parse reads the arguments and returns the command that they name. An error is a fault with the help to ask for.
func (l *line) parse(args []string) (*cobra.Command, error) {
	command, err := l.read(args)
	if err != nil {
		l.globals = readable(args)
		return command, mistake(command, err)
	}
	return command, nil
}

// read takes the steps of cobra's Execute. That brings along what shells need to complete command lines, 140 KB, and on Windows it
// runs nothing that Explorer has started: no shortcut, nothing from the Run box.
func (l *line) read(args []string) (*cobra.Command, error) {
	command, rest, err := l.root.Find(args)
	if err != nil {
		return command, err
	}
	if err := command.ParseFlags(rest); err != nil {
		return command, err
	}
	if l.help {
		l.run = showHelp(command)
		return command, nil
	}
	words := command.Flags().Args()
	if err := command.ValidateArgs(words); err != nil {
		return command, err
	}
	if err := command.ValidateRequiredFlags(); err != nil {
		return command, err
	}
	return command, command.RunE(command, words)
}

// add adds commands to a group, below a heading, and returns the group.
func add(group *cobra.Command, heading string, commands ...*cobra.Command) *cobra.Command {
	group.AddGroup(&cobra.Group{ID: heading, Title: heading})
	for _, c := range commands {
		c.GroupID = heading
		group.AddCommand(c)
	}
	return group
}

// under are the commands below a heading, in alphabetical order.
func under(heading *cobra.Group, group *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(group.Commands()), func(c *cobra.Command) bool { return c.GroupID != heading.ID })
}

// path is the command's name behind those of the commands that it belongs to; the program's is "".
func path(command *cobra.Command) string {
	return strings.TrimSpace(strings.TrimPrefix(command.CommandPath(), programName))
}

// readable is what can be read of the flags of every command where the arguments have a mistake: it is told in the form that
// they ask for.
func readable(args []string) globals {
	var g globals
	flags := pflag.NewFlagSet(programName, pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	g.bind(flags)
	_ = flags.ParseAll(args, func(f *pflag.Flag, value string) error {
		_ = f.Value.Set(value)
		return nil
	})
	return g
}

// mistake is the fault of a command line that is not understood.
func mistake(command *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	words := command.Flags().Args()
	switch {
	case command.HasSubCommands() && len(words) > 0:
		// The flags are those of the command that was meant.
		err = noCommand(command, words)
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		command.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		name := "--" + unknown.GetSpecifiedName()
		err = fmt.Errorf("unknown flag %s%s", name, didYouMean(nearest(name, names)))
	}
	f := fault.New("E_USAGE", nil, "%s", err)
	f.Remedy = "run `" + command.CommandPath() + " --help`"
	return f
}

// noCommand says that the words are none of the group's commands.
func noCommand(g *cobra.Command, words []string) error {
	var names, aliases []string
	for _, heading := range g.Groups() {
		for _, c := range under(heading, g) {
			names = append(names, c.Name())
			aliases = append(aliases, c.Aliases...)
		}
	}
	if len(words) == 0 {
		return fmt.Errorf("%s needs one of %s", g.CommandPath(), strings.Join(names, ", "))
	}
	known := slices.Concat(names, aliases)
	if slices.Contains(known, words[0]) {
		return fmt.Errorf("the command %s stands behind --, where only its arguments do", words[0])
	}
	name := strings.TrimSpace(path(g) + " " + words[0])
	return fmt.Errorf("there is no command %q%s", name, didYouMean(nearest(words[0], known)))
}
