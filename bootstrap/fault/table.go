package fault

import "slices"

// Table returns every failure, ordered by number.
func Table() []Info {
	all := all()
	slices.SortFunc(all, func(a, b Info) int { return a.Number - b.Number })
	return all
}

func all() []Info {
	return slices.Concat(hostCodes(), networkCodes(), agentCodes(), programCodes())
}

// Find returns the entry of a code.
func Find(code Code) (Info, bool) {
	for _, i := range all() {
		if i.Code == code {
			return i, true
		}
	}
	return Info{}, false
}
