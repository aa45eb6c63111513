package agent

import (
	"fmt"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Describe gives the state of the agent's service as a message has it.
func Describe(s host.Service) string {
	text := "the AmazonECS service is " + s.State
	switch {
	case s.State != host.ServiceStopped:
		return text
	case s.ExitCode == host.ErrorServiceSpecific:
		return fmt.Sprintf("%s with its own exit code %d", text, s.SpecificCode)
	}
	return fmt.Sprintf("%s with exit code %d", text, s.ExitCode)
}
