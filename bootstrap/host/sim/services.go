package sim

import (
	"context"
	"slices"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

type serviceView struct{ p *process }

func (v serviceView) scm() *scm { return v.p.m.scm }

func refusal(verb, name string, code uint32) error {
	texts := map[uint32]string{
		host.ErrorServiceDoesNotExist:      "the service does not exist",
		host.ErrorServiceDisabled:          "the service is disabled",
		host.ErrorServiceRequestTimeout:    "the service did not respond to the start request in a timely fashion",
		host.ErrorServiceDependencyFail:    "the dependency service failed to start",
		host.ErrorServiceDependencyDeleted: "a service that it depends on does not exist",
		host.ErrorServiceMarkedForDelete:   "the service is marked for deletion",
		host.ErrorServiceCannotAcceptCtrl:  "the service cannot accept control messages now",
	}
	return &host.ServiceError{Verb: verb, Service: name, Code: code, Text: texts[code]}
}

func (v serviceView) Service(ctx context.Context, name string) (host.Service, error) {
	return value(ctx, v.p, v.p.m.look("services.Service", name), func() (host.Service, error) {
		s := v.scm().find(name)
		if s == nil {
			return host.Service{}, notFound("service", name)
		}
		return s.show(), nil
	})
}

func (s *service) show() host.Service {
	c := s.c
	c.DependsOn, c.Restarts = slices.Clone(c.DependsOn), slices.Clone(c.Restarts)
	shown := host.Service{State: s.state, PID: s.pid, Config: c}
	if s.state == host.ServiceStopped {
		shown.ExitCode, shown.SpecificCode = s.exit, s.specific
	}
	return shown
}

func (v serviceView) Start(ctx context.Context, name string) error {
	c := v.p.m.look("services.Start", name)
	s := v.scm().find(name)
	c.write = s == nil || s.state == host.ServiceStopped || s.state == host.ServiceStopPending
	return v.p.do(ctx, c, func() error {
		s := v.scm().find(name)
		if s == nil {
			return refusal("start", name, host.ErrorServiceDoesNotExist)
		}
		// The SCM keeps its database to itself until a starting service runs: one that starts another meanwhile waits for
		// itself.
		if own := v.p.service; own != nil && own != s {
			if err := v.p.await(ctx, "the SCM, locked by the starting service "+own.name, func() bool { return own.state != host.ServiceStartPending }); err != nil {
				return err
			}
		}
		answered, code := false, uint32(0)
		v.scm().launch(s, func(c uint32) { answered, code = true, c })
		if err := v.p.await(ctx, "the start of service "+name, func() bool { return answered }); err != nil {
			return err
		}
		if code != 0 {
			return refusal("start", name, code)
		}
		return nil
	})
}

func (v serviceView) Stop(ctx context.Context, name string) error {
	c := v.p.m.look("services.Stop", name)
	s := v.scm().find(name)
	c.write = s == nil || s.state != host.ServiceStopped
	return v.p.do(ctx, c, func() error {
		s := v.scm().find(name)
		if s == nil {
			return refusal("stop", name, host.ErrorServiceDoesNotExist)
		}
		stopped := false
		v.scm().halt(s, func() { stopped = true })
		return v.p.await(ctx, "the stop of service "+name, func() bool { return stopped })
	})
}

func (v serviceView) Configure(ctx context.Context, name string, config host.ServiceConfig) error {
	return v.p.do(ctx, v.p.m.change("services.Configure", name), func() error {
		config.DependsOn, config.Restarts = slices.Clone(config.DependsOn), slices.Clone(config.Restarts)
		if s := v.scm().find(name); s != nil {
			s.c = config
			return nil
		}
		v.scm().create(name, config)
		return nil
	})
}

func (v serviceView) Delete(ctx context.Context, name string) error {
	return v.p.do(ctx, v.p.m.change("services.Delete", name), func() error {
		v.scm().services = slices.DeleteFunc(v.scm().services, func(s *service) bool {
			return s == v.scm().find(name) && s.state == host.ServiceStopped
		})
		if v.scm().find(name) != nil {
			// A real SCM marks a running service and deletes it once it has stopped; here it has to be stopped before.
			return refusal("delete", name, host.ErrorServiceMarkedForDelete)
		}
		return nil
	})
}
