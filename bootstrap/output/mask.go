package output

import (
	"sync"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// Masked returns a copy of the report in which mask has seen every text that a machine or a person wrote.
func Masked(r *report.Report, mask func(string) string) *report.Report {
	if r == nil {
		return nil
	}
	masked := *r
	masked.Phases = make([]report.Phase, len(r.Phases))
	for i, p := range r.Phases {
		masked.Phases[i] = maskedPhase(p, mask)
	}
	masked.Error = maskedError(r.Error, mask)
	masked.Warnings = make([]string, 0, len(r.Warnings))
	for _, w := range r.Warnings {
		masked.Warnings = append(masked.Warnings, mask(w))
	}
	return &masked
}

func maskedPhase(p report.Phase, mask func(string) string) report.Phase {
	changes := make([]report.Change, 0, len(p.Changes))
	for _, c := range p.Changes {
		c.What, c.From, c.To = mask(c.What), mask(c.From), mask(c.To)
		changes = append(changes, c)
	}
	evidence := make([]report.Fact, 0, len(p.Evidence))
	for _, f := range p.Evidence {
		f.Value = mask(f.Value)
		evidence = append(evidence, f)
	}
	p.Changes, p.Evidence, p.Why, p.Error = changes, evidence, mask(p.Why), maskedError(p.Error, mask)
	return p
}

func maskedError(e *report.Error, mask func(string) string) *report.Error {
	if e == nil {
		return nil
	}
	masked := *e
	masked.Message, masked.LastObserved, masked.Remedy = mask(e.Message), mask(e.LastObserved), mask(e.Remedy)
	return &masked
}

// Guard masks every event on its way to another sink, and hands on one at a time.
type Guard struct {
	mask func(string) string
	to   []report.Sink
	mu   sync.Mutex
}

// NewGuard returns a Guard before these sinks.
func NewGuard(mask func(string) string, to ...report.Sink) *Guard {
	return &Guard{mask: mask, to: to}
}

// Event implements report.Sink.
func (g *Guard) Event(e report.Event) {
	e.Text, e.Error, e.Report = g.mask(e.Text), maskedError(e.Error, g.mask), Masked(e.Report, g.mask)
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, sink := range g.to {
		sink.Event(e)
	}
}
