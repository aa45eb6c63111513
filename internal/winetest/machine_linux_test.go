package winetest_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/tools"
)

// probe is the program that does to Windows what the tests ask for.
func probe(t *testing.T) string {
	t.Helper()
	return winetest.BuildExe(t, "./internal/winetest/cmd/probe", "")
}

// wantRun runs the probe and compares what it prints.
func wantRun(t *testing.T, m *winetest.Machine, want string, args ...string) {
	t.Helper()
	r := m.Run(t.Context(), probe(t), args...)
	if diff := cmp.Diff(want, r.Stdout); diff != "" || r.ExitCode != 0 {
		t.Errorf("%v: exit code %d (-want +got):\n%s\n%s", args, r.ExitCode, diff, r.Stderr)
	}
	t.Log(args, r.Took)
}

func TestRun(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.Setenv("GREETING", "grüß Gott")
	r := m.Run(t.Context(), probe(t), "hello", `a "b" c\`, "")
	if want := `Windows 10.0.20348 product type 3, arguments ["a \"b\" c\\" ""], GREETING="grüß Gott"`; r.ExitCode != 0 || !strings.Contains(r.Stdout, want) {
		t.Errorf("%+v", r)
	}
	if r := m.Run(t.Context(), probe(t), "exit", "3010"); r.ExitCode != 3010 {
		t.Errorf("exit code %d", r.ExitCode)
	}
	if r := m.Run(t.Context(), probe(t), "no such thing"); r.ExitCode != 1 || !strings.Contains(r.Stderr, "no such thing") {
		t.Errorf("%+v", r)
	}
	p := m.Start(t.Context(), probe(t), "sleep")
	p.Kill(t.Context())
	if r := p.Wait(t.Context()); r.ExitCode != 137 {
		t.Errorf("a killed program has exit code %d", r.ExitCode)
	}
}

func TestFilesAndRegistry(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.Install(`C:\Program Files\Prüfung\probe.exe`, probe(t))
	r := m.Run(t.Context(), `C:\PROGRAM FILES\prüfung\Probe.exe`, "write")
	if r.ExitCode != 0 || string(m.ReadFile(`c:\programdata\PROBE.TXT`)) != "new" || m.Exists(`C:\ProgramData\probe.txt.new`) {
		t.Errorf("%+v", r)
	}
	registry := m.Registry()
	if got := registry.Text(`SOFTWARE\probe`, "second"); got != "2" {
		t.Errorf("the program's value is %q", got)
	}
	for _, v := range []control.Value{
		{Kind: control.String, Text: "grün"},
		{Kind: control.ExpandString, Text: "%SystemRoot%"},
		{Kind: control.MultiString, Texts: []string{"a", "b"}},
		{Kind: control.DWord, Number: 1<<32 - 1},
		{Kind: control.QWord, Number: 1<<64 - 1},
		{Kind: control.Binary, Bytes: []byte{0, 1}},
	} {
		registry.Set(`SOFTWARE\probe\values`, v.Kind, v)
		got, ok := registry.Value(`SOFTWARE\probe\values`, v.Kind)
		if diff := cmp.Diff(v, got); diff != "" || !ok {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if got := registry.Values(`SOFTWARE\probe\values`); len(got) != 6 || got[control.DWord].Number != 1<<32-1 {
		t.Errorf("values: %v", got)
	}
	if diff := cmp.Diff([]string{"values"}, registry.Keys(`SOFTWARE\probe`)); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if !registry.Delete(`SOFTWARE\probe`, "first") || registry.Delete(`SOFTWARE\probe`, "first") {
		t.Error("a value can be deleted once")
	}
	if !registry.DeleteKey(`SOFTWARE\probe\values`) || registry.DeleteKey(`SOFTWARE\probe\values`) {
		t.Error("a key can be deleted once")
	}
	if _, ok := registry.Value(`SOFTWARE\no such key`, ""); ok || registry.Keys(`SOFTWARE\no such key`) != nil {
		t.Error("found what is not there")
	}
}

// TestNetwork looks at the simulated adapters through Go's net and winipcfg, before and after HNS takes one over.
func TestNetwork(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	if err := m.HNS.Update(func(st *hnsstore.State) error { st.Host.Routes = st.Host.Routes[:2]; return nil }); err != nil {
		t.Fatal(err)
	}
	wantRun(t, m, `6 Ethernet 3 0a:00:00:00:00:01 mtu 9001 [10.0.0.10/24]
adapter "Ethernet 3" "Amazon Elastic Network Adapter" dhcp true dns [10.0.0.2]
route 0.0.0.0/0 via 10.0.0.1 on 6 metric 0
route 169.254.169.123/32 via 10.0.0.1 on 6 metric 50
`, "network")
	wantRun(t, m, "address /32 state 4, route metric 3, dns [10.0.0.53], mtu 1400, alias \"Ethernet 3\"\n", "settings")
	wantRun(t, m, "taskbr1 Transparent, endpoint ep at 10.0.0.77, twice: true\n", "hcn")
	wantRun(t, m, `6 Ethernet 3 0a:00:00:00:00:01 mtu 1400 []
40 vEthernet (Ethernet 3) 0a:00:00:00:00:01 mtu 1400 [10.0.0.10/24]
adapter "Ethernet 3" "Amazon Elastic Network Adapter" dhcp true dns []
adapter "vEthernet (Ethernet 3)" "Hyper-V Virtual Ethernet Adapter" dhcp true dns [10.0.0.2]
route 0.0.0.0/0 via 10.0.0.1 on 40 metric 0
route 169.254.169.123/32 via 10.0.0.1 on 40 metric 50
`, "network")
	calls, err := m.HNS.Calls()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range calls {
		if c.Procedure == "HcnCreateNetwork" && !strings.Contains(string(c.Body), `"NetworkAdapterName":"Ethernet 3"`) {
			t.Errorf("the document that HNS got is not in the record: %s", c.Body)
		}
	}
}

func TestHNSFailsOrIsAbsent(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	wantRun(t, m, "HNS 13.3\n", "hcn-version")
	m.Faults(hnsstore.Fault{Procedure: "HcnCreateNetwork", Nth: 1, HRESULT: hnsstore.AdapterNotFound, Message: "The network adapter was not found."})
	if r := m.Run(t.Context(), probe(t), "hcn"); r.ExitCode != 1 || !strings.Contains(r.Stderr, "0x803b0006") {
		t.Errorf("a call that fails: %+v", r)
	}
	m.Faults(hnsstore.Fault{Procedure: hnsstore.AnyWrite, Nth: 2, Kill: hnsstore.KillBefore})
	if r := m.Run(t.Context(), probe(t), "hcn"); r.ExitCode != 137 || r.Stdout != "" {
		t.Errorf("a program killed in a call: %+v", r)
	}
	st := m.State()
	if st.ByName(hnsstore.Network, "taskbr1") == nil || len(st.Of(hnsstore.Endpoint)) != 0 {
		t.Error("the program was not killed between network and endpoint")
	}

	without := winetest.NewMachine(t, winetest.Options{NoHNS: true})
	if r := without.Run(t.Context(), probe(t), "hcn-version"); r.ExitCode != 1 || !strings.Contains(r.Stderr, "0x7e") {
		t.Errorf("without HNS: %+v", r)
	}
	wantRun(t, without, "address /32 state 4, route metric 3, dns [10.0.0.53], mtu 1400, alias \"Ethernet 3\"\n", "settings")
}

// TestKillAtWrite kills the probe before each of its writes.
func TestKillAtWrite(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.KillAtWrite("PROBE.exe", 0)
	wantRun(t, m, "", "write")
	want := []string{
		`1 RegCreateKeyExW SOFTWARE\probe`, "2 RegSetValueExW first", `3 MoveFileExW C:\ProgramData\probe.txt`, "4 RegSetValueExW second",
	}
	if diff := cmp.Diff(want, m.Writes()); diff != "" {
		t.Fatalf("writes (-want +got):\n%s", diff)
	}
	for n := range want {
		m.Registry().DeleteKey(`SOFTWARE\probe`)
		m.WriteFile(`C:\ProgramData\probe.txt`, []byte("old"))
		m.KillAtWrite("probe.exe", n+1)
		if r := m.Run(t.Context(), probe(t), "write"); r.ExitCode != 137 {
			t.Errorf("write %d: exit code %d", n+1, r.ExitCode)
		}
		_, key := m.Registry().Value(`SOFTWARE\probe`, "first")
		got := map[string]bool{
			"first": key, "file": string(m.ReadFile(`C:\ProgramData\probe.txt`)) == "new", "second": m.Registry().Text(`SOFTWARE\probe`, "second") != "",
		}
		if diff := cmp.Diff(map[string]bool{"first": n >= 2, "file": n >= 3, "second": false}, got); diff != "" {
			t.Errorf("killed before write %d (-want +got):\n%s", n+1, diff)
		}
	}
	m.Registry().Delete(`SOFTWARE\probe`, "second")
	m.KillAfterWrite("probe.exe", len(want))
	if r := m.Run(t.Context(), probe(t), "write"); r.ExitCode != 137 || m.Registry().Text(`SOFTWARE\probe`, "second") == "" {
		t.Errorf("killed after the last write: exit code %d", r.ExitCode)
	}
	m.KillAtWrite("another.exe", 1)
	wantRun(t, m, "", "write")
}

func TestTools(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.Announce(tools.Announced{Match: "netsh interface portproxy show all", Stdout: "none"})
	m.Announce(tools.Announced{Match: "powershell .*", ExitCode: 1, Stderr: "denied"})
	wantRun(t, m, "none", "tool", "netsh.exe", "interface", "portproxy", "show", "all")
	if r := m.Run(t.Context(), probe(t), "tool", `WindowsPowerShell\v1.0\powershell.exe`, "-Command", "x"); r.ExitCode != 1 || r.Stdout != "denied" {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"netsh interface portproxy show all", "powershell -Command x"}, m.ToolCalls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestUnannouncedTool shows that a call which nobody announced fails the test that it happens in.
func TestUnannouncedTool(t *testing.T) {
	t.Parallel()
	inner := &failing{T: t}
	m := winetest.NewMachine(inner, winetest.Options{})
	if r := m.Run(t.Context(), probe(t), "tool", "netsh.exe", "winsock", "reset"); r.ExitCode == 0 || !strings.Contains(r.Stdout, "did not announce") {
		t.Errorf("%+v", r)
	}
	inner.end()
	if !strings.Contains(strings.Join(inner.errors, "\n"), "netsh winsock reset") {
		t.Errorf("the inner test saw %q", inner.errors)
	}
}

// failing is a test that keeps its errors to itself.
type failing struct {
	*testing.T
	errors   []string
	cleanups []func()
}

func (f *failing) Errorf(format string, args ...any) {
	f.errors = append(f.errors, fmt.Sprintf(format, args...))
}
func (f *failing) Cleanup(c func()) { f.cleanups = append(f.cleanups, c) }

func (f *failing) end() {
	for _, c := range f.cleanups {
		c()
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.Install(`C:\Program Files\probe\probe.exe`, probe(t))
	s := m.Service("probe")
	if _, ok := s.Query(); ok {
		t.Fatal("the service is there before it is made")
	}
	s.Create(control.Service{Path: `"C:\Program Files\probe\probe.exe" service`, Automatic: true})
	if err := s.Start("more"); err != nil {
		t.Fatal(err)
	}
	running := s.Await(t.Context(), winetest.Running)
	if got := string(m.ReadFile(`C:\ProgramData\service.txt`)); got != `["probe" "more"] GREETING=""` {
		t.Errorf("the service was started with %s", got)
	}
	wantRun(t, m, "[{1 5s} {1 1m0s}] 60 true true []\n", "recovery", "probe")
	if running.Process == 0 || !running.Automatic {
		t.Errorf("%+v", running)
	}

	// The machine's environment reaches a service at the next start of the machine, which starts the service too.
	m.Registry().SetText(winetest.EnvironmentKey, "GREETING", "hello")
	before := bootOf(t, m)
	m.Reboot()
	s.Await(t.Context(), winetest.Running)
	if got := string(m.ReadFile(`C:\ProgramData\service.txt`)); got != `["probe"] GREETING="hello"` {
		t.Errorf("after the reboot the service was started with %s", got)
	}
	if after := bootOf(t, m); after == before {
		t.Errorf("the reboot did not change the boot: %s", after)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if stopped := s.Await(t.Context(), winetest.Stopped); stopped.ExitCode != 1066 { // ERROR_SERVICE_SPECIFIC_ERROR
		t.Errorf("the service ended with %d", stopped.ExitCode)
	}
	s.Delete()
	if err := s.Start(); err == nil {
		t.Error("started a service that was deleted")
	}
}

func bootOf(t *testing.T, m *winetest.Machine) string {
	t.Helper()
	out := m.Run(t.Context(), probe(t), "hello").Stdout
	return out[strings.LastIndex(out, "boot"):]
}

func TestPowerCut(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	wantRun(t, m, "taskbr1 Transparent, endpoint ep at 10.0.0.77, twice: true\n", "hcn")
	m.Start(t.Context(), probe(t), "sleep")
	m.PowerCut()
	wantRun(t, m, "HNS 13.3\n", "hcn-version")
	if st := m.State(); st.ByName(hnsstore.Network, "taskbr1") == nil || len(st.Host.Routes) != 1 {
		t.Errorf("after the power cut: %+v", st)
	}
}

// TestMachineLeavesNoFolderBehind: Debian's Wine writes into the prefix where its server's folder is. That is in the prefix
// too, and so goes with the machine, unless Wine prefers the user's own folder in /run.
func TestMachineLeavesNoFolderBehind(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	prefix := filepath.Dir(m.Path(`C:`))
	name, err := os.ReadFile(filepath.Join(prefix, "wineserver"))
	if _, user := os.Stat(fmt.Sprintf("/run/user/%d", os.Getuid())); err != nil || user == nil {
		t.Skip("this Wine keeps its server's folder elsewhere")
	}
	if _, err := os.Stat(filepath.Join(prefix, strings.TrimSpace(string(name)))); err != nil {
		t.Errorf("the server's folder is not with the machine: %v", err)
	}
}

// TestOwnNetwork shows that two machines serve different things at one address, which is IMDS's own.
func TestOwnNetwork(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one", "two"} {
		m := winetest.NewMachine(t, winetest.Options{})
		m.Serve("169.254.169.254:80", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) }))
		wantRun(t, m, name, "get", "http://169.254.169.254/")
		resp, err := m.HTTP().Get("http://169.254.169.254/") //nolint:noctx // bounded by the client
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || string(body) != name || resp.Body.Close() != nil {
			t.Errorf("from the test: %q, %v", body, err)
		}
		if r := m.Run(t.Context(), probe(t), "get", "http://192.0.2.1/"); r.ExitCode == 0 {
			t.Error("something got out of the machine")
		}
	}
}
