package rules

import "strings"

// winPath is a path as Windows reads it. It is taken apart here because the
// provider runs on any system.
type winPath struct {
	kind pathKind
	// drive is the lower-case letter of a drivePath, else 0.
	drive byte
	// text is the path in lower case, with backslashes and without what has no
	// meaning, so that two spellings of a path have the same text.
	text string
}

type pathKind int

const (
	// otherPath is relative, or has no drive, or is no path.
	otherPath pathKind = iota
	// drivePath is absolute on a drive, such as C:\data.
	drivePath
	// pipePath is a named pipe, such as \\.\pipe\docker_engine.
	pipePath
	// unixPath begins with a slash, such as /var/data.
	unixPath
)

func parseWinPath(s string) winPath {
	if strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") {
		return winPath{kind: unixPath, text: s}
	}
	text := strings.ToLower(strings.ReplaceAll(s, "/", `\`))
	switch {
	case strings.HasPrefix(text, `\\.\pipe\`) && len(text) > len(`\\.\pipe\`):
		return winPath{kind: pipePath, text: text}
	case isDriveRooted(text):
		return winPath{kind: drivePath, drive: text[0], text: text[:2] + cleanSteps(text[2:])}
	}
	return winPath{kind: otherPath, text: text}
}

// isRoot reports whether the path is that of a whole drive.
func (p winPath) isRoot() bool {
	return p.kind == drivePath && len(p.text) == len(`c:\`)
}

// isDriveRooted reports whether s is a drive alone or a path from its root.
func isDriveRooted(s string) bool {
	return len(s) >= 2 && s[0] >= 'a' && s[0] <= 'z' && s[1] == ':' && (len(s) == 2 || s[2] == '\\')
}

// cleanSteps joins the steps of a rooted path again, without empty steps and
// dots, and with double dots resolved.
func cleanSteps(s string) string {
	var steps []string
	for step := range strings.SplitSeq(s, `\`) {
		switch step {
		case "", ".":
		case "..":
			steps = steps[:max(0, len(steps)-1)]
		default:
			steps = append(steps, step)
		}
	}
	return `\` + strings.Join(steps, `\`)
}
