package run

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/agentphase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/hostphase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase/netphase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/state"
)

// Phases returns all phases.
func Phases() []phase.Phase {
	return slices.Concat(hostphase.Phases(), netphase.Phases(), agentphase.Phases())
}

// The phases of other packages that a run knows by name.
const (
	agentStart phase.ID = "agent-start"
	join       phase.ID = "join"
)

// phases runs the phases and does what their result asks for.
func (s *session) phases() error {
	doc, err := s.resolved()
	if err != nil {
		return s.interrupted(err)
	}
	if s.cloud.Configure != nil {
		s.cloud.Configure(cloud.SettledBy(doc))
	}
	total := s.Timeout
	if total == 0 {
		total = doc.Timeouts.Total
	}
	s.node = &phase.Node{
		Host: s.host, Cloud: s.cloud, Doc: doc, Log: s.Log, Found: &phase.Findings{}, Program: s.Program.Path, Mode: s.mode,
		ServiceFlags: s.ServiceFlags,
		Deadline:     s.report.StartedAt.Add(total), Memory: memory{s.store, s.network, s.leaning}, Markers: s.store,
	}
	touching, err := phase.Dependents(s.Phases, doc, hostphase.NetSnapshot)
	if err != nil {
		return fault.New("E_INTERNAL", err, "the phases do not fit together")
	}
	runner := phase.Runner{
		Phases: s.Phases, Select: s.Select, Sink: s.Sink, Journal: s.store, SkipNow: s.skipNow,
		Guard: func(ctx context.Context, n *phase.Node, id phase.ID) error {
			if !touching[id] {
				return nil
			}
			return hostphase.Guard(ctx, n, "phase "+string(id))
		},
	}
	beating, end := context.WithCancel(s.ctx)
	defer end()
	s.host.Clock.Go(func() { agentphase.KeepHook(beating, s.node) })
	outcome := runner.Run(s.ctx, s.node)
	s.report.Phases, s.report.Timing = outcome.Report.Phases, outcome.Report.Timing
	s.tellRestored()
	err = outcome.Err
	if s.mode == phase.ModeApply {
		lost := hostphase.Guard(s.late, s.node, "the run")
		s.lost = lost != nil
		switch {
		case lost == nil:
		case err == nil:
			err = lost
		default:
			// The failure that came first explains more; that the network is gone must not be lost over it.
			s.warn(lost.Error())
		}
		err = s.reboot(err)
	}
	s.conclude(outcome)
	return err
}

// tellRestored adds to the phase that stands for what was done before all others that the network was restored.
func (s *session) tellRestored() {
	at := slices.IndexFunc(s.report.Phases, func(p report.Phase) bool { return p.Name == string(hostphase.Lock) })
	if len(s.restored) == 0 || at < 0 {
		return
	}
	p := &s.report.Phases[at]
	p.Status = report.StatusDone
	p.Changes = append(p.Changes, report.Change{What: "the host's network", From: "missing " + gone(s.restored), To: "restored", Done: true})
	p.Evidence = append(p.Evidence, report.Fact{Name: "restored", Value: strings.Join(s.restored, ", ")})
}

// gone names what matters most of what was missing, and counts the rest.
func gone(restored []string) string {
	first := restored[0]
	for _, what := range restored {
		if strings.Contains(what, "0.0.0.0/0") || strings.Contains(what, "169.254.169.254") {
			first = what
		}
	}
	if len(restored) > 1 {
		first += fmt.Sprintf(" and %d more", len(restored)-1)
	}
	return first
}

// warmed reports whether the instance goes into a warm pool.
func warmed(f phase.Found) bool {
	return strings.HasPrefix(f.Instance.TargetLifecycle, "Warmed:")
}

// skipNow leaves the registration of an instance in a warm pool for the boot at which it leaves the pool.
func (s *session) skipNow(id phase.ID, f phase.Found) string {
	if warmed(f) && (id == agentStart || id == join) {
		return "the instance goes into the warm pool; it registers when it leaves the pool"
	}
	return ""
}

// conclude says what came of the run.
func (s *session) conclude(o phase.Outcome) {
	found := s.node.Found.Get()
	s.report.InstanceID, s.report.Cluster, s.report.ContainerInstanceARN = found.Instance.ID, found.Agent.Cluster, found.Agent.ARN
	if s.report.Cluster == "" {
		s.report.Cluster = s.node.Doc.Cluster
	}
	for _, w := range found.Warnings {
		s.warn(w)
	}
	joined := slices.ContainsFunc(s.report.Phases, func(p report.Phase) bool {
		return p.Name == string(join) && (p.Status == report.StatusDone || p.Status == report.StatusSatisfied)
	})
	switch {
	case s.mode == phase.ModePlan:
		s.report.Result = report.ResultPlanned
	case warmed(found):
		s.report.Result = report.ResultWarmed
	case s.mode == phase.ModeApply && !o.Changed() && len(s.restored) == 0:
		s.report.Result = report.ResultUnchanged
	case joined:
		s.report.Result = report.ResultJoined
	default:
		s.report.Result = report.ResultApplied
	}
}

// reboot notes that Windows has to reboot, and asks for it where the document says so.
func (s *session) reboot(err error) error {
	before := s.store.Get().Reboot
	info, _ := fault.Find(fault.Of(err).Code)
	if err == nil || info.Exit != fault.RebootNeeded {
		if err == nil && before != (state.Reboot{}) {
			err = s.store.Change(s.late, func(st *state.State) { st.Reboot = state.Reboot{} })
		}
		return err
	}
	ask := s.node.Doc.Reboot.Policy == "if_required"
	if ask && before.Asked >= s.node.Doc.Reboot.Limit {
		return fault.New("E_REBOOT_LIMIT", err, "%d were asked for", before.Asked)
	}
	if stored := s.store.Change(s.late, func(st *state.State) {
		st.Reboot.Pending = fault.Of(err).Seen
		if ask {
			st.Reboot.Asked++
		}
	}); stored != nil {
		// A reboot that is not counted could be asked for without end.
		return stored
	}
	if !ask || s.CallerReboots {
		return err
	}
	if refused := s.host.System.Reboot(s.late, "ecswin-bootstrap: "+fault.Of(err).Seen); refused != nil {
		return fault.New("E_REBOOT_REFUSED", refused, "")
	}
	return err
}

// memory is the files of the state folder. It refuses to go on with a document that turns out to be another instance's.
type memory struct {
	*state.Store
	*state.Network
	leaning bool
}

// Identify implements phase.Memory.
func (m memory) Identify(ctx context.Context, instanceID string) (bool, error) {
	foreign, err := m.Store.Identify(ctx, instanceID)
	if foreign && m.leaning {
		if err := m.Change(ctx, func(st *state.State) { st.Document, st.ConfigHash = "", "" }); err != nil {
			return foreign, err
		}
		return foreign, fault.New("E_STATE_FOREIGN", nil, "")
	}
	return foreign, err
}
