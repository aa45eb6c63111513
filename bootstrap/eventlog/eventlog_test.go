package eventlog_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/eventlog"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

func fixture(t testing.TB) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/services.xml")
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestParse(t *testing.T) {
	t.Parallel()
	entries, err := eventlog.Parse(fixture(t))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range entries {
		lines = append(lines, e.String())
	}
	if diff := cmp.Diff([]string{
		"2026-11-22T06:01:31Z Service Control Manager 7000: the service Amazon ECS did not start: Windows error 1053",
		"2026-11-22T06:01:31Z Service Control Manager 7009: the service Amazon ECS did not answer Windows within 30000 ms of its start",
		"at a time unknown Service Control Manager 7031: the service Docker Engine ended by itself, 2 times by now; Windows does as its recovery says in 15000 ms",
		"2026-11-22T06:00:00Z docker 1: Starting up containerd",
	}, lines); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if !entries[1].Tells("AmazonECS", "amazon ecs") || entries[1].Tells("Docker", "Docker Engine") {
		t.Error("the entry of Amazon ECS is not told from another's")
	}
}

// TestParseKeepsWhatItCouldRead: output that breaks off in the middle of an entry, or is none.
func TestParseKeepsWhatItCouldRead(t *testing.T) {
	t.Parallel()
	whole := fixture(t)
	if entries, err := eventlog.Parse(whole[:len(whole)-40]); err == nil || len(entries) != 3 {
		t.Errorf("%d entries, %v; want the three that are whole, and an error", len(entries), err)
	}
	for _, text := range []string{"<Events><Event/></Events>", "<Event", "The specified channel could not be found.\n<"} {
		if entries, err := eventlog.Parse([]byte(text)); err == nil || len(entries) > 0 {
			t.Errorf("%q: %v, %v", text, entries, err)
		}
	}
	if entries, err := eventlog.Parse(nil); err != nil || len(entries) > 0 {
		t.Errorf("an empty log: %v, %v", entries, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(fixture(f))
	f.Add([]byte("<Event><System><EventID>7000</EventID></System></Event>"))
	f.Fuzz(func(t *testing.T, printed []byte) {
		entries, _ := eventlog.Parse(printed)
		for _, e := range entries {
			if line := e.String(); strings.ContainsAny(line, "\r\n") {
				t.Errorf("%q is more than a line", line)
			}
		}
	})
}

// programs answers every program alike.
type programs struct {
	ran    []host.Command
	result host.Result
}

func (p *programs) Run(_ context.Context, c host.Command) (host.Result, error) {
	p.ran = append(p.ran, c)
	return p.result, nil
}

func TestRead(t *testing.T) {
	t.Parallel()
	p := &programs{result: host.Result{Stdout: string(fixture(t))}}
	entries, err := eventlog.Read(t.Context(), p, eventlog.Services())
	if err != nil || len(entries) != 4 {
		t.Errorf("Read = %d entries, %v", len(entries), err)
	}
	if diff := cmp.Diff([]host.Command{{Path: `C:\Windows\System32\wevtutil.exe`, Args: []string{
		"qe", "System",
		"/q:*[System[Provider[@Name='Service Control Manager'] and (EventID=7000 or EventID=7009 or EventID=7011 or EventID=7031 or EventID=7034)]]",
		"/c:100", "/rd:true", "/f:xml",
	}}}, p.ran); diff != "" {
		t.Errorf("what was run (-want +got):\n%s", diff)
	}
	p.result = host.Result{ExitCode: 15007, Stderr: "Failed to read events.\r\nThe specified channel could not be found.\r\n"}
	if _, err := eventlog.Read(t.Context(), p, eventlog.Query{Log: "Docker", Provider: "docker"}); err == nil || !strings.Contains(err.Error(), "exit code 15007: Failed to read events.") {
		t.Errorf("Read of no log = %v", err)
	}
}
