package winhost

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// errNotFull says that a path could mean different files at different times.
var errNotFull = errors.New(`not a full path with a drive, as C:\folder\file`)

// fullPath checks that a path is full: a drive, a separator, no step upwards, no stream of a file.
func fullPath(path string) error {
	if len(path) < 3 || !isLetter(path[0]) || path[1] != ':' || (path[2] != '\\' && path[2] != '/') {
		return fmt.Errorf("%q: %w", path, errNotFull)
	}
	if strings.ContainsAny(path[2:], ":\x00") {
		return fmt.Errorf("%q: %w", path, errNotFull)
	}
	for _, part := range strings.FieldsFunc(path[2:], func(r rune) bool { return r == '\\' || r == '/' }) {
		if part == ".." || part == "." {
			return fmt.Errorf("%q: %w", path, errNotFull)
		}
	}
	return nil
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

// registryPath cuts HKLM\ off a key.
func registryPath(key string) (string, error) {
	hive, path, ok := strings.Cut(key, `\`)
	if !ok || !strings.EqualFold(hive, "HKLM") || path == "" {
		return "", fmt.Errorf(`registry key %q does not start with HKLM\`, key)
	}
	return path, nil
}

// adapterState tells the state of an adapter from what Windows says of it. Operational and administrative status are
// those of RFC 2863: 1 is up, 2 is down, operational 6 is "not present".
func adapterState(operational, administrative uint32) string {
	const up, down, notPresent = 1, 2, 6
	switch {
	case administrative == down:
		return host.AdapterDisabled
	case operational == up:
		return host.AdapterUp
	case operational == notPresent:
		return host.AdapterGhost
	}
	return host.AdapterDisconnected
}
