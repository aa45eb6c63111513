package contract_test

import (
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/contract"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
)

// TestSimulated holds the simulated machine to the contract.
func TestSimulated(t *testing.T) {
	t.Parallel()
	contract.Run(t, func(*testing.T) contract.Machine {
		m := sim.New(sim.Options{Announced: []string{"netsh.exe"}})
		return contract.Machine{
			Process: m.Host, Run: m.Run,
			Folder: `C:\ProgramData\ecswin-contract`, Key: `HKLM\SOFTWARE\ecswin-contract`,
			Service: "ecswin-contract", Command: `"C:\Program Files\ecswin\contract.exe" service run --state-dir "C:\my state"`, Dependency: "Docker",
			Alias:   "vEthernet (nat)",
			Program: host.Command{Path: `C:\Windows\System32\netsh.exe`},
		}
	})
}
