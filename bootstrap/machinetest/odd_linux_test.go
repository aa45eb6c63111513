package machinetest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
)

// TestFullDisk: where there is no room for the state, the machine is left as it is. With room, the next run joins.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled})
	small := n.Path(`C:\ProgramData`)
	if err := unix.Mount("tmpfs", small, "tmpfs", 0, "size=8k"); err != nil {
		t.Skipf("a small disk needs the right to mount one: %v", err)
	}
	mounted := true
	unmount := func() {
		if !mounted {
			return
		}
		mounted = false
		if err := unix.Unmount(small, unix.MNT_DETACH); err != nil {
			t.Errorf("taking the small disk away: %v", err)
		}
	}
	t.Cleanup(unmount) // before the machine's own, which removes its folders
	if err := fill(filepath.Join(small, "filler")); err != nil {
		t.Fatal(err)
	}
	before := n.State()

	o := n.apply(t)
	o.failsWith(t, "E_STATE_UNWRITABLE")
	if !strings.Contains(o.failures(), "state.json") {
		t.Errorf("the error does not name the file:\n%s", o.failures())
	}
	if _, started := n.AgentSeen(); started {
		t.Error("the agent was started all the same")
	}
	if after := n.State(); len(after.Host.Routes) != len(before.Host.Routes) {
		t.Errorf("the host had %d routes and has %d", len(before.Host.Routes), len(after.Host.Routes))
	}
	unmount()
	n.joins(t)
}

// fill writes until the disk takes no more.
func fill(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	block := make([]byte, 1024)
	for range 1024 {
		if _, err := f.Write(block); err != nil {
			return f.Close()
		}
	}
	_ = f.Close()
	return fmt.Errorf("%s has no end", name)
}

// TestNonASCIIPaths: names that no code page holds together, wherever a machine has names.
func TestNonASCIIPaths(t *testing.T) {
	t.Parallel()
	const (
		name    = "Müller Ω 東京 😀"
		there   = `C:\Programme ` + name + `\ecswin-bootstrap.exe`
		file    = `C:\Dokumente ` + name + `\node config.yaml`
		folder  = `C:\Zustand ` + name
		profile = `C:\Users\` + name
	)
	n := newNode(t, setup{Agent: agentInstalled, UserData: "<powershell></powershell>"})
	n.Install(there, bootstrap(t))
	n.WriteFile(file, []byte(document()))
	n.WriteFile(profile+`\here`, nil)
	for _, v := range []string{"USERPROFILE", "TEMP", "TMP", "APPDATA", "LOCALAPPDATA"} {
		n.Setenv(v, profile)
	}
	for _, key := range []string{"ComputerName", "ActiveComputerName"} {
		n.Registry().SetText(`SYSTEM\CurrentControlSet\Control\ComputerName\`+key, "ComputerName", "MÜNCHEN-東京")
	}
	apply := func() report.Report {
		t.Helper()
		r := n.Run(t.Context(), there, "apply", "--config", file, "--state-dir", folder, "--output", "json")
		var told report.Report
		if err := json.Unmarshal([]byte(r.Stdout), &told); err != nil || r.ExitCode != 0 {
			t.Fatalf("exit code %d (%v)\n%s\n%s", r.ExitCode, err, r.Stdout, r.Stderr)
		}
		return told
	}
	if told := apply(); told.Result != report.ResultJoined {
		t.Errorf("the result is %q", told.Result)
	}
	if !n.Exists(folder + `\state.json`) {
		t.Errorf("there is no state in %s", folder)
	}
	boot, ok := n.Service("ecswin-bootstrap").Query()
	if !ok || !strings.HasPrefix(boot.Path, `"`+there+`"`) {
		t.Errorf("the boot path's program is %q", boot.Path)
	}
	if told := apply(); told.Result != report.ResultUnchanged {
		t.Errorf("the second run's result is %q", told.Result)
	}
	if r := n.run(t, "doctor", "--state-dir", folder, "--bundle", profile+`\bundle.zip`); !n.Exists(profile + `\bundle.zip`) {
		t.Errorf("no bundle: exit code %d\n%s", r.ExitCode, r.Stderr)
	}
}

// skewedAWS is AWS seen from a machine whose clock is behind: it refuses what was signed too long ago.
type skewedAWS struct {
	*fakes.AWS
	ahead time.Duration
	// refusals is how many requests are refused yet, before the machine's clock is set.
	refusals atomic.Int64
}

// ServeHTTP implements http.Handler.
func (a *skewedAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.refusals.Add(-1) < 0 {
		a.AWS.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Date", time.Now().Add(a.ahead).UTC().Format(http.TimeFormat))
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprint(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code>`+
		`<Message>Signature expired</Message></Error></ErrorResponse>`)
}

// TestClockSkew: AWS refuses what a machine whose clock is behind has signed. The doctor names the clock, and not the role;
// a run waits until the clock is set, and joins.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled})
	aws := &skewedAWS{AWS: n.AWS, ahead: 10 * time.Minute}
	n.Serve("127.0.0.1:4567", aws)
	n.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4567")

	aws.refusals.Store(1000)
	// The Date header has whole seconds, and AWS's answer may take some to arrive.
	named := regexp.MustCompile(`E_CLOCK_SKEW\s+what: .*clock is (9m\d\d?s|10m0s) off`)
	if r := n.run(t, "doctor", "--only", "aws"); !named.MatchString(r.Stdout) || strings.Contains(r.Stdout, "E_CREDENTIALS_REFUSED") {
		t.Errorf("the doctor does not name the clock: exit code %d\n%s\n%s", r.ExitCode, r.Stdout, r.Stderr)
	}
	aws.refusals.Store(4)
	n.joins(t)
	if left := aws.refusals.Load(); left >= 0 {
		t.Errorf("the run did not ask until the clock was set: %d refusals are left", left)
	}
}
