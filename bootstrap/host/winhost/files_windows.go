package winhost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// files are the machine's files.
type files struct{}

// Stat implements host.Files.
func (files) Stat(ctx context.Context, path string) (host.FileInfo, error) {
	if err := mayUse(ctx, path); err != nil {
		return host.FileInfo{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return host.FileInfo{}, failed("looking at", path, err)
	}
	return host.FileInfo{Folder: info.IsDir(), Size: info.Size(), Modified: info.ModTime()}, nil
}

// List implements host.Files.
func (files) List(ctx context.Context, path string) ([]string, error) {
	if err := mayUse(ctx, path); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, failed("listing", path, err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names, nil
}

// Read implements host.Files.
func (files) Read(ctx context.Context, path string) ([]byte, error) {
	if err := mayUse(ctx, path); err != nil {
		return nil, err
	}
	file, err := openShared(path)
	if err != nil {
		return nil, failed("reading", path, err)
	}
	defer free(file.Close)
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, failed("reading", path, err)
	}
	return content, nil
}

// openShared opens a file so that others may rename and remove it meanwhile, as the agent does with its log. os.Open does
// not allow them to.
func openShared(path string) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(handle), path), nil
}

// Write implements host.Files: a new file beside the old one, flushed, given the old one's DACL, and renamed over it.
// The rename is one step of NTFS; ReplaceFile, which keeps ACLs by itself, is documented to stop half-way.
func (files) Write(ctx context.Context, path string, content []byte) (err error) {
	if err := mayUse(ctx, path); err != nil {
		return err
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return failed("making folder", folder, err)
	}
	beside, err := createBeside(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			free(func() error { return os.Remove(beside.Name()) })
		}
	}()
	_, err = beside.Write(content)
	if err == nil {
		err = beside.Sync()
	}
	if err = errors.Join(err, beside.Close()); err != nil {
		return failed("writing", beside.Name(), err)
	}
	if err := copyDACL(path, beside.Name()); err != nil {
		return err
	}
	return replace(beside.Name(), path)
}

// createBeside makes the file that is to take another's place. Its name is always the same, so that what a killed program
// left is replaced and does not pile up.
func createBeside(path string) (*os.File, error) {
	name := path + ".ecswin-new"
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, failed("removing", name, err)
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, failed("writing", path, err)
	}
	return f, nil
}

// Remove implements host.Files. A reparse point is removed itself, never what it leads to.
func (files) Remove(ctx context.Context, path string) error {
	if err := mayUse(ctx, path); err != nil {
		return err
	}
	if err := os.RemoveAll(path); err != nil {
		return failed("removing", path, err)
	}
	return nil
}

// mayUse checks a path and the context before a file is touched.
func mayUse(ctx context.Context, path string) error {
	if ctx.Err() != nil {
		return fmt.Errorf("file %s: %w", path, context.Cause(ctx))
	}
	return host.FullPath(path)
}

// replace renames a file over another and returns once the rename is on the disk.
func replace(from, to string) error {
	source, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return fmt.Errorf("renaming %s: %w", from, err)
	}
	target, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return fmt.Errorf("renaming to %s: %w", to, err)
	}
	if err := windows.MoveFileEx(source, target, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH); err != nil {
		return failed("replacing", to, err)
	}
	return nil
}

// copyDACL gives a file the DACL of another, if that is there.
func copyDACL(from, to string) error {
	there, err := windows.GetNamedSecurityInfo(from, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if errors.Is(kindOf(err), host.ErrNotFound) {
		return nil
	}
	if err != nil {
		return failed("reading the ACL of", from, err)
	}
	dacl, _, err := there.DACL()
	if err != nil {
		return failed("reading the ACL of", from, err)
	}
	control, _, err := there.Control()
	if err != nil {
		return failed("reading the ACL of", from, err)
	}
	what := windows.SECURITY_INFORMATION(windows.DACL_SECURITY_INFORMATION | windows.UNPROTECTED_DACL_SECURITY_INFORMATION)
	if control&windows.SE_DACL_PROTECTED != 0 {
		what = windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
	}
	if err := windows.SetNamedSecurityInfo(to, windows.SE_FILE_OBJECT, what, nil, nil, dacl, nil); err != nil {
		return failed("setting the ACL of", to, err)
	}
	return nil
}
