package phase

import (
	"slices"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
)

// timing follows the phases backwards from the one that ended last, each time to the need that ended last. The caller
// holds the lock.
func (e *execution) timing() *report.Timing {
	var last *step
	var sum, path time.Duration
	for _, id := range e.order {
		s := e.steps[id]
		if s.ended.IsZero() {
			continue
		}
		sum += s.ended.Sub(s.began)
		if last == nil || s.ended.After(last.ended) {
			last = s
		}
	}
	if last == nil {
		return nil
	}
	t := &report.Timing{SumMS: sum.Milliseconds()}
	for s := last; s != nil; s = e.waitedFor(s) {
		path += s.ended.Sub(s.began)
		t.CriticalPath = append(t.CriticalPath, s.result.Name)
	}
	slices.Reverse(t.CriticalPath)
	t.CriticalPathMS = path.Milliseconds()
	return t
}

// waitedFor returns the phase that had to end before s could begin, or nil.
func (e *execution) waitedFor(s *step) *step {
	var before *step
	for _, id := range e.order {
		other := e.steps[id]
		needed := slices.Contains(s.desc.Needs, id) || s.desc.Always && !other.desc.Always
		if needed && !other.ended.IsZero() && (before == nil || other.ended.After(before.ended)) {
			before = other
		}
	}
	return before
}
