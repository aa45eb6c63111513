package userdata_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

const task = `version: 1.1
tasks:
  - task: executeScript
    inputs:
      - frequency: always
        type: powershell
        runAs: localSystem
        detach: false
        content: |-
          Write-Output hello
          exit 3010
`

// TestCheck gives each problem's severity, line and the words it is known by, and a neighbour that has none.
func TestCheck(t *testing.T) {
	t.Parallel()
	const v1, v2 = userdata.EC2LaunchV1, userdata.EC2LaunchV2
	script := func(lines string) string { return "<powershell>\n" + lines + "\n</powershell>\n" }
	edit := func(old, replacement string) string {
		if !strings.Contains(task, old) {
			t.Fatalf("the task has no %q", old)
		}
		return strings.Replace(task, old, replacement, 1)
	}
	for _, c := range []struct {
		name  string
		agent userdata.LaunchAgent
		text  string
		want  string // severity:line:words of the message; or empty
	}{
		{"a script", v1, script("hello"), ""},
		{"both", v2, "<powershell>\na\n</powershell>\n<script>\nb\n</script>\n<persist>true</persist>", ""},
		{"a task", v2, task, ""},
		{"CRLF", v2, strings.ReplaceAll(task, "\n", "\r\n"), ""},
		{"empty", v2, " \n", "warning:0:is empty"},
		{"16 KB", v2, script(strings.Repeat("a", userdata.MaxSize-28)), ""},
		{"more than 16 KB", v2, script(strings.Repeat("a", userdata.MaxSize-27)), "error:0:16385 bytes"},
		{"UTF-16", v2, string(wide(script("hello"))), "error:0:UTF-16"},
		{"UTF-16 without a mark", v2, "<\x00p\x00", "error:0:UTF-16 or binary"},
		{"gzip", v2, string(zipped(script("hello"))), "error:0:compressed"},
		{"base64", v2, base64.StdEncoding.EncodeToString([]byte(script("hello"))), "error:0:base64"},
		{"BOM", v1, "\xef\xbb\xbf" + script("hello"), "warning:1:byte order mark"},
		{"cloud-init", v2, "#cloud-config\npackages: []\n", "error:1:cloud-init"},
		{"a shell script", v2, "#!/bin/bash\necho hello\n", "error:1:cloud-init"},
		{"MIME", v1, "Content-Type: multipart/mixed; boundary=x\n", "error:1:cloud-init"},
		{"the agent's JSON", v2, `{"ECSAgentConfiguration": {"Cluster": "prod"}}`, "warning:1:ECS agent's settings"},
		{"other JSON", v2, `{"cluster": "prod"}`, "error:1:neither a <script>"},
		{"no tags", v1, "Write-Output hello\n", "error:1:neither a <script>"},
		{"a NodeConfig", v2, bare, "warning:1:NodeConfig alone"},
		{"a NodeConfig in JSON", v2, `{"kind": "NodeConfig"}`, "warning:1:NodeConfig alone"},
		{"upper case", v2, "<PowerShell>\nhello\n</PowerShell>\n", "error:1:spelling,error:3:spelling"},
		{"upper case at the end", v2, "<powershell>\nhello\n</Powershell>\n", "error:1:<powershell> without,error:3:spelling"},
		{"a blank in a tag", v2, "< script>\nhello\n</script>\n", "error:1:spelling,error:3:</script> without"},
		{"an attribute", v2, "<persist value=1>\n" + script("hello"), "error:1:spelling"},
		{"no end tag", v1, "hello\n<script>\nhello\n", "error:2:<script> without"},
		{"no begin tag", v1, "hello\n</script>\n", "error:2:</script> without"},
		{"two blocks", v2, script("a") + script("b"), "warning:4:second powershell"},
		{"an empty block", v2, "<script>\n</script>", "warning:1:empty script"},
		{"a tag in a script", v2, script("'<script>'"), "error:1:tag inside,error:2:<script> without"},
		{"persist with no end", v2, script("a") + "<persist>true", "error:4:<persist> without"},
		{"persist yes", v2, script("a") + "<persist>yes</persist>", "error:4:neither true nor false"},
		{"persist false", v2, script("a") + "<persist>false</persist>", ""},
		{"detach", v2, script("a") + "<detach>true</detach>", ""},
		{"detach with v1", v1, script("a") + "<detach>true</detach>", "warning:0:tag detach"},
		{"restart", v2, script("a\nRestart-Computer -Force"), "warning:3:restarts the computer"},
		{"restart in batch", v1, "<script>\nC:\\Windows\\System32\\shutdown.exe /r /t 0\n</script>", "warning:2:restarts the computer"},
		{"shutdown without restart", v1, "<script>\nshutdown /s /t 0\n</script>", ""},
		{"restart in a comment", v2, script("# Restart-Computer"), ""},
		{"restart in a batch comment", v2, "<script>\nrem shutdown /r\n</script>", ""},
		{"3010 in XML", v2, script("exit 3010"), "warning:2:documented for YAML"},
		{"3010 with v1", v1, script("exit 3010"), "error:2:EC2Launch v1 does not know"},
		{"3010 detached in XML", v2, script("exit 3010") + "<detach>true</detach>", "error:2:detached"},
		{"3010 detached", v2, edit("detach: false", "detach: true"), "error:11:detached"},
		{"the program's 3010, detached", v2, strings.Replace(edit("detach: false", "detach: true"), "exit 3010", "ecswin-bootstrap apply --reboot-exit-code 3010", 1), "error:11:detached"},
		{"exit 30101", v1, script("exit 30101"), ""},
		{"YAML with v1", v1, task, "error:1:YAML"},
		{"not YAML", v2, edit("tasks:\n", "tasks:\n- :\n \t- ["), "error:4:not YAML"},
		{"a tag in a task", v2, edit("Write-Output hello", "<script>a</script>"), "error:10:tag within"},
		{"no version", v2, edit("version: 1.1\n", ""), "error:1:no version"},
		{"version 2", v2, edit("1.1", "2"), "error:1:version that"},
		{"version 1.0", v2, edit("1.1", "1.0"), ""},
		{"no list", v2, "version: 1.1\ntasks: {}\n", "error:1:no list of tasks"},
		{"no mapping", v2, edit("- task: executeScript", "- executeScript"), "error:4:not YAML"},
		{"a word for a task", v2, "version: 1.1\ntasks:\n  - executeScript\n", "error:3:not a mapping"},
		{"no name", v2, edit("task: executeScript", "name: executeScript"), "error:3:member that,error:3:without a name"},
		{"lower case", v2, edit("executeScript", "executescript"), "error:3:spelling"},
		{"another task", v2, "version: 1.1\ntasks:\n  - task: enableOpenSsh\n", ""},
		{"no inputs", v2, "version: 1.1\ntasks:\n  - task: executeScript\n", "error:3:list of inputs"},
		{"an input in words", v2, "version: 1.1\ntasks:\n  - task: executeScript\n    inputs:\n      - always\n", "error:5:not a mapping"},
		{"no frequency", v2, edit("frequency: always\n        type", "type"), "error:5:without frequency"},
		{"no runAs", v2, edit("        runAs: localSystem\n", ""), "error:5:without runAs"},
		{"runAs in words", v2, edit("localSystem", "system"), "error:7:runAs that"},
		{"frequency in words", v2, edit("always", "daily"), "error:5:frequency that"},
		{"type cmd", v2, edit("powershell", "cmd"), "error:6:type that"},
		{"detach in words", v2, edit("detach: false", "detach: no"), "error:8:detach that"},
		{"no content", v2, before(task, "        content"), "error:5:without content"},
		{"an unknown member", v2, edit("detach:", "background:"), "error:8:member that"},
		{"a member twice", v2, edit("detach: false", "type: batch"), "error:8:second time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			problems := userdata.Check([]byte(c.text), c.agent)
			var want []string
			if c.want != "" {
				want = strings.Split(c.want, ",")
			}
			if len(problems) != len(want) {
				t.Fatalf("got %v, want %v in\n%s", problems, want, c.text)
			}
			for i, w := range want {
				p, parts := problems[i], strings.SplitN(w, ":", 3)
				line := "user data: "
				if parts[1] != "0" {
					line = "user data:" + parts[1] + ": "
				}
				if !strings.HasPrefix(p.String(), line+parts[0]+": ") || !strings.Contains(p.Message, parts[2]) || p.Remedy == "" {
					t.Errorf("got %v, want %s", p, w)
				}
			}
		})
	}
}

func TestReadInTheOrderOfRunning(t *testing.T) {
	t.Parallel()
	scripts, _ := userdata.Read([]byte("<powershell>\na\n</powershell>\n<script>\nb\n</script>\n<persist>true</persist>"), userdata.EC2LaunchV2)
	if len(scripts) != 2 || scripts[0].Kind != userdata.KindBatch || scripts[0].Line != 4 || scripts[1].Kind != userdata.KindPowerShell || !scripts[0].Always || scripts[0].Reboots {
		t.Errorf("got %+v", scripts)
	}
	scripts, _ = userdata.Read([]byte(strings.Replace(task, "1.1", "1.0", 1)), userdata.EC2LaunchV2)
	if len(scripts) != 1 || !scripts[0].AfterPostReady || !scripts[0].Reboots || !scripts[0].Always || scripts[0].Content != "Write-Output hello\nexit 3010" || scripts[0].Line != 10 {
		t.Errorf("got %+v", scripts)
	}
}

// TestCheckKeepsTheTextToItself plants a canary in every place that a problem is about.
func TestCheckKeepsTheTextToItself(t *testing.T) {
	t.Parallel()
	const canary = "canary"
	for _, text := range []string{
		"<powershell " + canary + ">\n", "<persist>" + canary + "</persist><script>a</script>", "version: " + canary + "\ntasks:\n- task: executeScript\n  inputs:\n  - {type: " + canary + ", " + canary + ": 1}\n",
		"version: 1.1\ntasks:\n- [" + canary + "\n", canary,
	} {
		problems := userdata.Check([]byte(text), userdata.EC2LaunchV2)
		if len(problems) == 0 {
			t.Errorf("%q has no problems", text)
		}
		for _, p := range problems {
			if strings.Contains(p.String(), canary) {
				t.Errorf("the problem quotes the user data: %v", p)
			}
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{task, "<script>\na\n</script><persist>true</persist>", "<powershell>", "version: 1.0\ntasks:\n- task: x", "{}", "\xff\xfe<\x00"} {
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, v2 bool) {
		agent := userdata.EC2LaunchV1
		if v2 {
			agent = userdata.EC2LaunchV2
		}
		scripts, problems := userdata.Read(data, agent)
		if len(scripts) == 0 && len(problems) == 0 && strings.Contains(string(data), "<script>") {
			t.Error("a script vanished without a word")
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, p := range problems {
			if p.Line < 0 || p.Line > lines || p.Message == "" || p.Remedy == "" {
				t.Errorf("%v in a text of %d lines", p, lines)
			}
		}
	})
}
