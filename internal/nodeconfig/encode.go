package nodeconfig

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Encode writes the canonical YAML of a document: the members that were given, in the order of [Fields], maps by name.
// Parse reads the same document back. It writes references, not what they stand for; do not encode a resolved document.
func Encode(d *Document) []byte {
	var b bytes.Buffer
	defaults := Default()
	var open []string
	head := func(depth int, section string) {
		fmt.Fprintf(&b, "%s%s:\n", strings.Repeat("  ", depth), base(section))
	}
	for _, r := range rows() {
		if !d.given(r, defaults) {
			continue
		}
		open = openSections(open, parent(r.Path), head)
		indent := strings.Repeat("  ", len(open))
		value := load(r.at(d))
		if m, ok := value.(map[string]string); ok && len(m) > 0 {
			fmt.Fprintf(&b, "%s%s:\n", indent, base(r.Path))
			for _, key := range slices.Sorted(maps.Keys(m)) {
				fmt.Fprintf(&b, "%s  %s: %s\n", indent, scalar(key), scalar(m[key]))
			}
			continue
		}
		fmt.Fprintf(&b, "%s%s: %s\n", indent, base(r.Path), yamlText(value))
	}
	return b.Bytes()
}

// openSections calls head for each section on the way to path that is not open yet, from the outside in, and returns
// the sections that are open then.
func openSections(open []string, path string, head func(depth int, section string)) []string {
	var want []string
	if path != "" {
		want = strings.Split(path, ".")
	}
	common := 0
	for common < len(open) && common < len(want) && open[common] == want[common] {
		common++
	}
	for i := common; i < len(want); i++ {
		head(i, strings.Join(want[:i+1], "."))
	}
	return want
}

// yamlText writes a value in one line of YAML.
func yamlText(value any) string {
	switch value := value.(type) {
	case string:
		return scalar(value)
	case bool, int, time.Duration:
		return text(value)
	case []string:
		items := make([]string, len(value))
		for i, item := range value {
			items[i] = scalar(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case []int:
		items := make([]string, len(value))
		for i, item := range value {
			items[i] = strconv.Itoa(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]string:
		items := make([]string, 0, len(value))
		for _, key := range slices.Sorted(maps.Keys(value)) {
			items = append(items, scalar(key)+": "+scalar(value[key]))
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return ""
}

var (
	// plainScalar are the strings that every reader of YAML takes for themselves without quotes.
	plainScalar = pattern(`^[A-Za-z_][A-Za-z0-9_./-]*$`)
	otherWord   = pattern(`^(?i:true|false|null|y|n|yes|no|on|off)$`)
)

// scalar writes a string so that YAML 1.1, YAML 1.2 and this package all read it back as it is.
func scalar(s string) string {
	switch {
	case plainScalar().MatchString(s) && !otherWord().MatchString(s):
		return s
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }):
		return strconv.QuoteToASCII(s)
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
