// Package hostphase has the phases that concern the machine itself: which Windows it is, who it is to EC2, whether it is
// ready to be built upon, its network before anybody touches it, and what runs at its next boot. It also keeps the
// promise that the instance metadata and the default route outlive whatever the other phases do.
package hostphase

import (
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/phase"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// Phases returns the phases of this package.
func Phases() []phase.Phase {
	return []phase.Phase{lock{}, platform{}, metadata{}, credentials{}, bootGate{}, domain{}, netSnapshot{}, bootPath{}}
}

// The ids of this package's phases.
const (
	Lock        phase.ID = "lock"
	Platform    phase.ID = "platform"
	IMDS        phase.ID = "imds"
	Credentials phase.ID = "credentials"
	BootGate    phase.ID = "bootgate"
	Domain      phase.ID = "domain"
	NetSnapshot phase.ID = "netsnapshot"
	BootPath    phase.ID = "boot-path"
)

// reaction is how long after a condition has become true a wait sees it, at most.
const reaction = 250 * time.Millisecond

func every(timeout time.Duration) wait.Schedule {
	return wait.Every(reaction, timeout)
}

// notYet is what a look of a wait tells where it could not see: it may the next time.
func notYet(seen string) (bool, string, error) { return false, seen, nil }

// seen is an observation of plain facts, and of the changes that follow from them.
type seen struct {
	facts   []phase.Fact
	changes []phase.Change
}

// Facts implements phase.Observation.
func (s *seen) Facts() []phase.Fact { return s.facts }

// Plan implements phase.Observation.
func (s *seen) Plan(*nodeconfig.Document) ([]phase.Change, error) { return s.changes, nil }

func (s *seen) add(name, value string) {
	if value != "" {
		s.facts = append(s.facts, phase.Fact{Name: name, Value: value})
	}
}
