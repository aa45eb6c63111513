//go:build !windows

package winhost

import (
	"runtime"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// New refuses: this system is not Windows.
func New(Options) (*host.Host, error) {
	return nil, fault.New("E_NOT_WINDOWS", nil, "this program runs on %s", runtime.GOOS)
}
