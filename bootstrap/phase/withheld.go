package phase

import (
	"encoding/json"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// KindWithheld is the kind of a registry value in an Undo that was there and looked like a secret: the state holds none, so
// what it was cannot be brought back, only what was set removed.
const KindWithheld = "withheld"

// withhold leaves secrets out of a value that is to be recorded. Of a list of NAME=value, an entry that looks like one is
// recorded by its name alone: where the entry is still there at the reset, it stays.
func withhold(name string, v host.Value) host.Value {
	if nodeconfig.LooksSecret(name, v.Text) {
		return host.Value{Kind: KindWithheld}
	}
	var list []string
	for _, entry := range v.List {
		variable, value, _ := strings.Cut(entry, "=")
		if nodeconfig.LooksSecret(variable, value) {
			entry = variable
		}
		list = append(list, entry)
	}
	v.List = list
	return v
}

// Withheld reports whether a record lacks what a value was before, because it looked like a secret.
func Withheld(u Undo) bool {
	var v host.Value
	if u.Kind != UndoRegistryValue || json.Unmarshal([]byte(u.Before), &v) != nil {
		return false
	}
	for _, entry := range v.List {
		if !strings.Contains(entry, "=") {
			return true
		}
	}
	return v.Kind == KindWithheld
}

// completed gives a recorded list the entries that were withheld, as they are now. One that is gone stays gone.
func completed(recorded, now host.Value) host.Value {
	var list []string
	for _, entry := range recorded.List {
		if strings.Contains(entry, "=") {
			list = append(list, entry)
			continue
		}
		for _, current := range now.List {
			if name, _, _ := strings.Cut(current, "="); strings.EqualFold(name, entry) {
				list = append(list, current)
			}
		}
	}
	recorded.List = list
	return recorded
}
