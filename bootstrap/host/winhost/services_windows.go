package winhost

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost/blocking"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// services is the service control manager.
type services struct{ clock wait.Clock }

const (
	// stopPoll is how often a stopping service is looked at; stopLimit is after how long it counts as one that hangs. Docker
	// takes its time to end containers.
	stopPoll, stopLimit = 100 * time.Millisecond, 5 * time.Minute
)

// Service implements host.Services.
func (s services) Service(ctx context.Context, name string) (host.Service, error) {
	return with(ctx, "query", name, func(service *mgr.Service) (host.Service, error) {
		status, err := service.Query()
		if err != nil {
			return host.Service{}, err
		}
		config, err := readConfig(service)
		return host.Service{
			State: stateName(status.State), PID: int(status.ProcessId),
			ExitCode: status.Win32ExitCode, SpecificCode: status.ServiceSpecificExitCode,
			Config: config,
		}, err
	})
}

// Start implements host.Services.
func (s services) Start(ctx context.Context, name string) error {
	return change(ctx, "start", name, func(service *mgr.Service) error {
		if err := service.Start(); !errors.Is(err, windows.ERROR_SERVICE_ALREADY_RUNNING) {
			return err
		}
		return nil
	})
}

// Stop implements host.Services. Somebody may start a dependent in between, so they are looked at again and again.
func (s services) Stop(ctx context.Context, name string) error {
	schedule := wait.Every(stopPoll, stopLimit)
	return wait.Until(ctx, s.clock, schedule, "service "+name+" to stop", func(time.Duration) (bool, string, error) {
		if err := s.stopDependents(ctx, name); err != nil {
			return false, "", err
		}
		state, err := with(ctx, "stop", name, askToStop)
		return state == svc.Stopped, stateName(state), err
	})
}

// stopDependents stops the services that depend on one and have not stopped.
func (s services) stopDependents(ctx context.Context, name string) error {
	names, err := with(ctx, "stop", name, func(service *mgr.Service) ([]string, error) {
		return service.ListDependentServices(svc.Active)
	})
	if err != nil {
		return err
	}
	for _, dependent := range names {
		if err := s.Stop(ctx, dependent); err != nil && !errors.Is(err, host.ErrNotFound) {
			return fmt.Errorf("stop service %s: %w", name, err)
		}
	}
	return nil
}

// askToStop sends the stop, unless the service has stopped or is about to, and returns the state that it was in. A service
// that is just starting takes no stop yet, and one that another depends on takes none before that has stopped.
func askToStop(service *mgr.Service) (svc.State, error) {
	status, err := service.Query()
	if err != nil || status.State == svc.Stopped || status.State == svc.StopPending {
		return status.State, err
	}
	_, err = service.Control(svc.Stop)
	if errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE) || errors.Is(err, windows.ERROR_DEPENDENT_SERVICES_RUNNING) ||
		(errors.Is(err, windows.ERROR_SERVICE_CANNOT_ACCEPT_CTRL) && status.State == svc.StartPending) {
		return status.State, nil
	}
	return status.State, err
}

// Configure implements host.Services.
func (s services) Configure(ctx context.Context, name string, c host.ServiceConfig) error {
	err := change(ctx, "configure", name, func(service *mgr.Service) error { return writeConfig(service, c) })
	if !errors.Is(err, host.ErrNotFound) {
		return err
	}
	return blocking.Do(ctx, "create service "+name, func() error {
		manager, err := mgr.Connect()
		if err != nil {
			return failed("connecting to", "the service control manager", err)
		}
		defer free(manager.Disconnect)
		// Created disabled: nothing starts it before its configuration is whole.
		service, err := create(manager, name, c)
		if err != nil {
			return refusal("create", name, err)
		}
		defer free(service.Close)
		if err := writeConfig(service, c); err != nil {
			return refusal("configure", name, err)
		}
		return nil
	})
}

// create makes a service. It does without mgr.CreateService, which quotes the command line a second time.
func create(manager *mgr.Mgr, name string, c host.ServiceConfig) (*mgr.Service, error) {
	n, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	command, err := windows.UTF16PtrFromString(c.Command)
	if err != nil {
		return nil, err
	}
	handle, err := windows.CreateService(manager.Handle, n, n, windows.SERVICE_ALL_ACCESS, windows.SERVICE_WIN32_OWN_PROCESS,
		windows.SERVICE_DISABLED, windows.SERVICE_ERROR_NORMAL, command, nil, nil, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	return &mgr.Service{Name: name, Handle: handle}, nil
}

// Delete implements host.Services.
func (s services) Delete(ctx context.Context, name string) error {
	err := change(ctx, "delete", name, func(service *mgr.Service) error { return service.Delete() })
	if errors.Is(err, host.ErrNotFound) {
		return nil
	}
	return err
}

// rereadPortProxy tells the IP Helper that its parameters have changed, as netsh does. An IP Helper that does not run
// reads them when it starts.
func (s services) rereadPortProxy(ctx context.Context) error {
	return change(ctx, "notify", "iphlpsvc", func(service *mgr.Service) error {
		_, err := service.Control(svc.ParamChange)
		if errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE) {
			return nil
		}
		return err
	})
}

// with opens a service for the length of fn, whose errors become those of package host.
func with[T any](ctx context.Context, verb, name string, fn func(*mgr.Service) (T, error)) (T, error) {
	return blocking.Call(ctx, verb+" service "+name, func() (T, error) {
		var zero T
		manager, err := mgr.Connect()
		if err != nil {
			return zero, failed("connecting to", "the service control manager", err)
		}
		defer free(manager.Disconnect)
		service, err := manager.OpenService(name)
		if err != nil {
			return zero, refusal(verb, name, err)
		}
		defer free(service.Close)
		value, err := fn(service)
		if err != nil {
			return zero, refusal(verb, name, err)
		}
		return value, nil
	})
}

// change is with for what returns only an error.
func change(ctx context.Context, verb, name string, fn func(*mgr.Service) error) error {
	_, err := with(ctx, verb, name, func(service *mgr.Service) (struct{}, error) { return struct{}{}, fn(service) })
	return err
}

// refusal is what the SCM refuses, in host's words.
func refusal(verb, name string, err error) error {
	var code windows.Errno
	if !errors.As(err, &code) {
		return failed(verb+" service", name, err)
	}
	return &host.ServiceError{Verb: verb, Service: name, Code: uint32(code), Text: code.Error()}
}

func stateName(s svc.State) string {
	switch s {
	case svc.Stopped:
		return host.ServiceStopped
	case svc.StartPending:
		return host.ServiceStartPending
	case svc.StopPending:
		return host.ServiceStopPending
	case svc.Running:
		return host.ServiceRunning
	}
	return host.ServicePaused
}

// readConfig reads how a service is set up.
func readConfig(service *mgr.Service) (host.ServiceConfig, error) {
	there, err := service.Config()
	if err != nil {
		return host.ServiceConfig{}, err
	}
	c := host.ServiceConfig{
		DisplayName: there.DisplayName, Command: there.BinaryPathName, DependsOn: there.Dependencies,
		StartType: startTypeName(there.StartType, there.DelayedAutoStart),
	}
	if c.OnNonCrash, err = service.RecoveryActionsOnNonCrashFailures(); err != nil {
		return c, err
	}
	actions, err := service.RecoveryActions()
	if err != nil {
		return c, err
	}
	for _, a := range actions {
		if a.Type == mgr.ServiceRestart {
			c.Restarts = append(c.Restarts, a.Delay)
		}
	}
	seconds, err := service.ResetPeriod()
	c.ResetAfter = time.Duration(seconds) * time.Second
	return c, err
}

// writeConfig sets a service up. The start type comes last: until then a service that was just created is disabled.
func writeConfig(service *mgr.Service, c host.ServiceConfig) error {
	if err := writeRecovery(service, c); err != nil {
		return err
	}
	startType, delayed := startTypeCode(c.StartType)
	command, err := windows.UTF16PtrFromString(c.Command)
	if err != nil {
		return err
	}
	display, err := windows.UTF16PtrFromString(c.DisplayName)
	if err != nil {
		return err
	}
	if err := windows.ChangeServiceConfig(service.Handle, windows.SERVICE_NO_CHANGE, startType, windows.SERVICE_NO_CHANGE,
		command, nil, nil, stringBlock(c.DependsOn), nil, nil, display); err != nil {
		return err
	}
	if startType != windows.SERVICE_AUTO_START {
		return nil
	}
	later := windows.SERVICE_DELAYED_AUTO_START_INFO{IsDelayedAutoStartUp: delayed}
	return windows.ChangeServiceConfig2(service.Handle, windows.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, (*byte)(unsafe.Pointer(&later)))
}

// writeRecovery sets what happens after a failure, and how long a shutdown waits for the service.
func writeRecovery(service *mgr.Service, c host.ServiceConfig) error {
	if len(c.Restarts) == 0 {
		if err := service.ResetRecoveryActions(); err != nil {
			return err
		}
	} else {
		actions := make([]mgr.RecoveryAction, 0, len(c.Restarts))
		for _, delay := range c.Restarts {
			actions = append(actions, mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: delay})
		}
		if err := service.SetRecoveryActions(actions, uint32(c.ResetAfter/time.Second)); err != nil {
			return err
		}
	}
	if err := service.SetRecoveryActionsOnNonCrashFailures(c.OnNonCrash); err != nil {
		return err
	}
	if c.PreshutdownTimeout <= 0 {
		return nil
	}
	// SERVICE_PRESHUTDOWN_INFO is one DWORD of milliseconds.
	patience := uint32(c.PreshutdownTimeout / time.Millisecond)
	return windows.ChangeServiceConfig2(service.Handle, windows.SERVICE_CONFIG_PRESHUTDOWN_INFO, (*byte)(unsafe.Pointer(&patience)))
}

// stringBlock is a list of strings as Windows takes it: each ended by a zero, and one more zero. An empty list is one
// zero, which clears what was there, where a null pointer would keep it.
func stringBlock(list []string) *uint16 {
	text := strings.Join(list, "\x00") + "\x00"
	var units []uint16
	for _, part := range strings.SplitAfter(text, "\x00") {
		if part == "" {
			continue
		}
		encoded, err := windows.UTF16FromString(strings.TrimSuffix(part, "\x00"))
		if err != nil {
			continue // a zero in the middle: cut off by the split before
		}
		units = append(units, encoded...)
	}
	units = append(units, 0)
	return &units[0]
}

func startTypeName(code uint32, delayed bool) string {
	switch {
	case code == windows.SERVICE_AUTO_START && delayed:
		return host.StartAutomaticDelayed
	case code == windows.SERVICE_AUTO_START:
		return host.StartAutomatic
	case code == windows.SERVICE_DISABLED:
		return host.StartDisabled
	}
	return host.StartManual
}

func startTypeCode(name string) (code, delayed uint32) {
	switch name {
	case host.StartAutomaticDelayed:
		return windows.SERVICE_AUTO_START, 1
	case host.StartAutomatic:
		return windows.SERVICE_AUTO_START, 0
	case host.StartDisabled:
		return windows.SERVICE_DISABLED, 0
	}
	return windows.SERVICE_DEMAND_START, 0
}
