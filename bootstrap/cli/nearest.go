package cli

import (
	"fmt"

	"github.com/agext/levenshtein"
)

// nearest returns the name that a misspelt word probably means, or "".
func nearest(word string, names []string) string {
	const longest = 64 // nobody misspells more than that
	if len(word) > longest {
		return ""
	}
	best, distance := "", max(2, len(word)/3)+1
	for _, name := range names {
		if d := levenshtein.Distance(word, name, nil); d < distance {
			best, distance = name, d
		}
	}
	return best
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", name)
}
