package fault

import (
	"slices"
	"sync"
)

// Table returns every failure, ordered by number.
func Table() []Info {
	all := slices.Clone(all())
	slices.SortFunc(all, func(a, b Info) int { return a.Number - b.Number })
	return all
}

// all returns the table. Nobody changes it.
var all = sync.OnceValue(func() []Info {
	return slices.Concat(hostCodes(), networkCodes(), agentCodes(), programCodes())
})

// Find returns the entry of a code.
func Find(code Code) (Info, bool) {
	for _, i := range all() {
		if i.Code == code {
			return i, true
		}
	}
	return Info{}, false
}
