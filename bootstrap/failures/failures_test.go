package failures_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/failures"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef/rules"
	"github.com/ecswin/terraform-provider-ecswin/internal/testindex"
)

const root = "../.."

func TestTableIsWhole(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, f := range failures.Table() {
		ids = append(ids, f.ID)
		if f.Symptom == "" || f.Cause == "" || f.By == "" || f.Why == "" {
			t.Errorf("%s is not whole", f.ID)
		}
		if !slices.Contains([]failures.How{failures.Prevented, failures.Repaired, failures.OnNode, failures.ByProvider, failures.Documented}, f.How) {
			t.Errorf("%s is met by %q", f.ID, f.How)
		}
		if f.How == failures.Documented {
			if f.Remedy == "" || len(f.Shown) > 0 {
				t.Errorf("%s is documented: it needs a remedy and has no test", f.ID)
			}
			continue
		}
		if len(f.Shown) == 0 || len(f.Neighbour) == 0 {
			t.Errorf("%s: nothing shows it, or that its neighbour is another", f.ID)
		}
		for _, n := range f.Neighbour {
			if slices.Contains(f.Shown, n) {
				t.Errorf("%s: %v shows it and is its neighbour", f.ID, n)
			}
		}
	}
	for i := range 32 {
		if want := fmt.Sprintf("F%d", i+1); !slices.Contains(ids, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if len(ids) != 32 {
		t.Errorf("%d rows", len(ids))
	}
}

func TestCodesAndRulesExist(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range rules.All() {
		known[r.ID] = true
	}
	for _, f := range failures.Table() {
		for _, c := range f.Codes {
			if _, ok := fault.Find(c); !ok {
				t.Errorf("%s names %s, which is no fault", f.ID, c)
			}
		}
		for _, r := range f.Rules {
			if !known[r] {
				t.Errorf("%s names %s, which is no rule", f.ID, r)
			}
		}
		if f.How == failures.OnNode && len(f.Codes) == 0 {
			t.Errorf("%s is named on the node, and has no code", f.ID)
		}
	}
}

// TestTestsExist finds each test that a row names in the source: the function, and its case's name as a string in it or in
// the table that it walks.
func TestTestsExist(t *testing.T) {
	t.Parallel()
	tests := testindex.New(root)
	for _, f := range failures.Table() {
		for _, named := range slices.Concat(f.Shown, f.Neighbour) {
			// A scenario's case is its file.
			name, scenario := named.Scenario()
			if scenario {
				if _, err := os.Stat(filepath.Join(root, "examples", "scenarios", name+".yaml")); err != nil {
					t.Errorf("%s: there is no scenario %s", f.ID, name)
				}
				named.Case = ""
			}
			if err := tests.Check(named.Folder, named.Func, named.Case); err != nil {
				t.Errorf("%s: %v", f.ID, err)
			}
		}
	}
}

// TestNeighbourScenariosExpectAnotherName: a scenario that shows the neighbour must not end in the row's own code.
func TestNeighbourScenariosExpectAnotherName(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, f := range failures.Table() {
		for _, n := range f.Neighbour {
			name, ok := n.Scenario()
			if !ok {
				continue
			}
			checked++
			text, err := os.ReadFile(filepath.Join(root, "examples", "scenarios", name+".yaml"))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range f.Codes {
				if strings.Contains(string(text), "code: "+string(c)) {
					t.Errorf("%s: its neighbour %s ends in its own code %s", f.ID, name, c)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no scenario was looked at")
	}
}

func TestMarkdownHasEveryRowOnce(t *testing.T) {
	t.Parallel()
	page := failures.Markdown()
	for _, f := range failures.Table() {
		if n := strings.Count(page, "\n### "+f.ID+"\n"); n != 1 {
			t.Errorf("%s stands %d times on the page", f.ID, n)
		}
		for _, c := range f.Codes {
			if !strings.Contains(page, "["+string(c)+"](bootstrap/exit-codes.md#") {
				t.Errorf("the page lacks %s", c)
			}
		}
	}
}

// TestPageIsTheTables holds the page in docs/ to the table, where nobody can run the generator too.
func TestPageIsTheTables(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root, "docs", "troubleshooting.md"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(failures.Markdown(), string(page)); d != "" {
		t.Errorf("docs/troubleshooting.md is out of date, run make generate (-want +got):\n%s", d)
	}
}
