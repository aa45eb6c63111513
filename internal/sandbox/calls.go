package sandbox

import (
	"maps"
	"sync"
)

// Calls returns how many calls reached a service since the last reset, by
// name, such as "ecs:RegisterTaskDefinition". A call that the service refused
// counts; one that was throttled, or that a fault answered, does not. A call
// whose response was lost counts here and as faulted.
func (s *Sandbox) Calls() map[string]int {
	return s.tally.snapshot().Calls
}

// Throttled returns how many calls met an empty token bucket or a fault that
// plays one.
func (s *Sandbox) Throttled() map[string]int {
	return s.tally.snapshot().Throttled
}

// Faulted returns how many calls met a fault of any kind.
func (s *Sandbox) Faulted() map[string]int {
	return s.tally.snapshot().Faulted
}

// ResetCalls sets every counter to zero.
func (s *Sandbox) ResetCalls() {
	s.tally.reset()
}

// counts holds the counters by call name.
type counts struct {
	Calls     map[string]int `json:"calls"`
	Throttled map[string]int `json:"throttled"`
	Faulted   map[string]int `json:"faulted"`
}

func newCounts() counts {
	return counts{Calls: map[string]int{}, Throttled: map[string]int{}, Faulted: map[string]int{}}
}

// tally counts calls.
type tally struct {
	mu     sync.Mutex
	counts counts
}

func newTally() *tally {
	return &tally{counts: newCounts()}
}

func (t *tally) called(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Calls[name]++
}

func (t *tally) throttled(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Throttled[name]++
}

func (t *tally) faulted(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Faulted[name]++
}

func (t *tally) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts = newCounts()
}

func (t *tally) snapshot() counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return counts{
		Calls:     maps.Clone(t.counts.Calls),
		Throttled: maps.Clone(t.counts.Throttled),
		Faulted:   maps.Clone(t.counts.Faulted),
	}
}
