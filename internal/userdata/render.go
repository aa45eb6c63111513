package userdata

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// Request is what user data is made of.
type Request struct {
	// Document is the NodeConfig. Its section download says where the program comes from.
	Document *nodeconfig.Document
	// Form is how the user data is written.
	Form Form
	// LaunchAgent is the program that will run it.
	LaunchAgent LaunchAgent
	// OperatingSystemFamily is the AMI's Windows, one of [OperatingSystemFamilies], or empty where it is not known.
	OperatingSystemFamily string
	// Persist runs it at every boot, not at the first alone.
	Persist bool
	// Region is where the bucket of an s3:// location is if neither the document nor its cluster's ARN says so. It may be
	// empty.
	Region string
}

// Render writes user data. The error is of type [nodeconfig.Problems]: what is wrong with the document, by the document's
// paths; or why it cannot be written as asked for, by a path of the document or by form, launch_agent, persist; or, with
// no path, that it is larger than [MaxSize]. No error holds a value.
func Render(r Request) ([]byte, error) {
	if problems := nodeconfig.Validate(r.Document); len(problems) > 0 {
		return nil, problems
	}
	if problems := r.refused(); len(problems) > 0 {
		return nil, problems
	}
	start, problems := newStart(r)
	if len(problems) > 0 {
		return nil, problems
	}
	document := nodeconfig.Encode(r.Document)
	text := []byte(strings.Join(r.lines(start, document), "\n") + "\n")
	if len(text) > MaxSize {
		return nil, nodeconfig.Problems{tooLarge(text, document)}
	}
	return text, nil
}

// refused says why the request contradicts itself.
func (r Request) refused() nodeconfig.Problems {
	var found nodeconfig.Problems
	switch {
	case !slices.Contains(Forms(), r.Form):
		found = append(found, problem("form", "is not one of script, powershell, yaml, document; write one of them"))
	case !slices.Contains(LaunchAgents(), r.LaunchAgent):
		found = append(found, problem("launch_agent", "is not one of ec2launch-v1, ec2launch-v2; write the one that the AMI has"))
	case r.Form == FormYAML && r.LaunchAgent == EC2LaunchV1:
		found = append(found, problem("form", "cannot be yaml with EC2Launch v1, which does not read it; use script, or an AMI with EC2Launch v2"))
	case r.Form == FormDocument && r.Persist:
		found = append(found, problem("persist", "has no effect with form document, in which EC2Launch has nothing to run; remove it"))
	}
	found = append(found, r.refusedBy2016()...)
	if r.Document.Reboot.Policy == "if_required" && (r.Form == FormScript || r.Form == FormPowerShell) {
		found = append(found, problem("reboot.policy", "cannot be if_required with form %s: EC2Launch does not run it again after a reboot; %s", r.Form, r.rebootRemedy()))
	}
	return found
}

// refusedBy2016 says what Windows Server 2016 cannot do. Source: ECS Developer Guide, on task networking with Windows
// instances; curl.exe came with Windows 10 version 1803.
func (r Request) refusedBy2016() nodeconfig.Problems {
	var found nodeconfig.Problems
	if !strings.HasPrefix(r.OperatingSystemFamily, windows2016) {
		if r.OperatingSystemFamily != "" && !slices.Contains(OperatingSystemFamilies(), r.OperatingSystemFamily) {
			found = append(found, problem("operating_system_family", "is not one of %s; write one of them", strings.Join(OperatingSystemFamilies(), ", ")))
		}
		return found
	}
	if r.Document.AWSVPC.Enabled {
		found = append(found, problem("awsvpc.enabled", "cannot be true with Windows Server 2016, on which ECS has no awsvpc mode; take an AMI of Windows Server 2019 or later, or set it to false"))
	}
	if r.Document.Download.Source != "baked" && r.Form != FormDocument {
		found = append(found, problem("download.source", "cannot be %s with Windows Server 2016, which has no curl.exe; set it to baked", r.Document.Download.Source))
	}
	return found
}

func (r Request) rebootRemedy() string {
	if r.LaunchAgent == EC2LaunchV1 {
		return "set it to never; or use an AMI in which the service of ecswin-bootstrap is installed, with form document; or an AMI with EC2Launch v2, with form yaml"
	}
	return "use form yaml, or form document for an AMI in which the service of ecswin-bootstrap is installed; or set it to never"
}

// lines puts the commands and the document together.
func (r Request) lines(s start, document []byte) []string {
	switch r.Form {
	case FormScript:
		return tagged("script", r.Persist, s.batch(), frame(document, "rem "))
	case FormPowerShell:
		return tagged("powershell", r.Persist, s.powershell(), frame(document, "# "))
	case FormYAML:
		return slices.Concat(task(r.Persist, s.batch()), frame(document, "# "))
	case FormDocument:
	}
	return frame(document, "# ")
}

func tagged(tag string, persist bool, script, document []string) []string {
	lines := slices.Concat([]string{"<" + tag + ">"}, script, document, []string{"</" + tag + ">"})
	if persist {
		lines = append(lines, "<persist>true</persist>")
	}
	return lines
}

// task is a batch script as a task of EC2Launch v2. Version 1.1 runs before the PostReady stage, as XML user data does.
// Source: EC2 User Guide, "Configure EC2Launch v2 settings".
func task(persist bool, script []string) []string {
	frequency := "once"
	if persist {
		frequency = "always"
	}
	lines := []string{
		"version: 1.1",
		"tasks:",
		"  - task: executeScript",
		"    inputs:",
		"      - frequency: " + frequency,
		"        type: batch",
		"        runAs: localSystem",
		"        content: |-",
	}
	for _, line := range script {
		lines = append(lines, "          "+line)
	}
	return lines
}

// tooLarge says what takes the room.
func tooLarge(text, document []byte) nodeconfig.Problem {
	largest := make([]string, 0, maxNamed)
	for _, m := range members(document) {
		if len(largest) < maxNamed {
			largest = append(largest, fmt.Sprintf("%s %d", m.path, m.size))
		}
	}
	return problem("", "has %d bytes, %d more than the %d that EC2 takes: the document has %d (%s), the commands around it %d; shorten what is largest: tags can be set on the instance and copied with agent.propagate_tags_from, or keep the document in a file of the AMI and start the program with --config",
		len(text), len(text)-MaxSize, MaxSize, len(document), strings.Join(largest, ", "), len(text)-len(document))
}

// maxNamed is how many members the error of tooLarge names.
const maxNamed = 3

// member is how many bytes a member of a document takes.
type member struct {
	path string
	size int
}

// members measures the members of a document in canonical form, the largest first. What stands in a section is named
// with it, as in agent.tags; what stands deeper counts to that.
func members(document []byte) []member {
	var all []member
	section := ""
	for line := range strings.Lines(string(document)) {
		name, _, isMember := strings.Cut(line, ":")
		switch indent := len(name) - len(strings.TrimLeft(name, " ")); {
		case isMember && indent == 0:
			section = name
			all = append(all, member{path: name})
		case isMember && indent == 2:
			all = append(all, member{path: section + "." + strings.TrimSpace(name)})
		}
		if len(all) > 0 {
			all[len(all)-1].size += len(line)
		}
	}
	slices.SortStableFunc(all, func(a, b member) int { return b.size - a.size })
	return all
}
