//go:build !linux && !windows

package hnsstore

import (
	"errors"
	"os"
)

// lockFile cannot work where Wine's locks and the system's are not known to be the same.
func lockFile(*os.File) error { return errors.ErrUnsupported }
