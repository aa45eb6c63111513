package timeline

import (
	"testing"
	"time"
)

// FuzzParseLaunchLog shows that whatever is in the log, its marks are in order and each stage is there once.
func FuzzParseLaunchLog(f *testing.F) {
	f.Add("2026-01-02 03:04:05 Info: Stage: boot\n2026/01/02 03:04:06Z: Stage: network\r\n")
	f.Add("2026-99-99 03:04:05 userdata\n\x00")
	f.Fuzz(func(t *testing.T, log string) {
		seen := map[string]bool{}
		marks := parseLaunchLog([]byte(log), time.Time{})
		for i, m := range marks {
			if seen[m.name] || m.at.IsZero() && i > 0 || i > 0 && m.at.Before(marks[i-1].at) {
				t.Errorf("mark %d of %q: %+v", i, log, m)
			}
			seen[m.name] = true
		}
	})
}
