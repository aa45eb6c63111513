package logging

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// Rolling is a log file that is set aside as FILE.1, FILE.2 and so on when it has grown too big.
type Rolling struct {
	path  string
	limit int64
	keep  int

	mu   sync.Mutex
	file *os.File
	size int64
}

// OpenRolling opens a file for appending. Its folder is there already, and guarded: the log names hosts and clusters. Limit
// is in bytes; keep is how many old files stay.
func OpenRolling(path string, limit int64, keep int) (*Rolling, error) {
	r := &Rolling{path: path, limit: limit, keep: keep}
	if err := r.open(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Rolling) open() error {
	file, err := os.OpenFile(r.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the log file: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("looking at the log file %s: %w", r.path, err), file.Close())
	}
	r.file, r.size = file, info.Size()
	return nil
}

// Write appends one entry; an entry never spans two files.
func (r *Rolling) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size > 0 && r.size+int64(len(p)) > r.limit {
		if err := r.roll(); err != nil {
			return 0, err
		}
	}
	n, err := r.file.Write(p)
	r.size += int64(n)
	return n, err
}

// roll begins a new file. Where the full one cannot be set aside, as on Windows while another process has it open, that one
// goes on, and is tried again once as much has come to it.
func (r *Rolling) roll() error {
	_ = r.file.Close() // each entry was written at once: nothing is lost where closing fails
	aside := r.setAside()
	if err := r.open(); err != nil {
		return err
	}
	if aside != nil {
		r.size = 0
	}
	return nil
}

func (r *Rolling) setAside() error {
	for n := r.keep; n > 0; n-- {
		if err := os.Rename(r.old(n-1), r.old(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("setting the log file aside: %w", err)
		}
	}
	if r.keep == 0 {
		return os.Remove(r.path)
	}
	return nil
}

func (r *Rolling) old(n int) string {
	if n == 0 {
		return r.path
	}
	return fmt.Sprintf("%s.%d", r.path, n)
}

// Close closes the file.
func (r *Rolling) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.file.Close()
}
