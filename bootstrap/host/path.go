package host

import (
	"errors"
	"fmt"
	"strings"
)

// errNotFull says that a path could mean different files at different times.
var errNotFull = errors.New(`not a full path with a drive, as C:\folder\file`)

// FullPath checks that a path is full: a drive, a separator, no step upwards, no stream of a file. Every path that this
// package takes has to be.
func FullPath(path string) error {
	if len(path) < 3 || path[0]|0x20 < 'a' || path[0]|0x20 > 'z' || path[1] != ':' || !isSeparator(rune(path[2])) {
		return fmt.Errorf("%q: %w", path, errNotFull)
	}
	if strings.ContainsAny(path[2:], ":\x00") {
		return fmt.Errorf("%q: %w", path, errNotFull)
	}
	for _, part := range strings.FieldsFunc(path[2:], isSeparator) {
		if part == ".." || part == "." {
			return fmt.Errorf("%q: %w", path, errNotFull)
		}
	}
	return nil
}

func isSeparator(r rune) bool { return r == '\\' || r == '/' }
