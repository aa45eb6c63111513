// Package agent knows the Amazon ECS agent on Windows from outside: its log, its checkpoint, its introspection, its
// archives, and above all the ways in which it fails. It is plain Go that asks a machine through package host and never
// changes it.
package agent

import "strings"

// Names and places of the agent on an Amazon ECS-optimized Windows AMI. Source: misc/windows-deploy/Install-ECSAgent.ps1,
// agent/config/config_windows.go and agent/app of github.com/aws/amazon-ecs-agent, version 1.105.1.
const (
	// Service is the agent's Windows service, DockerService the one that it depends on.
	Service       = "AmazonECS"
	DockerService = "Docker"
	// Folder is where the agent is installed, CacheFolder where the AMI keeps the archives (the latter is not verified).
	Folder      = `C:\Program Files\Amazon\ECS`
	CacheFolder = `C:\ProgramData\Amazon\ECS\cache`
	// Program is the agent.
	Program = Folder + `\amazon-ecs-agent.exe`
	// CNIFolder is where the agent looks for PluginFile, unless its environment names another folder; see [Plugin].
	CNIFolder  = Folder + `\cni`
	PluginFile = "vpc-eni.exe"
	// ExecFolder is where the agent looks for the programs of ECS Exec.
	ExecFolder = Folder + `\managed-agents\execute-command`
	// MetadataURL is the introspection that is served only after the registration.
	MetadataURL = "http://localhost:51678/v1/metadata"
	// CredentialsURL is where tasks find their credentials and metadata, through the host's port proxy.
	CredentialsURL = "http://169.254.170.2:80/"
	// CheckpointFile is the name of the checkpoint in the data folder.
	CheckpointFile = "agent.db"
)

// Plugin is the full path at which an agent with this environment looks for its CNI plugin.
func Plugin(environment map[string]string) string {
	folder := CNIFolder
	if other := environment["ECS_CNI_PLUGINS_PATH"]; other != "" {
		folder = strings.TrimRight(other, `\`)
	}
	return folder + `\` + PluginFile
}
