package machinetest_test

import (
	"bytes"
	"debug/pe"
	"os"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

const module = "github.com/ecswin/terraform-provider-ecswin/"

// packages are those of names whose functions are in a program. A Go program has the names of its functions in its text,
// without symbols too.
func packages(t *testing.T, exe string, names ...string) []string {
	t.Helper()
	content, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range names {
		if bytes.Contains(content, []byte(name+".")) || bytes.Contains(content, []byte(name+"/")) {
			found = append(found, name)
		}
	}
	return found
}

// TestExeHoldsNoTestFake: what stands in for Windows and AWS in tests is not in the program that ships. The simulated machine
// of --simulate is in it, on purpose: the same program shows on any system what it would do.
func TestExeHoldsNoTestFake(t *testing.T) {
	t.Parallel()
	exe := bootstrap(t)
	fakes := []string{
		module + "internal/winetest", module + "internal/sandbox", module + "internal/acctest", module + "internal/wait/waittest",
		"net/http/httptest", "pgregory.net/rapid",
	}
	if found := packages(t, exe, fakes...); found != nil {
		t.Errorf("the program holds %v", found)
	}
	if found := packages(t, exe, module+"bootstrap/host/winhost", module+"bootstrap/host/sim"); len(found) != 2 {
		t.Errorf("of Windows itself and the simulated machine the program holds only %v", found)
	}
	if found := packages(t, winetest.BuildExe(t, "./internal/winetest/cmd/faketool", releaseFlags), fakes...); len(found) == 0 {
		t.Error("a fake is not seen in a program that is one")
	}
}

// TestExeNamesKernel32Only: Windows loads the DLLs that a program's import table names before its first line runs, from
// beside the program first. kernel32.dll is the one that every process has already.
func TestExeNamesKernel32Only(t *testing.T) {
	t.Parallel()
	f, err := pe.Open(bootstrap(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	// FUNCTION:DLL
	symbols, err := f.ImportedSymbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		if _, dll, _ := strings.Cut(s, ":"); !strings.EqualFold(dll, "kernel32.dll") {
			t.Errorf("the import table names %s", s)
		}
	}
	if len(symbols) == 0 {
		t.Error("the program has no import table")
	}
}
