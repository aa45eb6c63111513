package host

import (
	"context"
	"time"
)

// Registry is the machine's registry. Keys start with HKLM\; names and keys are compared without case.
type Registry interface {
	// Value looks up one value.
	Value(ctx context.Context, key, name string) (Value, error)
	// Values looks up all values of a key.
	Values(ctx context.Context, key string) (map[string]Value, error)
	// SetValue writes a value and makes the key where it is not there. A change of the machine environment is announced
	// to running programs; services see it at their next start.
	SetValue(ctx context.Context, key, name string, v Value) error
	// DeleteValue removes a value. One that is not there is no error.
	DeleteValue(ctx context.Context, key, name string) error
}

// Keys that several packages name.
const (
	// MachineEnvironmentKey holds the environment of machine scope.
	MachineEnvironmentKey = `HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment`
	// ServicesKey holds a key for each service.
	ServicesKey = `HKLM\SYSTEM\CurrentControlSet\Services`
)

// The kinds of a registry value.
const (
	KindString       = "REG_SZ"
	KindExpandString = "REG_EXPAND_SZ"
	KindMultiString  = "REG_MULTI_SZ"
	KindDWord        = "REG_DWORD"
)

// Value is a registry value. Which member counts follows from Kind.
type Value struct {
	Kind   string   `json:"kind"`
	Text   string   `json:"text,omitempty"`
	List   []string `json:"list,omitempty"`
	Number uint32   `json:"number,omitempty"`
}

// Files are the machine's files, by full Windows path, compared without case.
type Files interface {
	// Stat looks up a file or folder.
	Stat(ctx context.Context, path string) (FileInfo, error)
	// List looks up the names in a folder, sorted.
	List(ctx context.Context, path string) ([]string, error)
	// Read returns a file's content.
	Read(ctx context.Context, path string) ([]byte, error)
	// Write replaces a file's content in one step that survives a power cut, keeps the ACL of a file that was there, and
	// makes the folders above it.
	Write(ctx context.Context, path string, content []byte) error
	// Remove removes a file, or a folder with all in it. One that is not there is no error.
	Remove(ctx context.Context, path string) error
}

// FileInfo describes a file or folder.
type FileInfo struct {
	Folder bool
	// Size is in bytes.
	Size     int64
	Modified time.Time
}

// Folders keeps folders that only SYSTEM and Administrators may write to.
type Folders interface {
	// Secure makes a folder, or takes one that is there: it refuses a file, a reparse point, and an owner other than
	// SYSTEM, Administrators or the administrator who runs the program (ErrDenied), and resets the DACL. It changes the
	// machine only where the folder is not so already.
	Secure(ctx context.Context, path string) error
}

// Programs runs external programs.
type Programs interface {
	// Run runs a program by its full path, and nothing but a full path. It returns when the program has ended, with any
	// exit code; an error means that it could not be run or was killed with ctx.
	Run(ctx context.Context, c Command) (Result, error)
}

// Command is an external program to run.
type Command struct {
	// Path is the full path of the program.
	Path string
	Args []string
	// Environment is added to the program's own.
	Environment map[string]string
	// Changes tells that running it changes the machine.
	Changes bool
}

// Result is how an external program ended.
type Result struct {
	ExitCode int
	Stdout   string
	Stderr   string
}
