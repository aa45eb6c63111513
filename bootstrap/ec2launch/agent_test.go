package ec2launch_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/ec2launch"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// scripts are the forms that EC2Launch runs.
func scripts() []userdata.Form {
	return []userdata.Form{userdata.FormScript, userdata.FormPowerShell, userdata.FormYAML}
}

// each runs a test for every form.
func each(t *testing.T, test func(t *testing.T, form userdata.Form)) {
	t.Helper()
	for _, form := range scripts() {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			test(t, form)
		})
	}
}

func expectRan(t *testing.T, m *machine, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, m.ran()); diff != "" {
		t.Errorf("programs that ran (-want +got):\n%s", diff)
	}
}

func TestDownloadAndRun(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, form userdata.Form) {
		m := newMachine()
		m.exitCodes = []int{8}
		report := boot(t, m, rendered(t, form, false, download()))
		expectRan(t, m, apply(folder+digest()+`\ecswin-bootstrap.exe`))
		if len(report.Runs) != 1 || report.Runs[0].Outcome.ExitCode != 8 || report.Runs[0].Outcome.Output != "the program's words\n" || report.Reboot {
			t.Errorf("got %+v", report)
		}
		if diff := cmp.Diff([]string{location}, m.requests); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOneFlippedByteRunsNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, form userdata.Form) {
		for i := range program {
			m := newMachine()
			body := []byte(program)
			body[i] ^= 1
			m.web[location] = ec2launch.Response{Status: 200, Body: body}
			report := boot(t, m, rendered(t, form, false, download()))
			expectRan(t, m)
			if got := report.Runs[0].Outcome; got.ExitCode != 1 || !strings.Contains(got.Output, "It was not run.") {
				t.Errorf("got %+v", got)
			}
		}
	})
}

func TestDownloadsThatMustNotHappen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, form userdata.Form) {
		for name, response := range map[string]ec2launch.Response{
			"a page that says no":           {Status: 403, Body: []byte(program)},
			"a redirect to plain HTTP":      {Status: 302, Location: "http://downloads.example.com/program"},
			"a redirect to a file":          {Status: 301, Location: "file:///C:/evil.exe"},
			"a redirect that leads nowhere": {Status: 302, Location: location},
		} {
			m := newMachine()
			m.web[location] = response
			m.web["http://downloads.example.com/program"] = ec2launch.Response{Status: 200, Body: []byte(program)}
			m.web["file:///C:/evil.exe"] = ec2launch.Response{Status: 200, Body: []byte(program)}
			boot(t, m, rendered(t, form, false, download()))
			if len(m.applied) > 0 {
				t.Errorf("%s: the program ran", name)
			}
		}
	})
}

func TestDownloadsThatTakeAnotherWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, form userdata.Form) {
		m := newMachine()
		m.down = 2
		m.language = ec2launch.German()
		m.web[location] = ec2launch.Response{Status: 307, Location: "https://mirror.example.com/x"}
		m.web["https://mirror.example.com/x"] = ec2launch.Response{Status: 200, Body: []byte(program)}
		members := download()
		members["proxy.agent.https"] = "http://proxy.corp:3128"
		members["proxy.agent.no_proxy"] = []string{"mirror.example.com"}
		boot(t, m, rendered(t, form, false, members))
		expectRan(t, m, apply(folder+digest()+`\ecswin-bootstrap.exe`))
		proxied := location + " http://proxy.corp:3128"
		if diff := cmp.Diff([]string{proxied, proxied, proxied, "https://mirror.example.com/x"}, m.requests); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAProgramThatIsThereIsNotDownloadedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, form userdata.Form) {
		m := newMachine()
		text, agent := rendered(t, form, true, download()), agentOf(m)
		path := folder + digest() + `\ecswin-bootstrap.exe`
		for range 2 {
			if _, err := agent.Boot(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		expectRan(t, m, apply(path), apply(path))
		if len(m.requests) != 1 {
			t.Errorf("asked for it %d times", len(m.requests))
		}
		// What is no longer itself is fetched anew, into a fresh folder.
		m.files[strings.ToLower(path)] = "something else"
		m.files[strings.ToLower(folder+digest()+`\version.dll`)] = "planted"
		if _, err := agent.Boot(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		expectRan(t, m, apply(path), apply(path), apply(path))
		if m.applied[2][1] != program || m.files[strings.ToLower(folder+digest()+`\version.dll`)] != "" {
			t.Errorf("ran %q beside %v", m.applied[2][1], m.files)
		}
	})
}

func TestBaked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, form userdata.Form) {
		m := newMachine()
		m.files[`c:\program files\ecswin\ecswin-bootstrap.exe`] = program
		boot(t, m, rendered(t, form, false, nil))
		expectRan(t, m, apply(`C:\Program Files\ecswin\ecswin-bootstrap.exe`))

		m = newMachine()
		if got := boot(t, m, rendered(t, form, false, nil)).Runs[0].Outcome; got.ExitCode == 0 {
			t.Errorf("without the program: %+v", got)
		}

		pinned := map[string]any{"download.location": `D:\It's (here)\b.exe`, "download.sha256": digest()}
		m = newMachine()
		m.files[`d:\it's (here)\b.exe`] = program
		boot(t, m, rendered(t, form, false, pinned))
		expectRan(t, m, apply(`D:\It's (here)\b.exe`))

		m.files[`d:\it's (here)\b.exe`] = program + "."
		m.applied = nil
		boot(t, m, rendered(t, form, false, pinned))
		expectRan(t, m)
	})
}

func TestOncePersistAndCutOff(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, form userdata.Form) {
		for _, persist := range []bool{false, true} {
			m := newMachine()
			text, agent := rendered(t, form, persist, download()), agentOf(m)
			m.broken = context.Canceled
			if _, err := agent.Boot(t.Context(), text); !errors.Is(err, context.Canceled) {
				t.Fatalf("the machine went down: %v", err)
			}
			m.broken = nil
			for range 3 {
				if _, err := agent.Boot(t.Context(), text); err != nil {
					t.Fatal(err)
				}
			}
			if want := map[bool]int{false: 1, true: 3}[persist]; len(m.applied) != want {
				t.Errorf("persist %v: ran %d times, want %d", persist, len(m.applied), want)
			}
		}
	})
}

func TestReboots(t *testing.T) {
	t.Parallel()
	members := download()
	members["reboot.policy"] = "if_required"
	text := rendered(t, userdata.FormYAML, false, members)
	for name, c := range map[string]struct {
		exitCodes []int
		reboots   []bool
	}{
		"none":      {[]int{0}, []bool{false, false}},
		"one":       {[]int{3010, 0}, []bool{true, false, false}},
		"failed":    {[]int{3010, 6}, []bool{true, false, false}},
		"too often": {[]int{3010, 3010, 3010, 3010, 3010, 3010, 0}, []bool{true, true, true, true, true, false, false}},
	} {
		m := newMachine()
		m.exitCodes = c.exitCodes
		agent := agentOf(m)
		for i, want := range c.reboots {
			report, err := agent.Boot(t.Context(), text)
			if err != nil {
				t.Fatal(err)
			}
			if report.Reboot != want {
				t.Errorf("%s: boot %d: reboot is %v", name, i, report.Reboot)
			}
		}
		if len(m.applied) != len(c.reboots)-1 {
			t.Errorf("%s: ran %d times in %d boots", name, len(m.applied), len(c.reboots))
		}
		if last := m.applied[0]; last[len(last)-1] != "3010" {
			t.Errorf("%s: the program does not know of the exit code: %v", name, last)
		}
	}
	// Neither tags nor detach know of it.
	for _, text := range []string{
		"<script>\nexit /b 3010\n</script>",
		"version: 1.1\ntasks:\n- task: executeScript\n  inputs:\n  - {frequency: once, type: batch, runAs: admin, detach: true, content: exit /b 3010}\n",
	} {
		if report, err := agentOf(newMachine()).Boot(t.Context(), []byte(text)); err != nil || report.Reboot || len(report.Runs) != 1 {
			t.Errorf("%s: got %+v, %v", text, report, err)
		}
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	const text = "<powershell>\nWrite-Output 'second'\n</powershell>\n<script>\necho first\n</script>"
	report := boot(t, newMachine(), []byte(text))
	if len(report.Runs) != 2 || report.Runs[0].Outcome.Output != "first\n" || report.Runs[1].Outcome.Output != "second\n" {
		t.Errorf("got %+v", report.Runs)
	}
}

func TestV1RunsNoYAML(t *testing.T) {
	t.Parallel()
	m := newMachine()
	agent := agentOf(m)
	agent.Version = userdata.EC2LaunchV1
	report, err := agent.Boot(t.Context(), rendered(t, userdata.FormYAML, false, download()))
	if err != nil || len(report.Runs) != 0 || len(report.Problems) != 1 {
		t.Errorf("got %+v, %v", report, err)
	}
}
