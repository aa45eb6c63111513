package main

import (
	"fmt"
	"os"
)

// hold opens a file and keeps it open.
func (h *holder) hold(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.files[path] = file
	return nil
}

func (h *holder) release(path string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	file, ok := h.files[path]
	if !ok {
		return fmt.Errorf("%s is not held", path)
	}
	delete(h.files, path)
	return file.Close()
}
