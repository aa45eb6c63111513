package machinetest_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/report"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/tools"
)

const (
	// program is where an AMI has the program.
	program = `C:\Program Files\ecswin\ecswin-bootstrap.exe`
	// programName is how the shim knows it.
	programName = "ecswin-bootstrap.exe"
	// releaseFlags are the linker's of `make bootstrap`. Only the version resource is missing, which needs a tool.
	releaseFlags = "-s -w -buildid= -X main.version=1.2.3"
	// cacheFolder is where an ECS-optimized AMI has the agent's archives.
	cacheFolder = `C:\ProgramData\Amazon\ECS\cache`
	// agentFolder and pluginPath are where they are unpacked.
	agentFolder = `C:\Program Files\Amazon\ECS`
	pluginPath  = agentFolder + `\cni\vpc-eni.exe`
	stateFolder = `C:\ProgramData\ecswin`
	statePath   = stateFolder + `\state.json`
)

// document is a NodeConfig that asks for nothing beyond the defaults. No name leads anywhere in a machine's network, so the
// endpoints are not asked for. more is appended.
func document(more ...string) string {
	return strings.Join(append([]string{"apiVersion: bootstrap.ecs/v1", "kind: NodeConfig", "cluster: windows", "endpoints: {check: false}"}, more...), "\n") + "\n"
}

// The states of the agent on an AMI.
const (
	agentCached    = "in the AMI's cache"
	agentInstalled = "installed"
)

// setup says what a node is like. The zero setup is an ECS-optimized AMI at its first boot, with document() as user data.
type setup struct {
	winetest.Options
	// UserData is the instance's; empty: document().
	UserData string
	// Agent is agentCached or agentInstalled; empty: agentCached.
	Agent string
	// Instance is what the metadata tell; nil: fakes.DefaultInstance. UserData is added to it.
	Instance *fakes.Instance
}

// node is a machine that is prepared like a container instance, with the program at its place.
type node struct {
	*winetest.Machine
	IMDS *fakes.IMDS
	AWS  *fakes.AWS
}

// newNode makes a node. It skips the test where there is no Wine.
func newNode(t testing.TB, s setup) *node {
	t.Helper()
	exe := bootstrap(t)
	n := &node{Machine: winetest.NewMachine(t, s.Options)}
	instance := fakes.DefaultInstance()
	if s.Instance != nil {
		instance = *s.Instance
	}
	if instance.UserData = s.UserData; instance.UserData == "" {
		instance.UserData = document()
	}
	n.IMDS, n.AWS = n.ServeIMDS(instance), n.ServeAWS(instance)
	n.ServeDNS()
	n.InstallSystemServices()
	n.InstallDocker()
	if s.NoHNS {
		n.removeHNS(t)
	}
	n.installAgent(t, s.Agent)
	n.Announce(tools.Announced{Match: "netsh advfirewall firewall (add|set|delete) rule .*", Firewall: true})
	n.Announce(tools.Announced{Match: "vpc-eni --capabilities", Stdout: `{"capabilities":["awsvpc-network-mode"]}`})
	n.Announce(tools.Announced{Match: `wevtutil qe System .*EventID=7009.*`, Stdout: lateAgent})
	n.Announce(tools.Announced{Match: `wevtutil qe Application .*`})
	n.Install(program, exe)
	return n
}

// lateAgent is the event log of every node: once, long ago, the agent did not answer in time.
const lateAgent = `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Service Control Manager'/>` +
	`<EventID Qualifiers='49152'>7009</EventID><TimeCreated SystemTime='2025-01-02T03:04:05.5214387Z'/></System>` +
	`<EventData><Data Name='param1'>30000</Data><Data Name='param2'>AmazonECS</Data></EventData></Event>
`

// removeHNS takes away the services that the feature Containers brings; their DLLs are not there to begin with.
func (n *node) removeHNS(t testing.TB) {
	t.Helper()
	for _, name := range []string{"hns", "vmcompute"} {
		s := n.Service(name)
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		s.Await(t.Context(), winetest.Stopped)
		s.Delete()
	}
}

// installAgent puts the agent where the AMI has it. Its CNI plugin is a program that answers as the test has announced.
func (n *node) installAgent(t testing.TB, where string) {
	t.Helper()
	agent, plugin := n.ReadFile(`C:\winetest\fakeagent.exe`), n.ReadFile(`C:\winetest\faketool.exe`)
	if where == agentInstalled {
		n.InstallAgent()
		n.WriteFile(pluginPath, plugin)
		return
	}
	n.WriteFile(cacheFolder+`\amazon-ecs-agent-windows-1.94.0.zip`, archive(t, "amazon-ecs-agent.exe", agent))
	n.WriteFile(cacheFolder+`\amazon-ecs-cni-plugins-1.94.0.zip`, archive(t, "vpc-eni.exe", plugin))
}

func archive(t testing.TB, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatalf("making an archive with %s: %v", name, err)
	}
	return b.Bytes()
}

// build is the program under test, built once for all tests.
type build struct {
	once sync.Once
	exe  string
}

var shipped build

// bootstrap returns the path of ecswin-bootstrap.exe, compiled and linked as `make bootstrap` does.
func bootstrap(t testing.TB) string {
	t.Helper()
	winetest.Available(t)
	shipped.once.Do(func() { shipped.exe = winetest.BuildExe(t, "./bootstrap", releaseFlags) })
	if shipped.exe == "" {
		t.Fatal("ecswin-bootstrap.exe was not built; the first test that wanted it says why")
	}
	return shipped.exe
}

// outcome is how a run of the program ended, with its report.
type outcome struct {
	report.Report
	winetest.Result
}

// run runs a command of the program to its end.
func (n *node) run(t testing.TB, args ...string) winetest.Result {
	t.Helper()
	return n.Run(t.Context(), program, args...)
}

// apply runs `apply` and reads its report.
func (n *node) apply(t testing.TB, args ...string) outcome {
	t.Helper()
	return n.reported(t, append([]string{"apply"}, args...)...)
}

// reported runs a command that ends with a report. A program that was killed has none.
func (n *node) reported(t testing.TB, args ...string) outcome {
	t.Helper()
	o := outcome{Result: n.run(t, append(args, "--output", "json")...)}
	if o.Result.ExitCode == killed {
		return o
	}
	if err := json.Unmarshal([]byte(o.Stdout), &o.Report); err != nil {
		t.Fatalf("%v: exit code %d, its output is no report: %v\n%s\n%s", args, o.Result.ExitCode, err, o.Stdout, o.Stderr)
	}
	if o.Report.ExitCode != o.Result.ExitCode {
		t.Errorf("%v: exit code %d, the report says %d", args, o.Result.ExitCode, o.Report.ExitCode)
	}
	return o
}

// killed is the exit code of a program that the machine has ended.
const killed = 137

// joins applies and expects the node to be in its cluster, as the agent itself says.
func (n *node) joins(t testing.TB, args ...string) outcome {
	t.Helper()
	return n.joined(t, n.apply(t, args...))
}

// joinsBeside is joins where another run is at work: on a slow machine that may take longer than the program waits for it.
func (n *node) joinsBeside(t testing.TB) outcome {
	t.Helper()
	var o outcome
	n.Await(t.Context(), "the other run to end", func() (bool, string) {
		o = n.apply(t)
		return o.Report.Error == nil || o.Report.Error.Code != "E_LOCKED", "E_LOCKED"
	})
	return n.joined(t, o)
}

// joined expects that a run has brought the node into its cluster.
func (n *node) joined(t testing.TB, o outcome) outcome {
	t.Helper()
	if o.Result.ExitCode != 0 || o.ContainerInstanceARN == "" {
		docker := ""
		if n.Exists(`C:\winetest\docker.log`) {
			docker = "the simulated Docker says: " + string(n.ReadFile(`C:\winetest\docker.log`))
		}
		t.Fatalf("apply: exit code %d, result %s\n%s%s", o.Result.ExitCode, o.Report.Result, o.failures(), docker)
	}
	if told := n.introspect(t)["ContainerInstanceArn"]; told != o.ContainerInstanceARN {
		t.Errorf("the report names container instance %s, the agent %s", o.ContainerInstanceARN, told)
	}
	return o
}

// failsWith expects an error code.
func (o outcome) failsWith(t testing.TB, code string) {
	t.Helper()
	if o.Report.Error == nil || o.Report.Error.Code != code {
		t.Errorf("exit code %d, want %s\n%s", o.Result.ExitCode, code, o.failures())
	}
}

// failures says what went wrong, phase by phase.
func (o outcome) failures() string {
	var b strings.Builder
	for _, p := range o.Phases {
		if p.Error != nil {
			b.WriteString(p.Name + ": " + p.Error.Code + ": " + p.Error.Message + "\n")
		}
	}
	if o.Report.Error != nil {
		b.WriteString(o.Report.Error.Code + ": " + o.Report.Error.Message + "\n")
	}
	return b.String() + strings.Join(o.Warnings, "\n") + "\n" + o.Stderr
}

// introspect asks the agent, as a person on the machine would.
func (n *node) introspect(t testing.TB) map[string]string {
	t.Helper()
	resp, err := n.HTTP().Get("http://" + fakes.IntrospectionAddress + "/v1/metadata") //nolint:noctx // bounded by the client
	if err != nil {
		t.Fatalf("asking the agent: %v", err)
	}
	defer func() { _ = resp.Body.Close() }()
	var told map[string]string
	if err := json.NewDecoder(resp.Body).Decode(&told); err != nil {
		t.Fatalf("asking the agent: %v", err)
	}
	return told
}
