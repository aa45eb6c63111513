//go:build !windows

package service

import (
	"context"
	"runtime"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// Main refuses: this system has no service control manager.
func Main(func(ctx context.Context, running func()) uint32) error {
	return fault.New("E_NOT_WINDOWS", nil, "this program runs on %s", runtime.GOOS)
}
