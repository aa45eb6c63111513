package hns

import (
	"fmt"
	"slices"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Diff says in words how two lists of networks differ, one line a network: what was added, removed, changed. The order of
// the lists does not count.
func Diff(before, after []host.HNSNetwork) []string {
	var lines []string
	for _, b := range before {
		i := slices.IndexFunc(after, func(a host.HNSNetwork) bool { return SameID(a.ID, b.ID) })
		switch {
		case i < 0:
			lines = append(lines, "removed "+describe(b))
		case describe(after[i]) != describe(b):
			lines = append(lines, fmt.Sprintf("changed %s to %s", describe(b), describe(after[i])))
		}
	}
	for _, a := range after {
		if !slices.ContainsFunc(before, func(b host.HNSNetwork) bool { return SameID(a.ID, b.ID) }) {
			lines = append(lines, "added "+describe(a))
		}
	}
	slices.Sort(lines)
	return lines
}

func describe(n host.HNSNetwork) string {
	text := fmt.Sprintf("%s %s (%s)", n.Type, n.Name, n.ID)
	for _, s := range n.Subnets {
		text += " " + s.String()
	}
	if n.Adapter != "" {
		text += " on " + n.Adapter
	}
	return text
}
