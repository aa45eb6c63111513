package phase

import (
	"encoding/json"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// KindWithheld is the kind of a value in an Undo that was there and looked like a secret: the state holds none, so what it
// was cannot be brought back, only what was set removed.
const KindWithheld = "withheld"

// withhold leaves out a value that looks like a secret.
func withhold(name string, v host.Value) host.Value {
	if nodeconfig.LooksSecret(name, v.Text) || nodeconfig.LooksSecret(name, strings.Join(v.List, "\n")) {
		return host.Value{Kind: KindWithheld}
	}
	return v
}

// Withheld reports whether a record lacks what a value was before, because it looked like a secret.
func Withheld(u Undo) bool {
	var v host.Value
	valued := u.Kind == UndoRegistryValue || u.Kind == UndoServiceVariable
	return valued && json.Unmarshal([]byte(u.Before), &v) == nil && v.Kind == KindWithheld
}
