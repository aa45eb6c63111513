package winetest

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// installCommand brings what the machines need to a Debian or Ubuntu system.
const installCommand = "apt-get install -y --no-install-recommends wine64 wine gcc-mingw-w64-x86-64"

// installation is where the programs are that make machines.
type installation struct {
	wine, server string
	// gcc compiles C for Windows.
	gcc string
}

// Available skips the test where there is no Wine, no compiler for Windows, or no right to give a machine its own network.
func Available(t testing.TB) {
	t.Helper()
	if _, err := available(); err != nil {
		t.Skip(err)
	}
}

func available() (installation, error) {
	i := installation{
		// Not /usr/bin/wine, which complains that its 32-bit half is missing; nor Debian's wrapper of wineserver, which
		// ends a machine's services with its last program.
		wine:   lookUp("/usr/lib/wine/wine64", "wine64"),
		server: lookUp("/usr/lib/wine/wineserver64", "/usr/lib/wine/wineserver", "wineserver"),
		gcc:    lookUp("x86_64-w64-mingw32-gcc"),
	}
	if i.wine == "" || i.server == "" || i.gcc == "" {
		return i, fmt.Errorf("a Windows machine under Wine needs: %s", installCommand)
	}
	n, err := newNetwork()
	if err != nil {
		return i, fmt.Errorf("a Windows machine under Wine needs a network of its own; run the tests as root, or with `unshare -Ur`: %w", err)
	}
	return i, n.close()
}

// lookUp returns the path of the first of the programs that is there; "" if none is.
func lookUp(programs ...string) string {
	for _, p := range programs {
		if path, err := exec.LookPath(p); err == nil {
			return path
		}
	}
	return ""
}

// environment is what a program of Wine's needs, in the prefix. Debian's Wine makes a folder for its server's socket in
// TMPDIR (in /run/user/<uid> where there is one) and leaves it behind: in the prefix it goes with the machine.
func environment(prefix string) []string {
	return []string{
		"WINEPREFIX=" + prefix, "TMPDIR=" + prefix, "WINEDEBUG=-all", "DISPLAY=", "LANG=C.UTF-8",
		"WINEDLLOVERRIDES=mscoree,mshtml=;winemenubuilder.exe=",
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"),
	}
}

// windowsPath names a Linux file as Windows programs see it.
func windowsPath(linux string) string { return `Z:` + strings.ReplaceAll(linux, "/", `\`) }

// flock holds a lock file while f runs: other packages' tests use the same cache.
func flock(name string, f func() error) error {
	lock, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("opening the cache's lock: %w", err)
	}
	defer func() { _ = lock.Close() }()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return fmt.Errorf("waiting for the cache's lock %s: %w", name, err)
	}
	return f()
}
