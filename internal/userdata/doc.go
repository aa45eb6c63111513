// Package userdata writes and reads the user data of a Windows container instance.
//
// [Render] puts a NodeConfig document and the few commands that start ecswin-bootstrap into one text. [Parse] and
// [Extract] find the document in it again: the program reads it from the instance metadata, so that no script has to
// carry it to a file. [Read] tells what EC2Launch makes of any user data, [Check] what it would ignore or misread.
//
// The document travels as lines of comment between two markers:
//
//	rem -----BEGIN NodeConfig-----
//	rem apiVersion: bootstrap.ecs/v1
//	rem kind: NodeConfig
//	rem cluster: prod
//	rem -----END NodeConfig-----
//
// Whatever stands before the first marker stands before every line. In batch these lines come after exit, in PowerShell
// and YAML they are comments. In a line < is written &lt; and & is written &amp;, because EC2Launch looks for its tags
// everywhere.
package userdata

import "strings"

// MaxSize is how many bytes of user data EC2 takes, before base64. Source: EC2 User Guide, "Run commands when you launch
// an EC2 instance with user data input".
const MaxSize = 16 << 10

// Form is how user data is written.
type Form string

// The forms.
const (
	// FormScript is a batch script in <script> tags. No PowerShell is started.
	FormScript Form = "script"
	// FormPowerShell is a PowerShell script in <powershell> tags.
	FormPowerShell Form = "powershell"
	// FormYAML is a task for EC2Launch v2, the only form after which EC2Launch reboots on exit code 3010.
	FormYAML Form = "yaml"
	// FormDocument is the document alone, for an AMI whose service reads it. EC2Launch has nothing to run in it.
	FormDocument Form = "document"
)

// Forms lists every form.
func Forms() []Form {
	return []Form{FormScript, FormPowerShell, FormYAML, FormDocument}
}

// LaunchAgent is the program of the AMI that runs user data.
type LaunchAgent string

// The launch agents of the Windows AMIs.
const (
	// EC2LaunchV1 comes with the AMIs of Windows Server 2016 and 2019, but for those named EC2LaunchV2-*.
	EC2LaunchV1 LaunchAgent = "ec2launch-v1"
	// EC2LaunchV2 comes with the AMIs of Windows Server 2022 and 2025.
	EC2LaunchV2 LaunchAgent = "ec2launch-v2"
)

// LaunchAgents lists every launch agent.
func LaunchAgents() []LaunchAgent {
	return []LaunchAgent{EC2LaunchV1, EC2LaunchV2}
}

// OperatingSystemFamilies lists the Windows versions that ECS knows and AWS makes AMIs of. Source: ECS API reference,
// RuntimePlatform.
func OperatingSystemFamilies() []string {
	return []string{
		"WINDOWS_SERVER_2016_FULL", "WINDOWS_SERVER_2019_FULL", "WINDOWS_SERVER_2019_CORE",
		"WINDOWS_SERVER_2022_FULL", "WINDOWS_SERVER_2022_CORE", "WINDOWS_SERVER_2025_FULL", "WINDOWS_SERVER_2025_CORE",
	}
}

// LaunchAgentOf returns the launch agent of AWS's ECS-optimized AMIs for a family, [EC2LaunchV2] where the family is empty.
// Source: EC2 User Guide, "Use the EC2Launch v2 agent to perform tasks during EC2 Windows instance launch".
func LaunchAgentOf(operatingSystemFamily string) LaunchAgent {
	if strings.HasPrefix(operatingSystemFamily, windows2016) || strings.HasPrefix(operatingSystemFamily, "WINDOWS_SERVER_2019_") {
		return EC2LaunchV1
	}
	return EC2LaunchV2
}

const windows2016 = "WINDOWS_SERVER_2016_"

// DefaultProgram is where the program lies in an AMI whose document gives no download.location.
const DefaultProgram = `%ProgramFiles%\ecswin\ecswin-bootstrap.exe`

// RebootExitCode is the exit code on which EC2Launch v2 reboots and runs a task of YAML user data again.
const RebootExitCode = 3010
