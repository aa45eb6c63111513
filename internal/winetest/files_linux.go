package winetest

import (
	"os"
	"path/filepath"
	"strings"
)

// Path is where on Linux a file of the machine's is, such as `C:\ProgramData\Amazon\ECS`. Folders that exist are found
// without regard to case, as Windows finds them; the file need not exist.
func (m *Machine) Path(windows string) string {
	parts := strings.Split(windows, `\`)
	path := filepath.Join(m.prefix, "drive_c")
	if !strings.EqualFold(parts[0], "C:") {
		path = filepath.Join(m.prefix, "dosdevices", strings.ToLower(parts[0]))
	}
	for _, part := range parts[1:] {
		path = filepath.Join(path, onDisk(path, part))
	}
	return path
}

// onDisk is how a name is written in a folder.
func onDisk(folder, name string) string {
	if _, err := os.Lstat(filepath.Join(folder, name)); err == nil {
		return name
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return name // nothing of it is there yet
	}
	for _, e := range entries {
		if strings.EqualFold(e.Name(), name) {
			return e.Name()
		}
	}
	return name
}

// ReadFile returns a file's content.
func (m *Machine) ReadFile(windows string) []byte {
	m.t.Helper()
	data, err := os.ReadFile(m.Path(windows))
	if err != nil {
		m.t.Fatalf("reading %s: %v", windows, err)
	}
	return data
}

// WriteFile puts a file in place, with the folders above it. An old one of that name is replaced in one step, not written
// into: a program that reads it meanwhile sees the old one or the new one.
func (m *Machine) WriteFile(windows string, data []byte) {
	m.t.Helper()
	path := m.Path(windows)
	next := path + ".new"
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(next, data, 0o755) //nolint:gosec // programs are run
	}
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		m.t.Fatalf("writing %s: %v", windows, err)
	}
}

// Install copies a program of the test's to the machine.
func (m *Machine) Install(windows, exe string) {
	m.t.Helper()
	data, err := os.ReadFile(exe)
	if err != nil {
		m.t.Fatalf("installing %s: %v", windows, err)
	}
	m.WriteFile(windows, data)
}

// Exists reports whether there is a file or folder of that name.
func (m *Machine) Exists(windows string) bool {
	_, err := os.Lstat(m.Path(windows))
	return err == nil
}
