package main

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestDiffAndApply(t *testing.T) {
	t.Parallel()
	want := fstest.MapFS{
		"index.md":              {Data: []byte("new\n")},
		"resources/cluster.md":  {Data: []byte("same\n")},
		"functions/validate.md": {Data: []byte("added\n")},
	}
	docs := filepath.Join(t.TempDir(), "docs")
	for path, text := range map[string]string{
		"index.md": "old\n", "resources/cluster.md": "same\n", "resources/gone.md": "stale\n", "design/layers.md": "by hand\n",
	} {
		if err := apply([]change{{path: path, text: []byte(text)}}, docs); err != nil {
			t.Fatal(err)
		}
	}

	changes, err := diff(want, os.DirFS(docs))
	if err != nil {
		t.Fatal(err)
	}
	listed := "  add    docs/functions/validate.md\n  change docs/index.md\n  remove docs/resources/gone.md\n"
	if d := cmp.Diff(listed, list(changes)); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}

	if err := apply(changes, docs); err != nil {
		t.Fatal(err)
	}
	if again, err := diff(want, os.DirFS(docs)); err != nil || len(again) > 0 {
		t.Errorf("after apply still to do: %s (error %v)", list(again), err)
	}
	if text, err := os.ReadFile(filepath.Join(docs, "design", "layers.md")); err != nil || string(text) != "by hand\n" {
		t.Errorf("the page written by hand is now %q (error %v)", text, err)
	}
}

func TestDiffWithoutDocs(t *testing.T) {
	t.Parallel()
	changes, err := diff(fstest.MapFS{"index.md": {Data: []byte("new\n")}}, os.DirFS(filepath.Join(t.TempDir(), "docs")))
	if err != nil || len(changes) != 1 {
		t.Errorf("diff against no folder gave %v, %v; want one addition", changes, err)
	}
}

func TestWithoutTerraform(t *testing.T) {
	t.Parallel()
	got := withoutTerraform([]string{"PATH=/bin", "TF_LOG=TRACE", "TF_CLI_ARGS=-no-color", "TFX=1"})
	if d := cmp.Diff([]string{"PATH=/bin", "TFX=1"}, got); d != "" {
		t.Errorf("environment (-want +got):\n%s", d)
	}
}

func TestExamples(t *testing.T) {
	t.Parallel()
	page := "# Page\n\n```terraform\na = 1\n```\n\n```shell\nls\n```\n\n```terraform\nb = 2\n\nc = 3\n```\n"
	if d := cmp.Diff([]string{"a = 1\n", "b = 2\n\nc = 3\n"}, examples(page)); d != "" {
		t.Errorf("examples (-want +got):\n%s", d)
	}
}
