package machinetest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/service"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
)

// Where somebody who may write to the machine would lay his traps, apart from beside the program.
const (
	workingFolder = `C:`
	pathFolder    = `C:\planted`
)

// hostileDLLs are what the bootstrap loads itself, what Go's runtime and libraries load, and what Windows' own DLLs load then.
func hostileDLLs() []string {
	return []string{
		"advapi32.dll", "api-ms-win-core-com-l1-1-0.dll", "bcrypt.dll", "bcryptprimitives.dll", "computenetwork.dll", "crypt32.dll", "cryptbase.dll",
		"dnsapi.dll", "iphlpapi.dll", "mswsock.dll", "netapi32.dll", "ole32.dll", "powrprof.dll", "profapi.dll", "psapi.dll", "secur32.dll",
		"shell32.dll", "sechost.dll", "userenv.dll", "version.dll", "vmcompute.dll", "winmm.dll", "ws2_32.dll", "wtsapi32.dll",
	}
}

// hostilePrograms are what the bootstrap runs, and what a careless program in its place would.
func hostilePrograms() []string {
	return []string{
		"amazon-ecs-agent.exe", "certutil.exe", "cmd.exe", "curl.exe", "docker.exe", "netsh.exe", "powershell.exe", "reg.exe", "sc.exe", "schtasks.exe",
	}
}

// compiled compiles a program of testdata/programs.
func compiled(t *testing.T, source string, flags ...string) string {
	t.Helper()
	winetest.Available(t)
	exe := filepath.Join(t.TempDir(), strings.TrimSuffix(source, ".c")+".exe")
	args := slices.Concat([]string{"-O1", "-Wall", "-Wextra", "-Werror", "-s", "-o", exe, filepath.Join("testdata", "programs", source)}, flags)
	if text, err := exec.CommandContext(t.Context(), "x86_64-w64-mingw32-gcc", args...).CombinedOutput(); err != nil {
		t.Fatalf("compiling %s: %v\n%s", source, err, text)
	}
	return exe
}

// traps are a DLL and a program that write down when somebody loads or runs them; a program that does so by their bare
// names; and one that tells Wine which DLLs of its own may be replaced.
type traps struct{ dll, program, victim, replaceable string }

func newTraps(t *testing.T) traps {
	t.Helper()
	return traps{
		dll:         compiled(t, "hostile.c", "-shared", "-DDLL"),
		program:     compiled(t, "hostile.c"),
		victim:      compiled(t, "victim.c"),
		replaceable: compiled(t, "replaceable.c", "-ladvapi32"),
	}
}

// lay puts a trap under each name into a folder of the machine.
func (traps traps) lay(t *testing.T, m *winetest.Machine, folder string) {
	t.Helper()
	for trap, names := range map[string][]string{traps.dll: hostileDLLs(), traps.program: hostilePrograms()} {
		content, err := os.ReadFile(trap)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			m.WriteFile(folder+`\`+name, content)
		}
	}
}

// prepare makes the programs that the test runs from now on search pathFolder, and Wine take another's DLL for its own
// where that lies before System32: by itself it prefers its own.
func (traps traps) prepare(t *testing.T, m *winetest.Machine) {
	t.Helper()
	m.Setenv("PATH", pathFolder+`;C:\windows\system32`)
	var names []string
	for _, dll := range hostileDLLs() {
		names = append(names, strings.TrimSuffix(dll, ".dll"))
	}
	if r := m.Run(t.Context(), traps.replaceable, names...); r.ExitCode != 0 {
		t.Fatalf("telling Wine what may be replaced: exit code %d", r.ExitCode)
	}
}

// sprung are the traps that somebody has run into.
func sprung(m *winetest.Machine) []string {
	if !m.Exists(`C:\winetest\hostile`) {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(m.ReadFile(`C:\winetest\hostile`))), "\n")
	slices.Sort(lines)
	return slices.Compact(lines)
}

// TestTrapsWork: a program that names no folder runs into the traps beside it, in the working folder and in PATH.
func TestTrapsWork(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	traps := newTraps(t)
	m.Install(`C:\careless\victim.exe`, traps.victim)
	traps.lay(t, m, `C:\careless`)
	traps.prepare(t, m)
	run := func(program string, dlls ...string) {
		t.Helper()
		if r := m.Run(t.Context(), `C:\careless\victim.exe`, append([]string{program}, dlls...)...); r.ExitCode != 0 {
			t.Errorf("%s, %s: exit code %d", program, dlls, r.ExitCode)
		}
	}
	run("netsh.exe", hostileDLLs()...)
	m.Install(pathFolder+`\onpath.dll`, traps.dll)
	m.Install(pathFolder+`\onpath.exe`, traps.program)
	run("onpath.exe", "onpath.dll")
	m.Install(workingFolder+`\here.dll`, traps.dll)
	m.Install(workingFolder+`\here.exe`, traps.program)
	run("here.exe", "here.dll")
	all := strings.ToLower(strings.Join(sprung(m), "\n"))
	for _, want := range []string{
		`c:\careless\version.dll in c:\careless\victim.exe`, `c:\careless\netsh.exe in`,
		pathFolder + `\onpath.dll in`, pathFolder + `\onpath.exe in`, `c:\here.dll in`, `c:\here.exe in`,
	} {
		if !strings.Contains(all, strings.ToLower(want)) {
			t.Errorf("the trap %s was not run into; these were:\n%s", want, all)
		}
	}
}

// TestHostileFilesAreNeitherLoadedNorRun: the program that ships goes through everything it does with the traps laid.
func TestHostileFilesAreNeitherLoadedNorRun(t *testing.T) {
	t.Parallel()
	n := newNode(t, setup{Agent: agentInstalled})
	traps := newTraps(t)
	traps.prepare(t, n.Machine)
	for _, folder := range []string{`C:\Program Files\ecswin`, workingFolder, pathFolder} {
		traps.lay(t, n.Machine, folder)
	}
	n.joins(t)
	n.asService(t)
	for _, command := range []string{"version", "plan", "verify", "status", "doctor --all", "timeline", "reset --yes", "reset --for-ami --yes"} {
		if r := n.run(t, strings.Fields(command)...); r.ExitCode == 1 {
			t.Errorf("%s: exit code %d\n%s", command, r.ExitCode, r.Stderr)
		}
	}
	if !slices.ContainsFunc(n.ToolCalls(), func(call string) bool { return strings.HasPrefix(call, "netsh advfirewall ") }) {
		t.Errorf("the program did not run Windows' own netsh: %v", n.ToolCalls())
	}
	for _, trap := range sprung(n.Machine) {
		t.Errorf("the program ran into %s", trap)
	}
}

// asService lets the service that `apply` has left behind run once.
func (n *node) asService(t *testing.T) {
	t.Helper()
	asked := len(n.IMDS.Requests())
	s := n.Service(service.Name)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	s.Await(t.Context(), winetest.Running)
	n.Await(t.Context(), "the service's run", func() (bool, string) { return len(n.IMDS.Requests()) > asked+5, "few questions" })
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s.Await(t.Context(), winetest.Stopped)
}
