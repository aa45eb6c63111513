package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// byHand is the folder of docs/ that nothing generates.
const byHand = "design"

// change is one file that differs between two trees. Without text the file has to go.
type change struct {
	path string
	text []byte
	verb string
}

// diff lists what has to change for the files of have to become those of want, by path; byHand does not count.
func diff(want, have fs.FS) ([]change, error) {
	wanted, err := read(want)
	if err != nil {
		return nil, err
	}
	present, err := read(have)
	if err != nil {
		return nil, err
	}
	var changes []change
	for path, text := range wanted {
		old, ok := present[path]
		switch {
		case !ok:
			changes = append(changes, change{path, text, "add"})
		case !bytes.Equal(old, text):
			changes = append(changes, change{path, text, "change"})
		}
	}
	for path := range maps.Keys(present) {
		if _, ok := wanted[path]; !ok {
			changes = append(changes, change{path, nil, "remove"})
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return strings.Compare(a.path, b.path) })
	return changes, nil
}

// read returns the text of each file below root. A root that does not exist holds no files.
func read(root fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case path == "." && errors.Is(err, fs.ErrNotExist):
			return fs.SkipAll
		case err != nil:
			return err
		case d.IsDir() && path == byHand:
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		files[path], err = fs.ReadFile(root, path)
		return err
	})
	return files, err
}

// apply makes the changes in the folder root.
func apply(changes []change, root string) error {
	for _, c := range changes {
		path := filepath.Join(root, filepath.FromSlash(c.path))
		if c.text == nil {
			if err := os.Remove(path); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, c.text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// list shows the changes, one a line.
func list(changes []change) string {
	var b strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&b, "  %-6s docs/%s\n", c.verb, c.path)
	}
	return b.String()
}
