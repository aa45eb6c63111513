package host

import (
	"context"
	"fmt"
	"time"
)

// Services is the service control manager.
type Services interface {
	// Service looks up one service.
	Service(ctx context.Context, name string) (Service, error)
	// Start starts a service and returns once the SCM has taken its first answer. A refusal is a *ServiceError. Starting
	// a service that runs is no error and no write.
	Start(ctx context.Context, name string) error
	// Stop stops a service, before it those that depend on it, and returns once they have stopped.
	Stop(ctx context.Context, name string) error
	// Configure creates a service or changes it to the configuration given.
	Configure(ctx context.Context, name string, c ServiceConfig) error
	// Delete removes a service. One that is not there is no error.
	Delete(ctx context.Context, name string) error
}

// The states of a service.
const (
	ServiceStopped      = "stopped"
	ServiceStartPending = "start pending"
	ServiceStopPending  = "stop pending"
	ServiceRunning      = "running"
	ServicePaused       = "paused"
)

// Service is a service as the SCM shows it.
type Service struct {
	State string
	// PID is the process, or 0.
	PID int
	// ExitCode is the last Win32 exit code, SpecificCode the service's own where ExitCode is 1066.
	ExitCode     uint32
	SpecificCode uint32
	Config       ServiceConfig
}

// Describe gives the state of a service of this name as a message has it.
func (s Service) Describe(name string) string {
	text := "the " + name + " service is " + s.State
	switch {
	case s.State != ServiceStopped:
		return text
	case s.ExitCode == ErrorServiceSpecific:
		return fmt.Sprintf("%s with its own exit code %d", text, s.SpecificCode)
	case s.ExitCode == ErrorServiceNeverStarted:
		return text + ": nobody has started it in this boot"
	}
	return fmt.Sprintf("%s with exit code %d", text, s.ExitCode)
}

// The start types of a service.
const (
	StartAutomatic        = "automatic"
	StartAutomaticDelayed = "automatic, delayed"
	StartManual           = "manual"
	StartDisabled         = "disabled"
)

// ServiceConfig is how a service is set up.
type ServiceConfig struct {
	DisplayName string
	// Command is the command line, the program in quotes and by full path.
	Command   string
	StartType string
	// DependsOn are names of services.
	DependsOn []string
	// Restarts are the waits before the SCM restarts the service after the first, second and further failures; empty
	// is never. ResetAfter is after how long without failure the count starts anew.
	Restarts   []time.Duration
	ResetAfter time.Duration
	// OnNonCrash tells that the restarts count for an exit with an error too (the failure flag).
	OnNonCrash bool
	// PreshutdownTimeout is how long a shutdown of Windows waits for the service to take PRESHUTDOWN; 0 leaves what is
	// set, which is 10 s since Windows 10 version 1703. It is written only: looking a service up does not show it.
	PreshutdownTimeout time.Duration
}

// Win32 codes of the SCM that the bootstrap tells apart.
const (
	ErrorServiceRequestTimeout    = 1053
	ErrorServiceDependencyFail    = 1068
	ErrorProcessAborted           = 1067
	ErrorServiceSpecific          = 1066
	ErrorServiceDisabled          = 1058
	ErrorServiceAlreadyRunning    = 1056
	ErrorServiceDatabaseLocked    = 1055
	ErrorServiceMarkedForDelete   = 1072
	ErrorServiceDependencyDeleted = 1075
	ErrorServiceCannotAcceptCtrl  = 1061
	ErrorServiceStartHang         = 1070
	ErrorServiceNeverStarted      = 1077
	ErrorServiceDoesNotExist      = 1060
)

// ServiceError is a refusal of the SCM.
type ServiceError struct {
	// Verb is what was asked: start, stop, configure, delete.
	Verb, Service string
	// Code is the Win32 error code.
	Code uint32
	Text string
}

// Error implements error.
func (e *ServiceError) Error() string {
	return fmt.Sprintf("%s service %s: Windows error %d: %s", e.Verb, e.Service, e.Code, e.Text)
}

// Unwrap returns ErrNotFound for a service that does not exist and ErrDenied where Windows refused access.
func (e *ServiceError) Unwrap() error {
	const accessDenied = 5
	switch e.Code {
	case ErrorServiceDoesNotExist:
		return ErrNotFound
	case accessDenied:
		return ErrDenied
	}
	return nil
}
