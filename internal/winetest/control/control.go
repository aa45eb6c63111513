// Package control is what a test and the program that holds its Windows machine up (cmd/holder) say to each other: requests
// on the program's standard input, replies on its standard output, one JSON document a line. Replies come as the work is
// done, in any order.
package control

// Request asks for one thing. Which members matter depends on Op.
type Request struct {
	ID int
	Op string

	// Run, Wait, Kill.
	Program        string   `json:",omitempty"`
	Args           []string `json:",omitempty"`
	Dir            string   `json:",omitempty"`
	Env            []string `json:",omitempty"`
	Stdout, Stderr string   `json:",omitempty"`
	Process        int      `json:",omitempty"`

	// Registry. Key is below HKEY_LOCAL_MACHINE.
	Key   string `json:",omitempty"`
	Name  string `json:",omitempty"`
	Value *Value `json:",omitempty"`

	// File is the full path of a file.
	File string `json:",omitempty"`

	// Services.
	Service string   `json:",omitempty"`
	Config  *Service `json:",omitempty"`
}

// The operations.
const (
	// Hello is answered when the machine is up.
	Hello = "hello"
	// Start starts a program with its outputs in files; Wait waits for its end; Kill ends it at once.
	Start = "start"
	Wait  = "wait"
	Kill  = "kill"
	// ReadValue, WriteValue and DeleteValue work on one value of the registry, DeleteKey on a key without subkeys,
	// ListKeys on a key's subkeys, ReadValues on all its values. What is not there is answered with NotFound.
	ReadValue   = "read value"
	ReadValues  = "read values"
	WriteValue  = "write value"
	DeleteValue = "delete value"
	DeleteKey   = "delete key"
	ListKeys    = "list keys"
	// HoldFile opens a file as most programs do, so that nobody replaces or removes it until ReleaseFile.
	HoldFile    = "hold file"
	ReleaseFile = "release file"
	// CreateService, DeleteService, StartService, StopService and QueryService work on one service. Start and Stop do
	// not wait.
	CreateService = "create service"
	DeleteService = "delete service"
	StartService  = "start service"
	StopService   = "stop service"
	QueryService  = "query service"
)

// NotFound is the Error of a reply about something that is not there.
const NotFound = "not found"

// Reply answers the request with its ID.
type Reply struct {
	ID    int
	Error string `json:",omitempty"`

	Process  int      `json:",omitempty"`
	ExitCode uint32   `json:",omitempty"`
	Value    *Value   `json:",omitempty"`
	Names    []string `json:",omitempty"`
	// Values are by name.
	Values  map[string]Value `json:",omitempty"`
	Service *Service         `json:",omitempty"`
}

// Value is a value of the registry.
type Value struct {
	// Kind is REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ, REG_DWORD, REG_QWORD or REG_BINARY.
	Kind string
	// Text is a string, Texts a list of strings, Number a number, Bytes the rest.
	Text   string   `json:",omitempty"`
	Texts  []string `json:",omitempty"`
	Number uint64   `json:",omitempty"`
	Bytes  []byte   `json:",omitempty"`
}

// The kinds of value.
const (
	String       = "REG_SZ"
	ExpandString = "REG_EXPAND_SZ"
	MultiString  = "REG_MULTI_SZ"
	DWord        = "REG_DWORD"
	QWord        = "REG_QWORD"
	Binary       = "REG_BINARY"
)

// Service is a service as the service control manager has it.
type Service struct {
	// Path is the command line.
	Path string `json:",omitempty"`
	// DependsOn are services that the manager starts before.
	DependsOn []string `json:",omitempty"`
	// Automatic services start with the machine.
	Automatic bool `json:",omitempty"`
	// State is "stopped", "start pending", "running" and so on; ExitCode how it ended last; Process its process.
	State    string `json:",omitempty"`
	ExitCode uint32 `json:",omitempty"`
	Process  uint32 `json:",omitempty"`
}
