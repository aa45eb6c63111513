package commandline

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agext/levenshtein"
)

// ErrHelp is what Parse returns where help is asked for.
var ErrHelp = errors.New("help is asked for")

// Parse reads the arguments into the grammar's fields and returns the command that they name. An error comes with the command
// that it is about, the program itself where it is about none; what stands after the mistake is read nevertheless, so that a
// caller knows in which form the user wants to hear of it.
func (c *Command) Parse(args []string) (*Command, error) {
	r := &reader{at: c, rest: args}
	var wrong error
	for len(r.rest) > 0 {
		before := r.at
		if err := r.next(); errors.Is(err, ErrHelp) {
			return r.at, err
		} else if err != nil && wrong == nil {
			wrong = err
			r.about = before
		}
	}
	if wrong != nil {
		return r.about, wrong
	}
	return r.at, r.complete()
}

// reader reads a command line.
type reader struct {
	at   *Command
	rest []string
	// words tells that only words follow, after --.
	words bool
	taken int
	given []*Flag
	about *Command
}

// next reads an argument, with its value where that stands by itself.
func (r *reader) next() error {
	arg := r.rest[0]
	r.rest = r.rest[1:]
	switch {
	case r.words || arg == "-" || !strings.HasPrefix(arg, "-"):
		return r.word(arg)
	case arg == "--":
		r.words = true
		return nil
	case arg == "--help" || arg == "-h":
		return ErrHelp
	case strings.HasPrefix(arg, "--"):
		name, value, valued := strings.Cut(arg[2:], "=")
		return r.flag("--"+name, r.at.find(func(f *Flag) bool { return f.Name == name }), value, valued)
	}
	return r.letters(arg[1:])
}

// letters reads -vy, which is -v and -y.
func (r *reader) letters(letters string) error {
	letters, value, valued := strings.Cut(letters, "=")
	for i, letter := range letters {
		last := i == len(letters)-len(string(letter))
		f := r.at.find(func(f *Flag) bool { return f.Short == string(letter) })
		if f != nil && !f.Bool() && !last {
			return fmt.Errorf("-%c needs a value and stands before other letters: write it by itself", letter)
		}
		if err := r.flag("-"+string(letter), f, value, valued && last); err != nil {
			return err
		}
	}
	return nil
}

// flag reads a flag, which is nil where the command has none of this name.
func (r *reader) flag(written string, f *Flag, value string, valued bool) error {
	if f == nil {
		return fmt.Errorf("unknown flag %s%s", written, r.meant(written))
	}
	switch {
	case valued:
	case f.Bool():
		value = "true"
	case len(r.rest) == 0 || len(r.rest[0]) > 1 && r.rest[0][0] == '-':
		return fmt.Errorf("%s needs a value: %s=%s", written, written, f.Placeholder())
	default:
		value = r.rest[0]
		r.rest = r.rest[1:]
	}
	r.given = append(r.given, f)
	if err := f.set(value); err != nil {
		return fmt.Errorf("%s %q %w", written, value, err)
	}
	return nil
}

// meant asks whether the user meant the flag that is nearest to what he wrote.
func (r *reader) meant(written string) string {
	var names []string
	for c := r.at; c != nil; c = c.parent {
		for _, f := range c.Flags {
			names = append(names, "--"+f.Name)
		}
	}
	return didYouMean(Nearest(written, names))
}

// word reads a command's name, or an argument.
func (r *reader) word(word string) error {
	if len(r.at.Commands) > 0 {
		var names []string
		for _, child := range r.at.Commands {
			if child.Name == word || slices.Contains(child.Aliases, word) {
				r.at = child
				return nil
			}
			names = append(append(names, child.Name), child.Aliases...)
		}
		if word == "help" || word == "/?" {
			// So people ask for it, too.
			return ErrHelp
		}
		return fmt.Errorf("there is no command %q%s", strings.TrimSpace(r.at.Path()+" "+word), didYouMean(Nearest(word, names)))
	}
	if r.taken == len(r.at.Arguments) {
		return fmt.Errorf("%s takes no argument %q", r.at.Path(), word)
	}
	f := r.at.Arguments[r.taken]
	r.taken++
	return f.set(word)
}

// complete tells what is missing.
func (r *reader) complete() error {
	if len(r.at.Commands) > 0 {
		var names []string
		for _, child := range r.at.Commands {
			names = append(names, child.Name)
		}
		return fmt.Errorf("%s needs one of %s", strings.TrimSpace(r.at.root().Name+" "+r.at.Path()), strings.Join(names, ", "))
	}
	for _, f := range r.at.Flags {
		if f.Required && !slices.Contains(r.given, f) {
			return fmt.Errorf("%s needs --%s=%s", r.at.Path(), f.Name, f.Placeholder())
		}
	}
	return nil
}

func (c *Command) root() *Command {
	for c.parent != nil {
		c = c.parent
	}
	return c
}

// find returns a flag of the command, or of those that it belongs to; nil where there is none.
func (c *Command) find(wanted func(*Flag) bool) *Flag {
	for ; c != nil; c = c.parent {
		if i := slices.IndexFunc(c.Flags, wanted); i >= 0 {
			return c.Flags[i]
		}
	}
	return nil
}

// set takes a value as it is written. The error says what is wrong with it, as in "is none of a, b".
func (f *Flag) set(text string) error {
	if len(f.Enum) > 0 && !slices.Contains(f.Enum, text) {
		return fmt.Errorf("is none of %s", strings.Join(f.Enum, ", "))
	}
	switch target := f.value.Addr().Interface().(type) {
	case *string:
		*target = text
	case *[]string:
		values := []string{text}
		if !f.whole {
			values = strings.Split(text, ",")
		}
		*target = append(*target, values...)
	case *bool:
		value, err := strconv.ParseBool(text)
		if err != nil {
			return errors.New("is neither true nor false")
		}
		*target = value
	case *int:
		value, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("is no whole number")
		}
		*target = value
	case *time.Duration:
		value, err := time.ParseDuration(text)
		if err != nil {
			return errors.New("is no length of time, as 90s, 10m or 1h30m are")
		}
		*target = value
	}
	return nil
}

// Nearest returns the name that a misspelt word probably means, or "".
func Nearest(word string, names []string) string {
	const longest = 64 // nobody misspells more than that
	if len(word) > longest {
		return ""
	}
	best, distance := "", max(2, len(word)/3)+1
	for _, name := range names {
		if d := levenshtein.Distance(word, name, nil); d < distance {
			best, distance = name, d
		}
	}
	return best
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", name)
}
