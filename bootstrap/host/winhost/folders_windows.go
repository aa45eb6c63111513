package winhost

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// folders makes and checks folders that only SYSTEM and Administrators may write to.
type folders struct{}

// Secure implements host.Folders. It looks at the folder through one handle that follows no reparse point, so that
// nobody swaps the folder between the look and the change.
func (f folders) Secure(ctx context.Context, path string) error {
	if err := mayUse(ctx, path); err != nil {
		return err
	}
	if err := makeSecure(path); err != nil {
		return err
	}
	handle, err := openFolder(path)
	if err != nil {
		return failed("opening folder", path, err)
	}
	defer closeHandle(handle)
	return secure(handle, path)
}

// makeSecure makes a folder with the right owner and DACL from its first moment, and the missing ones above it alike.
func makeSecure(path string) error {
	descriptor, err := windows.SecurityDescriptorFromString(folderSDDL)
	if err != nil {
		return fmt.Errorf("reading the SDDL of folder %s: %w", path, err)
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return fmt.Errorf("folder %s: %w", path, err)
	}
	attributes := windows.SecurityAttributes{SecurityDescriptor: descriptor}
	attributes.Length = uint32(unsafe.Sizeof(attributes))
	err = windows.CreateDirectory(name, &attributes)
	if errors.Is(err, windows.ERROR_PATH_NOT_FOUND) && filepath.Dir(path) != path {
		if err := makeSecure(filepath.Dir(path)); err != nil {
			return err
		}
		err = windows.CreateDirectory(name, &attributes)
	}
	if err != nil && !errors.Is(err, windows.ERROR_ALREADY_EXISTS) {
		return failed("making folder", path, err)
	}
	return nil
}

func openFolder(path string) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	return windows.CreateFile(name, windows.READ_CONTROL|windows.WRITE_DAC|windows.FILE_READ_ATTRIBUTES,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil, windows.OPEN_EXISTING,
		windows.FILE_FLAG_BACKUP_SEMANTICS|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
}

// secure refuses what a stranger may have put there, and resets the DACL where it differs.
func secure(handle windows.Handle, path string) error {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(handle, &info); err != nil {
		return failed("looking at folder", path, err)
	}
	if info.FileAttributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0 {
		return fmt.Errorf("folder %s is a reparse point, which leads who knows where; remove it: %w", path, host.ErrDenied)
	}
	if info.FileAttributes&windows.FILE_ATTRIBUTE_DIRECTORY == 0 {
		return fmt.Errorf("%s is a file, not a folder; remove it: %w", path, host.ErrDenied)
	}
	there, err := windows.GetSecurityInfo(handle, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return failed("reading the ACL of folder", path, err)
	}
	if owner := sddlOwner(there.String()); !trustedOwner(owner) && !runsThis(there) {
		return fmt.Errorf("folder %s belongs to %s, neither SYSTEM nor Administrators; look at what is in it, and remove it: %w",
			path, owner, host.ErrDenied)
	}
	if sameDACL(there.String(), folderSDDL) {
		return nil
	}
	wanted, err := windows.SecurityDescriptorFromString(folderSDDL)
	if err != nil {
		return fmt.Errorf("reading the SDDL of folder %s: %w", path, err)
	}
	dacl, _, err := wanted.DACL()
	if err != nil {
		return fmt.Errorf("reading the SDDL of folder %s: %w", path, err)
	}
	if err := windows.SetSecurityInfo(handle, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, dacl, nil); err != nil {
		return failed("resetting the ACL of folder", path, err)
	}
	return nil
}

// runsThis tells that the owner is the user who runs this program, elevated: a policy of Windows can make an
// administrator's folders the administrator's own. Under Wine every folder is.
func runsThis(there *windows.SECURITY_DESCRIPTOR) bool {
	owner, _, err := there.Owner()
	if err != nil || owner == nil {
		return false
	}
	token := windows.GetCurrentProcessToken()
	user, err := token.GetTokenUser()
	return err == nil && token.IsElevated() && user.User.Sid.Equals(owner)
}
