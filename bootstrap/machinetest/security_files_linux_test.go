package machinetest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

// TestFlippedByteIsRefused: an agent that differs from the pin in one bit is never started; the pinned one is.
func TestFlippedByteIsRefused(t *testing.T) {
	t.Parallel()
	bootstrap(t)
	n := newNode(t, setup{Agent: agentInstalled})
	good := n.ReadFile(winetest.AgentPath)
	sum := sha256.Sum256(good)
	n.IMDS.Set("user-data", document("agent_install: {sha256: "+hex.EncodeToString(sum[:])+"}"))
	bad := append([]byte(nil), good...)
	bad[len(bad)-1] ^= 1
	n.WriteFile(winetest.AgentPath, bad)

	o := n.apply(t)
	o.failsWith(t, "E_AGENT_DIGEST")
	if seen, started := n.AgentSeen(); started {
		t.Errorf("the agent was started: %+v", seen)
	}
	if o.Report.Error != nil && !strings.Contains(o.Report.Error.Message, hex.EncodeToString(sum[:])) {
		t.Errorf("the error does not name the digest that is asked for: %s", o.Report.Error.Message)
	}
	n.WriteFile(winetest.AgentPath, good)
	n.joins(t)
}

// TestStateFolderAsBuilt: the folder that the program makes, and one that was open to everybody, is written to by SYSTEM
// and its owner alone. Wine makes Unix modes of an ACL and adds what the folder above passes down, so that others may read
// there; on Windows they may not, by the descriptor that TestSecurityDescriptors of winhost holds.
func TestStateFolderAsBuilt(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled})
	n.apply(t, "--until", "platform")
	n.closed(t)
	if err := os.Chmod(n.Path(stateFolder), 0o777); err != nil { //nolint:gosec // it is what the test is about
		t.Fatal(err)
	}
	n.apply(t, "--until", "platform")
	n.closed(t)
}

// closed expects that nobody but SYSTEM and the owner may write to the state folder.
func (n *node) closed(t *testing.T) {
	t.Helper()
	info, err := os.Stat(n.Path(stateFolder))
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode&0o002 != 0 {
		t.Errorf("the state folder's mode is %o", mode)
	}
	sddl := n.sddl(t, stateFolder)
	if !strings.Contains(sddl, "(A;OICI;FA;;;SY)") || strings.Contains(sddl, "FA;;;WD)") {
		t.Errorf("the state folder's security descriptor is %s", sddl)
	}
}

// sddl is a file's security descriptor as Windows writes it down.
func (n *node) sddl(t *testing.T, path string) string {
	t.Helper()
	r := n.Run(t.Context(), compiled(t, "sddl.c", "-ladvapi32"), path)
	if r.ExitCode != 0 {
		t.Fatalf("reading the security descriptor of %s: exit code %d", path, r.ExitCode)
	}
	return strings.TrimSpace(r.Stdout)
}

// TestStateFolderOfAStranger: a folder that somebody without rights has made is not used, and nothing is changed. Wine shows
// no reparse points, so that one is refused is not shown here.
func TestStateFolderOfAStranger(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled})
	folder := n.Path(stateFolder)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(folder, 4711, 4711); err != nil {
		t.Skipf("giving a folder to somebody else: %v", err)
	}
	n.refusesFolder(t, "belongs to")
}

// refusesFolder applies and expects that the state folder is refused, in these words.
func (n *node) refusesFolder(t *testing.T, words string) {
	t.Helper()
	o := n.apply(t)
	o.failsWith(t, "E_STATE_FOLDER")
	if o.Report.Error != nil && !strings.Contains(o.Report.Error.Message, words) {
		t.Errorf("the error does not say %q: %s", words, o.Report.Error.Message)
	}
	if _, there := n.Service("ecswin-bootstrap").Query(); there {
		t.Error("the boot path was left behind all the same")
	}
	if _, started := n.AgentSeen(); started {
		t.Error("the agent was started all the same")
	}
}
