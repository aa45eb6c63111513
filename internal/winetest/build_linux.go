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
	"runtime"
	"slices"
	"strings"
	"testing"
)

// fakedTools are the programs of System32 that are replaced by cmd/faketool.
func fakedTools() []string {
	return []string{
		"netsh.exe", "sc.exe", "schtasks.exe", "shutdown.exe", "reg.exe", "wmic.exe", "msiexec.exe", "certutil.exe", "curl.exe",
		"wevtutil.exe",
		"WindowsPowerShell/v1.0/powershell.exe",
	}
}

// BuildExe compiles a command of this module for Windows, without cgo, and returns its path. ldflags are the linker's.
func BuildExe(t testing.TB, pkg, ldflags string) string {
	t.Helper()
	return cached(t, pkg, "build", "-ldflags", ldflags)
}

// BuildTests compiles the tests of a package, of this module or of one that it needs, for Windows, without cgo, and returns
// the program's path. tags are build tags, such as "integration"; "" for none.
func BuildTests(t testing.TB, pkg, tags string) string {
	t.Helper()
	return cached(t, pkg, "test", "-c", "-tags", tags)
}

// cached returns what a command of go's makes of a package.
func cached(t testing.TB, pkg string, command ...string) string {
	t.Helper()
	c, err := openCache()
	if err != nil {
		t.Skip(err)
	}
	exe, err := c.buildExe(t.Context(), pkg, command)
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

// buildExe leaves it to the go command to see whether the program is as new as its source.
func (c cache) buildExe(ctx context.Context, pkg string, command []string) (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(c.dir, "exe-"+hash(append(command, root, pkg)...))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	latest := filepath.Join(dir, filepath.Base(pkg)+".exe")
	var exe string
	err = flock(dir+".lock", func() error {
		if err := goForWindows(ctx, root, nil, append(command, "-trimpath", "-o", latest, pkg)...); err != nil {
			return err
		}
		exe, err = byContent(latest)
		return errors.Join(err, touch(dir))
	})
	return exe, err
}

// byContent links a program into a folder named after its content, where no later build writes.
func byContent(latest string) (string, error) {
	data, err := os.ReadFile(latest)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	exe := filepath.Join(filepath.Dir(latest), hex.EncodeToString(sum[:8]), filepath.Base(latest))
	if _, err := os.Stat(exe); err == nil {
		return exe, nil
	}
	return exe, replace(latest, exe)
}

// goForWindows runs a command of go's, `go build` or the like, for Windows.
func goForWindows(ctx context.Context, root string, env []string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	cmd.Env = append(cmd.Env, env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s %s: %w\n%s", args[0], args[len(args)-1], err, out)
	}
	return nil
}

// installFakes builds the DLLs and programs that stand in for Windows' and puts them into a prefix.
func (c cache) installFakes(ctx context.Context, root, prefix string) error {
	drive := filepath.Join(prefix, "drive_c")
	own := filepath.Join(drive, "winetest")
	if err := os.MkdirAll(own, 0o755); err != nil {
		return err
	}
	const cmd = "./internal/winetest/cmd/"
	programs := []string{"holder", "faketool", "fakeagent", "fakedocker", "fakesystem"}
	var packages []string
	for _, p := range programs {
		packages = append(packages, cmd+p)
	}
	if err := goForWindows(ctx, root, nil, append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", own + "/"}, packages...)...); err != nil {
		return err
	}
	system32 := filepath.Join(drive, "windows", "system32")
	if err := c.buildDLLs(ctx, root, system32); err != nil {
		return err
	}
	for _, tool := range fakedTools() {
		if err := replace(filepath.Join(own, "faketool.exe"), filepath.Join(system32, tool)); err != nil {
			return err
		}
	}
	return nil
}

func (c cache) buildDLLs(ctx context.Context, root, system32 string) error {
	shim := filepath.Join(root, "internal", "winetest", "shim")
	sources, err := filepath.Glob(filepath.Join(shim, "*.c"))
	if err != nil {
		return err
	}
	shared := []string{"-s", "-shared", "-nostdlib"}
	commands := [][]string{
		slices.Concat(shared, []string{
			"-Wall", "-Wextra", "-Werror", "-Wno-cast-function-type", "-O2", "-fno-builtin", "-fno-tree-loop-distribute-patterns",
			"-Wl,-e,DllMainCRTStartup", "-o", "bcryptprimitives.dll"}, sources, []string{"-ladvapi32", "-lkernel32", "-lws2_32"}),
		slices.Concat(shared, []string{"-Wl,-e,0", "-o", "computenetwork.dll", filepath.Join(shim, "computenetwork.def")}),
		slices.Concat(shared, []string{"-Wl,-e,0", "-o", "vmcompute.dll", filepath.Join(shim, "vmcompute.def")}),
	}
	for _, args := range commands {
		cmd := exec.CommandContext(ctx, c.gcc, args...)
		cmd.Dir = system32
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s %s: %w\n%s", c.gcc, strings.Join(args, " "), err, out)
		}
	}
	return goForWindows(ctx, root, []string{"CGO_ENABLED=1", "CC=" + c.gcc},
		"build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(system32, "fakehns.dll"), "./internal/winetest/cmd/fakehns")
}

// fakeSources are the files and folders that the fakes are built from.
func fakeSources() []string {
	sources := []string{"go.sum", "internal/wait"}
	for _, folder := range []string{
		"cmd/fakeagent", "cmd/fakedocker", "cmd/fakehns", "cmd/fakesystem", "cmd/faketool", "cmd/holder", "control", "fakes", "hnsstore", "service", "shim", "tools",
	} {
		sources = append(sources, "internal/winetest/"+folder)
	}
	return sources
}

// sourceHash tells versions of the fakes apart: by their source, what it is built with, and the modules.
func sourceHash(root string) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, runtime.Version())
	for _, from := range fakeSources() {
		err := filepath.WalkDir(filepath.Join(root, from), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_linux.go") {
				return err
			}
			data, err := os.ReadFile(path)
			fmt.Fprintf(sum, "%s %d\n%s", filepath.Base(path), len(data), data)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("reading the source of the fakes: %w", err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// moduleRoot is the folder above the test's that holds go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod above the working directory")
		}
		dir = parent
	}
}
