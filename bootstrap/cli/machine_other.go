//go:build !windows

package cli

import (
	"context"
	"runtime"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// thisMachine refuses: there is nothing to do on a machine that is not Windows.
func thisMachine(context.Context) (Machine, error) {
	return nil, fault.New("E_NOT_WINDOWS", nil, "it runs %s", runtime.GOOS)
}
