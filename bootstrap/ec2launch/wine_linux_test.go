package ec2launch_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

// TestAnotherCmdAgrees runs rendered batch scripts in Wine's cmd.exe, which nobody here wrote, with real bytes and with one
// of them flipped. What our interpreter takes a line for, it takes it for too.
func TestAnotherCmdAgrees(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	exe := winetest.BuildExe(t, "./bootstrap/ec2launch/testdata/standin", "")
	content, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	pin := hex.EncodeToString(sum[:])
	m.Install(`C:\windows\system32\curl.exe`, exe)
	m.Install(`C:\windows\system32\certutil.exe`, exe)
	// Wine has programs of these names built in.
	m.Setenv("WINEDLLOVERRIDES", "mscoree,mshtml=;curl.exe,certutil.exe=n")

	members := download()
	members["download.sha256"] = pin
	members["agent.environment"] = map[string]string{"A": `</script> %PATH% & exit /b 0 | ^ > "`}
	path := folder + pin + `\ecswin-bootstrap.exe`
	const system = `C:\windows\system32\`
	hashed := system + "certutil.exe -hashfile " + path + " SHA256"
	fetched := system + "curl.exe --disable --fail --silent --show-error --location --proto =https --proto-redir =https --tlsv1.2 --retry 5 --connect-timeout 20 --max-time 600 --output " + path + " " + location
	flipped := strings.Clone(string(content[:len(content)-1])) + string([]byte{content[len(content)-1] ^ 1})

	for _, form := range []userdata.Form{userdata.FormScript, userdata.FormYAML} {
		scripts, problems := userdata.Read(rendered(t, form, true, members), userdata.EC2LaunchV2)
		if len(scripts) != 1 || len(problems) > 0 {
			t.Fatalf("%d scripts, problems %v", len(scripts), problems)
		}
		m.WriteFile(`C:\UserScript.bat`, []byte(scripts[0].Content))
		boot := func(what string, exitCode int, want ...string) {
			t.Helper()
			m.WriteFile(`C:\calls.txt`, nil)
			r := m.Run(t.Context(), system+"cmd.exe", "/c", `C:\UserScript.bat`)
			calls := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(m.ReadFile(`C:\calls.txt`)), "\r", "")), "\n")
			if diff := cmp.Diff(want, calls); diff != "" || r.ExitCode != exitCode {
				t.Errorf("%s, %s: exit code %d, want %d; calls (-want +got):\n%s%s%s", form, what, r.ExitCode, exitCode, diff, r.Stdout, r.Stderr)
			}
			if refused := strings.Contains(r.Stdout, "It was not run."); refused != (exitCode == 1) {
				t.Errorf("%s, %s: says %q", form, what, r.Stdout)
			}
		}
		m.Install(`C:\served.exe`, exe)
		m.WriteFile(path, []byte("left from before"))
		boot("first boot", 7, hashed, fetched, hashed, path+" apply --config-source imds://user-data")
		boot("second boot", 7, hashed, path+" apply --config-source imds://user-data")
		m.WriteFile(path, []byte(flipped))
		m.WriteFile(`C:\served.exe`, []byte(flipped))
		boot("a flipped bit", 1, hashed, fetched, hashed)
	}
}
