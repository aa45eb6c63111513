package winetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// cache is the folder that holds, for this user, what machines are made from. Tests of several packages use it at once.
//
//	base-<hash>/      a Wine prefix that says it is Windows Server 2022, made once for each version of Wine
//	template-<hash>/  the same with the fakes, made once for each version of their source
//	exe-<hash>/       programs under test
//	machines/         the clones
type cache struct {
	dir string
	installation
}

func openCache() (cache, error) {
	installed, err := available()
	if err != nil {
		return cache{}, err
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return cache{}, fmt.Errorf("finding the user's cache: %w", err)
	}
	c := cache{dir: filepath.Join(user, "ecswin-winetest"), installation: installed}
	return c, os.MkdirAll(filepath.Join(c.dir, "machines"), 0o755)
}

// serverRegistry says that Windows is Windows Server 2022, that services with a delayed start follow after a second instead
// of two minutes, and that the fakes come before Wine's own programs. Wine 8 takes the major version from CurrentVersion.
func serverRegistry() string {
	var b strings.Builder
	b.WriteString(`Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\Software\Microsoft\Windows NT\CurrentVersion]
"ProductName"="Windows Server 2022 Datacenter"
"InstallationType"="Server Core"
"EditionID"="ServerDatacenter"
"CurrentVersion"="10.0"
"CurrentMajorVersionNumber"=dword:0000000a
"CurrentMinorVersionNumber"=dword:00000000
"CurrentBuild"="20348"
"CurrentBuildNumber"="20348"
"UBR"=dword:00000b5c
"CSDVersion"=""

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\ProductOptions]
"ProductType"="ServerNT"

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\Windows]
"CSDVersion"=dword:00000000

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control]
"AutoStartDelay"=dword:000003e8

[HKEY_CURRENT_USER\Software\Wine\DllOverrides]
"bcryptprimitives"="native"
`)
	for _, tool := range fakedTools() {
		fmt.Fprintf(&b, "%q=\"native\"\n", filepath.Base(tool))
	}
	return b.String()
}

// template returns the prefix that machines are cloned from.
func (c cache) template(ctx context.Context) (string, error) {
	base, err := c.base(ctx)
	if err != nil {
		return "", err
	}
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	version, err := sourceHash(root)
	if err != nil {
		return "", err
	}
	return c.once("template-"+hash(base, version), func(fresh string) error {
		if err := clone(base, fresh); err != nil {
			return err
		}
		return c.installFakes(ctx, root, fresh)
	})
}

// base returns a fresh Wine prefix with the registry of a server.
func (c cache) base(ctx context.Context) (string, error) {
	version, err := exec.CommandContext(ctx, c.wine, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("asking Wine for its version: %w", err)
	}
	return c.once("base-"+hash(string(version), serverRegistry()), func(fresh string) error {
		if err := os.Mkdir(fresh, 0o755); err != nil {
			return err
		}
		settings := filepath.Join(c.dir, "server.reg")
		if err := os.WriteFile(settings, []byte(serverRegistry()), 0o600); err != nil {
			return err
		}
		for _, command := range [][]string{{c.wine, "wineboot", "-i"}, {c.wine, "regedit", "/S", windowsPath(settings)}, {c.server, "-k"}, {c.server, "-w"}} {
			if err := c.runQuietly(ctx, fresh, command); err != nil {
				return err
			}
		}
		return forgetServer(fresh)
	})
}

// forgetServer removes the folder of the server's socket, and the file that names it: each clone gets its own.
func forgetServer(prefix string) error {
	folders, err := filepath.Glob(filepath.Join(prefix, "wine-*"))
	for _, path := range append(folders, filepath.Join(prefix, "wineserver")) {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return err
}

// runQuietly runs a program of Wine's with its output in a file: Wine's services would keep a pipe open.
func (c cache) runQuietly(ctx context.Context, prefix string, command []string) error {
	log, err := os.Create(filepath.Join(c.dir, "wine.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = environment(prefix)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w; its output is in %s", strings.Join(command, " "), err, log.Name())
	}
	return nil
}

// once returns the folder of that name in the cache. It is made by the first who asks, and appears when it is complete.
func (c cache) once(name string, build func(fresh string) error) (string, error) {
	dir := filepath.Join(c.dir, name)
	err := flock(dir+".lock", func() error {
		if err := touch(dir); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := c.prune(time.Now()); err != nil {
			return err
		}
		fresh := dir + ".fresh"
		if err := os.RemoveAll(fresh); err != nil {
			return err
		}
		if err := build(fresh); err != nil {
			return fmt.Errorf("making %s: %w", dir, err)
		}
		return os.Rename(fresh, dir)
	})
	return dir, err
}

// clone copies a prefix. The files of Windows are hard links, since nobody writes into them: a file there is replaced.
func clone(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		switch {
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case d.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		case strings.HasPrefix(relative, "drive_c/windows/"):
			return os.Link(path, target)
		default:
			return replace(path, target)
		}
	})
}

// replace puts a copy of a file into another's place. What is hard-linked there stays as it is elsewhere.
func replace(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755) //nolint:gosec // programs are run
}

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}
