package archtest

import (
	"fmt"
	"go/ast"
	"maps"
	"path"
	"slices"
	"strconv"
)

// maxLines is how long a file may be before it wants a reason.
const maxLines = 500

// longFiles gives the reason of each file that is longer.
func longFiles() map[string]string {
	return map[string]string{
		"internal/taskdef/rules/examples_test.go": "one table: a definition that breaks each rule, and one that comes close",
	}
}

// checkLength finds files that are too long, and reasons that are no longer needed.
func checkLength(t tree, allowed map[string]string) []violation {
	var found []violation
	gone := maps.Clone(allowed)
	for _, f := range t.files {
		delete(gone, f.path)
		switch reason, ok := allowed[f.path]; {
		case f.lines > maxLines && !ok:
			found = append(found, violation{f.path, f.lines, fmt.Sprintf("longer than %d lines: split it, or give the reason in longFiles", maxLines)})
		case f.lines > maxLines && reason == "":
			found = append(found, violation{f.path, f.lines, "listed in longFiles without a reason"})
		case f.lines <= maxLines && ok:
			found = append(found, violation{f.path, f.lines, "short again: take it out of longFiles"})
		}
	}
	for _, p := range slices.Sorted(maps.Keys(gone)) {
		found = append(found, violation{p, 0, "no such file: take it out of longFiles"})
	}
	return found
}

// checkTime finds where time passes outside internal/wait, whose clock tests can hold.
func checkTime(t tree) []violation {
	passes := []string{"Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
	var found []violation
	for _, f := range t.files {
		if under(f.dir(), "internal/wait") {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if ok && slices.Contains(passes, selector.Sel.Name) && isSelector(f, selector, "time") {
				found = append(found, violation{f.path, t.line(selector.Pos()), "time." + selector.Sel.Name + ": time passes in internal/wait only"})
			}
			return true
		})
	}
	return found
}

// isSelector reports whether selector names something of the package imported from importPath, under whatever name.
func isSelector(f sourceFile, selector *ast.SelectorExpr, importPath string) bool {
	name, ok := selector.X.(*ast.Ident)
	if !ok {
		return false
	}
	for _, spec := range f.syntax.Imports {
		if spec.Path.Value != strconv.Quote(importPath) {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name == name.Name
		}
		return path.Base(importPath) == name.Name
	}
	return false
}
