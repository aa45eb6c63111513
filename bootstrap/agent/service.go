package agent

import (
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Describe gives the state of the agent's service as a message has it.
func Describe(s host.Service) string { return s.Describe(Service) }
