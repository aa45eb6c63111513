package run_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/sim"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// meter counts the calls of each phase: phases run one after the other, and each one's calls are those until the next begins.
type meter struct {
	machine *sim.Machine
	at      phase.ID
	before  map[string]int
	calls   map[phase.ID]map[string]int
}

func (m *meter) begin(id phase.ID) {
	now := m.machine.Calls()
	used := map[string]int{}
	for call, n := range now {
		if kind := kindOf(call); kind != "" && n > m.before[call] {
			used[kind] += n - m.before[call]
		}
	}
	m.calls[m.at] = used
	m.at, m.before = id, now
}

// kindOf is what a call costs: a question to the service control manager, HNS, the metadata, AWS or Docker, or a program.
func kindOf(call string) string {
	prefix, _, _ := strings.Cut(call, ".")
	return map[string]string{
		"services": "scm", "hns": "hns", "metadata": "imds", "docker": "docker", "programs": "programs",
		"identity": "aws", "members": "aws", "settings": "aws", "signals": "aws", "secrets": "aws",
	}[prefix]
}

// metered is a phase that begins only when the one before it has ended.
type metered struct {
	phase.Phase
	meter *meter
	after phase.ID
}

func (p metered) Describe(d *nodeconfig.Document) phase.Description {
	desc := p.Phase.Describe(d)
	if p.after != "" && !slices.Contains(desc.Needs, p.after) {
		desc.Needs = append(slices.Clone(desc.Needs), p.after)
	}
	return desc
}

func (p metered) Probe(ctx context.Context, n *phase.Node) (phase.Observation, error) {
	p.meter.begin(p.Describe(n.Doc).ID)
	return p.Phase.Probe(ctx, n)
}

// oneByOne orders the phases by their needs and has each wait for the one before it.
func oneByOne(m *meter) []phase.Phase {
	d := nodeconfig.Default()
	var ordered []phase.Phase
	placed := map[phase.ID]bool{}
	last := phase.ID("")
	all := run.Phases()
	for len(ordered) < len(all) {
		for _, p := range all {
			desc := p.Describe(d)
			// Those that always run come after all that do not.
			early := desc.Always && slices.ContainsFunc(all, func(p phase.Phase) bool { d := p.Describe(d); return !d.Always && !placed[d.ID] })
			if placed[desc.ID] || early || slices.ContainsFunc(desc.Needs, func(id phase.ID) bool { return !placed[id] }) {
				continue
			}
			ordered = append(ordered, metered{p, m, last})
			placed[desc.ID], last = true, desc.ID
		}
	}
	return ordered
}

// budgets runs the phases one by one and returns what each used.
func budgets(t *testing.T, m *sim.Machine) map[phase.ID]string {
	t.Helper()
	used := &meter{machine: m, calls: map[phase.ID]map[string]int{}}
	m.ResetCounters()
	apply(t, m, run.Options{Phases: oneByOne(used)})
	used.begin("")
	told := map[phase.ID]string{}
	for id, calls := range used.calls {
		var kinds []string
		for _, kind := range slices.Sorted(maps.Keys(calls)) {
			kinds = append(kinds, fmt.Sprintf("%s %d", kind, calls[kind]))
		}
		if id != "" && len(kinds) > 0 {
			told[id] = strings.Join(kinds, ", ")
		}
	}
	return told
}

// TestCallBudgetOfEachPhase holds every phase to its calls, on a fresh machine, on one that is in order, and on one whose nat
// network is lost. More than these are a decision, not an accident. A phase that is not listed makes none.
func TestCallBudgetOfEachPhase(t *testing.T) {
	t.Parallel()
	options := sim.Options{UserData: plain}
	m := sim.New(options)
	fresh := budgets(t, m)
	again := budgets(t, m)
	options.Conditions = []string{"nat-missing"}
	faulty := budgets(t, sim.New(options))
	for name, c := range map[string]struct{ got, want map[phase.ID]string }{
		// The one question to the metadata after a phase that changed something is the guard's.
		"on a fresh machine": {fresh, map[phase.ID]string{
			"imds": "imds 9", "credentials": "aws 1", "netsnapshot": "hns 1", "boot-path": "imds 1, scm 3",
			"docker": "docker 4, scm 1", "hns-nat": "docker 2, hns 2", "task-networks": "hns 2", "host-proxy": "imds 1, scm 3",
			"awsvpc": "docker 1, programs 1", "trunking": "aws 1, programs 1, scm 1", "trunk-evidence": "aws 1",
			"agent-install": "imds 1, programs 1, scm 3", "agent-config": "imds 1", "agent-start": "imds 1, scm 4", "join": "aws 1",
			"report": "imds 2",
		}},
		"on one that is in order": {again, map[phase.ID]string{
			"imds": "imds 9", "credentials": "aws 1", "netsnapshot": "hns 1", "boot-path": "scm 2",
			"docker": "docker 4, scm 1", "hns-nat": "docker 2, hns 2", "task-networks": "hns 2", "host-proxy": "scm 3",
			"awsvpc": "docker 1, programs 1", "trunking": "aws 1, scm 1", "trunk-evidence": "aws 1",
			"agent-install": "programs 1, scm 2", "agent-start": "scm 2", "join": "aws 1",
			"report": "imds 1",
		}},
		"on one that lost its nat": {faulty, map[phase.ID]string{
			"imds": "imds 9", "credentials": "aws 1", "netsnapshot": "hns 1", "boot-path": "imds 1, scm 3",
			"docker": "docker 4, scm 1", "hns-nat": "docker 18, hns 16, imds 1, scm 5", "task-networks": "hns 2", "host-proxy": "imds 1, scm 3",
			"awsvpc": "docker 1, programs 1", "trunking": "aws 1, programs 1, scm 1", "trunk-evidence": "aws 1",
			"agent-install": "imds 1, programs 1, scm 3", "agent-config": "imds 1", "agent-start": "imds 1, scm 4", "join": "aws 1",
			"report": "imds 2",
		}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
