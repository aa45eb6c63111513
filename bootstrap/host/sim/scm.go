package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// startLimit is how long the SCM waits for a program to answer (ServicesPipeTimeout).
const startLimit = 30 * time.Second

// scm is the service control manager. What takes time happens as events, so that services start at boot with nobody
// waiting.
type scm struct {
	m        *Machine
	services []*service
	pids     int
	// events are its entries in the event log, oldest first.
	events []scmEvent
}

// service is one service and, while it runs, its process.
type service struct {
	name  string
	c     host.ServiceConfig
	state string
	pid   int
	// exit and specific are the last exit codes.
	exit, specific uint32
	// life counts the processes of the service; an event of an earlier one does nothing.
	life     int
	program  program
	failures int
	failedAt time.Time
	// answered is told when the program answers the SCM or ends before; settled when the service runs or has stopped.
	answered, settled []func(code uint32)
	stopping          bool
}

// program is what a service runs. It lives in events.
type program interface {
	// start begins; the program tells the service how it gets on with answer, run and end.
	start(s *service)
	// stop asks it to end.
	stop(s *service)
	// ended tells that its process is gone, however.
	ended()
}

func (c *scm) find(name string) *service {
	for _, s := range c.services {
		if strings.EqualFold(s.name, name) {
			return s
		}
	}
	return nil
}

func (c *scm) create(name string, config host.ServiceConfig) *service {
	s := &service{name: name, c: config, state: host.ServiceStopped, exit: host.ErrorServiceNeverStarted}
	c.services = append(c.services, s)
	return s
}

// launch starts a service, before it those that it depends on, and tells the Win32 code once its program has answered.
func (c *scm) launch(s *service, done func(code uint32)) {
	switch {
	case s.state == host.ServiceRunning || s.state == host.ServiceStartPending:
		done(0)
		return
	case s.c.StartType == host.StartDisabled:
		done(host.ErrorServiceDisabled)
		return
	case s.state == host.ServiceStopPending:
		s.settled = append(s.settled, func(uint32) { c.launch(s, done) })
		return
	}
	c.launchNeeds(s.c.DependsOn, func(code uint32) {
		if code != 0 {
			done(code)
			return
		}
		if s.state == host.ServiceStopped {
			c.spawn(s)
		}
		if s.state == host.ServiceStartPending && s.answered != nil {
			s.answered = append(s.answered, done)
			return
		}
		done(0)
	})
}

// launchNeeds starts services one after the other and waits until each runs.
func (c *scm) launchNeeds(names []string, done func(code uint32)) {
	if len(names) == 0 {
		done(0)
		return
	}
	s := c.find(names[0])
	if s == nil {
		done(host.ErrorServiceDependencyDeleted)
		return
	}
	next := func(code uint32) {
		if code != 0 || s.state != host.ServiceRunning {
			done(host.ErrorServiceDependencyFail)
			return
		}
		c.launchNeeds(names[1:], done)
	}
	c.launch(s, func(code uint32) {
		if code == 0 && s.state == host.ServiceStartPending {
			s.settled = append(s.settled, next)
			return
		}
		next(code)
	})
}

// spawn starts the program of a service.
func (c *scm) spawn(s *service) {
	c.pids += 4
	s.life++
	s.pid, s.state, s.stopping = 1000+c.pids, host.ServiceStartPending, false
	s.answered = []func(uint32){}
	s.program = c.m.programOf(s)
	life := s.life
	c.m.clock.After(startLimit, func() {
		if s.life == life && s.answered != nil {
			s.exit = host.ErrorServiceRequestTimeout
			c.tellTimeout(s)
			s.gone(host.ErrorServiceRequestTimeout)
		}
	})
	s.program.start(s)
}

// after lets something happen as long as the same process lives.
func (m *Machine) after(s *service, d time.Duration, fn func()) {
	life := s.life
	m.clock.After(d, func() {
		if s.life == life && s.pid != 0 {
			fn()
		}
	})
}

// answer is the program's first word to the SCM.
func (s *service) answer() { s.tellAnswered(0) }

// run tells that the program is up.
func (s *service) run() {
	s.tellAnswered(0)
	s.state = host.ServiceRunning
	s.tellSettled(0)
}

func (s *service) tellAnswered(code uint32) {
	waiting := s.answered
	s.answered = nil
	for _, w := range waiting {
		w(code)
	}
}

func (s *service) tellSettled(code uint32) {
	waiting := s.settled
	s.settled = nil
	for _, w := range waiting {
		w(code)
	}
}

// gone forgets the process. Code is what those hear who wait for its answer.
func (s *service) gone(code uint32) {
	s.state, s.pid = host.ServiceStopped, 0
	s.program.ended()
	s.tellAnswered(code)
	s.tellSettled(code)
}

// end is the end of the program with its exit code. A program that ends before it has answered fails the start itself;
// that the SCM does not restart it then is assumed.
func (c *scm) end(s *service, exit, specific uint32) {
	early, asked := s.answered != nil, s.stopping
	s.exit, s.specific = exit, specific
	if early {
		s.exit, s.specific = host.ErrorServiceRequestTimeout, 0
	}
	s.gone(host.ErrorServiceRequestTimeout)
	if !early && !asked && exit != 0 && s.c.OnNonCrash {
		c.failed(s)
	}
}

// crash is the end of the program without a word.
func (c *scm) crash(s *service) {
	if s.pid == 0 {
		return
	}
	s.exit, s.specific = host.ErrorProcessAborted, 0
	s.gone(host.ErrorProcessAborted)
	c.failed(s)
	c.tellCrash(s)
}

// restartAfter is the wait before the restart after the last failure.
func (s *service) restartAfter() time.Duration {
	return s.c.Restarts[min(s.failures, len(s.c.Restarts))-1]
}

// failed takes the recovery action: the wait before the restart grows with the failures, until none has come for a while.
func (c *scm) failed(s *service) {
	now := c.m.clock.Now()
	if s.c.ResetAfter > 0 && now.Sub(s.failedAt) > s.c.ResetAfter {
		s.failures = 0
	}
	s.failedAt = now
	s.failures++
	if len(s.c.Restarts) == 0 {
		return
	}
	life := s.life
	c.m.clock.After(s.restartAfter(), func() {
		if s.life == life && s.state == host.ServiceStopped && !s.stopping && c.find(s.name) == s {
			c.launch(s, func(uint32) {})
		}
	})
}

// halt stops a service, before it those that depend on it.
func (c *scm) halt(s *service, done func()) {
	for _, other := range c.services {
		if other.state != host.ServiceStopped && slices.ContainsFunc(other.c.DependsOn, func(n string) bool { return strings.EqualFold(n, s.name) }) {
			c.halt(other, func() { c.halt(s, done) })
			return
		}
	}
	switch s.state {
	case host.ServiceStopped:
		s.stopping = true
		done()
	case host.ServiceStopPending:
		s.settled = append(s.settled, func(uint32) { done() })
	case host.ServiceStartPending:
		s.settled = append(s.settled, func(uint32) { c.halt(s, done) })
	default:
		s.state, s.stopping = host.ServiceStopPending, true
		s.settled = append(s.settled, func(uint32) { done() })
		c.m.after(s, c.m.latency.ServiceStop, func() { s.program.stop(s) })
	}
}

// cut ends every process at once, as a power cut does.
func (c *scm) cut() {
	for _, s := range c.services {
		if s.pid != 0 {
			s.state, s.pid = host.ServiceStopped, 0
			s.life++
			s.program.ended()
		}
		s.answered, s.settled, s.failures = nil, nil, 0
		s.exit, s.specific = host.ErrorServiceNeverStarted, 0
	}
}

// startAutomatic starts what starts at boot. Delayed services start two minutes later.
func (c *scm) startAutomatic() {
	for _, s := range slices.Clone(c.services) {
		switch s.c.StartType {
		case host.StartAutomatic:
			c.launch(s, func(uint32) {})
		case host.StartAutomaticDelayed:
			boot := c.m.windows.boots
			c.m.clock.After(2*time.Minute, func() {
				if c.m.windows.boots == boot {
					c.launch(s, func(uint32) {})
				}
			})
		}
	}
}

// simple is a program of which nothing but its life matters.
type simple struct{ m *Machine }

func (p simple) start(s *service) { s.run() }
func (p simple) stop(s *service)  { p.m.scm.end(s, 0, 0) }
func (simple) ended()             {}
