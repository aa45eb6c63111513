package winetest_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// TestInstance starts Docker and the agent of an ECS-optimized AMI, and reboots it.
func TestInstance(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.ServeIMDS(fakes.DefaultInstance())
	m.InstallDocker()
	m.InstallAgent()
	m.Registry().SetText(winetest.EnvironmentKey, "ECS_CLUSTER", "windows")
	m.Reboot() // so that the environment reaches services; Docker starts with the machine
	m.Service("docker").Await(t.Context(), winetest.Running)
	first := natID(t, m)

	agent := m.Service("AmazonECS")
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	agent.Await(t.Context(), winetest.Running)
	if got := introspect(t, m); got["Cluster"] != "windows" || !strings.HasPrefix(got["ContainerInstanceArn"], "arn:aws:ecs:us-east-1:123456789012:container-instance/windows/") {
		t.Errorf("introspection: %v", got)
	}
	seen, ok := m.AgentSeen()
	if diff := cmp.Diff(fakes.AgentSeen{Starts: 1, Environment: map[string]string{"ECS_CLUSTER": "windows"}, Docker: true, IMDS: true}, seen); diff != "" || !ok {
		t.Errorf("the agent saw (-want +got):\n%s", diff)
	}
	if err := agent.Stop(); err != nil {
		t.Fatal(err)
	}
	agent.Await(t.Context(), winetest.Stopped)

	m.PlanAgent(fakes.AgentPlan{Fails: `msg="Agent will terminally exit, unable to register container instance:" error="denied"`})
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	if ended := agent.Await(t.Context(), winetest.Stopped); ended.ExitCode != 0 {
		t.Errorf("the agent ended terminally with exit code %d", ended.ExitCode)
	}
	log := string(m.ReadFile(`C:\ProgramData\Amazon\ECS\log\ecs-agent.log`))
	for _, want := range []string{`level=critical time=2`, `error="denied"`, "Windows SCM will not restart"} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in the agent's log:\n%s", want, log)
		}
	}

	m.Reboot()
	m.Service("docker").Await(t.Context(), winetest.Running)
	if natID(t, m) == first {
		t.Error("nat is the old one after the reboot")
	}
}

// introspect asks the agent, which may not have come so far yet.
func introspect(t *testing.T, m *winetest.Machine) map[string]string {
	t.Helper()
	var got map[string]string
	m.Await(t.Context(), "introspection", func() (bool, string) {
		resp, err := m.HTTP().Get("http://" + fakes.IntrospectionAddress + "/v1/metadata") //nolint:noctx // bounded by the client
		if err != nil {
			return false, err.Error()
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			return false, err.Error()
		}
		return json.Unmarshal(text, &got) == nil, string(text)
	})
	return got
}

func natID(t *testing.T, m *winetest.Machine) string {
	t.Helper()
	st := m.State()
	nat := st.ByName(hnsstore.Network, "nat")
	if nat == nil || st.Host.ByName("vEthernet (nat)") == nil {
		t.Fatalf("Docker made no nat: %v", st.Names(hnsstore.Network))
	}
	return nat.Text("ID")
}

func TestDockerPipe(t *testing.T) {
	t.Parallel()
	m := winetest.NewMachine(t, winetest.Options{})
	m.InstallDocker()
	plan := fakes.DefaultDocker()
	plan.NoNAT, plan.Containers = true, []fakes.DockerContainer{{ID: "c1", Image: "iis", Labels: map[string]string{"a": "b"}}}
	m.PlanDocker(plan)
	if err := m.Service("docker").Start(); err != nil {
		t.Fatal(err)
	}
	m.Service("docker").Await(t.Context(), winetest.Running)
	wantRun(t, m, `[{"Id":"c1","Image":"iis","Labels":{"a":"b"}}]`+"\n", "docker", "/v1.43/containers/json")
	wantRun(t, m, `{"message":"network nat not found"}`+"\n", "docker", "/networks/nat")

	failing := winetest.NewMachine(t, winetest.Options{})
	failing.InstallDocker()
	failing.PlanDocker(fakes.DockerPlan{StartFails: true})
	_ = failing.Service("docker").Start() // Wine tells of the end with the start, or after it
	if s := failing.Service("docker").Await(t.Context(), winetest.Stopped); s.ExitCode == 0 {
		t.Errorf("%+v", s)
	}
}
