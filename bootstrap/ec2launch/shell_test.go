package ec2launch_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/ec2launch"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

// TestNotUnderstood shows that what the interpreters do not know is an error with its line, and nothing after it runs.
func TestNotUnderstood(t *testing.T) {
	t.Parallel()
	const after = "\n\"C:\\Windows\\System32\\curl.exe\" --fail"
	for name, line := range map[string]string{
		"a bare name":              "curl.exe https://example.com",
		"a relative path":          `"bin\curl.exe" a`,
		"PowerShell":               "Import-Module ECSTools",
		"a pipe":                   `C:\Windows\System32\curl.exe a | C:\Windows\System32\find.exe b`,
		"two commands":             `C:\Windows\System32\curl.exe a && exit /b 0`,
		"a redirection":            "echo a > C:\\a.txt",
		"a label":                  ":start",
		"goto":                     "goto start",
		"a half-open quote":        `"C:\Windows\System32\curl.exe a`,
		"a backslash before quote": `"C:\Windows\System32\curl.exe" "a\"`,
		"a quote inside a word":    `"C:\Windows\System32\curl.exe"a`,
		"a lone percent sign":      "echo 100%",
		"exit of the whole cmd":    "exit 1",
		"a variable with a quote":  "echo %evil%",
		"for over files":           `for %%f in (*.exe) do echo %%f`,
		"a command in no quotes":   "set a=b",
	} {
		m := newMachine()
		m.environment["evil"] = `" & C:\evil.exe`
		_, err := ec2launch.RunBatch(t.Context(), "@echo off\nrem a comment\n\n"+line+after, m)
		expectLine(t, name, err, 4)
		if len(m.requests)+len(m.applied) > 0 {
			t.Errorf("%s: went on", name)
		}
	}
	for name, line := range map[string]string{
		"a bare name":          "& curl.exe",
		"a cmdlet":             "Start-Process notepad",
		"a back-tick":          "Write-Output \"a`n\"",
		"an expression":        "$a = 1 + 1",
		"a block":              "if (-not $a) {",
		"a condition":          "if ($a -eq 'b') { exit 1 }",
		"an unknown variable":  "Write-Output \"$nobody\"",
		"a lone dollar":        "Write-Output \"100 $\"",
		"a word in a call":     "& 'C:\\Windows\\System32\\curl.exe' $a",
		"nothing to call":      "& ",
		"a pipe":               "& 'C:\\Windows\\System32\\curl.exe' a | Out-Null",
		"a call inside a call": "if (-not $a) { & (Get-Command curl) }",
	} {
		m := newMachine()
		_, err := ec2launch.RunPowerShell(t.Context(), "# a comment\n\n\n"+line+"\nexit 0", m)
		expectLine(t, name, err, 4)
	}
}

func expectLine(t *testing.T, name string, err error, line int) {
	t.Helper()
	failed, ok := errors.AsType[*ec2launch.NotUnderstoodError](err)
	if !ok || failed.Line != line {
		t.Errorf("%s: got %v, want line %d", name, err, line)
	}
}

// TestBatchLanguage pins what cmd.exe does with the lines that we write.
func TestBatchLanguage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, output string }{
		"variables":               {"set \"a=b c\"\necho %A% %%a%% %nobody%.", "b c %a% .\n"},
		"a variable that is gone": {"set \"verified=\"\nif not defined verified echo gone\nif defined verified echo there", "gone\n"},
		"the environment":         {"if defined verified echo there", "there\n"},
		"exist":                   {"if exist \"C:\\x\" echo yes\nmkdir \"C:\\x\"\nif exist \"C:\\X\" echo YES\nif not exist \"C:\\x\" echo no", "YES\n"},
		"letter case":             {"if /i \"AbC\"==\"aBc\" echo same\nif /i \"a\"==\"b\" echo other", "same\n"},
		"errorlevel":              {"C:\\nobody.exe\necho %errorlevel%", "The system cannot find the path specified.\n9009\n"},
		"a failed mkdir":          {"mkdir \"C:\\x\"\nmkdir \"C:\\x\"\necho %errorlevel%", "the folder exists\n1\n"},
		"nothing after exit":      {"echo a\nexit /b 3\nthis is never read %", "a\n"},
		"nothing to loop over":    {"for /f \"delims=\" %%h in ('C:\\nobody.exe') do echo %%h\necho %errorlevel%", "0\n"},
		"upper case":              {"@ECHO OFF\nREM x\nIF NOT DEFINED nobody ECHO a", ""},
	} {
		outcome, err := ec2launch.RunBatch(t.Context(), c.script, newMachine())
		if name == "upper case" {
			// echo in upper case is not what we write.
			if err == nil {
				t.Errorf("%s: got %q", name, outcome.Output)
			}
			continue
		}
		if err != nil || outcome.Output != c.output {
			t.Errorf("%s: got %q, %v, want %q", name, outcome.Output, err, c.output)
		}
	}
}

func TestLineEndings(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, form userdata.Form) {
		m := newMachine()
		boot(t, m, []byte(strings.ReplaceAll(string(rendered(t, form, true, download())), "\n", "\r\n")))
		expectRan(t, m, apply(folder+digest()+`\ecswin-bootstrap.exe`))
	})
}

// TestFlippedBits flips bits of rendered user data. Whatever EC2Launch then runs, it is a program of that name that has
// the digest in the text, or nothing; nothing panics, and nothing of the document is run.
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	members := download()
	members["agent.environment"] = map[string]string{"A": `"C:\evil.exe" & 'C:\evil.exe' <script>C:\evil.exe</script>`}
	rapid.Check(t, func(rt *rapid.T) {
		form := rapid.SampledFrom(scripts()).Draw(rt, "form")
		text := rendered(t, form, true, members)
		for range rapid.IntRange(1, 3).Draw(rt, "flips") {
			at := rapid.IntRange(0, len(text)-1).Draw(rt, "at")
			text[at] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		}
		m := newMachine()
		m.files[`c:\evil.exe`] = "evil"
		_, err := agentOf(m).Boot(t.Context(), text)
		if _, ok := errors.AsType[*ec2launch.NotUnderstoodError](err); err != nil && !ok {
			rt.Fatalf("%v of\n%s", err, text)
		}
		for _, run := range m.applied {
			if run[1] != program {
				rt.Fatalf("ran %v of\n%s", run, text)
			}
		}
	})
}

func FuzzInterpreters(f *testing.F) {
	for _, form := range scripts() {
		f.Add(rendered(f, form, false, download()))
	}
	f.Add([]byte("<powershell>\nif (-not $a) { if (Test-Path -LiteralPath \"$b\") { exit 1 } }\n</powershell>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m := newMachine()
		report, err := agentOf(m).Boot(t.Context(), text)
		if _, ok := errors.AsType[*ec2launch.NotUnderstoodError](err); err != nil && !ok {
			t.Errorf("%v", err)
		}
		if len(m.applied) > 0 && len(report.Runs) == 0 && err == nil {
			t.Error("something ran that is not reported")
		}
	})
}
