package timeline

import (
	"regexp"
	"strings"
	"time"
)

// mark is a point in time that a log names.
type mark struct {
	at          time.Time
	name, title string
}

var stamp = regexp.MustCompile(`^\s*(\d{4})[-/](\d{2})[-/](\d{2})[T ](\d{2}:\d{2}:\d{2})`)

// launchWords are the words by which EC2Launch's log tells of its stages, in the order of the stages. The stages are
// documented (EC2 User Guide, EC2Launch v2), the words are assumed: they are compared without case and blanks.
func launchWords() []struct{ word, name, title string } {
	return []struct{ word, name, title string }{
		{"stage:boot", "boot", "EC2Launch: stage Boot"},
		{"stage:network", "network", "EC2Launch: stage Network"},
		{"stage:preready", "preready", "EC2Launch: stage PreReady"},
		{"windowsisready", "ready", "EC2Launch: Windows is ready to use"},
		{"userdata", "userdata", "EC2Launch: user data"},
		{"stage:postready", "postready", "EC2Launch: stage PostReady"},
	}
}

// parseLaunchLog finds the first entry since a time that tells of each stage, in order of time. Times in the log are UTC
// (assumed) and have a resolution of one second.
func parseLaunchLog(log []byte, since time.Time) []mark {
	var marks []mark
	seen := map[string]bool{}
	for _, line := range strings.Split(string(log), "\n") {
		at, ok := stampOf(line)
		if !ok || at.Before(since.Truncate(time.Second)) {
			continue
		}
		flat := strings.ToLower(strings.Join(strings.Fields(line), ""))
		for _, w := range launchWords() {
			if !seen[w.name] && strings.Contains(flat, w.word) && (len(marks) == 0 || !at.Before(marks[len(marks)-1].at)) {
				seen[w.name] = true
				marks = append(marks, mark{at, w.name, w.title})
				break
			}
		}
	}
	return marks
}

func stampOf(line string) (time.Time, bool) {
	m := stamp.FindStringSubmatch(line)
	if m == nil {
		return time.Time{}, false
	}
	at, err := time.Parse("2006-01-02 15:04:05", m[1]+"-"+m[2]+"-"+m[3]+" "+m[4])
	return at, err == nil
}
