package cli

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// TestLineIsRead shows which command a line names, the flags that it sets, and the words that are left to it.
func TestLineIsRead(t *testing.T) {
	t.Parallel()
	type reading struct {
		Command string
		Flags   map[string]string
		Words   []string
	}
	none := map[string]string{}
	for line, want := range map[string]reading{
		"status":                              {"status", none, nil},
		"init -v":                             {"apply", map[string]string{"verbose": "true"}, nil},
		"-v --output json plan":               {"plan", map[string]string{"verbose": "true", "output": "json"}, nil},
		"plan --output=json --verbose=false":  {"plan", map[string]string{"verbose": "false", "output": "json"}, nil},
		"plan --only a,b --only c --skip d":   {"plan", map[string]string{"only": "[a,b,c]", "skip": "[d]"}, nil},
		"reset -yv --hns --for-ami":           {"reset", map[string]string{"yes": "true", "verbose": "true", "hns": "true", "for-ami": "true"}, nil},
		"config check":                        {"config check", none, nil},
		"config check a.yaml --config=":       {"config check", map[string]string{"config": ""}, []string{"a.yaml"}},
		"config check -":                      {"config check", none, []string{"-"}},
		"config show -- -v":                   {"config show", none, []string{"-v"}},
		"config convert --line -Cluster":      {"config convert", map[string]string{"line": "-Cluster"}, nil},
		"--config config config show":         {"config show", map[string]string{"config": "config"}, nil},
		"verify --wait 1m30s --timeout=-1s":   {"verify", map[string]string{"wait": "1m30s", "timeout": "-1s"}, nil},
		"signal cfn --result SUCCESS":         {"signal cfn", map[string]string{"result": "SUCCESS"}, nil},
		"trunk documents --variant a":         {"trunk documents", map[string]string{"variant": "a"}, nil},
		"userdata x --base64 --form document": {"userdata", map[string]string{"base64": "true", "form": "document"}, []string{"x"}},
	} {
		l := newLine()
		command, err := l.parse(strings.Fields(line))
		if err != nil || l.run == nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		got := reading{Command: path(command), Flags: map[string]string{}}
		got.Words = append(got.Words, command.Flags().Args()...)
		command.Flags().Visit(func(f *pflag.Flag) { got.Flags[f.Name] = f.Value.String() })
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}

// TestDefaults holds the values that flags have where nobody gives one.
func TestDefaults(t *testing.T) {
	t.Parallel()
	l := newLine()
	if _, err := l.parse([]string{"version"}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(globals{Output: "human", RebootExitCode: 10}, l.globals); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestMistakes holds what is said of each mistake, and of which command the help is worth reading.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]struct{ about, text string }{
		"-v":                         {"", "ecswin-bootstrap needs one of apply, plan, reset, verify, doctor, status,"},
		"signal":                     {" signal", "ecswin-bootstrap signal needs one of asg, cfn"},
		"aply":                       {"", `there is no command "aply", did you mean "apply"?`},
		"aply --only docker":         {"", `there is no command "aply", did you mean "apply"?`},
		"aply --timeout 5":           {"", `there is no command "aply", did you mean "apply"?`},
		"inti":                       {"", `there is no command "inti", did you mean "init"?`},
		"config chek --given":        {" config", `there is no command "config chek", did you mean "check"?`},
		"config zebra":               {" config", `there is no command "config zebra"`},
		"completion":                 {"", `there is no command "completion"`},
		"__complete p":               {"", `there is no command "__complete"`},
		strings.Repeat("long", 20):   {"", `there is no command "` + strings.Repeat("long", 20) + `"`},
		"-- init":                    {"", "the command init stands behind --"},
		"status now":                 {" status", `status takes no argument "now"`},
		"config check a b":           {" config check", `config check takes no argument "b"`},
		"plan --onl x":               {" plan", `unknown flag --onl, did you mean "--only"?`},
		"plan --outpt=json":          {" plan", `unknown flag --outpt, did you mean "--output"?`},
		"--yes reset":                {"", "unknown flag --yes"},
		"plan -x":                    {" plan", "unknown shorthand flag: 'x'"},
		"--output xml plan":          {" plan", `invalid argument "xml" for "--output" flag: it is none of human, json, ndjson`},
		"plan --timeout 5":           {" plan", `invalid argument "5" for "--timeout" flag: `},
		"plan --verbose=perhaps":     {" plan", `invalid argument "perhaps" for "-v, --verbose" flag: `},
		"plan --only":                {" plan", "flag needs an argument: --only"},
		"signal asg":                 {" signal asg", `required flag(s) "result" not set`},
		"signal asg --result=abndon": {" signal asg", `invalid argument "abndon" for "--result" flag: it is none of CONTINUE, ABANDON`},
		"plan --=x":                  {" plan", "bad flag syntax: --=x"},
	} {
		_, err := newLine().parse(strings.Fields(line))
		var f *fault.Fault
		if !errors.As(err, &f) || f.Code != "E_USAGE" || !strings.HasPrefix(f.Seen, want.text) || f.Remedy != "run `ecswin-bootstrap"+want.about+" --help`" {
			t.Errorf("%s: %+v, want %q about %q", line, f, want.text, want.about)
		}
	}
}

// TestFormOfAMistake shows that a mistake is told in the form that the line asks for, wherever it asks.
func TestFormOfAMistake(t *testing.T) {
	t.Parallel()
	want := globals{Output: "json", Simulate: "x.yaml", RebootExitCode: 10}
	for _, line := range []string{
		"aply --output json --simulate x.yaml", "--frob --output json --simulate=x.yaml plan", "--output json --simulate x.yaml plan --frob=1",
		"plan --frob x --output json --simulate x.yaml", "--timeout soon plan --simulate x.yaml --output=json",
		"--output json --simulate x.yaml plan --output xml", "signal asg --output json --simulate x.yaml",
	} {
		l := newLine()
		if _, err := l.parse(strings.Fields(line)); err == nil {
			t.Errorf("%s is understood", line)
		}
		if d := cmp.Diff(want, l.globals); d != "" {
			t.Errorf("%s (-want +got):\n%s", line, d)
		}
	}
}

// everyCommand returns the program and all its commands.
func everyCommand(root *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{root}
	for _, c := range root.Commands() {
		all = append(all, everyCommand(c)...)
	}
	return all
}

// TestHelpOfEveryCommand shows that the ways to ask for help have the same answer, and that it fits a narrow console.
func TestHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	for _, command := range everyCommand(newLine().root) {
		name := path(command)
		words := strings.Fields(name)
		ways := [][]string{append(words, "--help"), append([]string{"-h"}, words...), append([]string{"help"}, words...)}
		if command.HasSubCommands() {
			ways = append(ways, append(words, "help"), append(words, "/?"))
		}
		first := ""
		for _, args := range ways {
			var out strings.Builder
			if code := (Program{Stdout: &out, Stderr: &out}).Run(t.Context(), args); code != 0 {
				t.Errorf("%q: exit code %d", args, code)
			}
			if first == "" {
				first = out.String()
			}
			if !strings.HasPrefix(out.String(), "Usage: "+command.CommandPath()) || out.String() != first {
				t.Errorf("%q does not show the help of %q:\n%s", args, name, out.String())
			}
		}
		for row := range strings.Lines(first) {
			if row = strings.TrimRight(row, "\n"); len(row) > helpWidth || strings.HasSuffix(row, " ") {
				t.Errorf("%q: a line of %d characters, or with blanks behind it: %q", name, len(row), row)
			}
		}
	}
}

// TestEveryFlagIsExplained shows that no command is without an explanation and a place on the page, and that the value of a
// flag has a name.
func TestEveryFlagIsExplained(t *testing.T) {
	t.Parallel()
	page := CommandsPage()
	for _, command := range everyCommand(newLine().root) {
		if !command.HasSubCommands() && !strings.Contains(page, "\n## "+path(command)+"\n") {
			t.Errorf("%q is not on the page", path(command))
		}
		if command.HasParent() && (command.GroupID == "" || !strings.HasSuffix(command.Short, ".")) {
			t.Errorf("%q is below no heading, or is not explained: %q", path(command), command.Short)
		}
		command.LocalFlags().VisitAll(func(f *pflag.Flag) {
			value, text := pflag.UnquoteUsage(f)
			if f.Value.Type() != "bool" && value != strings.ToUpper(value) || !strings.HasSuffix(text, ".") {
				t.Errorf("%s --%s %s: %q", path(command), f.Name, value, text)
			}
		})
	}
}

// FuzzLine shows that no line gets more than an answer: what runs, or the fault of the line.
func FuzzLine(f *testing.F) {
	for _, line := range []string{"reset -yv", "signal asg --result=ABANDON", "--", "-=x", "--=x", "-\xff", "plan --only \"", "config /? x", "-h", "trunk help documents"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		l := newLine()
		command, err := l.parse(strings.Split(line, " "))
		var known *fault.Fault
		switch {
		case command == nil:
			t.Fatalf("%q: no command", line)
		case err == nil && (l.run == nil || l.globals.Output == ""):
			t.Errorf("%q is understood, and nothing runs: %+v", line, l.globals)
		case err != nil && (!errors.As(err, &known) || !strings.HasPrefix(known.Remedy, "run `ecswin-bootstrap")):
			t.Errorf("%q: %v", line, err)
		}
	})
}
