package agentphase

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig/agentenv"
)

const scopeService = "service"

// settings writes the agent's environment variables.
type settings struct{}

// Describe implements phase.Phase.
func (settings) Describe(d *nodeconfig.Document) phase.Description {
	return phase.Description{ID: ConfigID, Title: "The agent has the document's settings", Needs: []phase.ID{InstallID, "imds"}, Timeout: d.Timeouts.AgentInstall}
}

// variables are environment variables by name in upper case: Windows compares them without case.
type variables map[string]variable

type variable struct{ name, value string }

func (v variables) put(name, value string) { v[strings.ToUpper(name)] = variable{name, value} }

// scopes are the two places where the agent's variables may stand.
type scopes struct {
	machine, service variables
	// raw are the machine's values as they stand, entries the service's; see [phase.ServiceVariables].
	raw     map[string]host.Value
	entries map[string]string
}

func readScopes(ctx context.Context, h *host.Host) (scopes, error) {
	s := scopes{machine: variables{}, service: variables{}}
	raw, err := h.Registry.Values(ctx, host.MachineEnvironmentKey)
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		return s, fmt.Errorf("reading the machine's environment: %w", err)
	}
	s.raw = raw
	for name, value := range raw {
		s.machine.put(name, value.Text)
	}
	if s.entries, err = phase.ServiceVariables(ctx, h, agent.Service); err != nil {
		return s, err
	}
	for _, entry := range s.entries {
		name, value, _ := strings.Cut(entry, "=")
		s.service.put(name, value)
	}
	return s, nil
}

// wanted are the variables that the document stands for.
func wanted(d *nodeconfig.Document) (variables, error) {
	environment, err := nodeconfig.Environment(d)
	if err != nil {
		return nil, fault.New("E_AGENT_SETTING", err, "")
	}
	v := variables{}
	for name, value := range environment {
		v.put(name, value)
	}
	return v, nil
}

// Probe implements phase.Phase.
func (settings) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	want, err := wanted(n.Doc)
	if err != nil {
		return nil, err
	}
	now, err := readScopes(ctx, n.Host)
	if err != nil {
		return nil, err
	}
	var s seen
	s.fact("scope", n.Doc.Agent.EnvironmentScope)
	s.fact("variables", fmt.Sprint(len(want)))
	if stale := staleIn(now, want); len(stale) > 0 {
		s.fact("stale", strings.Join(stale, ", "))
		n.Warn("the machine has variables of the agent that the document does not name, and the agent heeds them: %s", strings.Join(stale, ", "))
	}
	if refused := refusedIn(now, want); len(refused) > 0 {
		return s, fault.New("E_AGENT_CONFIG", nil, "%s", strings.Join(refused, "; "))
	}
	if conflicts := conflictsIn(n.Doc, now, want); len(conflicts) > 0 {
		return s, fault.New("E_AGENT_SETTING_CONFLICT", nil, "%s", strings.Join(conflicts, ", "))
	}
	if n.Doc.Agent.EnvironmentScope == scopeService {
		s.serviceScope(now, want)
	} else {
		s.machineScope(now, want)
	}
	s.tellWithheld(n)
	return s, nil
}

// tellWithheld warns of values that nobody can bring back. Once the agent was started, they are the bootstrap's own.
func (s *seen) tellWithheld(n *phase.Node) {
	for _, c := range s.changes {
		if phase.Withheld(*c.Undo) && n.Markers.Marker(settingsMarker) == "" {
			n.Warn("%s has a value that looks like a secret. The state never holds one: `reset` cannot bring it back, so keep it elsewhere", c.What)
		}
	}
}

// machineScope plans one registry value a variable.
func (s *seen) machineScope(now scopes, want variables) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		w := want[key]
		had, there := now.machine[key]
		if there && had.value == w.value {
			continue
		}
		var before *host.Value
		if there {
			value := now.raw[had.name]
			before = &value
		}
		s.changes = append(s.changes, phase.Change{
			What: "environment variable " + w.name, From: shown(had, there), To: shown(w, true),
			Undo: phase.RestoreRegistryValue(host.MachineEnvironmentKey, w.name, before),
			Do: func(ctx context.Context, n *phase.Node) error {
				return n.Host.Registry.SetValue(ctx, host.MachineEnvironmentKey, w.name, host.Value{Kind: host.KindString, Text: w.value})
			},
		})
	}
}

// serviceScope plans the variables one by one, too: others may have put theirs beside them.
func (s *seen) serviceScope(now scopes, want variables) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		w := want[key]
		had, there := now.service[key]
		if there && had.value == w.value {
			continue
		}
		s.changes = append(s.changes, phase.Change{
			What: "variable " + w.name + " of the service " + agent.Service, From: shown(had, there), To: shown(w, true),
			Undo: phase.RestoreServiceVariable(agent.Service, w.name, now.entries[key]),
			Do: func(ctx context.Context, n *phase.Node) error {
				return phase.SetServiceVariable(ctx, n.Host, agent.Service, w.name, w.value)
			},
		})
	}
}

// conflictsIn are the names that the other scope sets to another value: which of the two the agent sees is not verified.
func conflictsIn(d *nodeconfig.Document, now scopes, want variables) []string {
	other := now.service
	if d.Agent.EnvironmentScope == scopeService {
		other = now.machine
	}
	var names []string
	for key, w := range want {
		if had, there := other[key]; there && had.value != w.value {
			names = append(names, w.name)
		}
	}
	slices.Sort(names)
	return names
}

// staleIn are the agent's variables that nobody asked for.
func staleIn(now scopes, want variables) []string {
	names := map[string]bool{}
	for _, scope := range []variables{now.machine, now.service} {
		for key, v := range scope {
			if _, asked := want[key]; !asked && strings.HasPrefix(key, "ECS_") {
				names[v.name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// refusedIn says which of the variables that nobody asked for keep the agent from starting. The service's own lies over the
// machine's (*assumed*).
func refusedIn(now scopes, want variables) []string {
	sees := maps.Clone(now.machine)
	maps.Copy(sees, now.service)
	var refused []string
	for _, key := range slices.Sorted(maps.Keys(sees)) {
		var bad *agentenv.ValueError
		if _, asked := want[key]; !asked && errors.As(agentenv.Check(key, sees[key].value), &bad) && bad.Stops() {
			refused = append(refused, bad.Error())
		}
	}
	return refused
}

// shown is a variable's value as a plan may show it: that of a member of the document which is no secret. Proxies, what
// the user put into agent.environment, and whatever else stood there may be one.
func shown(v variable, there bool) string {
	if !there {
		return "not set"
	}
	if open()[strings.ToUpper(v.name)] {
		return agent.Quote(v.value)
	}
	return "(not shown)"
}

// open are the variables, in upper case, that stand for members of the document which are no secret.
var open = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, f := range nodeconfig.Fields() {
		if f.Variable != "" && !f.Sensitive {
			names[strings.ToUpper(f.Variable)] = true
		}
	}
	return names
})

// Verify implements phase.Phase.
func (settings) Verify(ctx context.Context, n *phase.Node) ([]phase.Fact, error) {
	want, err := wanted(n.Doc)
	if err != nil {
		return nil, err
	}
	now, err := readScopes(ctx, n.Host)
	if err != nil {
		return nil, err
	}
	scope := now.machine
	if n.Doc.Agent.EnvironmentScope == scopeService {
		scope = now.service
	}
	var wrong []string
	for key, w := range want {
		if scope[key].value != w.value {
			wrong = append(wrong, w.name)
		}
	}
	slices.Sort(wrong)
	facts := []phase.Fact{{Name: "settings", Value: fmt.Sprintf("%d of %d as the document has them", len(want)-len(wrong), len(want))}}
	if len(wrong) > 0 {
		f := fault.New("E_AGENT_SETTING", nil, "not as the document has them: %s", strings.Join(wrong, ", "))
		f.Remedy = "run `ecswin-bootstrap apply`"
		return facts, f
	}
	return facts, nil
}

// fingerprint tells one set of settings from another without telling what they are.
func fingerprint(d *nodeconfig.Document) (string, error) {
	want, err := wanted(d)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		// A hash never fails to write.
		_, _ = fmt.Fprintf(sum, "%q=%q\n", key, want[key].value)
	}
	_, _ = fmt.Fprintf(sum, "%q", d.Agent.EnvironmentScope)
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}
