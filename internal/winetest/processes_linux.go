package winetest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// killAll ends every process of a prefix at once, and no other: a prefix is one machine's, and each of its processes has
// it in its environment.
func killAll(prefix string) error {
	mark := []byte("WINEPREFIX=" + prefix + "\x00")
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return err
	}
	for _, folder := range folders {
		environment, err := os.ReadFile(filepath.Join(folder, "environ"))
		if err != nil || !bytes.Contains(environment, mark) {
			continue // another's, or gone meanwhile
		}
		id, err := strconv.Atoi(filepath.Base(folder))
		if err != nil {
			return err
		}
		if err := syscall.Kill(id, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("ending process %d of the machine: %w", id, err)
		}
	}
	return nil
}
