package sim_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryRuleOfThePageHasItsTest, and every test of a rule stands on the page.
func TestEveryRuleOfThePageHasItsTest(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "design", "simulated-windows.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(page), -1) {
		named[m[1]] = true
	}
	there := map[string]bool{}
	for _, file := range []string{"rules_service_test.go", "rules_network_test.go", "rules_eventlog_test.go"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(src), -1) {
			there[m[1]] = true
		}
	}
	for name := range named {
		if !there[name] {
			t.Errorf("the page names %s, which is no test of a rule", name)
		}
	}
	for name := range there {
		if !named[name] {
			t.Errorf("the page lacks the rule of %s", strings.TrimPrefix(name, "Test"))
		}
	}
}
