package sim

import (
	"archive/zip"
	"bytes"
	"strings"
	"sync"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// Where the ECS agent is in an AMI.
const (
	// AgentInCache: as archives below %ProgramData%\Amazon\ECS\cache, as ECS-optimized AMIs have it. The layout of the
	// archives is assumed.
	AgentInCache = "cache"
	// AgentInstalled: unpacked, with its service.
	AgentInstalled = "existing"
	// AgentMissing: nowhere.
	AgentMissing = "none"
)

// AgentVersion is the version of the agent in every simulated AMI.
const AgentVersion = "1.105.1"

// AMI is the image that a machine was started from. The zero AMI is ECS-optimized Windows Server 2022 Core.
type AMI struct {
	// Windows is the release: 2016, 2019, 2022 or 2025. Empty: 2022.
	Windows string
	// Full is the edition with a desktop.
	Full bool
	// Agent is where the ECS agent is; empty: in the cache.
	Agent string
	// Plain is a Windows Server without Docker, without the feature Containers, without an agent.
	Plain bool
}

// build puts what the image brings onto the machine.
func (m *Machine) build(ami AMI) {
	builds := map[string][2]int{"2016": {14393, 7070}, "2019": {17763, 6189}, "2022": {20348, 2762}, "2025": {26100, 1742}}
	if ami.Windows == "" {
		ami.Windows = "2022"
	}
	b := builds[ami.Windows]
	m.windows.os = host.OS{
		Build: b[0], Revision: b[1], InstallationType: "Server Core", Locale: "en-US", Computer: "EC2AMAZ-SIM0001", Elevated: true, Containers: !ami.Plain,
	}
	if ami.Full {
		m.windows.os.InstallationType = "Server"
	}
	m.registry.set(`HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`, "InstallationType", host.Value{Kind: host.KindString, Text: m.windows.os.InstallationType})
	m.SetMachineEnvironment("ComSpec", `C:\Windows\system32\cmd.exe`)
	m.buildWindows()
	if ami.Plain {
		return
	}
	m.hns.version = host.HNSVersion{Major: 13, Minor: 3}
	m.addService("hns", `C:\Windows\System32\svchost.exe`)
	m.addService("vmcompute", `C:\Windows\System32\vmcompute.exe`)
	m.addService(dockerService, `C:\Program Files\Docker\dockerd.exe`)
	m.docker.info = host.DockerInfo{OSType: "windows", Version: "25.0.6", APIVersion: "1.44", MinAPIVersion: "1.24"}
	m.docker.images = []string{pauseImage, "mcr.microsoft.com/windows/servercore:ltsc2022"}
	m.buildAgent(ami.Agent)
}

func (m *Machine) buildWindows() {
	for _, path := range []string{
		`C:\Windows\System32\netsh.exe`, `C:\Windows\System32\wevtutil.exe`, `C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`, `C:\Program Files\Amazon\EC2Launch\EC2Launch.exe`,
	} {
		m.disk.write(path, programContent(baseName(path), "10.0"), m.imaged())
	}
	m.addService("iphlpsvc", `C:\Windows\System32\svchost.exe`)
	m.addService("W32Time", `C:\Windows\System32\svchost.exe`)
	m.addService("Amazon EC2Launch", `C:\Program Files\Amazon\EC2Launch\EC2Launch.exe`)
}

// imaged is when the image was made.
func (m *Machine) imaged() time.Time { return epoch().Add(-30 * 24 * time.Hour) }

// addService makes a service that starts at boot, with its program.
func (m *Machine) addService(name, command string) {
	if _, ok := m.disk.read(command); !ok {
		m.disk.write(command, programContent(baseName(command), "10.0"), m.imaged())
	}
	m.scm.create(name, host.ServiceConfig{DisplayName: name, Command: `"` + command + `"`, StartType: host.StartAutomatic})
}

// agentPrograms are the files of the agent, the CNI plugin and ECS Exec, by where they are installed, and the archives of
// them, by where an AMI has these. Nobody changes them.
var agentPrograms = sync.OnceValues(func() (programs, archives map[string][]byte) {
	agent, cni := programContent("amazon-ecs-agent", AgentVersion), programContent("vpc-eni", "1.2.0", "awsvpc-network-mode")
	exec := map[string][]byte{
		"bin/3.3.0/amazon-ssm-agent.exe":   programContent("amazon-ssm-agent", "3.3.0"),
		"bin/3.3.0/ssm-agent-worker.exe":   programContent("ssm-agent-worker", "3.3.0"),
		"bin/3.3.0/ssm-session-worker.exe": programContent("ssm-session-worker", "3.3.0"),
	}
	programs = map[string][]byte{agentExe: agent, cniExe: cni}
	for name, content := range exec {
		programs[execFolder+`\`+strings.ReplaceAll(name, "/", `\`)] = content
	}
	return programs, map[string][]byte{
		agentCache + `\ecs-agent-windows-` + AgentVersion + `.zip`: zipped(map[string][]byte{"amazon-ecs-agent.exe": agent}),
		agentCache + `\ecs-cni-windows-1.2.0.zip`:                  zipped(map[string][]byte{"vpc-eni.exe": cni}),
		agentCache + `\ecs-exec-windows-3.3.0.zip`:                 zipped(exec),
	}
})

func (m *Machine) buildAgent(where string) {
	programs, archives := agentPrograms()
	switch where {
	case AgentMissing:
	case AgentInstalled:
		for path, content := range programs {
			m.disk.write(path, content, m.imaged())
		}
		m.createAgentService(host.StartManual)
		m.SetMachineEnvironment("ECS_DATADIR", agentDataDir)
		m.SetMachineEnvironment("ECS_LOGFILE", agentLogFile)
	default:
		for path, content := range archives {
			m.disk.write(path, content, m.imaged())
		}
	}
}

// createAgentService does what AWS's Install-ECSAgent.ps1 does.
func (m *Machine) createAgentService(start string) {
	m.scm.create(agentService, host.ServiceConfig{
		DisplayName: "Amazon ECS", Command: serviceCmd, StartType: start, DependsOn: []string{dockerService},
		Restarts: []time.Duration{5 * time.Second, 30 * time.Second, 60 * time.Second}, ResetAfter: 300 * time.Second, OnNonCrash: true,
	})
}

// zipped makes an archive; the same files give the same bytes.
func zipped(files map[string][]byte) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range sortedKeys(files) {
		f, err := w.Create(name)
		if err != nil {
			panic(err) // a buffer takes every byte
		}
		if _, err := f.Write(files[name]); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}
