package winhost

import (
	"fmt"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

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
