package winetest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPrune(t *testing.T) {
	t.Parallel()
	c := cache{dir: t.TempDir()}
	now := time.Now()
	for name, age := range map[string]time.Duration{
		"base-a": 8 * 24 * time.Hour, "base-b": 6 * 24 * time.Hour, "template-a": 8 * 24 * time.Hour, "exe-a": 0,
		"machines/m1": 25 * time.Hour, "machines/m2": time.Hour, "another": 100 * 24 * time.Hour,
	} {
		dir := filepath.Join(c.dir, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := touch(filepath.Join(c.dir, "template-a")); err != nil {
		t.Fatal(err)
	}
	if err := c.prune(now); err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, pattern := range []string{"*", "machines/*"} {
		paths, err := filepath.Glob(filepath.Join(c.dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			left = append(left, p[len(c.dir)+1:])
		}
	}
	if diff := cmp.Diff([]string{"another", "base-b", "exe-a", "machines", "template-a", "machines/m2"}, left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}
