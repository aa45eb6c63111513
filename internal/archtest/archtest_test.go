package archtest

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// TestTree holds the project's own source to the rules.
func TestTree(t *testing.T) {
	t.Parallel()
	source, err := load(os.DirFS("../.."))
	if err != nil {
		t.Fatalf("reading the source: %v", err)
	}
	if len(source.files) < 20 {
		t.Fatalf("found %d Go files: the walk does not start at the module's root", len(source.files))
	}
	var found []violation
	found = append(found, checkImports(source, importRules())...)
	found = append(found, checkTime(source)...)
	found = append(found, checkState(source)...)
	found = append(found, checkLength(source, longFiles())...)
	for _, v := range found {
		t.Error(v)
	}
}

const (
	framework = `import _ "github.com/hashicorp/terraform-plugin-framework/types"` + "\n"
	windows   = `import _ "golang.org/x/sys/windows"` + "\n"
	hcsshim   = `import _ "github.com/Microsoft/hcsshim/hcn"` + "\n"
)

func ours(folder string) string { return `import _ "` + module + "/" + folder + `"` + "\n" }

// TestImportRules shows that each forbidden import is found, and that its permitted counterpart is not.
func TestImportRules(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files map[string]string
		want  []string // the start of each violation, in order
	}{
		"provider imports bootstrap": {
			files: map[string]string{"provider/service/resource.go": ours("bootstrap/hns")},
			want:  []string{"provider/service/resource.go:2: imports bootstrap/hns"},
		},
		"main imports bootstrap": {
			files: map[string]string{"main.go": ours("bootstrap/cli")},
			want:  []string{"main.go:2: imports bootstrap/cli"},
		},
		"bootstrap imports provider, in a test": {
			files: map[string]string{"bootstrap/phase/run_test.go": ours("provider/meta")},
			want:  []string{"bootstrap/phase/run_test.go:2: imports provider/meta"},
		},
		"a folder whose name only starts alike": {
			files: map[string]string{"provider/a.go": ours("bootstrapped")},
		},
		"both faces import internal": {
			files: map[string]string{"provider/a.go": ours("internal/taskdef"), "bootstrap/a.go": ours("internal/nodeconfig")},
		},
		"internal imports provider": {
			files: map[string]string{"internal/awsapi/a.go": ours("provider/meta"), "internal/awsapi/a_test.go": ours("provider/meta")},
			want:  []string{"internal/awsapi/a.go:2: imports provider/meta"},
		},
		"a command under internal imports provider": {
			files: map[string]string{"internal/cmd/docs/main.go": ours("provider")},
		},
		"the sandbox imports bootstrap's phases, awsapi may not": {
			files: map[string]string{"internal/sandbox/instance.go": ours("bootstrap/phase"), "internal/awsapi/a.go": ours("bootstrap/phase")},
			want:  []string{"internal/awsapi/a.go:2: imports bootstrap/phase"},
		},
		"core imports the framework": {
			files: map[string]string{"internal/taskdef/rules/a.go": framework},
			want:  []string{"internal/taskdef/rules/a.go:2: imports github.com/hashicorp/terraform-plugin-framework/types"},
		},
		"core imports the framework through another package": {
			files: map[string]string{
				"internal/density/a.go": ours("internal/one"),
				"internal/one/a.go":     ours("internal/two"),
				"internal/two/a.go":     framework,
			},
			want: []string{"internal/density/a.go:2: imports internal/one, which imports internal/two, which imports github.com/hashicorp/"},
		},
		"core imports in a circle": {
			files: map[string]string{"internal/wait/a.go": ours("internal/one"), "internal/one/a.go": ours("internal/wait")},
		},
		"another package's test imports the framework": {
			files: map[string]string{"internal/density/a.go": ours("internal/one"), "internal/one/a_test.go": framework},
		},
		"core imports Windows": {
			files: map[string]string{"internal/wait/clock_windows.go": windows},
			want: []string{
				"internal/wait/clock_windows.go:2: imports golang.org/x/sys/windows: the core",
				"internal/wait/clock_windows.go:2: imports golang.org/x/sys/windows: only *_windows.go",
			},
		},
		"Windows in a file of every system": {
			files: map[string]string{"bootstrap/hns/hcn.go": hcsshim},
			want:  []string{"bootstrap/hns/hcn.go:2: imports github.com/Microsoft/hcsshim/hcn"},
		},
		"Windows where it belongs": {
			files: map[string]string{"bootstrap/hns/hcn_windows.go": hcsshim, "bootstrap/host/host_windows_test.go": windows},
		},
		"Windows in what stands in for it under Wine": {
			files: map[string]string{
				"internal/winetest/cmd/fakehns/main_windows.go": windows,
				"internal/winetest/machine.go":                  windows,
				"internal/wintest/a_windows.go":                 windows,
			},
			want: []string{
				"internal/winetest/machine.go:2: imports golang.org/x/sys/windows",
				"internal/wintest/a_windows.go:2: imports golang.org/x/sys/windows",
			},
		},
		"machines under Wine, in a test and outside": {
			files: map[string]string{"bootstrap/a_test.go": ours("internal/winetest"), "bootstrap/a.go": ours("internal/winetest/hnsstore")},
			want:  []string{"bootstrap/a.go:2: imports internal/winetest/hnsstore: what helps tests"},
		},
		"Windows in the provider": {
			files: map[string]string{"provider/a_windows.go": windows},
			want:  []string{"provider/a_windows.go:2: imports golang.org/x/sys/windows"},
		},
		"the sandbox in the provider": {
			files: map[string]string{"provider/a.go": ours("internal/sandbox"), "provider/a_test.go": ours("internal/sandbox/ecs")},
			want:  []string{"provider/a.go:2: imports internal/sandbox"},
		},
		"the sandbox where it belongs": {
			files: map[string]string{
				"internal/cmd/demo/main.go":                   ours("internal/sandbox"),
				"internal/cmd/bench/main.go":                  ours("internal/sandbox"),
				"internal/sandbox/cmd/ecswin-sandbox/main.go": ours("internal/sandbox"),
			},
		},
		"acceptance tests' helpers": {
			files: map[string]string{
				"internal/acctest/a.go":  ours("provider") + ours("internal/sandbox/sandboxtest"),
				"provider/a_test.go":     ours("internal/acctest"),
				"internal/cmd/demo/a.go": ours("internal/acctest"),
			},
			want: []string{"internal/cmd/demo/a.go:2: imports internal/acctest: what helps tests"},
		},
		"the sandbox in another command": {
			files: map[string]string{"internal/cmd/td2hcl/main.go": ours("internal/sandbox")},
			want:  []string{"internal/cmd/td2hcl/main.go:2: imports internal/sandbox"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, checkImports(fixture(t, test.files), importRules()), test.want)
		})
	}
}

// TestFileRules shows the same for the rules that look into a file.
func TestFileRules(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		check func(tree) []violation
		files map[string]string
		want  []string
	}{
		"a sleep, in a test too": {
			check: checkTime,
			files: map[string]string{"provider/a_test.go": "import \"time\"\nfunc f() { time.Sleep(1) }\n"},
			want:  []string{"provider/a_test.go:3: time.Sleep"},
		},
		"a timer under another name": {
			check: checkTime,
			files: map[string]string{"provider/a.go": "import clock \"time\"\nvar _ = clock.NewTimer\n"},
			want:  []string{"provider/a.go:3: time.NewTimer"},
		},
		"a sleep where it belongs, and one that is not time's": {
			check: checkTime,
			files: map[string]string{
				"internal/wait/clock.go": "import \"time\"\nfunc f() { time.Sleep(1) }\n",
				"provider/a.go":          "import time \"example.com/clock\"\nfunc f() { time.Sleep(1) }\n",
				"provider/b.go":          "import \"time\"\nvar _ = time.Now\nfunc f(clock interface{ Sleep() }) { clock.Sleep() }\n",
			},
		},
		"init": {
			check: checkState,
			files: map[string]string{"provider/a.go": "func init() {}\ntype t int\nfunc (t) init() {}\n", "provider/a_test.go": "func init() {}\n"},
			want:  []string{"provider/a.go:2: init runs unasked"},
		},
		"variables that nothing writes to": {
			check: checkState,
			files: map[string]string{"provider/a.go": `import ("errors"; "regexp"; "sync"; _ "embed")
var name = regexp.MustCompile("^a$")
var errGone = errors.New("gone")
var table = map[string]int{"a": 1}
var types = sync.OnceValue(func() int { return 1 })
var _ error = (*problem)(nil)
//go:embed text.md
var text string
type problem struct{}
func f() { table := table["a"]; _ = table }
`, "main.go": "var version = \"dev\"\n"},
		},
		"variables that change": {
			check: checkState,
			files: map[string]string{"provider/a.go": `import "sync"
var empty int
var cache = map[string]int{}
var count = 0
var removed = map[string]int{}
var pointed = 1
var lock = sync.Mutex{}
var made = make(chan int)
var shared = &sync.WaitGroup{}
func f() { cache["a"] = 1; count++; delete(removed, "a"); g(&pointed) }
func g(*int) {}
`},
			want: []string{
				"provider/a.go:3: the package-level variable empty starts empty",
				"provider/a.go:4: the package-level variable cache is written to",
				"provider/a.go:5: the package-level variable count is written to",
				"provider/a.go:6: the package-level variable removed is written to",
				"provider/a.go:7: the package-level variable pointed is written to",
				"provider/a.go:8: the package-level variable lock holds something made to be changed",
				"provider/a.go:9: the package-level variable made holds something made to be changed",
				"provider/a.go:10: the package-level variable shared holds something made to be changed",
			},
		},
		"a variable written from another file of its package, not from another package": {
			check: checkState,
			files: map[string]string{
				"provider/a.go":       "var mode = 1\n",
				"provider/b.go":       "func f() { mode = 2 }\n",
				"provider/other/a.go": "var mode = 1\n",
			},
			want: []string{"provider/a.go:2: the package-level variable mode is written to"},
		},
		"length": {
			check: func(t tree) []violation {
				return checkLength(t, map[string]string{"told.go": "a table", "silent.go": "", "mended.go": "was long", "moved.go": "was here"})
			},
			files: map[string]string{
				"told.go": strings.Repeat("\n", 600), "silent.go": strings.Repeat("\n", 600), "mended.go": "",
				"long.go": strings.Repeat("\n", maxLines), "full.go": strings.Repeat("\n", maxLines-1),
			},
			want: []string{"long.go:501: longer than", "mended.go:1: short again", "silent.go:601: listed in longFiles without a reason", "moved.go:0: no such file"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, test.check(fixture(t, test.files)), test.want)
		})
	}
}

// TestLoad shows what counts as the module's source.
func TestLoad(t *testing.T) {
	t.Parallel()
	source := fixture(t, map[string]string{
		"a.go": "", "bin/b.go": "", ".git/c.go": "", "provider/testdata/d.go": "", "provider/e.go": "", "internal/tools/f.go": "",
	})
	var paths []string
	for _, f := range source.files {
		paths = append(paths, f.path)
	}
	if got, want := strings.Join(paths, " "), "a.go provider/e.go"; got != want {
		t.Errorf("load read %s, want %s", got, want)
	}
	if _, err := load(fstest.MapFS{"a.go": {Data: []byte("not Go")}}); err == nil {
		t.Error("load took a file that is not Go")
	}
}

// fixture is a tree of files, each with its package clause put before it on the first line.
func fixture(t *testing.T, files map[string]string) tree {
	t.Helper()
	source := fstest.MapFS{"go.mod": {}, "internal/tools/go.mod": {}}
	for p, text := range files {
		clause := "package p\n"
		if p == "main.go" {
			clause = "package main\n"
		}
		source[p] = &fstest.MapFile{Data: []byte(clause + text)}
	}
	loaded, err := load(source)
	if err != nil {
		t.Fatalf("reading the fixture: %v", err)
	}
	return loaded
}

func compare(t *testing.T, found []violation, want []string) {
	t.Helper()
	for i := range max(len(found), len(want)) {
		switch {
		case i >= len(found):
			t.Errorf("not found: %s", want[i])
		case i >= len(want):
			t.Errorf("found without cause: %s", found[i])
		case !strings.HasPrefix(found[i].String(), want[i]):
			t.Errorf("found %s\n want %s...", found[i], want[i])
		}
	}
}
