package nodeconfig

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is out of date, run the test with -update and read the difference (-file +now):\n%s", path, diff)
	}
}

const head = "apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: prod\n"

// parse reads a document that has to be in order.
func parse(t *testing.T, text string) *Document {
	t.Helper()
	d, err := Parse([]byte(text), "node.yaml")
	if err != nil {
		t.Fatalf("Parse: %v\nof\n%s", err, text)
	}
	return d
}

// problems reads a document that must not be in order.
func problems(t *testing.T, text string) Problems {
	t.Helper()
	_, err := Parse([]byte(text), "node.yaml")
	var found Problems
	if !errors.As(err, &found) || len(found) == 0 {
		t.Fatalf("Parse took\n%s\n(error %v)", text, err)
	}
	return found
}

// yamlAt writes a member as a document of its own below the head, in one flow mapping.
func yamlAt(path, value string) string {
	parts := strings.Split(path, ".")
	if len(parts) == 1 {
		return path + ": " + value + "\n"
	}
	return parts[0] + ": {" + strings.Join(parts[1:], ": {") + ": " + value + strings.Repeat("}", len(parts)-1) + "\n"
}
