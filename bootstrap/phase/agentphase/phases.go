// Package agentphase has the phases about the ECS agent: its installation, its settings, its start, the proof that it
// joined, and who is told of it.
package agentphase

import (
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// The phases of this package.
const (
	InstallID   phase.ID = "agent-install"
	ForeignID   phase.ID = "foreign-boot"
	ConfigID    phase.ID = "agent-config"
	IntegrityID phase.ID = "agent-integrity"
	StartID     phase.ID = "agent-start"
	JoinID      phase.ID = "join"
	SignalID    phase.ID = "signal"
	ReportID    phase.ID = "report"
)

// Phases returns them, in their order.
func Phases() []phase.Phase {
	return []phase.Phase{install{}, foreignBoot{}, settings{}, integrity{}, start{}, join{}, signals{}, verdict{}}
}

// seen is an observation that has been judged already: what was seen, and what would change.
type seen struct {
	facts   []phase.Fact
	changes []phase.Change
}

// Facts implements phase.Observation.
func (s seen) Facts() []phase.Fact { return s.facts }

// Plan implements phase.Observation.
func (s seen) Plan(*nodeconfig.Document) ([]phase.Change, error) { return s.changes, nil }

func (s *seen) fact(name, value string) {
	s.facts = append(s.facts, phase.Fact{Name: name, Value: value})
}

// Warmed reports whether the instance is on its way into a warm pool: it gets everything but the registration.
//
// Source: the categories of autoscaling/target-lifecycle-state in the Amazon EC2 Auto Scaling guide, Warmed:Stopped,
// Warmed:Running, Warmed:Hibernated and so on.
func Warmed(i phase.Instance) bool {
	return strings.HasPrefix(i.TargetLifecycle, "Warmed:")
}

// ended reports whether a phase of this run got to its end.
func ended(o phase.Outcome, id phase.ID) bool {
	for _, p := range o.Report.Phases {
		if p.Name == string(id) {
			return p.Status == report.StatusDone || p.Status == report.StatusSatisfied
		}
	}
	return false
}
