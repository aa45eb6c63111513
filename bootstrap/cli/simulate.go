package cli

import (
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// simulatedMachine returns a machine from the scenario file that the flags name.
func (s *session) simulatedMachine() (Machine, error) {
	return nil, fault.New("E_SCENARIO", nil, "%s: this build has no scenarios", s.Simulate)
}
