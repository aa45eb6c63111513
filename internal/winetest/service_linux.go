package winetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
)

// States of a service.
const (
	Stopped = "stopped"
	Running = "running"
)

// Service is a service of the machine's service control manager; it need not exist.
type Service struct {
	m    *Machine
	name string
}

// Service returns the service of that name.
func (m *Machine) Service(name string) Service { return Service{m: m, name: name} }

// Create creates the service. c.Path is its command line.
func (s Service) Create(c control.Service) {
	s.m.t.Helper()
	s.ask(control.Request{Op: control.CreateService, Config: &c})
}

// Delete deletes the service.
func (s Service) Delete() {
	s.m.t.Helper()
	s.ask(control.Request{Op: control.DeleteService})
}

// Start asks the manager to start the service, with its dependencies, and does not wait until it runs. An error is the
// manager's.
func (s Service) Start(args ...string) error {
	s.m.t.Helper()
	return s.try(control.Request{Op: control.StartService, Args: args})
}

// Stop asks the service to stop and does not wait until it has.
func (s Service) Stop() error {
	s.m.t.Helper()
	return s.try(control.Request{Op: control.StopService})
}

// Query returns the service as it is, and whether it exists.
func (s Service) Query() (control.Service, bool) {
	s.m.t.Helper()
	return s.query(s.m.t.Context())
}

func (s Service) query(ctx context.Context) (control.Service, bool) {
	s.m.t.Helper()
	ctx, cancel := bound(ctx)
	defer cancel()
	reply, err := s.m.up.ask(ctx, control.Request{Op: control.QueryService, Service: s.name})
	switch {
	case errors.Is(err, errNotFound):
		return control.Service{}, false
	case err != nil:
		s.m.t.Fatalf("service %s: %v", s.name, err)
	}
	return *reply.Service, true
}

// Await waits until the service is in a state, and returns it.
func (s Service) Await(ctx context.Context, state string) control.Service {
	s.m.t.Helper()
	var seen control.Service
	s.m.Await(ctx, "service "+s.name+" to be "+state, func() (bool, string) {
		var exists bool
		if seen, exists = s.query(ctx); !exists {
			return false, "not there"
		}
		return seen.State == state, fmt.Sprintf("%s, exit code %d", seen.State, seen.ExitCode)
	})
	return seen
}

func (s Service) ask(r control.Request) {
	s.m.t.Helper()
	if err := s.try(r); err != nil {
		s.m.t.Fatal(err)
	}
}

func (s Service) try(r control.Request) error {
	s.m.t.Helper()
	ctx, cancel := bound(s.m.t.Context())
	defer cancel()
	r.Service = s.name
	if _, err := s.m.up.ask(ctx, r); err != nil {
		return fmt.Errorf("service %s: %w", s.name, err)
	}
	return nil
}
