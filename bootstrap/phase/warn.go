package phase

import (
	"fmt"
	"slices"
)

// Warn notes what users have to know of and what does not keep the node from joining. Said twice, it stands once. Where
// the thing has a fault code, the text begins with it.
func (n *Node) Warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	n.Found.Set(func(f *Found) {
		if !slices.Contains(f.Warnings, text) {
			f.Warnings = append(slices.Clone(f.Warnings), text)
		}
	})
	if n.Log != nil {
		n.Log.Warn(text)
	}
}
