package cli

import (
	"context"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud/awscloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost"
)

// thisHost is the machine that the program runs on.
type thisHost struct {
	host  *host.Host
	cloud *cloud.Cloud
}

// thisMachine returns the machine that the program of this version runs on. It fails with E_NOT_WINDOWS where that is not
// Windows.
func thisMachine(version string) func(context.Context) (Machine, error) {
	return func(context.Context) (Machine, error) {
		h, err := winhost.New(winhost.Options{})
		if err != nil {
			return nil, err
		}
		return thisHost{h, awscloud.New(awscloud.Options{UserAgent: "ecswin-bootstrap/" + version})}, nil
	}
}

func (h thisHost) Host() *host.Host    { return h.host }
func (h thisHost) Cloud() *cloud.Cloud { return h.cloud }

// Run implements Machine: time passes by itself here.
func (h thisHost) Run(fn func()) error {
	fn()
	return nil
}
