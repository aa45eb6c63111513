package fault

import "slices"

// Table returns every failure, ordered by number.
func Table() []Info {
	all := slices.Concat(hostCodes(), networkCodes(), agentCodes(), programCodes())
	slices.SortFunc(all, func(a, b Info) int { return a.Number - b.Number })
	return all
}

// Find returns the entry of a code.
func Find(code Code) (Info, bool) {
	for _, i := range Table() {
		if i.Code == code {
			return i, true
		}
	}
	return Info{}, false
}
