package cli_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
)

// judge validates documents against the published schemas.
type judge map[string]*jsonschema.Schema

func newJudge(t *testing.T) judge {
	t.Helper()
	texts, err := output.Schemas()
	if err != nil {
		t.Fatal(err)
	}
	j := judge{}
	for name, text := range texts {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		if err := compiler.AddResource(name, document); err != nil {
			t.Fatal(err)
		}
		if j[name], err = compiler.Compile(name); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return j
}

func (j judge) check(t *testing.T, schema, text string) {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Errorf("not JSON: %v\n%s", err, text)
		return
	}
	if err := j[schema].Validate(document); err != nil {
		t.Errorf("against %s: %v\n%s", schema, err, text)
	}
}

// TestOutputFitsTheSchemas runs each scenario that the project ships, and holds what the commands print to the schemas.
func TestOutputFitsTheSchemas(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(scenarios + "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	j := newJudge(t)
	for n, file := range files {
		if raceDetector && n%10 != 0 {
			// The scenarios take the same ways through the program; the race detector needs to see few of them.
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			on := []string{"--simulate", file, "--state-dir", t.TempDir()}
			stream := (call{}).run(t, append(on, "apply", "--output", "ndjson")...)
			for line := range strings.Lines(stream.stdout) {
				j.check(t, "event.json", line)
			}
			if !strings.Contains(stream.stdout, `"type":"report"`) {
				t.Errorf("the stream does not end with a report:\n%s", stream.stdout)
			}
			if n%10 != 0 {
				// What the other commands print has the same shape everywhere; one scenario in ten will do.
				return
			}
			for schema, args := range map[string][]string{
				"report.json":   {"plan", "--output", "json"},
				"status.json":   {"status", "--output", "json"},
				"doctor.json":   {"doctor", "--output", "json"},
				"timeline.json": {"timeline", "--format", "json"},
			} {
				j.check(t, schema, (call{}).run(t, append(on, args...)...).stdout)
			}
		})
	}
}

// TestFailuresFitTheSchemas shows that a command that fails early still prints a report.
func TestFailuresFitTheSchemas(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	for _, args := range [][]string{
		{"frobnicate", "--output", "json"}, {"apply", "--frobnicate", "--output", "json"}, {"apply", "--output", "json"}, {"explain", "E_NOTHING", "--output", "json"},
		{"status", "--simulate", "none.yaml", "--output", "json"}, {"config", "show", "none.yaml", "--output", "json"},
		{"signal", "asg", "--result", "CONTINUE", "--simulate", scenarios + "clean.yaml", "--output", "json"},
	} {
		got := (call{}).run(t, args...)
		if got.code == 0 {
			t.Errorf("%v did not fail", args)
		}
		j.check(t, "report.json", got.stdout)
		stream := (call{}).run(t, append(slices.Clone(args[:len(args)-1]), "ndjson")...)
		j.check(t, "event.json", stream.stdout)
		if strings.Contains(got.stdout+stream.stdout, "0001-01-01") {
			t.Errorf("%v: a time that nobody saw:\n%s%s", args, got.stdout, stream.stdout)
		}
	}
}

// TestSchemasRefuse shows that the schemas can say no.
func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	good := (call{}).run(t, "apply", "--output", "json").stdout
	for what, broken := range map[string]string{
		"a member too many": strings.Replace(good, `"command"`, `"extra": 1, "command"`, 1),
		"a missing member":  strings.Replace(good, `"result"`, `"resultat"`, 1),
		"another version":   strings.Replace(good, `"schemaVersion": 1`, `"schemaVersion": 2`, 1),
		"another type":      strings.Replace(good, `"exitCode": 4`, `"exitCode": "4"`, 1),
	} {
		if broken == good {
			t.Fatalf("%s: nothing was changed in %s", what, good)
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(broken))
		if err != nil {
			t.Fatal(err)
		}
		if j["report.json"].Validate(document) == nil {
			t.Errorf("%s passes", what)
		}
	}
}
