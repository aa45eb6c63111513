package archtest

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// checkState finds what makes a package remember: init functions and package-level variables that change. A table, a
// regexp, an error or a compile-time assertion is a variable in Go too; it passes as long as nothing can write to it.
func checkState(t tree) []violation {
	var found []violation
	written := writes(t)
	for _, f := range t.files {
		if f.isTest() {
			continue
		}
		for _, decl := range f.syntax.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil && decl.Name.Name == "init" {
					found = append(found, violation{f.path, t.line(decl.Pos()), "init runs unasked; call a function where its result is needed"})
				}
			case *ast.GenDecl:
				found = append(found, checkVars(t, f, decl, written)...)
			}
		}
	}
	return found
}

func checkVars(t tree, f sourceFile, decl *ast.GenDecl, written map[variable]bool) []violation {
	if decl.Tok != token.VAR {
		return nil
	}
	var found []violation
	for _, spec := range decl.Specs {
		spec, ok := spec.(*ast.ValueSpec)
		if !ok || isEmbedded(decl, spec) {
			continue
		}
		for i, name := range spec.Names {
			reason := ""
			switch {
			case name.Name == "_" || f.syntax.Name.Name == "main" && name.Name == "version": // set by the linker
			case len(spec.Values) == 0:
				reason = "starts empty, so something must write to it"
			case len(spec.Values) == len(spec.Names) && isMutable(f, spec.Values[i]):
				reason = "holds something made to be changed"
			case written[variable{f.dir(), name.Name}]:
				reason = "is written to"
			}
			if reason != "" {
				found = append(found, violation{f.path, t.line(name.Pos()), "the package-level variable " + name.Name + " " + reason + "; put it into a struct"})
			}
		}
	}
	return found
}

func isEmbedded(decl *ast.GenDecl, spec *ast.ValueSpec) bool {
	for _, doc := range []*ast.CommentGroup{decl.Doc, spec.Doc} {
		if doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") }) {
			return true
		}
	}
	return false
}

// isMutable reports whether a variable's first value is of a kind that is only of use if it changes later.
func isMutable(f sourceFile, value ast.Expr) bool {
	switch value := value.(type) {
	case *ast.UnaryExpr:
		return value.Op == token.AND
	case *ast.CallExpr:
		name, ok := value.Fun.(*ast.Ident)
		return ok && (name.Name == "make" || name.Name == "new")
	case *ast.CompositeLit:
		selector, ok := value.Type.(*ast.SelectorExpr)
		return ok && (isSelector(f, selector, "sync") || isSelector(f, selector, "sync/atomic"))
	default:
		return false
	}
}

// variable is a package-level name.
type variable struct{ dir, name string }

// writes collects the names that code assigns to, increments or takes the address of. A local variable of the same name
// counts as well: such a pair confuses a reader as it does this test.
func writes(t tree) map[variable]bool {
	written := map[variable]bool{}
	for _, f := range t.files {
		if f.isTest() {
			continue
		}
		note := func(target ast.Expr) {
			if name := rootName(target); name != "" {
				written[variable{f.dir(), name}] = true
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, target := range n.Lhs {
						note(target)
					}
				}
			case *ast.IncDecStmt:
				note(n.X)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					note(n.X)
				}
			case *ast.CallExpr:
				if name, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && (name.Name == "delete" || name.Name == "clear") {
					note(n.Args[0])
				}
			}
			return true
		})
	}
	return written
}

// rootName is x in x, x.y, x[i], *x and (x).
func rootName(target ast.Expr) string {
	switch target := target.(type) {
	case *ast.Ident:
		return target.Name
	case *ast.SelectorExpr:
		return rootName(target.X)
	case *ast.IndexExpr:
		return rootName(target.X)
	case *ast.StarExpr:
		return rootName(target.X)
	case *ast.ParenExpr:
		return rootName(target.X)
	default:
		return ""
	}
}
