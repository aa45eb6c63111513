package taskdefinition

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
)

// notModelled has a row for every member of the API's definition that this
// provider leaves out, with the reason. A test compares it with the SDK, so
// that no new member comes unseen. Keys leave out names and indexes.
func notModelled() map[string]string {
	const (
		windows = "not supported for Windows containers"
		fargate = "only for Fargate"
		capable = "no Windows container instance has the capability that ECS then requires, so the task is never placed"
	)
	return map[string]string{
		"inferenceAccelerators":                                         "retired by AWS",
		"ephemeralStorage":                                              fargate,
		"ipcMode":                                                       windows,
		"pidMode":                                                       windows,
		"proxyConfiguration":                                            "App Mesh: " + capable,
		"enableFaultInjection":                                          capable,
		"tags":                                                          "set by tags and default_tags",
		"containerDefinitions.name":                                     "the key of container_definitions",
		"containerDefinitions.links":                                    "not allowed in awsvpc mode, and " + windows,
		"containerDefinitions.hostname":                                 "not allowed in awsvpc mode",
		"containerDefinitions.extraHosts":                               "not allowed in awsvpc mode, and " + windows,
		"containerDefinitions.dnsServers":                               windows + ": tasks get the container instance's DNS servers",
		"containerDefinitions.dnsSearchDomains":                         windows,
		"containerDefinitions.disableNetworking":                        windows,
		"containerDefinitions.linuxParameters":                          windows,
		"containerDefinitions.privileged":                               windows,
		"containerDefinitions.readonlyRootFilesystem":                   windows,
		"containerDefinitions.user":                                     windows,
		"containerDefinitions.ulimits":                                  windows,
		"containerDefinitions.systemControls":                           windows + ": they are Linux kernel parameters",
		"containerDefinitions.dockerSecurityOptions":                    "on Windows only for gMSA, which credential_specs gives",
		"containerDefinitions.firelensConfiguration":                    "FireLens: " + capable,
		"containerDefinitions.resourceRequirements":                     "GPUs and inference accelerators: " + capable,
		"containerDefinitions.environment.name":                         "the key of environment",
		"containerDefinitions.environment.value":                        "the value in environment",
		"containerDefinitions.secrets.name":                             "the key of secrets",
		"containerDefinitions.secrets.valueFrom":                        "the value in secrets",
		"containerDefinitions.logConfiguration.secretOptions.name":      "the key of secret_options",
		"containerDefinitions.logConfiguration.secretOptions.valueFrom": "the value in secret_options",
		"volumes.name":                                                  "the key of volumes",
		"volumes.efsVolumeConfiguration":                                "Amazon EFS: " + capable,
		"volumes.s3filesVolumeConfiguration":                            "S3 Files: " + capable,
		"volumes.dockerVolumeConfiguration":                             windows + "; use host",
	}
}

// notModelledIn says what of a definition is lost when it goes through the
// provider's attributes, with the reason.
func notModelledIn(in *ecs.RegisterTaskDefinitionInput) []string {
	modelled, _ := fromAPI(in, specTypesOf(Schema())).toAPI()
	reasons := notModelled()
	var lost []string
	for _, p := range taskdef.Changes(in, modelled) {
		text := p.String()
		if reason := reasonFor(p, reasons); reason != "" {
			text += ": " + reason
		}
		lost = append(lost, text)
	}
	slices.Sort(lost)
	return slices.Compact(lost)
}

// reasonFor looks for the reason of a place or of what holds it.
func reasonFor(p taskdef.Path, reasons map[string]string) string {
	var members []string
	reason := ""
	for _, step := range p.Steps() {
		if step.Kind != taskdef.StepMember {
			continue
		}
		members = append(members, step.Name)
		if r, ok := reasons[strings.Join(members, ".")]; ok {
			reason = r
		}
	}
	return reason
}
