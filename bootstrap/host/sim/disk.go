package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// errDiskFull is Windows' ERROR_DISK_FULL.
var errDiskFull = errors.New("there is not enough space on the disk (112)")

// disk holds the files by their path in lower case. Folders exist by what is in them.
type disk struct {
	files map[string]file
	// free is the space that is left, in bytes.
	free uint64
	// locked are the files that another program keeps open for itself.
	locked map[string]bool
	// folders are those that were secured, or that a test gave another owner.
	folders map[string]folder
}

type file struct {
	path     string
	content  []byte
	modified time.Time
}

// folder is who may write to a folder.
type folder struct {
	// secure tells that only SYSTEM and Administrators may; foreign that somebody else owns it, reparse that it is a link.
	secure, foreign, reparse bool
}

func clean(path string) string {
	return strings.ToLower(strings.TrimRight(strings.ReplaceAll(path, "/", `\`), `\`))
}

func (d *disk) read(path string) ([]byte, bool) {
	f, ok := d.files[clean(path)]
	return slices.Clone(f.content), ok
}

func (d *disk) write(path string, content []byte, now time.Time) {
	d.files[clean(path)] = file{path: strings.TrimRight(path, `\`), content: slices.Clone(content), modified: now}
}

func (d *disk) remove(path string) {
	key := clean(path)
	for p := range d.files {
		if p == key || strings.HasPrefix(p, key+`\`) {
			delete(d.files, p)
		}
	}
}

// list returns the names in a folder, and whether there is such a folder.
func (d *disk) list(path string) ([]string, bool) {
	below := clean(path) + `\`
	names := map[string]string{}
	for p, f := range d.files {
		if strings.HasPrefix(p, below) {
			name, _, _ := strings.Cut(f.path[len(below):], `\`)
			names[strings.ToLower(name)] = name
		}
	}
	for p := range d.folders {
		if strings.HasPrefix(p, below) {
			name, _, _ := strings.Cut(p[len(below):], `\`)
			if names[name] == "" {
				names[name] = name
			}
		}
	}
	var sorted []string
	for _, name := range names {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	_, made := d.folders[clean(path)]
	return sorted, made || len(sorted) > 0
}

type fileView struct{ p *process }

func (v fileView) Stat(ctx context.Context, path string) (host.FileInfo, error) {
	return value(ctx, v.p, v.p.m.look("files.Stat", path), func() (host.FileInfo, error) {
		if f, ok := v.p.m.disk.files[clean(path)]; ok {
			return host.FileInfo{Size: int64(len(f.content)), Modified: f.modified}, nil
		}
		if _, ok := v.p.m.disk.list(path); ok {
			return host.FileInfo{Folder: true}, nil
		}
		return host.FileInfo{}, fmt.Errorf("file %s: %w", path, host.ErrNotFound)
	})
}

func (v fileView) List(ctx context.Context, path string) ([]string, error) {
	return value(ctx, v.p, v.p.m.look("files.List", path), func() ([]string, error) {
		names, ok := v.p.m.disk.list(path)
		if !ok {
			return nil, fmt.Errorf("folder %s: %w", path, host.ErrNotFound)
		}
		return names, nil
	})
}

func (v fileView) Read(ctx context.Context, path string) ([]byte, error) {
	return value(ctx, v.p, v.p.m.look("files.Read", path), func() ([]byte, error) {
		content, ok := v.p.m.disk.read(path)
		switch {
		case !ok:
			return nil, fmt.Errorf("file %s: %w", path, host.ErrNotFound)
		case v.p.m.disk.locked[clean(path)]:
			return nil, fmt.Errorf("file %s: %w", path, host.ErrInUse)
		}
		return content, nil
	})
}

func (v fileView) Write(ctx context.Context, path string, content []byte) error {
	if err := host.FullPath(path); err != nil {
		return err
	}
	return v.p.do(ctx, v.p.m.change("files.Write", path), func() error {
		d := v.p.m.disk
		if uint64(len(content)) > d.free {
			return fmt.Errorf("file %s: %w", path, errDiskFull)
		}
		if d.locked[clean(path)] {
			return fmt.Errorf("file %s: %w", path, host.ErrInUse)
		}
		if f, ok := d.files[clean(path)]; ok {
			path = f.path
		}
		d.write(path, content, v.p.host.Clock.Now())
		return nil
	})
}

func (v fileView) Remove(ctx context.Context, path string) error {
	return v.p.do(ctx, v.p.m.change("files.Remove", path), func() error {
		key := clean(path)
		for p := range v.p.m.disk.locked {
			if v.p.m.disk.locked[p] && (p == key || strings.HasPrefix(p, key+`\`)) {
				return fmt.Errorf("file %s: %w", path, host.ErrInUse)
			}
		}
		v.p.m.disk.remove(path)
		delete(v.p.m.disk.folders, key)
		return nil
	})
}

type folderView struct{ p *process }

func (v folderView) Secure(ctx context.Context, path string) error {
	f := v.p.m.disk.folders[clean(path)]
	c := v.p.m.look("folders.Secure", path)
	_, isFile := v.p.m.disk.files[clean(path)]
	c.write = !f.secure && !f.foreign && !f.reparse && !isFile
	return v.p.do(ctx, c, func() error {
		if isFile {
			return fmt.Errorf("folder %s is a file: %w", path, host.ErrDenied)
		}
		if f.foreign || f.reparse {
			return fmt.Errorf("folder %s: it is a link, or its owner is neither SYSTEM nor Administrators: %w", path, host.ErrDenied)
		}
		v.p.m.disk.folders[clean(path)] = folder{secure: true}
		return nil
	})
}
