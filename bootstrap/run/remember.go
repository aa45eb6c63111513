package run

import (
	"context"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
)

// Remember stores a marker for the runs to come, while no run is at work. The error is a fault, or of the state that is not
// there.
func Remember(ctx context.Context, h *host.Host, marker, value string, o Options) error {
	if o.Folder == "" {
		o.Folder = state.Folder
	}
	s := &session{ctx: ctx, late: context.WithoutCancel(ctx), host: h, Options: o}
	release, err := s.lock()
	if err != nil {
		return err
	}
	defer release()
	if err := s.secure(); err != nil {
		return err
	}
	store, err := state.Open(ctx, h, o.Folder, false)
	if err != nil {
		return err
	}
	return store.Mark(ctx, marker, value)
}
