package phase

import (
	"context"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// Outcome is how a run stands.
type Outcome struct {
	// Err is the first failure in the order of causes, or nil.
	Err error
	// Report is the report so far, with every phase that has ended.
	Report report.Report
}

// Changed reports whether the run has changed anything.
func (o Outcome) Changed() bool {
	for _, p := range o.Report.Phases {
		for _, c := range p.Changes {
			if c.Done {
				return true
			}
		}
	}
	return false
}

// Markers remember, in the state of this instance, what was done once and must not be done again: signals above all. They
// survive the process and a reboot, and count for this instance only.
type Markers interface {
	// Marker returns the value under a name, or "" where there is none.
	Marker(name string) string
	// Mark stores a value under a name before it returns. It changes the machine.
	Mark(ctx context.Context, name, value string) error
}
