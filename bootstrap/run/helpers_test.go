package run_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/hostphase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// plain is a document with nothing but what every document has.
const plain = "apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: prod\n"

const (
	statePath   = state.Folder + `\` + state.FileName
	networkPath = state.Folder + `\` + state.NetworkFileName
)

// tester is what testing and rapid have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
}

// do runs the bootstrap in a process of its own.
func do(t tester, m *sim.Machine, mode phase.Mode, src run.Source, o run.Options) *report.Report {
	t.Helper()
	return doWith(t, m, m.Host(), mode, src, o)
}

func doWith(t tester, m *sim.Machine, h *host.Host, mode phase.Mode, src run.Source, o run.Options) *report.Report {
	t.Helper()
	var r *report.Report
	if err := m.Run(func() { r = run.Do(context.Background(), mode, h, m.CloudOf(h), src, o) }); err != nil {
		t.Fatal(err)
	}
	m.Kill(h) // the program ends with its run
	return r
}

func apply(t tester, m *sim.Machine, o run.Options) *report.Report {
	t.Helper()
	return do(t, m, phase.ModeApply, run.Source{}, o)
}

// hostOnly are the phases of this machine, and one that works on HNS in place of Docker.
func hostOnly() run.Options { return run.Options{Phases: append(hostphase.Phases(), hnsPhase{})} }

// hnsPhase makes a network, as Docker and the agent's plugins do.
type hnsPhase struct{}

const hnsName = "test"

func (hnsPhase) Describe(*nodeconfig.Document) phase.Description {
	return phase.Description{ID: "hns", Title: "A network", Needs: []phase.ID{hostphase.NetSnapshot, hostphase.BootGate, hostphase.Credentials, hostphase.BootPath}}
}

func (p hnsPhase) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	networks, err := n.Host.HNS.Networks(ctx)
	for _, network := range networks {
		if network.Name == hnsName {
			return observed(nil), err
		}
	}
	return observed{{What: "network", From: "not there", To: "there", Do: func(ctx context.Context, n *phase.Node) error {
		_, err := n.Host.HNS.Create(ctx, []byte(`{"Name":"`+hnsName+`","Type":"NAT","Ipams":[{"Type":"Static","Subnets":[{"IpAddressPrefix":"172.29.0.0/20","Routes":[{"NextHop":"172.29.0.1","DestinationPrefix":"0.0.0.0/0"}]}]}],"SchemaVersion":{"Major":2,"Minor":0}}`))
		return err
	}}}, err
}

func (hnsPhase) Verify(context.Context, *phase.Node) ([]phase.Fact, error) { return nil, nil }

type observed []phase.Change

func (observed) Facts() []phase.Fact { return nil }

func (o observed) Plan(*nodeconfig.Document) ([]phase.Change, error) { return o, nil }

func stateOf(t tester, m *sim.Machine) state.State {
	t.Helper()
	content, ok := m.File(statePath)
	if !ok {
		t.Fatal("there is no state")
	}
	s, err := state.Decode(content)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// networkOf is the snapshot that is kept.
func networkOf(t tester, m *sim.Machine) phase.Snapshot {
	t.Helper()
	n := state.NewNetwork(m.Host(), state.Folder, true)
	if err := n.Open(context.Background()); err != nil {
		t.Fatal(err)
	}
	s, _ := n.Snapshot()
	return s
}

func find(r *report.Report, name string) report.Phase {
	for _, p := range r.Phases {
		if p.Name == name {
			return p
		}
	}
	return report.Phase{}
}

func code(r *report.Report) string {
	if r.Error == nil {
		return ""
	}
	return r.Error.Code
}

func show(t tester, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// online reports what the machine lacks of what no run may take from it. It makes no calls, which a fault could hit.
func online(m *sim.Machine) string {
	var lacks []string
	for _, destination := range []string{"0.0.0.0/0", "169.254.169.254/32"} {
		if !slices.ContainsFunc(m.Routes(), func(r host.Route) bool { return r.Destination.String() == destination }) {
			lacks = append(lacks, "route "+destination)
		}
	}
	if !slices.ContainsFunc(m.Adapters(), func(a host.Adapter) bool {
		return a.MAC == m.Instance().MAC && slices.ContainsFunc(a.Addresses, func(x host.Address) bool { return x.Prefix.Addr() == m.Instance().IP })
	}) {
		lacks = append(lacks, "its address")
	}
	return strings.Join(lacks, ", ")
}
