package contract_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/contract"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost"
)

// The machine's owner says with these variables what it has, and what it cannot show.
const (
	// dockerVariable is the engine's address, as winhost.Options takes it.
	dockerVariable = "ECSWIN_CONTRACT_DOCKER"
	// aliasVariable is an adapter that may be given addresses and routes; without it: Docker's own.
	aliasVariable = "ECSWIN_CONTRACT_ALIAS"
	// skipsVariable holds a line for each test that is not to run: its name, "=", the reason.
	skipsVariable = "ECSWIN_CONTRACT_SKIPS"
)

// TestWindows holds the real adapters to the contract. It makes and removes services, registry keys, routes, addresses,
// firewall rules and an HNS network, all named ecswin-contract: run it on a machine that nobody needs.
func TestWindows(t *testing.T) {
	options := winhost.Options{Docker: os.Getenv(dockerVariable)}
	alias := os.Getenv(aliasVariable)
	if alias == "" {
		alias = "vEthernet (nat)"
	}
	skips := map[string]string{}
	for line := range strings.Lines(os.Getenv(skipsVariable)) {
		name, why, _ := strings.Cut(strings.TrimSpace(line), "=")
		skips[name] = why
	}
	machines := 0
	contract.Run(t, func(t *testing.T) contract.Machine {
		machines++
		name := fmt.Sprintf("ecswin-contract-%d-%d", os.Getpid(), machines)
		folder, key := os.Getenv("ProgramData")+`\`+name, `SOFTWARE\`+name
		t.Cleanup(func() {
			_ = os.RemoveAll(folder)
			_ = registry.DeleteKey(registry.LOCAL_MACHINE, key+`\Sub`)
			_ = registry.DeleteKey(registry.LOCAL_MACHINE, key)
		})
		return contract.Machine{
			Process: func() *host.Host {
				h, err := winhost.New(options)
				if err != nil {
					t.Fatal(err)
				}
				return h
			},
			Folder: folder, Key: `HKLM\` + key,
			Service: name, Command: `"C:\Program Files\ecswin\contract.exe" service run --state-dir "C:\my state"`, Dependency: "RpcSs",
			Alias:    alias,
			Program:  host.Command{Path: os.Getenv("SystemRoot") + `\System32\cmd.exe`, Args: []string{"/c", "echo %GREETING%& exit 7"}, Environment: map[string]string{"GREETING": "hello"}},
			ExitCode: 7, Stdout: "^hello",
			Skips: skips,
		}
	})
}
