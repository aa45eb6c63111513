// Package testindex knows which tests a folder of the module has, for pages that name the tests behind what they say: a name
// that no test has any more fails the page's own test.
package testindex

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
)

// Index finds tests below the module's root. It reads a folder once. It is not for concurrent use.
type Index struct {
	root    string
	folders map[string]*folder
}

// folder is what is known of a folder's tests, whatever system they are for.
type folder struct {
	tests, strings map[string]bool
}

// New returns the index of the module at root, a path from where the test runs.
func New(root string) *Index {
	return &Index{root: root, folders: map[string]*folder{}}
}

// Check returns an error if the folder, such as "bootstrap/run", has no test function of that name; or if name is not empty
// and stands as a string in none of the folder's test files, in which the case would be written.
func (x *Index) Check(dir, function, name string) error {
	f, err := x.folder(dir)
	switch {
	case err != nil:
		return err
	case !f.tests[function]:
		return fmt.Errorf("%s has no %s", dir, function)
	case name != "" && !f.strings[name]:
		return fmt.Errorf("%s has no case %q", dir, name)
	}
	return nil
}

func (x *Index) folder(dir string) (*folder, error) {
	if f := x.folders[dir]; f != nil {
		return f, nil
	}
	files, err := filepath.Glob(filepath.Join(x.root, filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		return nil, fmt.Errorf("looking for tests in %s: %w", dir, err)
	}
	f := &folder{tests: map[string]bool{}, strings: map[string]bool{}}
	for _, file := range files {
		if err := f.read(file); err != nil {
			return nil, err
		}
	}
	x.folders[dir] = f
	return f, nil
}

// read takes the test functions of a file, and the strings in it.
func (f *folder) read(file string) error {
	syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		return fmt.Errorf("reading the tests of %s: %w", file, err)
	}
	ast.Inspect(syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && strings.HasPrefix(n.Name.Name, "Test") {
				f.tests[n.Name.Name] = true
			}
		case *ast.BasicLit:
			if s, err := strconv.Unquote(n.Value); err == nil {
				f.strings[s] = true
			}
		}
		return true
	})
	return nil
}
