package cli_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cli"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

// call is one run of the program in a test.
type call struct {
	stdin   string
	environ []string
	color   bool
	// terminal is what a person types, where one sits before the program.
	terminal bool
	machine  func(context.Context) (cli.Machine, error)
}

// result is what came of it.
type result struct {
	code           int
	stdout, stderr string
}

func (c call) run(t *testing.T, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if c.machine == nil {
		c.machine = func(context.Context) (cli.Machine, error) {
			return nil, fault.New("E_NOT_WINDOWS", nil, "it runs plan9")
		}
	}
	p := cli.Program{
		Version: "1.2.3", Path: `C:\Program Files\ecswin\ecswin-bootstrap.exe`,
		Stdin: strings.NewReader(c.stdin), Stdout: &stdout, Stderr: &stderr,
		Terminal: c.terminal, Color: c.color, Environ: c.environ, Machine: c.machine,
	}
	code := p.Run(t.Context(), args)
	return result{code, stdout.String(), stderr.String()}
}

// screen is a result as a golden file has it.
func (r result) screen(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		if quoted[i] = arg; strings.ContainsAny(arg, " |") {
			quoted[i] = "'" + arg + "'"
		}
	}
	text := "$ ecswin-bootstrap " + strings.Join(quoted, " ") + "\n" + r.stdout
	if r.stderr != "" {
		text += "--- standard error\n" + r.stderr
	}
	return text + fmt.Sprintf("--- exit code %d\n", r.code)
}

// golden compares a text with its golden file; -update writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	lines := func(s string) []string { return strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") }
	if d := cmp.Diff(lines(string(want)), lines(got)); d != "" {
		t.Errorf("%s (-want +got), -update writes it anew:\n%s", path, d)
	}
}

// TestScreensAnywhere are those of the commands that need no machine.
func TestScreensAnywhere(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		call
		args []string
	}{
		"help":                  {args: []string{"--help"}},
		"no-arguments":          {},
		"unknown-command":       {args: []string{"frobnicate"}},
		"unknown-flag":          {args: []string{"config", "check", "--frobnicate"}},
		"two-sources":           {args: []string{"config", "check", "--config", "a", "--config-source", "file://b"}},
		"unknown-source":        {args: []string{"config", "check", "--config-source", "ftp://b"}},
		"no-file":               {args: []string{"config", "check", "testdata/none.yaml"}},
		"check-valid":           {args: []string{"config", "check", "testdata/node.yaml"}},
		"check-invalid":         {args: []string{"config", "check", "testdata/invalid.yaml"}},
		"check-invalid-json":    {args: []string{"config", "check", "testdata/invalid.yaml", "--output", "json"}},
		"check-user-data":       {args: []string{"config", "check", "--user-data", "testdata/userdata.txt"}},
		"check-user-data-bad":   {args: []string{"config", "check", "--user-data", "testdata/userdata-bad.txt"}},
		"check-stdin":           {call: call{stdin: "cluster: [\n"}, args: []string{"config", "check", "-"}},
		"show-given":            {args: []string{"config", "show", "--given", "testdata/node.yaml"}},
		"show-json":             {args: []string{"config", "show", "--given", "--output", "json", "--config", "testdata/node.yaml"}},
		"show-invalid":          {args: []string{"config", "show", "testdata/invalid.yaml"}},
		"convert-line":          {args: []string{"config", "convert", "--line", "Initialize-ECSAgent -Cluster prod -EnableTaskIAMRole -EnableTaskENI"}},
		"convert-nothing":       {args: []string{"config", "convert", "--line", "Get-Date"}},
		"convert-environment":   {call: call{environ: []string{"ECS_CLUSTER=prod", "ECS_ENABLE_TASK_ENI=true", "PATH=/bin"}}, args: []string{"config", "convert", "--environment"}},
		"convert-two-sources":   {args: []string{"config", "convert", "--environment", "--line", "x"}},
		"explain":               {args: []string{"explain", "E_NOT_WINDOWS"}},
		"explain-short":         {args: []string{"explain", "not_windows", "--output", "json"}},
		"explain-word":          {args: []string{"explain", "nat"}},
		"show-two-sources":      {args: []string{"config", "show", "testdata/node.yaml", "--config", "testdata/node.yaml"}},
		"verify-negative-wait":  {args: []string{"verify", "--wait=-5s", "--simulate", scenarios + "clean.yaml"}},
		"explain-unknown":       {args: []string{"explain", "E_NOT_WINDOW"}},
		"userdata":              {args: []string{"userdata", "testdata/node.yaml"}},
		"userdata-base64":       {args: []string{"userdata", "testdata/node.yaml", "--form", "document", "--base64"}},
		"userdata-refused":      {args: []string{"userdata", "testdata/node.yaml", "--form", "yaml", "--launch-agent", "ec2launch-v1"}},
		"userdata-refused-json": {args: []string{"userdata", "testdata/node.yaml", "--form", "yaml", "--launch-agent", "ec2launch-v1", "--output", "json"}},
		"userdata-family":       {args: []string{"userdata", "testdata/node.yaml", "--operating-system-family", "WINDOWS_SERVER_2016_FULL"}},
		"userdata-no-family":    {args: []string{"userdata", "testdata/node.yaml", "--operating-system-family", "LINUX"}},
		"trunk":                 {args: []string{"trunk", "documents", "--variant", "b", "--branch", "7,0A:00:00:00:00:07,192.0.2.7/24,192.0.2.1"}},
		"trunk-bad-branch":      {args: []string{"trunk", "documents", "--variant", "b", "--branch", "7"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, "anywhere/"+name+".txt", tt.run(t, tt.args...).screen(tt.args))
		})
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if got := (call{}).run(t, "version"); got.code != 0 || !strings.HasPrefix(got.stdout, "ecswin-bootstrap 1.2.3 (go") {
		t.Errorf("version: %+v", got)
	}
	if got := (call{}).run(t, "version", "--json"); got.code != 0 || !strings.Contains(got.stdout, `"version": "1.2.3"`) {
		t.Errorf("version --json: %+v", got)
	}
}

// TestConfigRoundTrip shows that what the program prints, it takes.
func TestConfigRoundTrip(t *testing.T) {
	t.Parallel()
	example := (call{}).run(t, "config", "example")
	if got := (call{stdin: example.stdout}).run(t, "config", "check", "-"); got.code != 0 {
		t.Errorf("the example: %+v", got)
	}
	converted := (call{}).run(t, "config", "convert", "--line", "Initialize-ECSAgent -Cluster prod -EnableTaskENI")
	if got := (call{stdin: converted.stdout}).run(t, "config", "check", "-"); got.code != 0 {
		t.Errorf("the converted document: %+v", got)
	}
	rendered := (call{}).run(t, "userdata", "testdata/node.yaml")
	file := filepath.Join(t.TempDir(), "userdata.txt")
	if err := os.WriteFile(file, []byte(rendered.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := (call{}).run(t, "config", "check", "--user-data", file); got.code != 0 || got.stderr != "" {
		t.Errorf("the rendered user data: %+v", got)
	}
}

func TestColorsOnlyWhereWanted(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		call
		args []string
		want bool
	}{
		"a terminal":         {call{color: true}, nil, true},
		"none":               {call{}, nil, false},
		"NO_COLOR":           {call{color: true, environ: []string{"NO_COLOR=1"}}, nil, false},
		"an empty NO_COLOR":  {call{color: true, environ: []string{"NO_COLOR="}}, nil, true},
		"the flag":           {call{color: true}, []string{"--no-color"}, false},
		"JSON has no colors": {call{color: true}, []string{"--output", "json"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tt.run(t, append([]string{"explain"}, tt.args...)...)
			if has := strings.Contains(got.stdout+got.stderr, "\x1b["); has != tt.want {
				t.Errorf("colors: %t, want %t", has, tt.want)
			}
		})
	}
}

// full is a disk that takes a number of bytes.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, syscall.ENOSPC
	}
	return len(p), nil
}

// TestResultThatIsCutOff: a result that could not be written whole is a failure, told to people in every form; a run that
// changes a machine ends by what became of the machine.
func TestResultThatIsCutOff(t *testing.T) {
	t.Parallel()
	on := []string{"--simulate", scenarios + "clean.yaml"}
	for line, want := range map[string]int{
		"userdata testdata/node.yaml": 2, "config example": 2, "config show testdata/node.yaml": 2, "explain": 2, "version": 2, "--help": 2,
		"trunk documents --variant a": 2, "plan": 2, "plan --output json": 2, "plan --output ndjson": 2, "status": 2, "timeline --format emf": 2,
		"doctor --output json": 8, "explain E_NOTHING --output json": 2, "apply": 0, "apply --output json": 0, "apply --output ndjson": 0,
	} {
		var stderr bytes.Buffer
		p := cli.Program{Version: "1.2.3", Stdin: strings.NewReader(""), Stdout: &full{10}, Stderr: &stderr}
		if code := p.Run(t.Context(), append(strings.Fields(line), on...)); code != want || !strings.Contains(stderr.String(), "FAILED E_OUTPUT") {
			t.Errorf("%s: exit code %d, want %d:\n%s", line, code, want, &stderr)
		}
	}
}
