package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/scenario"
)

// TestExamplesEndAsTheySay plays every scenario that the project ships.
func TestExamplesEndAsTheySay(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("..", "..", "examples", "scenarios")
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenario in %s: %v", folder, err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			t.Parallel()
			s, err := scenario.Load(os.DirFS(folder), name)
			if err != nil {
				t.Fatal(err)
			}
			r, found, err := s.Play(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range found {
				t.Error(d)
			}
			if t.Failed() {
				for _, p := range r.Phases {
					t.Logf("%-16s %-12s %s", p.Name, p.Status, p.Why)
					if p.Error != nil {
						t.Logf("    %s: %s; last observed: %s", p.Error.Code, p.Error.Message, p.Error.LastObserved)
					}
				}
				t.Logf("warnings: %q", r.Warnings)
			}
		})
	}
}
