package commandline_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cli/commandline"
)

// grammar has a field of every kind.
type grammar struct {
	Globals globals `embed:""`
	Sail    sail    `cmd:"" aliases:"go,leave" help:"Set sail."`
	Cargo   cargo   `cmd:"" help:"Work with cargo."`
}

type globals struct {
	Output  string        `enum:"human,json" default:"human" help:"Form: ${enum}."`
	Timeout time.Duration `placeholder:"DURATION" help:"End after this long."`
	Verbose bool          `short:"v" help:"Say more."`
	LogFile string        `short:"l" help:"File of the log."`
}

type sail struct {
	Port  string   `arg:"" help:"Where to."`
	Only  []string `placeholder:"NAME" help:"These sails alone."`
	Route []string `sep:"none" help:"A leg."`
	Crew  int      `default:"3" help:"How many."`
	ForUs bool     `name:"for-all" short:"y" help:"Everybody."`
}

type cargo struct {
	Load   load     `cmd:"" help:"Load it."`
	Unload struct{} `cmd:"" help:"Take it out."`
}

type load struct {
	Kind string `required:"" enum:"BULK,BOX" help:"Kind: ${enum}."`
	Name string `default:"a box" help:"Its name."`
}

func parse(t *testing.T, args ...string) (*grammar, *commandline.Command, error) {
	t.Helper()
	g := &grammar{}
	program, err := commandline.New("ship", "Goes to sea.\n\nAnd comes back.", g)
	if err != nil {
		t.Fatal(err)
	}
	command, err := program.Parse(args)
	return g, command, err
}

func TestParse(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]grammar{
		"sail":                     {},
		"go":                       {},
		"sail rio":                 {Sail: sail{Port: "rio"}},
		"sail -":                   {Sail: sail{Port: "-"}},
		"sail -- -v":               {Sail: sail{Port: "-v"}},
		"-v --output json sail":    {Globals: globals{Verbose: true, Output: "json"}},
		"sail --output=json -v":    {Globals: globals{Verbose: true, Output: "json"}},
		"sail --verbose=false":     {},
		"sail -vy":                 {Globals: globals{Verbose: true}, Sail: sail{ForUs: true}},
		"sail -vl=x":               {Globals: globals{Verbose: true, LogFile: "x"}},
		"sail -l x -y":             {Globals: globals{LogFile: "x"}, Sail: sail{ForUs: true}},
		"sail --for-all rio":       {Sail: sail{ForUs: true, Port: "rio"}},
		"sail --only a,b --only c": {Sail: sail{Only: []string{"a", "b", "c"}}},
		"sail --route a,b":         {Sail: sail{Route: []string{"a,b"}}},
		"sail --crew 4 --crew 5":   {Sail: sail{Crew: 5}},
		"sail --timeout 1m30s":     {Globals: globals{Timeout: 90 * time.Second}},
		"sail --timeout=-1s":       {Globals: globals{Timeout: -time.Second}},
		"sail --log-file=":         {},
		"cargo load --kind BOX":    {Cargo: cargo{Load: load{Kind: "BOX"}}},
	} {
		if want.Globals.Output == "" {
			want.Globals.Output = "human"
		}
		if want.Sail.Crew == 0 {
			want.Sail.Crew = 3
		}
		want.Cargo.Load.Name = "a box"
		got, command, err := parse(t, strings.Fields(line)...)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if d := cmp.Diff(want, *got); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
		if path := command.Path(); path != "sail" && path != "cargo load" {
			t.Errorf("%s names the command %q", line, path)
		}
	}
}

// TestTarget shows that a caller gets the struct of the command that was named.
func TestTarget(t *testing.T) {
	t.Parallel()
	g, command, err := parse(t, "cargo", "load", "--kind", "BULK")
	if err != nil || command.Target != any(&g.Cargo.Load) {
		t.Errorf("the target is %T, %v", command.Target, err)
	}
}

// TestMistakes holds what is said of each mistake, and the command whose help is worth reading.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]struct{ about, text string }{
		"":                         {"", "ship needs one of sail, cargo"},
		"cargo":                    {"cargo", "ship cargo needs one of load, unload"},
		"sial":                     {"", `there is no command "sial", did you mean "sail"?`},
		"cargo lod":                {"cargo", `there is no command "cargo lod", did you mean "load"?`},
		"cargo zebra":              {"cargo", `there is no command "cargo zebra"`},
		"sail rio lima":            {"sail", `sail takes no argument "lima"`},
		"cargo unload x":           {"cargo unload", `cargo unload takes no argument "x"`},
		"sail --onli x":            {"sail", `unknown flag --onli, did you mean "--only"?`},
		"--only x sail":            {"", "unknown flag --only"},
		"sail -x":                  {"sail", "unknown flag -x"},
		"sail -vx":                 {"sail", "unknown flag -x"},
		"sail -lv x":               {"sail", "-l needs a value and stands before other letters: write it by itself"},
		"sail --output xml":        {"sail", `--output "xml" is none of human, json`},
		"sail --timeout 5":         {"sail", `--timeout "5" is no length of time, as 90s, 10m or 1h30m are`},
		"sail --timeout -5s":       {"sail", "--timeout needs a value: --timeout=DURATION"},
		"sail --output --verbose":  {"sail", "--output needs a value: --output=human|json"},
		"sail --log-file":          {"sail", "--log-file needs a value: --log-file=FILE"},
		"sail --crew many":         {"sail", `--crew "many" is no whole number`},
		"sail --verbose=perhaps":   {"sail", `--verbose "perhaps" is neither true nor false`},
		"cargo load":               {"cargo load", "cargo load needs --kind=BULK|BOX"},
		"cargo load --kind bulk":   {"cargo load", `--kind "bulk" is none of BULK, BOX`},
		"sail --one --two":         {"sail", "unknown flag --one"},
		"sial sail --output json":  {"", `there is no command "sial", did you mean "sail"?`},
		strings.Repeat("long", 20): {"", `there is no command "` + strings.Repeat("long", 20) + `"`},
	} {
		g, about, err := parse(t, strings.Fields(line)...)
		if err == nil || !strings.HasPrefix(err.Error(), want.text) || about.Path() != want.about {
			t.Errorf("%q: %v about %q, want %q about %q", line, err, about.Path(), want.text, want.about)
		}
		if strings.HasSuffix(line, "json") && g.Globals.Output != "json" {
			t.Errorf("%q: what follows the mistake was not read", line)
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"--help": `Usage: ship <command> [flags]

Goes to sea.

And comes back.

Commands:
  sail (go, leave)  Set sail.
  cargo             Work with cargo.

Flags of every command:
  -h, --help                   Show this; after a command, what that takes.
      --output=human|json      Form: human, json. Default: human.
      --timeout=DURATION       End after this long.
  -v, --verbose                Say more.
  -l, --log-file=FILE          File of the log.

Run "ship <command> --help" for more on a command.
`,
		"cargo load -h": `Usage: ship cargo load --kind=BULK|BOX [flags]

Load it.

Flags:
      --kind=BULK|BOX          Kind: BULK, BOX.
      --name=NAME              Its name. Default: "a box".
`,
		"help":     "Usage: ship <command> [flags]\n",
		"cargo /?": "Usage: ship cargo <command> [flags]\n",
		"sail rio --help": `Usage: ship sail [PORT] [flags]

Set sail.

Arguments:
  [PORT]    Where to.
`,
	} {
		_, command, err := parse(t, strings.Fields(line)...)
		if !errors.Is(err, commandline.ErrHelp) {
			t.Errorf("%s: %v", line, err)
			continue
		}
		var got strings.Builder
		if err := command.WriteHelp(&got); err != nil || !strings.HasPrefix(got.String(), want) {
			t.Errorf("%s (-want +got), %v:\n%s", line, err, cmp.Diff(want, got.String()))
		}
		for row := range strings.Lines(got.String()) {
			if row = strings.TrimRight(row, "\n"); len(row) > 80 || strings.HasSuffix(row, " ") {
				t.Errorf("%s: a line of %d characters, or with blanks behind it: %q", line, len(row), row)
			}
		}
	}
}

// TestGrammarsThatAreNone shows that a mistake in a grammar is told of.
func TestGrammarsThatAreNone(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]any{
		"a field of another type": &struct {
			Size float64
		}{},
		"a default that is not in the enum": &struct {
			Form string `enum:"a,b" default:"c"`
		}{},
		"in a command": &struct {
			Go struct {
				Wait time.Duration `default:"soon"`
			} `cmd:""`
		}{},
	} {
		if _, err := commandline.New("ship", "", g); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// FuzzParse shows that no command line gets more than an answer, and that what is accepted keeps to the grammar.
func FuzzParse(f *testing.F) {
	for _, line := range []string{"sail -vy --only a,b", "cargo load --kind=BOX", "--", "-=x", "--=x", "-\xff", "sail -l", "go --timeout 1h --help"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		g, command, err := parse(t, strings.Split(line, " ")...)
		if command == nil {
			t.Fatalf("%q: no command", line)
		}
		if err == nil && (len(command.Commands) > 0 || command.Path() == "cargo load" && g.Cargo.Load.Kind == "" || g.Globals.Output == "") {
			t.Errorf("%q is accepted as %q: %+v", line, command.Path(), g)
		}
	})
}
