package agent_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// fixtures are the lines of the agent's log by the entry of the catalogue that they belong to.
func fixtures(t testing.TB) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/catalogue.log")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for row := range strings.Lines(string(text)) {
		name, line, ok := strings.Cut(strings.TrimSpace(row), "\t")
		if !ok || lines[name] != "" {
			t.Fatalf("row %q is not a name and a line, or the name's second", row)
		}
		lines[name] = line
	}
	return lines
}

// TestEveryEntryNamesItsLineAndNoOther gives each entry the line that the agent writes. Since the first entry that matches
// wins, a line that got a neighbour's name fails here.
func TestEveryEntryNamesItsLineAndNoOther(t *testing.T) {
	t.Parallel()
	lines := fixtures(t)
	for _, e := range agent.Catalogue() {
		raw, ok := lines[e.Name]
		if !ok {
			t.Errorf("%s: no line in testdata/catalogue.log", e.Name)
			continue
		}
		delete(lines, e.Name)
		line, ok := agent.ParseLine(raw)
		if !ok {
			t.Errorf("%s: cannot read %s", e.Name, raw)
			continue
		}
		if got, ok := agent.Match(line); !ok || got.Name != e.Name {
			t.Errorf("%s: its line is matched by %q", e.Name, got.Name)
		}
	}
	for name := range lines {
		t.Errorf("testdata/catalogue.log: %s is no entry of the catalogue", name)
	}
}

func TestCatalogueIsWhole(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	source := regexp.MustCompile(`^(app|config|handlers|ecs-agent/api/ecs/client)/[a-z_]+\.go:[0-9]+(, [0-9]+)*$`)
	seen := map[string]bool{}
	for _, e := range agent.Catalogue() {
		info, ok := fault.Find(e.Code)
		if !ok || info.Remedy == "" {
			t.Errorf("%s: %s is not in the table of faults", e.Name, e.Code)
		}
		if !name.MatchString(e.Name) || seen[e.Name] || e.Prefix == "" || !source.MatchString(e.Source) {
			t.Errorf("entry %+v is not whole", e)
		}
		if !slices.Contains([]agent.Class{agent.Terminal, agent.Restarts, agent.StartFails, agent.GoesOn}, e.Class) {
			t.Errorf("%s: class %q", e.Name, e.Class)
		}
		seen[e.Name] = true
	}
}

// TestMatchLooksAtErrorsOnly: the same words in a line of another level are no failure.
func TestMatchLooksAtErrorsOnly(t *testing.T) {
	t.Parallel()
	for name, raw := range fixtures(t) {
		line, _ := agent.ParseLine(raw)
		line.Level = "info"
		if got, ok := agent.Match(line); ok {
			t.Errorf("%s at level info is taken for %s", name, got.Name)
		}
	}
}
