package state

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
)

// NetworkFileName is the name of the network's snapshot, beside the state.
const NetworkFileName = "network.json"

// Network is the snapshot of the host's network as it was before anybody touched HNS. It has a file of its own, so that
// what a killed run took can be brought back whatever became of the state. It is safe for concurrent use.
type Network struct {
	host     *host.Host
	folder   string
	readOnly bool

	mu       sync.Mutex
	snapshot *phase.Snapshot
}

// NewNetwork returns one that knows of no snapshot, whatever the folder holds. If it is read-only it keeps a new one in
// memory alone.
func NewNetwork(h *host.Host, folder string, readOnly bool) *Network {
	return &Network{host: h, folder: folder, readOnly: readOnly}
}

// Open reads the snapshot. No file is no snapshot. The error is a fault: E_STATE_UNREADABLE, or E_STATE_CORRUPT for a file
// that is no snapshot of this program's.
func (n *Network) Open(ctx context.Context) error {
	path := n.folder + `\` + NetworkFileName
	content, err := n.host.Files.Read(ctx, path)
	if errors.Is(err, host.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fault.New("E_STATE_UNREADABLE", err, "%s", path)
	}
	var s phase.Snapshot
	if err := strictly(content, &s); err != nil {
		return fault.New("E_STATE_CORRUPT", err, "%s cannot be read", path)
	}
	n.keep(s)
	return nil
}

func (n *Network) keep(s phase.Snapshot) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.snapshot = &s
}

// Snapshot implements phase.Memory.
func (n *Network) Snapshot() (phase.Snapshot, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.snapshot == nil {
		return phase.Snapshot{}, false
	}
	return *n.snapshot, true
}

// KeepSnapshot implements phase.Memory.
func (n *Network) KeepSnapshot(ctx context.Context, s phase.Snapshot) error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err == nil && !n.readOnly {
		err = n.host.Files.Write(ctx, n.folder+`\`+NetworkFileName, append(content, '\n'))
	}
	if err != nil {
		return unwritable(ctx, err, n.folder+`\`+NetworkFileName)
	}
	n.keep(s)
	return nil
}

// strictly reads one JSON value with no member that is unknown, and nothing behind it. The error quotes nothing.
func strictly(content []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return jsonError(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("it goes on after its end")
	}
	return nil
}

// unwritable is why something could not be stored: that the time for it is over is no fault of the folder's.
func unwritable(ctx context.Context, err error, path string) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("storing %s: %w", path, cause)
	}
	return fault.New("E_STATE_UNWRITABLE", err, "%s", path)
}
