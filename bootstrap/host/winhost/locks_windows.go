package winhost

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// locks are named objects: the one who makes the name holds the lock, and Windows takes the name away with the last
// handle, so with the process at the latest. The mutex is never owned: ownership would be a thread's, and goroutines
// change threads.
type locks struct{}

// Acquire implements host.Locks.
func (locks) Acquire(ctx context.Context, name string) (release func(), err error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("taking lock %s: %w", name, context.Cause(ctx))
	}
	descriptor, err := windows.SecurityDescriptorFromString(lockSDDL)
	if err != nil {
		return nil, fmt.Errorf("reading the SDDL of lock %s: %w", name, err)
	}
	global, err := windows.UTF16PtrFromString(`Global\` + strings.TrimPrefix(name, `Global\`))
	if err != nil {
		return nil, fmt.Errorf("taking lock %s: %w", name, err)
	}
	attributes := windows.SecurityAttributes{SecurityDescriptor: descriptor}
	attributes.Length = uint32(unsafe.Sizeof(attributes))
	handle, err := windows.CreateMutex(&attributes, false, global)
	if errors.Is(err, windows.ERROR_ALREADY_EXISTS) {
		closeHandle(handle)
		return nil, fmt.Errorf("lock %s: %w", name, host.ErrInUse)
	}
	if err != nil {
		return nil, failed("taking lock", name, err)
	}
	return sync.OnceFunc(func() { closeHandle(handle) }), nil
}
