package host

import (
	"context"
	"time"
)

// System is what Windows says of itself.
type System interface {
	// OS looks up which Windows this is.
	OS(ctx context.Context) (OS, error)
	// Boot looks up which boot this is.
	Boot(ctx context.Context) (Boot, error)
	// Pending looks up what Windows wants to finish before anybody builds on it.
	Pending(ctx context.Context) (Pending, error)
	// Domain looks up the machine's domain, and whether its secure channel works. It may take seconds.
	Domain(ctx context.Context) (Domain, error)
	// Reboot asks Windows for a reboot. It changes the machine; it returns before the reboot happens.
	Reboot(ctx context.Context, reason string) error
}

// OS is a Windows installation.
type OS struct {
	// Build is the build number, as 20348 for Windows Server 2022.
	Build int
	// Revision is the update build revision behind the dot.
	Revision int
	// InstallationType is "Server", "Server Core" or "Client", from HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion.
	InstallationType string
	// Locale is the system's language, as "en-US".
	Locale string
	// Computer is the machine's name.
	Computer string
	// Elevated tells that the program runs with a full administrator token, or as LocalSystem.
	Elevated bool
	// Containers tells that the feature Containers is installed: the services hns and vmcompute are there.
	Containers bool
	// FreeBytes is the free space of the system drive, in bytes.
	FreeBytes uint64
}

// Boot tells one boot from another.
type Boot struct {
	// ID is the same for the life of a boot and another at the next. It does not follow from the wall clock.
	ID string
	// StartedAt is when Windows started, by the wall clock of now.
	StartedAt time.Time
}

// Pending is what Windows has begun and not ended.
type Pending struct {
	// Setup tells that OOBE or Sysprep's specialize pass still runs.
	Setup bool
	// Rename is the name that the machine will have after the next boot, or empty.
	Rename string
	// DomainJoin tells that a join takes effect at the next boot.
	DomainJoin bool
	// Updates tells that servicing waits for a reboot.
	Updates bool
}

// Domain is an Active Directory membership.
type Domain struct {
	// Name is the domain's DNS name, or empty for a machine in a workgroup.
	Name string
	// SecureChannel tells that a domain controller vouched for the machine just now.
	SecureChannel bool
}

// Locks hold what one program at a time may do.
type Locks interface {
	// Acquire takes the machine-wide lock of this name, or fails with ErrInUse at once. The lock ends with release or
	// with the process.
	Acquire(ctx context.Context, name string) (release func(), err error)
}

// Console is the instance's serial console, which `aws ec2 get-console-output` shows.
type Console interface {
	// WriteLine writes one line. That COM1 takes it from a second process is not verified on a real instance.
	WriteLine(ctx context.Context, line string) error
	// Event writes to the Windows event log, source ecswin-bootstrap.
	Event(ctx context.Context, event Event) error
}

// Event is an entry of the event log.
type Event struct {
	// ID is the entry's number, one for each phase; see package report.
	ID int
	// Severity is "info", "warning" or "error".
	Severity string
	Text     string
}
