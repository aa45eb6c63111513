package machinetest_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

const (
	servicesKey  = `SYSTEM\CurrentControlSet\Services`
	portProxyKey = servicesKey + `\PortProxy\v4tov4\tcp`
	firewallKey  = servicesKey + `\SharedAccess\Parameters\FirewallPolicy\FirewallRules`
	daemonJSON   = `C:\ProgramData\docker\config\daemon.json`
)

// endState is what a run leaves on a machine, in a form in which two machines are alike: no ids that HNS chose, no times,
// nothing of the fakes.
type endState struct {
	// HNS are the objects, each as JSON; Adapters and Routes the host's network.
	HNS      []string
	Adapters []hnsstore.Adapter
	Routes   []string
	// Environment are the machine's variables that the agent reads; PortProxy and Firewall the rules in the registry.
	Environment, PortProxy map[string]string
	Firewall               []string
	Services               map[string]serviceState
	// Files are those that the program may write, by path: the hash of their content.
	Files map[string]string
	// State is what the bootstrap keeps, without the report of its last run.
	State string
	// Agent is the environment that the agent saw at its last start.
	Agent map[string]string
}

// serviceState is a service with what the registry keeps of it.
type serviceState struct {
	Path, State string
	Automatic   bool
	DependsOn   []string
	Recovery    string
	OnNonCrash  uint64
}

// endState looks at the machine.
func (n *node) endState(t testing.TB) endState {
	t.Helper()
	st := n.State()
	e := endState{
		Adapters: st.Host.Adapters, Environment: map[string]string{}, PortProxy: map[string]string{}, Services: map[string]serviceState{},
		Files: n.hashes(t, agentFolder, `C:\ProgramData\docker`, `C:\ProgramData\Amazon\ECS\data`), State: n.kept(t),
	}
	for i := range e.Adapters {
		e.Adapters[i].Network = withoutIDs(e.Adapters[i].Network)
	}
	for _, r := range st.Host.Routes {
		e.Routes = append(e.Routes, r.String())
	}
	slices.Sort(e.Routes)
	for kind, objects := range st.Objects {
		for _, o := range objects {
			text, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			e.HNS = append(e.HNS, string(kind)+" "+withoutIDs(string(text)))
		}
	}
	slices.Sort(e.HNS)
	registry := n.Registry()
	for name, v := range registry.Values(winetest.EnvironmentKey) {
		if name := strings.ToUpper(name); strings.HasPrefix(name, "ECS_") || strings.HasSuffix(name, "_PROXY") {
			e.Environment[name] = v.Text
		}
	}
	for name, v := range registry.Values(portProxyKey) {
		e.PortProxy[name] = v.Text
	}
	for _, v := range registry.Values(firewallKey) {
		e.Firewall = append(e.Firewall, v.Text)
	}
	slices.Sort(e.Firewall)
	for _, name := range []string{"docker", "AmazonECS", "ecswin-bootstrap", "hns", "iphlpsvc"} {
		if s, ok := n.service(name); ok {
			e.Services[name] = s
		}
	}
	if seen, ok := n.AgentSeen(); ok {
		e.Agent = seen.Environment
	}
	return e
}

// noActions is the value FailureActions of a service that is not restarted.
const noActions = "0000000000000000000000000000000014000000"

// service reads a service, and what the registry keeps of it.
func (n *node) service(name string) (serviceState, bool) {
	s, ok := n.Service(name).Query()
	if !ok {
		return serviceState{}, false
	}
	kept := n.Registry().Values(servicesKey + `\` + name)
	recovery := hex.EncodeToString(kept["FailureActions"].Bytes)
	if recovery == noActions {
		recovery = "" // as good as no value
	}
	return serviceState{
		Path: s.Path, State: s.State, Automatic: s.Automatic, DependsOn: s.DependsOn,
		Recovery: recovery, OnNonCrash: kept["FailureActionsOnNonCrashFailures"].Number,
	}, true
}

// kept is what the bootstrap's own state holds for the next run, but for the last report, the boot, and the order in which
// phases that run at the same time recorded their changes. It is "" where there is no state.
func (n *node) kept(t testing.TB) string {
	t.Helper()
	if !n.Exists(statePath) {
		return ""
	}
	s, err := state.Decode(n.ReadFile(statePath))
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(s.Undos, func(a, b state.Undo) int { return cmp.Compare(a.Kind+a.Target, b.Kind+b.Target) })
	s.LastRun, s.BootID = nil, ""
	// The verdict names the container instance, which is another one after each registration.
	delete(s.Markers, "verdict")
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return withoutIDs(string(text))
}

// hashes are the files below folders of the machine.
func (n *node) hashes(t testing.TB, folders ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, folder := range folders {
		root := n.Path(folder)
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			sum := sha256.Sum256(content)
			found[folder+strings.ReplaceAll(strings.TrimPrefix(path, root), "/", `\`)] = hex.EncodeToString(sum[:8])
			return err
		})
		if err != nil && n.Exists(folder) {
			t.Fatal(err)
		}
	}
	return found
}

// withoutIDs replaces the ids that the simulated HNS gives.
func withoutIDs(text string) string {
	return regexp.MustCompile(`(?i)EC5[0-9A-F]{5}-0000-4000-8000-[0-9A-F]{12}`).ReplaceAllString(text, "ID")
}

// traces counts what a run wrote: calls of HNS and the IP Helper that change something, and writes of the registry, of
// services and of files.
type traces struct {
	n     *node
	calls int
}

// trace begins to count.
func (n *node) trace(t testing.TB) traces {
	t.Helper()
	n.KillAtWrite(programName, 0)
	return traces{n, len(n.calls(t))}
}

// calls are the calls of HNS and the IP Helper so far.
func (n *node) calls(t testing.TB) []hnsstore.Call {
	t.Helper()
	calls, err := n.HNS.Calls()
	if err != nil {
		t.Fatal(err)
	}
	return calls
}

// network are the calls since that change something and that the program made: Docker makes nat by the first version of
// HNS's interface, which the program does not use.
func (s traces) network(t testing.TB) []hnsstore.Call {
	t.Helper()
	return slices.DeleteFunc(s.n.calls(t)[s.calls:], func(c hnsstore.Call) bool {
		return !c.Writes() || strings.HasPrefix(c.Procedure, "HNSCall")
	})
}

// host are the program's other writes since.
func (s traces) host(t testing.TB) []string {
	t.Helper()
	if !s.n.Exists(`C:\winetest\writes`) {
		return nil
	}
	return s.n.Writes()
}

// sortedKeys are the names in a map.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
