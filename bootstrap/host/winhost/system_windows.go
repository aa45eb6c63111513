package winhost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost/blocking"
)

// system is what Windows says of itself.
type system struct{ registry host.Registry }

// OS implements host.System.
func (s system) OS(ctx context.Context) (host.OS, error) {
	version := windows.RtlGetVersion()
	look := reader{ctx: ctx, registry: s.registry}
	found := host.OS{
		Build:            int(version.BuildNumber),
		Revision:         int(look.number(versionKey, "UBR")),
		InstallationType: look.text(versionKey, "InstallationType"),
		Elevated:         windows.GetCurrentProcessToken().IsElevated(),
		Containers:       look.hasKey(host.ServicesKey+`\hns`) && look.hasKey(host.ServicesKey+`\vmcompute`),
	}
	if look.err != nil {
		return host.OS{}, fmt.Errorf("looking up the Windows version: %w", look.err)
	}
	var err error
	if found.Computer, err = os.Hostname(); err != nil {
		return host.OS{}, failed("looking up", "the computer's name", err)
	}
	// MUI_LANGUAGE_NAME: names, not numbers.
	languages, err := windows.GetSystemPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err == nil && len(languages) > 0 {
		found.Locale = languages[0]
	}
	if found.FreeBytes, err = freeOnSystemDrive(); err != nil {
		return host.OS{}, err
	}
	return found, nil
}

func freeOnSystemDrive() (uint64, error) {
	folder, err := windows.GetSystemDirectory()
	if err != nil {
		return 0, failed("looking up", "the system folder", err)
	}
	drive := filepath.VolumeName(folder) + `\`
	name, err := windows.UTF16PtrFromString(drive)
	if err != nil {
		return 0, fmt.Errorf("looking up the free space of %s: %w", drive, err)
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return 0, failed("looking up the free space of", drive, err)
	}
	return free, nil
}

// timeOfDay is SYSTEM_TIMEOFDAY_INFORMATION. When somebody sets the clock, the kernel moves bootTime and bootTimeBias
// alike, so that their difference stays what the clock showed at boot.
type timeOfDay struct {
	bootTime, currentTime, timeZoneBias int64
	timeZoneID, reserved                uint32
	bootTimeBias, sleepTimeBias         uint64
}

// Boot implements host.System. The id is the loader's count of boots, which the kernel shows every process, and the time
// of boot as the clock showed it then. That the two tell every boot apart is *not verified* on a real instance.
func (system) Boot(ctx context.Context) (host.Boot, error) {
	var times timeOfDay
	err := blocking.Do(ctx, "looking up the time of boot", func() error {
		return windows.NtQuerySystemInformation(windows.SystemTimeOfDayInformation, unsafe.Pointer(&times), uint32(unsafe.Sizeof(times)), nil)
	})
	if err != nil {
		return host.Boot{}, failed("looking up", "the time of boot", err)
	}
	return host.Boot{
		ID:        fmt.Sprintf("%d-%x", bootCount(), times.bootTime-int64(times.bootTimeBias)),
		StartedAt: time.Now().Add(-windows.DurationSinceBoot()).Truncate(time.Second),
	}, nil
}

// bootCount is KUSER_SHARED_DATA.BootId: read-only memory that every process of Windows has at the same address.
func bootCount() uint32 {
	const sharedData, bootID = 0x7ffe0000, 0x2c4
	return *(*uint32)(unsafe.Add(unsafe.Pointer(nil), sharedData+bootID))
}

// Pending implements host.System.
func (s system) Pending(ctx context.Context) (host.Pending, error) { return pending(ctx, s.registry) }

// Domain implements host.System.
func (s system) Domain(ctx context.Context) (host.Domain, error) {
	name, err := joinedDomain(ctx)
	if err != nil || name == "" {
		return host.Domain{}, err
	}
	found := host.Domain{Name: name}
	look := reader{ctx: ctx, registry: s.registry}
	if dns := look.text(tcpipKey, "Domain"); dns != "" {
		found.Name = dns
	}
	if look.err != nil {
		return host.Domain{}, fmt.Errorf("looking up the domain's DNS name: %w", look.err)
	}
	found.SecureChannel, err = verifyChannel(ctx, name)
	return found, err
}

// joinedDomain returns the domain's NetBIOS name; empty for a machine in a workgroup.
func joinedDomain(ctx context.Context) (string, error) {
	return blocking.Call(ctx, "looking up the domain", func() (string, error) {
		var buffer *uint16
		var status uint32
		if err := windows.NetGetJoinInformation(nil, &buffer, &status); err != nil {
			return "", failed("looking up", "the domain", err)
		}
		defer free(func() error { return windows.NetApiBufferFree((*byte)(unsafe.Pointer(buffer))) })
		if status != windows.NetSetupDomainName {
			return "", nil
		}
		return windows.UTF16PtrToString(buffer), nil
	})
}

// verifyChannel lets a domain controller vouch for this machine, as `nltest /sc_verify` does: I_NetLogonControl2 with
// NETLOGON_CONTROL_TC_VERIFY, which gives a NETLOGON_INFO_2. *Not verified* on a real domain.
func verifyChannel(ctx context.Context, domain string) (bool, error) {
	const verify, level = 10, 2
	type info2 struct {
		flags, pdcStatus uint32
		controller       *uint16
		channelStatus    uint32
	}
	name, err := windows.UTF16PtrFromString(domain)
	if err != nil {
		return false, fmt.Errorf("verifying the secure channel: %w", err)
	}
	return blocking.Call(ctx, "verifying the secure channel", func() (bool, error) {
		control := windows.NewLazySystemDLL("netapi32.dll").NewProc("I_NetLogonControl2")
		if err := control.Find(); err != nil {
			return false, failed("verifying", "the secure channel", err)
		}
		var answer *info2
		code, _, _ := control.Call(0, verify, level, uintptr(unsafe.Pointer(&name)), uintptr(unsafe.Pointer(&answer)))
		if code != 0 || answer == nil {
			// No controller answers, or Netlogon has not started: the channel does not work now.
			return false, nil
		}
		defer free(func() error { return windows.NetApiBufferFree((*byte)(unsafe.Pointer(answer))) })
		return answer.channelStatus == 0, nil
	})
}

// Reboot implements host.System. Windows waits some seconds, so that the program can say why it ends.
func (system) Reboot(ctx context.Context, reason string) error {
	const delay = 5
	message, err := windows.UTF16PtrFromString(reason)
	if err != nil {
		return fmt.Errorf("asking for a reboot: %w", err)
	}
	return blocking.Do(ctx, "asking for a reboot", func() error {
		if err := enablePrivilege("SeShutdownPrivilege"); err != nil {
			return err
		}
		why := uint32(windows.SHTDN_REASON_MAJOR_APPLICATION | windows.SHTDN_REASON_MINOR_INSTALLATION | windows.SHTDN_REASON_FLAG_PLANNED)
		err := windows.InitiateSystemShutdownEx(nil, message, delay, true, true, why)
		if err != nil && !errors.Is(err, windows.ERROR_SHUTDOWN_IN_PROGRESS) && !errors.Is(err, windows.ERROR_SHUTDOWN_IS_SCHEDULED) {
			return failed("asking for", "a reboot", err)
		}
		return nil
	})
}

// enablePrivilege turns on a privilege that the process has and does not use.
func enablePrivilege(name string) error {
	var token windows.Token
	if err := windows.OpenProcessToken(windows.CurrentProcess(), windows.TOKEN_ADJUST_PRIVILEGES|windows.TOKEN_QUERY, &token); err != nil {
		return failed("opening the token for", name, err)
	}
	defer free(token.Close)
	text, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return fmt.Errorf("privilege %s: %w", name, err)
	}
	wanted := windows.Tokenprivileges{PrivilegeCount: 1}
	wanted.Privileges[0].Attributes = windows.SE_PRIVILEGE_ENABLED
	if err := windows.LookupPrivilegeValue(nil, text, &wanted.Privileges[0].Luid); err != nil {
		return failed("looking up privilege", name, err)
	}
	if err := windows.AdjustTokenPrivileges(token, false, &wanted, 0, nil, nil); err != nil {
		return failed("turning on privilege", name, err)
	}
	return nil
}
