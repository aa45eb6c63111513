package hostphase

import (
	"testing"
	"time"
)

func TestClockThatIsOff(t *testing.T) {
	t.Parallel()
	for skew, want := range map[time.Duration]string{
		10 * time.Minute: "10m0s behind AWS's", -10 * time.Minute: "10m0s ahead of AWS's",
	} {
		if got := off(skew); got != want {
			t.Errorf("a skew of %s is %q, want %q", skew, got, want)
		}
	}
}
