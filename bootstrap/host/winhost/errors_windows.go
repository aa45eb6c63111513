package winhost

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// failed says what was tried on what, and wraps both Windows' error and host's word for it.
func failed(verb, object string, err error) error {
	if kind := kindOf(err); kind != nil {
		return fmt.Errorf("%s %s: %w: %w", verb, object, kind, err)
	}
	return fmt.Errorf("%s %s: %w", verb, object, err)
}

// kindOf is host's word for an error of Windows, or nil.
func kindOf(err error) error {
	var code windows.Errno
	if !errors.As(err, &code) {
		return nil
	}
	switch code {
	case windows.ERROR_FILE_NOT_FOUND, windows.ERROR_PATH_NOT_FOUND, windows.ERROR_NOT_FOUND,
		windows.ERROR_SERVICE_DOES_NOT_EXIST, windows.ERROR_INVALID_DRIVE:
		return host.ErrNotFound
	case windows.ERROR_ACCESS_DENIED, windows.ERROR_PRIVILEGE_NOT_HELD, windows.ERROR_ELEVATION_REQUIRED:
		return host.ErrDenied
	case windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION, windows.ERROR_USER_MAPPED_FILE, windows.ERROR_DELETE_PENDING,
		windows.ERROR_DIR_NOT_EMPTY: // what was removed of a folder stays in it as long as somebody has it open
		return host.ErrInUse
	}
	return nil
}

func closeHandle(h windows.Handle) { free(func() error { return windows.CloseHandle(h) }) }
