package winetest

import (
	"context"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
)

// Hold opens a file of the machine as most programs do: Windows lets nobody replace or remove it until release is called.
func (m *Machine) Hold(ctx context.Context, windows string) (release func()) {
	m.t.Helper()
	m.ask(ctx, control.Request{Op: control.HoldFile, File: windows})
	return func() {
		m.t.Helper()
		m.ask(ctx, control.Request{Op: control.ReleaseFile, File: windows})
	}
}
