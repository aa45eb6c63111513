package scenario_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/scenario"
)

// examples loads every scenario that the project ships.
func examples(t *testing.T) []*scenario.Scenario {
	t.Helper()
	folder := filepath.Join("..", "..", "examples", "scenarios")
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenario in %s: %v", folder, err)
	}
	var all []*scenario.Scenario
	for _, file := range files {
		s, err := scenario.Load(os.DirFS(folder), filepath.Base(file))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func play(t *testing.T, s *scenario.Scenario) {
	t.Helper()
	r, found, err := s.Play(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found {
		t.Error(d)
	}
	if t.Failed() {
		describe(t, r)
	}
}

func describe(t *testing.T, r *report.Report) {
	t.Helper()
	for _, p := range r.Phases {
		t.Logf("%-16s %-12s %s", p.Name, p.Status, p.Why)
		if p.Error != nil {
			t.Logf("    %s: %s; last observed: %s", p.Error.Code, p.Error.Message, p.Error.LastObserved)
		}
	}
	t.Logf("warnings: %q", r.Warnings)
}

// TestExamplesEndAsTheySay plays every scenario, and then again with other orders of what happens at the same instant.
func TestExamplesEndAsTheySay(t *testing.T) {
	t.Parallel()
	all := examples(t)
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			for s.Seed = range uint64(orders) {
				play(t, s)
			}
		})
	}
	t.Logf("%d scenarios", len(all))
}

// TestARunRepeatsExactly: what a report says follows from the scenario alone.
func TestARunRepeatsExactly(t *testing.T) {
	t.Parallel()
	for i, s := range examples(t) {
		if orders == 1 && i%7 != 0 {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			var reports [2]*report.Report
			for i := range reports {
				m, err := s.Machine(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if reports[i], err = scenario.Run(t.Context(), m, s.Command); err != nil {
					t.Fatal(err)
				}
				m.Close()
				if diff := cmp.Diff(reports[0], reports[i]); diff != "" {
					t.Fatal(diff)
				}
			}
		})
	}
}

// TestEveryFailureIsExpectedWhole: a scenario that ends in a failure names its exit code, its symbolic error and its remedy,
// and each says in what state the node is left.
func TestEveryFailureIsExpectedWhole(t *testing.T) {
	t.Parallel()
	for _, s := range examples(t) {
		state := false
		all := []*scenario.Expect{&s.Expect}
		for _, step := range slices.Concat(s.Before, s.Then) {
			if step.Expect != nil {
				all = append(all, step.Expect)
			}
		}
		for _, e := range all {
			fails := e.Code != "" || e.Exit != nil && *e.Exit != 0
			if fails && (e.Exit == nil || e.Code == "" || e.Remedy == "") {
				t.Errorf("%s: a failure is expected without exit code, error code or remedy: %+v", s.Name, e)
			}
			state = state || e.Joined != nil || e.Member != "" || e.Writes != nil || len(e.Services) > 0
		}
		if !state {
			t.Errorf("%s does not say in what state the node is left", s.Name)
		}
	}
}

// TestNoExampleIsACopy: two scenarios differ in more than their names and what they expect.
func TestNoExampleIsACopy(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, s := range examples(t) {
		text, err := os.ReadFile(filepath.Join("..", "..", "examples", "scenarios", s.Name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var setting map[string]any
		if err := yaml.Load(text, &setting); err != nil {
			t.Fatal(err)
		}
		delete(setting, "about")
		delete(setting, "expect")
		key := fmt.Sprint(setting)
		if other := seen[key]; other != "" {
			t.Errorf("%s and %s are the same machine with the same command", other, s.Name)
		}
		seen[key] = s.Name
	}
}

// TestExamplesAreListed keeps the list of the folder's README complete.
func TestExamplesAreListed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "examples", "scenarios", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Count(string(page), "\n| [")
	for _, s := range examples(t) {
		if want := "| [" + s.Name + "](" + s.Name + ".yaml) | " + s.About + " |\n"; !strings.Contains(string(page), want) {
			t.Errorf("the README lacks the line\n%s", want)
		}
		rows--
	}
	if rows != 0 {
		t.Errorf("the README has %d lines too many", rows)
	}
}
