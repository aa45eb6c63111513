// Package state keeps what outlives a run of the bootstrap: in one file who the instance is, the document, how each change is
// taken back, what others were told; in another the network as it was. A rerun after a kill, a reboot or without the
// instance metadata goes on from them.
//
// The state holds references to secrets, never secrets of the document, no content of files, and no registry value that looks
// like a secret. As that is a net and no proof, only SYSTEM and Administrators may read the folder.
package state

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
)

// SchemaVersion is the version of the file. It rises with each member that older programs do not know.
const SchemaVersion = 1

// Folder is where the state is kept, if nobody says otherwise.
const Folder = `C:\ProgramData\ecswin`

// FileName is the state's name in its folder.
const FileName = "state.json"

// State is the content of the file.
type State struct {
	SchemaVersion int `json:"schemaVersion"`
	// InstanceID and BootID say whose state this is and which boot last ran the bootstrap.
	InstanceID string `json:"instanceId,omitempty"`
	BootID     string `json:"bootId,omitempty"`
	// Document is the canonical NodeConfig, ConfigHash its SHA-256 in hex. A rerun needs no instance metadata to have it.
	Document   string `json:"document,omitempty"`
	ConfigHash string `json:"configHash,omitempty"`
	// Program is who wrote this last.
	Program Program `json:"program"`
	// Undos are the changes to take back, oldest first.
	Undos []Undo `json:"undos,omitempty"`
	// Markers are what was told to others once; see [phase.Markers].
	Markers map[string]string `json:"markers,omitempty"`
	Reboot  Reboot            `json:"reboot"`
	// Open is the boot in which a run has begun to change the machine and has not ended; empty: none has.
	Open string `json:"open,omitempty"`
	// LastRun is the report of the last run that changed something or ended otherwise than the one before.
	LastRun json.RawMessage `json:"lastRun,omitempty"`
}

// Program identifies a build.
type Program struct {
	Path    string `json:"path,omitempty"`
	Version string `json:"version,omitempty"`
	SHA256  string `json:"sha256,omitempty"`
}

// Undo is a recorded change: how it is taken back, and who made it.
type Undo struct {
	Phase phase.ID `json:"phase"`
	phase.Undo
}

// Reboot is what is known of reboots.
type Reboot struct {
	// Pending says why the machine has to reboot before the bootstrap can go on, or is empty.
	Pending string `json:"pending,omitempty"`
	// Asked counts the reboots that the bootstrap asked for since the node was last in order.
	Asked int `json:"asked,omitempty"`
}

// read reads the state from a folder. None there is an empty State.
func read(ctx context.Context, h *host.Host, folder string) (State, error) {
	path := folder + `\` + FileName
	content, err := h.Files.Read(ctx, path)
	if errors.Is(err, host.ErrNotFound) {
		return State{SchemaVersion: SchemaVersion}, nil
	}
	if err != nil {
		return State{}, fault.New("E_STATE_UNREADABLE", err, "%s", path)
	}
	s, err := Decode(content)
	if err != nil {
		var f *fault.Fault
		if errors.As(err, &f) {
			f.Seen = path + " " + f.Seen
		}
		return State{}, err
	}
	return s, nil
}

// Decode reads a state strictly. The error is a fault: E_STATE_NEWER or E_STATE_CORRUPT.
func Decode(content []byte) (State, error) {
	var version struct {
		SchemaVersion int `json:"schemaVersion"`
	}
	if err := json.Unmarshal(content, &version); err == nil && version.SchemaVersion > SchemaVersion {
		return State{}, fault.New("E_STATE_NEWER", nil, "is of version %d, this program knows %d", version.SchemaVersion, SchemaVersion)
	}
	var s State
	if err := strictly(content, &s); err != nil {
		return State{}, fault.New("E_STATE_CORRUPT", err, "cannot be read")
	}
	if s.SchemaVersion != SchemaVersion {
		return State{}, fault.New("E_STATE_CORRUPT", nil, "says that it is of version %d, which never was", s.SchemaVersion)
	}
	return s, nil
}

// jsonError is what is wrong with a text, without the text: it may hold what a registry value was.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("no JSON at byte %d", syntax.Offset)
	case errors.As(err, &mistyped):
		return fmt.Errorf("member %s is not a %s", mistyped.Field, mistyped.Type)
	}
	return errors.New("it is no state of this program")
}

// encode writes a state as the file has it: for people who read it, but for the report of the last run, which is most of
// the file, is written again with every change, and stands on a line of its own as it is.
func encode(s State) ([]byte, error) {
	last := s.LastRun
	s.LastRun = nil
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	content = bytes.TrimSuffix(content, []byte("\n}"))
	if len(last) > 0 {
		content = slices.Concat(content, []byte(",\n  \"lastRun\": "), last)
	}
	return append(content, "\n}\n"...), nil
}

// SetAside keeps the content of a state that cannot be read under another name, which it returns, so that a new state
// can begin.
func SetAside(ctx context.Context, h *host.Host, folder string) (string, error) {
	content, err := h.Files.Read(ctx, folder+`\`+FileName)
	if err != nil {
		return "", fault.New("E_STATE_UNREADABLE", err, "%s", folder)
	}
	path := folder + `\state-` + h.Clock.Now().UTC().Format("20060102T150405Z") + ".corrupt.json"
	if err := h.Files.Write(ctx, path, content); err != nil {
		return "", fault.New("E_STATE_UNWRITABLE", err, "%s", path)
	}
	return path, nil
}

// turn is how long a writer waits before it asks again whether another has ended. Workers of a simulated clock block in
// nothing but sleeps, so that no lock is held over a write.
const turn = time.Millisecond
