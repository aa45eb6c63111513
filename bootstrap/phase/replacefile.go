package phase

import (
	"context"
	"errors"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// copyOf is where the copy of a file is kept that was replaced: beside it, as its content may be none of the state's.
func copyOf(path string) string { return path + ".before-ecswin" }

// ReplaceFile writes a file in the place of one that is there, of which it keeps a copy for [RestoreFile]. The first copy
// stays: it is of the file as it was before the bootstrap came.
func ReplaceFile(ctx context.Context, h *host.Host, path string, content []byte) error {
	_, err := h.Files.Stat(ctx, copyOf(path))
	if errors.Is(err, host.ErrNotFound) {
		var before []byte
		if before, err = h.Files.Read(ctx, path); err == nil {
			err = h.Files.Write(ctx, copyOf(path), before)
		}
	}
	if err != nil {
		return err
	}
	return h.Files.Write(ctx, path, content)
}
