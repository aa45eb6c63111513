package agentphase_test

import (
	"context"
	"maps"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/agentphase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// node is a simulated machine on which the phases of this package run; those of others stand in as stubs that find or do
// what these phases need of them.
type node struct {
	t       *testing.T
	machine *sim.Machine
	doc     *nodeconfig.Document
	// kept is what outlives a process.
	kept *kept
	// noProxy leaves out what the phase host-proxy would set up; failing fails the phase endpoints.
	noProxy bool
	failing fault.Code
	// beside runs beside the phases.
	beside func(ctx context.Context, n *phase.Node)
	found  phase.Found
}

// kept is the state, in memory.
type kept struct {
	markers map[string]string
	undos   []phase.Undo
}

func (k *kept) Marker(name string) string { return k.markers[name] }

func (k *kept) Mark(_ context.Context, name, value string) error {
	k.markers[name] = value
	return nil
}

func (k *kept) Record(_ context.Context, _ phase.ID, undos []phase.Undo) error {
	k.undos = append(k.undos, undos...)
	return nil
}

func newNode(t *testing.T, o sim.Options) *node {
	t.Helper()
	doc := nodeconfig.Default()
	doc.Cluster = "prod"
	return &node{t: t, machine: sim.New(o), doc: doc, kept: &kept{markers: map[string]string{}}}
}

// run runs all phases in a process of their own.
func (n *node) run(mode phase.Mode, selected ...phase.ID) phase.Outcome {
	n.t.Helper()
	h := n.machine.Host()
	run := &phase.Node{
		Host: h, Cloud: n.machine.CloudOf(h), Doc: n.doc, Found: &phase.Findings{}, Mode: mode, Markers: n.kept,
		Deadline: h.Clock.Now().Add(n.doc.Timeouts.Total),
	}
	runner := phase.Runner{Phases: append(n.stubs(), agentphase.Phases()...), Journal: n.kept}
	if len(selected) > 0 {
		runner.Select.Until = selected[0]
	}
	var outcome phase.Outcome
	if err := n.machine.Run(func() {
		ctx, end := context.WithCancel(n.t.Context())
		defer end()
		if n.beside != nil {
			h.Clock.Go(func() { n.beside(ctx, run) })
		}
		outcome = runner.Run(ctx, run)
	}); err != nil {
		n.t.Fatal(err)
	}
	n.found = run.Found.Get()
	return outcome
}

// apply applies and expects a code, or success where it is empty.
func (n *node) apply(want fault.Code) phase.Outcome {
	n.t.Helper()
	outcome := n.run(phase.ModeApply)
	n.expect(outcome, want)
	return outcome
}

func (n *node) expect(outcome phase.Outcome, want fault.Code) {
	n.t.Helper()
	if outcome.Err == nil {
		if want != "" {
			n.t.Fatalf("it went well, want %s", want)
		}
		return
	}
	if got := fault.Of(outcome.Err).Code; got != want {
		n.t.Fatalf("got %s, want %q: %v\nlog of the agent:\n%s", got, want, outcome.Err, n.machine.AgentLog())
	}
}

// of returns how a phase went.
func of(o phase.Outcome, id phase.ID) report.Phase {
	for _, p := range o.Report.Phases {
		if p.Name == string(id) {
			return p
		}
	}
	return report.Phase{}
}

func evidence(p report.Phase) map[string]string {
	facts := map[string]string{}
	for _, f := range p.Evidence {
		facts[f.Name] = f.Value
	}
	return facts
}

func changed(p report.Phase) []string {
	var list []string
	for _, c := range p.Changes {
		list = append(list, c.What)
	}
	return list
}

// stub stands in for a phase of another package.
type stub struct {
	id    phase.ID
	probe func(ctx context.Context, n *phase.Node) error
}

func (s stub) Describe(*nodeconfig.Document) phase.Description {
	return phase.Description{ID: s.id, Title: string(s.id)}
}

func (s stub) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	if s.probe == nil {
		return empty{}, nil
	}
	return empty{}, s.probe(ctx, n)
}

func (stub) Verify(context.Context, *phase.Node) ([]phase.Fact, error) { return nil, nil }

type empty struct{}

func (empty) Facts() []phase.Fact                               { return nil }
func (empty) Plan(*nodeconfig.Document) ([]phase.Change, error) { return nil, nil }

func (n *node) stubs() []phase.Phase {
	probes := map[phase.ID]func(context.Context, *phase.Node) error{
		"imds": func(ctx context.Context, run *phase.Node) error {
			i := n.machine.Instance()
			os, err := run.Host.System.OS(ctx)
			boot, _ := run.Host.System.Boot(ctx)
			instanceType, _ := run.Host.Metadata.Get(ctx, "meta-data/instance-type")
			target, _ := run.Host.Metadata.Get(ctx, "meta-data/autoscaling/target-lifecycle-state")
			run.Found.Set(func(f *phase.Found) {
				f.OS, f.Boot = os, boot
				f.Instance = phase.Instance{ID: i.ID, Type: instanceType, Region: i.Region, Account: i.Account, TargetLifecycle: target}
			})
			return err
		},
		"host-proxy": n.hostProxy,
		"endpoints": func(context.Context, *phase.Node) error {
			if n.failing != "" {
				return fault.New(n.failing, nil, "made to fail")
			}
			return nil
		},
	}
	var list []phase.Phase
	for _, id := range []phase.ID{"platform", "imds", "credentials", "hns-nat", "task-networks", "host-proxy", "dns", "domain", "awsvpc", "endpoints", "trunking"} {
		list = append(list, stub{id, probes[id]})
	}
	return list
}

// hostProxy makes the way to the agent's credentials server, as the phase host-proxy would.
func (n *node) hostProxy(ctx context.Context, run *phase.Node) error {
	rules, err := run.Host.PortProxy.Rules(ctx)
	if err != nil || len(rules) > 0 || n.noProxy || run.Mode != phase.ModeApply {
		return err
	}
	address := netip.MustParsePrefix("169.254.170.2/32")
	if err := run.Host.Adapters.AddAddress(ctx, "vEthernet (nat)", address); err != nil {
		return err
	}
	if err := run.Host.Clock.Sleep(ctx, 5*time.Second); err != nil {
		return err
	}
	return run.Host.PortProxy.Add(ctx, host.ProxyRule{Listen: netip.AddrPortFrom(address.Addr(), 80), Connect: netip.MustParseAddrPort("127.0.0.1:51679")})
}

// writes are the calls that changed the machine.
func (n *node) writes() []string {
	var list []string
	for _, w := range n.machine.Writes() {
		list = append(list, strings.TrimSpace(w.Call+" "+w.Arg))
	}
	return list
}

// calls are the calls made since the counters were reset, but for those of the stubs.
func (n *node) calls() map[string]int {
	calls := maps.Clone(n.machine.Calls())
	for _, of := range []string{"metadata.Get", "system.OS", "system.Boot", "portproxy.Rules"} {
		delete(calls, of)
	}
	return calls
}

func installed() sim.Options { return sim.Options{AMI: sim.AMI{Agent: sim.AgentInstalled}} }
