package cli

import (
	"context"
	"io"
	"slices"

	"github.com/hashicorp/go-hclog"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/logging"
)

// Machine is what a command works on: this machine, or a simulated one.
type Machine interface {
	// Host is the machine as one run sees it, Cloud the AWS side.
	Host() *host.Host
	Cloud() *cloud.Cloud
	// Run runs fn on the machine's clock. Whatever uses Host or Cloud runs in it.
	Run(fn func()) error
}

// bench is a machine with all that a command needs to work on it.
type bench struct {
	*session
	machine Machine
	host    *host.Host
	cloud   *cloud.Cloud
	log     hclog.InterceptLogger
	events  *logging.Events
	ring    *logging.Ring
	// noEvents tells that the document wants nothing in the event log.
	noEvents bool
	// closers are closed when the command has ended.
	closers []io.Closer
}

// close closes what the command had open. The log is written line by line: nothing is lost where closing fails.
func (b *bench) close() {
	for _, c := range b.closers {
		_ = c.Close()
	}
}

// ringLines is how many lines of this process's log a bundle has.
const ringLines = 2000

// onMachine runs fn on the machine that the command works on.
func (s *session) onMachine(fn func(b *bench) error) error {
	m, err := s.openMachine()
	if err != nil {
		return err
	}
	var result error
	err = m.Run(func() {
		b := s.bench(m)
		defer b.close()
		result = fn(b)
	})
	if err != nil {
		return err
	}
	if err := s.remember(); err != nil {
		// How the command ended is on the screen; that it will not be part of the machine's life is not.
		return err
	}
	return result
}

func (s *session) bench(m Machine) *bench {
	b := &bench{session: s, machine: m, host: m.Host(), cloud: m.Cloud(), events: &logging.Events{}, ring: logging.NewRing(ringLines)}
	s.simulated = b.host.Simulated
	// What a reference stands for is a secret from the moment it is known.
	known := *b.cloud
	known.Secrets = secrets{b.cloud.Secrets, s.mask}
	b.cloud = &known
	o := logging.Options{
		Level: s.level(), JSON: s.LogFormat == "json", Console: s.Stderr, Ring: b.ring, Events: b.events, Mask: s.mask, Now: b.host.Clock.Now,
	}
	if _, ok := m.(thisHost); ok && slices.Contains(changing(), s.command) {
		b.keepLog(&o)
	}
	b.log = logging.New(o)
	return b
}

// secrets tells the mask of every secret that is resolved.
type secrets struct {
	cloud.Secrets
	mask *logging.Mask
}

// Resolve implements cloud.Secrets.
func (s secrets) Resolve(ctx context.Context, reference string) (string, error) {
	value, err := s.Secrets.Resolve(ctx, reference)
	s.mask.Add(value)
	return value, err
}

// openMachine returns the machine that the flags name.
func (s *session) openMachine() (Machine, error) {
	switch {
	case s.past != nil:
		return s.past, nil
	case s.Simulate != "":
		return s.simulatedMachine()
	}
	return s.Program.Machine(s)
}
