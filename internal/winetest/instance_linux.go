package winetest

import (
	"encoding/json"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/fakes"
)

// Where the fakes of an ECS-optimized AMI are installed, as on the AMI.
const (
	DockerPath = `C:\Program Files\docker\dockerd.exe`
	AgentPath  = `C:\Program Files\Amazon\ECS\amazon-ecs-agent.exe`
)

// InstallSystemServices installs and starts the services hns, vmcompute and iphlpsvc, which Wine lacks. HNS's calls fail
// while hns does not run; iphlpsvc is the port proxy. A machine without them answers HNS's calls too.
func (m *Machine) InstallSystemServices() {
	m.t.Helper()
	for _, name := range []string{"vmcompute", "hns", "iphlpsvc"} {
		s := m.Service(name)
		s.Create(control.Service{Path: `C:\winetest\fakesystem.exe ` + name, Automatic: true})
		if err := s.Start(); err != nil {
			m.t.Fatal(err)
		}
	}
	for _, name := range []string{"vmcompute", "hns", "iphlpsvc"} {
		m.Service(name).Await(m.t.Context(), Running)
	}
}

// InstallDocker installs a fake Docker engine as the service "docker", which starts with the machine. It is not started.
func (m *Machine) InstallDocker() {
	m.t.Helper()
	m.Install(DockerPath, m.Path(`C:\winetest\fakedocker.exe`))
	m.Service("docker").Create(control.Service{Path: `"` + DockerPath + `" --run-service`, Automatic: true})
}

// InstallAgent installs a fake ECS agent as the service AmazonECS, as AWS's Install-ECSAgent does: it depends on Docker and
// starts when it is told to.
func (m *Machine) InstallAgent() {
	m.t.Helper()
	m.Install(AgentPath, m.Path(`C:\winetest\fakeagent.exe`))
	m.Service("AmazonECS").Create(control.Service{Path: `"` + AgentPath + `" -windows-service`, DependsOn: []string{"docker"}})
}

// PlanDocker says how the Docker engine behaves from now on.
func (m *Machine) PlanDocker(p fakes.DockerPlan) { m.plan(`C:\winetest\docker.json`, p) }

// PlanAgent says how the ECS agent behaves from its next start on.
func (m *Machine) PlanAgent(p fakes.AgentPlan) { m.plan(`C:\winetest\agent.json`, p) }

func (m *Machine) plan(file string, p any) {
	m.t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		m.t.Fatal(err)
	}
	m.WriteFile(file, text)
}

// AgentSeen is what the ECS agent wrote down at its last start, and whether it was started at all.
func (m *Machine) AgentSeen() (fakes.AgentSeen, bool) {
	m.t.Helper()
	var seen fakes.AgentSeen
	if !m.Exists(`C:\winetest\agent-seen.json`) {
		return seen, false
	}
	if err := json.Unmarshal(m.ReadFile(`C:\winetest\agent-seen.json`), &seen); err != nil {
		m.t.Fatal(err)
	}
	return seen, true
}

// ServeIMDS answers for an instance at the address of the metadata service.
func (m *Machine) ServeIMDS(i fakes.Instance) *fakes.IMDS {
	m.t.Helper()
	imds, err := fakes.NewIMDS(i)
	if err != nil {
		m.t.Fatal(err)
	}
	m.Serve(fakes.IMDSAddress, imds)
	return imds
}

// ServeDNS answers at the address of the VPC's resolver that there is no such name.
func (m *Machine) ServeDNS() {
	m.t.Helper()
	c, err := m.network.listenPacket(m.t.Context(), fakes.ResolverAddress)
	if err != nil {
		m.t.Fatalf("listening on the machine's %s: %v", fakes.ResolverAddress, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- fakes.ServeDNS(c) }()
	m.t.Cleanup(func() {
		_ = c.Close()
		if err := <-ended; err != nil {
			m.t.Errorf("the server at %s ended by itself: %v", fakes.ResolverAddress, err)
		}
	})
}

// ServeAWS answers AWS's API calls of the programs that the test runs, and of services from the next boot on.
func (m *Machine) ServeAWS(i fakes.Instance) *fakes.AWS {
	m.t.Helper()
	aws := &fakes.AWS{Account: i.Account, Role: i.Role}
	m.Serve(fakes.AWSAddress, aws)
	m.Setenv("AWS_ENDPOINT_URL", "http://"+fakes.AWSAddress)
	m.Registry().SetText(EnvironmentKey, "AWS_ENDPOINT_URL", "http://"+fakes.AWSAddress)
	return aws
}
