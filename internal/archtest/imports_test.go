package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// core is plain Go that runs and is tested anywhere in milliseconds.
func core() []string {
	return []string{"internal/taskdef", "internal/density", "internal/nodeconfig", "internal/userdata", "internal/wait", "internal/awsjson"}
}

// sandboxUsers are the commands that run the sandbox, and what helps tests to. Everybody else meets it in tests only.
func sandboxUsers() []string {
	return []string{"internal/sandbox", "internal/acctest", "internal/cmd/demo", "internal/cmd/bench"}
}

// testHelpers are the packages that only tests import.
func testHelpers() []string {
	return []string{"internal/acctest", "internal/sandbox/sandboxtest", "internal/testindex", "internal/winetest"}
}

// aboveProvider are the folders of internal/ that put the provider to work.
func aboveProvider() []string {
	return []string{"internal/cmd", "internal/acctest"}
}

func isFramework(imported string) bool {
	return strings.HasPrefix(imported, "github.com/hashicorp/terraform-plugin-")
}

func isWindows(imported string) bool {
	return under(imported, "golang.org/x/sys/windows", "github.com/Microsoft/hcsshim", "github.com/Microsoft/go-winio", "golang.zx2c4.com/wireguard/windows")
}

// importRule forbids what the files that it applies to may not import.
type importRule struct {
	reason  string
	applies func(sourceFile) bool
	forbids func(imported string) bool
	// deep also forbids it through other packages of the module.
	deep bool
}

func importRules() []importRule {
	return []importRule{
		{
			reason:  "the Terraform face and the node face share internal/ only: provider/ never imports bootstrap/",
			applies: func(f sourceFile) bool { return under(f.dir(), "provider") || f.dir() == "." },
			forbids: func(imported string) bool { return under(imported, "bootstrap") },
		},
		{
			reason:  "the Terraform face and the node face share internal/ only: bootstrap/ never imports provider/",
			applies: func(f sourceFile) bool { return under(f.dir(), "bootstrap") },
			forbids: func(imported string) bool { return under(imported, "provider") },
		},
		{
			reason: "internal/ is below provider/",
			applies: func(f sourceFile) bool {
				return under(f.dir(), "internal") && !under(f.dir(), aboveProvider()...) && !f.isTest()
			},
			forbids: func(imported string) bool { return under(imported, "provider") || imported == "." },
		},
		{
			reason: "internal/ is below bootstrap/; only the sandbox's simulated instances run its phases",
			applies: func(f sourceFile) bool {
				return under(f.dir(), "internal") && !under(f.dir(), "internal/cmd", "internal/sandbox") && !f.isTest()
			},
			forbids: func(imported string) bool { return under(imported, "bootstrap") },
		},
		{
			reason:  "the core packages know nothing of Terraform's framework",
			applies: func(f sourceFile) bool { return under(f.dir(), core()...) },
			forbids: isFramework,
			deep:    true,
		},
		{
			reason:  "the core packages know nothing of Windows",
			applies: func(f sourceFile) bool { return under(f.dir(), core()...) },
			forbids: isWindows,
			deep:    true,
		},
		{
			// internal/winetest's programs stand in for Windows' own and run under Wine.
			reason: "only *_windows.go under bootstrap/ and internal/winetest/ sees Windows",
			applies: func(f sourceFile) bool {
				return !under(f.dir(), "bootstrap", "internal/winetest") || !isWindowsFile(f.path)
			},
			forbids: isWindows,
		},
		{
			reason:  "only tests, the demo, the benchmark and the sandbox itself import the sandbox",
			applies: func(f sourceFile) bool { return !f.isTest() && !under(f.dir(), sandboxUsers()...) },
			forbids: func(imported string) bool { return under(imported, "internal/sandbox") },
		},
		{
			reason:  "what helps tests is imported by tests only",
			applies: func(f sourceFile) bool { return !f.isTest() && !under(f.dir(), testHelpers()...) },
			forbids: func(imported string) bool { return under(imported, testHelpers()...) },
		},
	}
}

func isWindowsFile(p string) bool {
	return strings.HasSuffix(p, "_windows.go") || strings.HasSuffix(p, "_windows_test.go")
}

// checkImports returns every import that a rule forbids.
func checkImports(t tree, rules []importRule) []violation {
	var found []violation
	for _, rule := range rules {
		search := searcher{graph: imports(t), forbids: rule.forbids}
		for _, f := range t.files {
			if !rule.applies(f) {
				continue
			}
			for _, spec := range f.imports {
				chain := []string{spec.path}
				if rule.deep {
					chain = search.chain(spec.path)
				} else if !rule.forbids(spec.path) {
					continue
				}
				if chain != nil {
					found = append(found, violation{f.path, spec.line,
						fmt.Sprintf("imports %s: %s", strings.Join(chain, ", which imports "), rule.reason)})
				}
			}
		}
	}
	return found
}

// imports maps each package of the module to what its files, tests apart, import.
func imports(t tree) map[string][]string {
	graph := map[string][]string{}
	for _, f := range t.files {
		if f.isTest() {
			continue
		}
		for _, spec := range f.imports {
			if !slices.Contains(graph[f.dir()], spec.path) {
				graph[f.dir()] = append(graph[f.dir()], spec.path)
			}
		}
	}
	return graph
}

// searcher looks for a forbidden package from a package downwards.
type searcher struct {
	graph   map[string][]string
	forbids func(string) bool
}

// chain is the way from a package to a forbidden one, both included; nil if there is none.
func (s searcher) chain(from string) []string {
	return s.visit(from, map[string]bool{})
}

func (s searcher) visit(at string, seen map[string]bool) []string {
	if s.forbids(at) {
		return []string{at}
	}
	if seen[at] {
		return nil
	}
	seen[at] = true
	for _, next := range s.graph[at] {
		if rest := s.visit(next, seen); rest != nil {
			return append([]string{at}, rest...)
		}
	}
	return nil
}
