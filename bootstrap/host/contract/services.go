package contract

import (
	"errors"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

func serviceAbsent(c *check) {
	_, err := c.Services.Service(c.ctx, c.Service)
	c.is("Service", err, host.ErrNotFound)
	c.is("Start", c.Services.Start(c.ctx, c.Service), host.ErrNotFound)
	c.is("Stop", c.Services.Stop(c.ctx, c.Service), host.ErrNotFound)
	c.must("Delete", c.Services.Delete(c.ctx, c.Service))
}

func serviceConfiguration(c *check) {
	c.Cleanup(func() { c.remove() })
	config := host.ServiceConfig{DisplayName: "ecswin contract test", Command: c.Command}
	for _, startType := range []string{host.StartManual, host.StartAutomatic, host.StartDisabled} {
		config.StartType = startType
		c.configure(config)
	}
	c.must("Stop of a stopped service", c.Services.Stop(c.ctx, c.Service))
	c.must("Delete", c.Services.Delete(c.ctx, c.Service))
	_, err := c.Services.Service(c.ctx, c.Service)
	c.is("Service after Delete", err, host.ErrNotFound)
	c.must("Delete again", c.Services.Delete(c.ctx, c.Service))
}

// configure sets the test's service up and looks whether it is so.
func (c *check) configure(config host.ServiceConfig) {
	c.Helper()
	if !c.must("Configure", c.Services.Configure(c.ctx, c.Service, config)) {
		return
	}
	found, err := c.Services.Service(c.ctx, c.Service)
	c.must("Service", err)
	c.same("Service", found.Config, config)
	c.same("state", found.State, host.ServiceStopped)
}

// remove takes the test's service away on a machine that outlives the test.
func (c *check) remove() {
	if c.Machine.Run == nil {
		_ = c.Services.Delete(c.ctx, c.Service)
	}
}

// serviceRecovery sets what happens around a service's start and failure, and takes it back.
func serviceRecovery(c *check) {
	c.Cleanup(func() { c.remove() })
	config := host.ServiceConfig{
		DisplayName: "ecswin contract test", Command: c.Command, StartType: host.StartAutomaticDelayed,
		Restarts: []time.Duration{5 * time.Second, 30 * time.Second, time.Minute}, ResetAfter: 24 * time.Hour, OnNonCrash: true,
	}
	c.configure(config)
	config.StartType = host.StartAutomatic
	c.configure(config)
	config.Restarts, config.ResetAfter, config.OnNonCrash = nil, 0, false
	c.configure(config)
	c.must("Delete", c.Services.Delete(c.ctx, c.Service))
}

// serviceDependencies makes a service depend on another, and takes it back.
func serviceDependencies(c *check) {
	c.Cleanup(func() { c.remove() })
	config := host.ServiceConfig{DisplayName: "ecswin contract test", Command: c.Command, StartType: host.StartManual, DependsOn: []string{c.Dependency}}
	c.configure(config)
	config.DependsOn = nil
	c.configure(config)
	c.must("Delete", c.Services.Delete(c.ctx, c.Service))
}

func serviceDisabled(c *check) {
	c.Cleanup(func() { c.remove() })
	config := host.ServiceConfig{DisplayName: "ecswin contract test", Command: c.Command, StartType: host.StartDisabled}
	c.must("Configure", c.Services.Configure(c.ctx, c.Service, config))
	err := c.Services.Start(c.ctx, c.Service)
	var refused *host.ServiceError
	if !errors.As(err, &refused) || refused.Code != host.ErrorServiceDisabled {
		c.Errorf("Start of a disabled service = %v; want Windows error %d", err, host.ErrorServiceDisabled)
	}
	c.must("Delete", c.Services.Delete(c.ctx, c.Service))
}
