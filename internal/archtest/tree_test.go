package archtest

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

const module = "github.com/ecswin/terraform-provider-ecswin"

// sourceFile is one Go file of the module. Its path is relative to the module's root and has forward slashes.
type sourceFile struct {
	path    string
	lines   int
	syntax  *ast.File
	imports []importSpec
}

// importSpec is one import. For a package of this module the path is the folder, "internal/taskdef".
type importSpec struct {
	path string
	line int
}

func (f sourceFile) dir() string  { return path.Dir(f.path) }
func (f sourceFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// tree is every Go file of the module, sorted by path.
type tree struct {
	files []sourceFile
	fset  *token.FileSet
}

func (t tree) line(p token.Pos) int { return t.fset.Position(p).Line }

// violation is one broken rule, at one place.
type violation struct {
	path   string
	line   int
	reason string
}

func (v violation) String() string {
	return fmt.Sprintf("%s:%d: %s", v.path, v.line, v.reason)
}

// load parses the module below root. Fixtures, and folders that are modules of their own, are not part of it.
func load(root fs.FS) (tree, error) {
	t := tree{fset: token.NewFileSet()}
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != ".":
			return skipFolder(root, p)
		case d.IsDir() || path.Ext(p) != ".go":
			return nil
		}
		f, err := t.parse(root, p)
		t.files = append(t.files, f)
		return err
	})
	return t, err
}

func skipFolder(root fs.FS, dir string) error {
	name := path.Base(dir)
	if name == "testdata" || name == "bin" || strings.HasPrefix(name, ".") {
		return fs.SkipDir
	}
	_, err := fs.Stat(root, path.Join(dir, "go.mod"))
	switch {
	case err == nil:
		return fs.SkipDir
	case errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return err
	}
}

func (t tree) parse(root fs.FS, p string) (sourceFile, error) {
	text, err := fs.ReadFile(root, p)
	if err != nil {
		return sourceFile{}, err
	}
	syntax, err := parser.ParseFile(t.fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return sourceFile{}, err
	}
	f := sourceFile{path: p, lines: bytes.Count(text, []byte("\n")), syntax: syntax}
	for _, spec := range syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return sourceFile{}, err
		}
		f.imports = append(f.imports, importSpec{path: local(imported), line: t.line(spec.Pos())})
	}
	return f, nil
}

// local shortens the import path of one of the module's packages to its folder.
func local(imported string) string {
	if imported == module {
		return "."
	}
	return strings.TrimPrefix(imported, module+"/")
}

// under reports whether the package or folder p is one of roots, or below one.
func under(p string, roots ...string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return p == root || strings.HasPrefix(p, root+"/")
	})
}
