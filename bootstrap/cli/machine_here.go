package cli

import (
	"context"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud/awscloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost"
)

// real is the machine that the program runs on.
type real struct {
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
		return real{h, awscloud.New(awscloud.Options{UserAgent: "ecswin-bootstrap/" + version})}, nil
	}
}

func (r real) Host() *host.Host    { return r.host }
func (r real) Cloud() *cloud.Cloud { return r.cloud }

// Run implements Machine: time passes by itself here.
func (r real) Run(fn func()) error {
	fn()
	return nil
}
