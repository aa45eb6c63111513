package cli

import (
	"context"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// thisMachine returns the Windows machine that the program runs on.
func thisMachine(context.Context) (Machine, error) {
	return nil, fault.New("E_INTERNAL", nil, "this build has no access to Windows")
}
