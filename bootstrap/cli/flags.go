package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// word is the value of a flag that takes one of a few words.
type word struct {
	target *string
	of     []string
}

// String implements pflag.Value.
func (w word) String() string { return *w.target }

// Set implements pflag.Value.
func (w word) Set(text string) error {
	if !slices.Contains(w.of, text) {
		return errors.New("it is none of " + strings.Join(w.of, ", "))
	}
	*w.target = text
	return nil
}

// Type implements pflag.Value; it is what stands for the value in the usage of a command that needs the flag.
func (w word) Type() string { return strings.Join(w.of, "|") }

// oneOf adds a flag that takes one of the words; %s in its explanation stands for them.
func oneOf(flags *pflag.FlagSet, target *string, name, byDefault, explanation string, words ...string) {
	*target = byDefault
	flags.Var(word{target, words}, name, fmt.Sprintf(explanation, strings.Join(words, ", ")))
}

// need makes a flag of the command one that has to be given.
func need(command *cobra.Command, name string) {
	f := command.Flags().Lookup(name)
	command.Use += " --" + f.Name + "=" + f.Value.Type()
	_ = command.MarkFlagRequired(name) // it fails where there is no flag of this name
}
