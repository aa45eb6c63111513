package agent_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/agent"
)

func TestParseLine(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for raw, want := range map[string]agent.Line{
		`level=warn time=2026-03-04T05:06:07Z msg="a \"b\" c=d" module=agent.go`:                                {Time: at, Level: "warn", Message: `a "b" c=d`, Fields: map[string]string{"module": "agent.go"}},
		`level=error time=2026-03-04T05:06:07Z msg="Error registering container instance" error="AccessDenied"`: {Time: at, Level: "error", Message: "Error registering container instance", Fields: map[string]string{"error": "AccessDenied"}},
		`level=info time=2026-03-04T05:06:07Z msg="x" n=3 m=map[a:1 b:2] module=y.go`:                           {Time: at, Level: "info", Message: "x", Fields: map[string]string{"n": "3", "m": "map[a:1", "b:2] module": "y.go"}},
		`{"level":"critical","time":"2026-03-04T05:06:07Z","msg":"x","error":"y","n":1}`:                        {Time: at, Level: "critical", Message: "x", Fields: map[string]string{"error": "y"}},
		"level=info time=yesterday msg=\"x\"\r\n":                                                               {Level: "info", Message: "x", Fields: map[string]string{}},
	} {
		got, ok := agent.ParseLine(raw)
		if !ok {
			t.Errorf("cannot read %s", raw)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", raw, d)
		}
	}
	for _, raw := range []string{"", "goroutine 1 [running]:", `ime=2026-03-04T05:06:07Z msg="cut off"`, "level=loud msg=x", `{"level":`} {
		if got, ok := agent.ParseLine(raw); ok {
			t.Errorf("read %q as %+v", raw, got)
		}
	}
}

func TestConnectedToACSLooksAtTheLastRun(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		log  []byte
		want bool
	}{
		"connected":          {logOf(started, enrolled, connected), true},
		"rotated":            {logOf(connected), true},
		"before the start":   {logOf(started, connected, started, enrolled), false},
		"only registered":    {logOf(started, enrolled), false},
		"somebody quoted it": {logOf(started, `level=info time=2026-03-04T05:06:10Z msg="not yet: Connected to ACS endpoint"`), false},
	} {
		if got := agent.ConnectedToACS(tt.log); got != tt.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func FuzzParseLog(f *testing.F) {
	for _, line := range fixtures(f) {
		f.Add([]byte(line))
	}
	f.Add([]byte(`{"level":"info","msg":"x"}`))
	f.Fuzz(func(t *testing.T, log []byte) {
		for _, line := range agent.ParseLog(log) {
			if line.Level == "" {
				t.Errorf("an entry without a level in %q", log)
			}
			agent.Match(line)
		}
	})
}
