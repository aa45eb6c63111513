package verified_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/testindex"
	"github.com/ecswin/terraform-provider-ecswin/internal/verified"
)

const root = "../.."

// TestTestsExist finds each test that a row names in the source.
func TestTestsExist(t *testing.T) {
	t.Parallel()
	tests := testindex.New(root)
	for _, a := range verified.Areas() {
		for _, b := range a.Behaviours {
			for _, s := range b.Shown {
				name := s.Case
				if file, ok := s.Scenario(); ok {
					if _, err := os.Stat(filepath.Join(root, "examples", "scenarios", file+".yaml")); err != nil {
						t.Errorf("%s: there is no scenario %s", b.What, file)
					}
					name = ""
				}
				if err := tests.Check(s.Folder, s.Func, name); err != nil {
					t.Errorf("%s: %v", b.What, err)
				}
			}
		}
	}
}

// TestLayersAreWhatTheTestsUse: a test that is said to run under Wine, in the CLI or on a simulated machine is in a package
// whose tests use it.
func TestLayersAreWhatTheTestsUse(t *testing.T) {
	t.Parallel()
	signs := map[verified.Layer][]string{
		verified.Simulated: {"bootstrap/host/sim", "bootstrap/scenario", "bootstrap/simnode", "package simnode", "package sim_test", "package scenario"},
		verified.Wine:      {"internal/winetest", "//go:build windows", "package machinetest_test", "package winetest_test"},
		verified.CLI:       {"terraform-plugin-testing"},
		verified.InProcess: {"inprocess", "tfprotov6"},
	}
	for _, a := range verified.Areas() {
		for _, b := range a.Behaviours {
			for _, s := range b.Shown {
				wanted, ok := signs[s.Layer]
				if ok && !slices.ContainsFunc(wanted, func(sign string) bool { return strings.Contains(sources(t, s.Folder), sign) }) {
					t.Errorf("%s: no test of %s uses the layer %q", b.What, s.Folder, s.Layer)
				}
			}
		}
	}
}

// sources is the text of a folder's tests.
func sources(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_windows_test.go") {
			all.WriteString("//go:build windows\n")
		}
		all.Write(text)
	}
	return all.String()
}

func TestRowsAreWhole(t *testing.T) {
	t.Parallel()
	claims := map[string]bool{}
	for _, a := range verified.Areas() {
		if a.Title == "" || len(a.Behaviours) == 0 {
			t.Errorf("area %q is empty", a.Title)
		}
		for _, b := range a.Behaviours {
			if claims[b.What] {
				t.Errorf("%q stands there twice", b.What)
			}
			claims[b.What] = true
			if b.What == "" || strings.ContainsAny(b.What+b.NotVerified, "|\n") {
				t.Errorf("%q does not fit into a table", b.What)
			}
			if len(b.Shown) == 0 && b.NotVerified == "" {
				t.Errorf("%q: neither shown nor said to be not verified", b.What)
			}
		}
	}
	if len(claims) < 40 {
		t.Errorf("%d claims", len(claims))
	}
}

// TestWineTellsWhatItCannotShow: what wine.md says that Wine cannot show stands here by name.
func TestWineTellsWhatItCannotShow(t *testing.T) {
	t.Parallel()
	page := verified.Markdown()
	for _, name := range []string{"signer trust", "ACL enforcement", "recovery actions", "deadlocks in the service control manager", "HNS acceptance", "COM1", "HNS timing", "reparse points"} {
		if !strings.Contains(page, "\n| "+name+" |") {
			t.Errorf("the page lacks %s", name)
		}
	}
}

// TestPageIsTheTables holds the page in docs/ to the tables, where nobody can run the generator too.
func TestPageIsTheTables(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root, "docs", "verified.md"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(verified.Markdown(), string(page)); diff != "" {
		t.Errorf("docs/verified.md is out of date, run make generate (-want +got):\n%s", diff)
	}
}
