package hostphase

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// parsed splits a command line as the C runtime does; source: Microsoft, "Parsing C command-line arguments".
func parsed(line string) []string {
	var arguments []string
	var word strings.Builder
	inWord, inQuotes, slashes := false, false, 0
	flush := func(n int) {
		word.WriteString(strings.Repeat(`\`, n))
		slashes = 0
	}
	for _, r := range line {
		switch {
		case r == '\\':
			slashes, inWord = slashes+1, true
		case r == '"' && slashes%2 == 1:
			flush(slashes / 2)
			word.WriteRune(r)
		case r == '"':
			flush(slashes / 2)
			inQuotes, inWord = !inQuotes, true
		case (r == ' ' || r == '\t') && !inQuotes:
			flush(slashes)
			if inWord {
				arguments = append(arguments, word.String())
				word.Reset()
			}
			inWord = false
		default:
			flush(slashes)
			word.WriteRune(r)
			inWord = true
		}
	}
	if flush(slashes); inWord {
		arguments = append(arguments, word.String())
	}
	return arguments
}

// TestServiceCommandKeepsItsArguments: whatever is in a path or a name, the service gets it as it was given.
func TestServiceCommandKeepsItsArguments(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		flags := rapid.SliceOf(rapid.StringOf(rapid.SampledFrom([]rune(`ab \"`+"\té")))).Draw(t, "flags")
		want := append([]string{`C:\Program Files\ecswin\ecswin-bootstrap.exe`, "service", "run"}, flags...)
		command := ServiceConfig(want[0], flags...).Command
		if got := parsed(command); !slices.Equal(got, want) {
			t.Errorf("%s\nis parsed as %q\nwant         %q", command, got, want)
		}
	})
}
