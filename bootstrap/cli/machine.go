package cli

import (
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Machine is what a command works on: this machine, or a simulated one.
type Machine interface {
	// Host is the machine as one run sees it, Cloud the AWS side.
	Host() *host.Host
	Cloud() *cloud.Cloud
	// Do runs fn on the machine's clock. Whatever uses Host or Cloud runs in it.
	Do(fn func()) error
}
