package task

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// verdict says in words why a task that has stopped is not what was asked
// for; ok where it is. A job has succeeded when it ran and all its essential
// containers ended with 0, or with anything if exit codes do not count.
func verdict(t *ecstypes.Task, job, exitCodesCount bool, essential func(name string) bool) (why string, ok bool) {
	if !job {
		return "It stopped instead of running on.", false
	}
	if t.StopCode != "" && t.StopCode != ecstypes.TaskStopCodeEssentialContainerExited {
		return "It did not come to its own end.", false
	}
	var failed []string
	for _, c := range t.Containers {
		if !essential(aws.ToString(c.Name)) {
			continue
		}
		switch {
		case c.ExitCode == nil:
			failed = append(failed, fmt.Sprintf("container %s has no exit code", aws.ToString(c.Name)))
		case *c.ExitCode != 0 && exitCodesCount:
			failed = append(failed, fmt.Sprintf("container %s ended with exit code %s", aws.ToString(c.Name), exitCode(*c.ExitCode)))
		}
	}
	if len(failed) == 0 {
		return "", true
	}
	slices.Sort(failed)
	return "The job failed: " + strings.Join(failed, ", ") + ".", false
}

// stopped tells all that AWS says of a task that stopped, and what is known of
// such reasons.
func stopped(t *ecstypes.Task) string {
	var b strings.Builder
	fmt.Fprintf(&b, "ECS says: %s", withDefault(string(t.StopCode), "no stop code"))
	if reason := aws.ToString(t.StoppedReason); reason != "" {
		fmt.Fprintf(&b, ": %s", reason)
	}
	containers := slices.Clone(t.Containers)
	slices.SortFunc(containers, func(a, b ecstypes.Container) int {
		return strings.Compare(aws.ToString(a.Name), aws.ToString(b.Name))
	})
	for _, c := range containers {
		fmt.Fprintf(&b, "\n  - container %s: %s", aws.ToString(c.Name), withDefault(aws.ToString(c.LastStatus), "no status"))
		if c.ExitCode != nil {
			fmt.Fprintf(&b, ", exit code %s", exitCode(*c.ExitCode))
		}
		if reason := aws.ToString(c.Reason); reason != "" {
			fmt.Fprintf(&b, ", %s", reason)
		}
	}
	for _, hint := range hints(t) {
		fmt.Fprintf(&b, "\n\n%s", hint)
	}
	return b.String()
}

// exitCode writes an exit code as Windows' tools do, too: its system codes,
// such as 0xC000013A, are known by their hexadecimal form.
func exitCode(code int32) string {
	if code >= 0 && code < 1<<16 {
		return fmt.Sprint(code)
	}
	return fmt.Sprintf("%d (0x%08X)", code, uint32(code)) // #nosec G115 -- the same bits are meant
}

// hint is what is known of a text in a stopped reason.
type hint struct {
	// contains is in the text, whatever the case of its letters.
	contains string
	// advice is what is behind it and what to do.
	advice string
}

// knownReasons comes from the agent's source and from the issues of
// aws/amazon-ecs-agent that are named.
func knownReasons() []hint {
	return []hint{
		{
			"timeout waiting for network interface provisioning",
			"Windows did not see the attached network interface in time, or the agent did not confirm it within 3 minutes (amazon-ecs-agent#4825). " +
				"An instance on which this happened may not recover: drain and replace it.",
		},
		{
			"invalid mac address",
			"The network plugin found no adapter with the interface's MAC address: it is hidden or was renamed (amazon-ecs-agent#3368). Replace the instance.",
		},
		{
			"inactivity time exceeded timeout",
			"Extracting large layers took longer than the agent waits, 3 minutes (amazon-ecs-agent#1396). " +
				"Set ECS_IMAGE_PULL_INACTIVITY_TIMEOUT=20m on the node, or have the image there before.",
		},
		{
			"cannotpullcontainer",
			"The image could not be pulled. Check its name and tag, that the execution role may read the registry, " +
				"and that the instance reaches it: images come over the instance's own interface, not the task's.",
		},
		{
			"operating system does not match",
			"The image was built for another Windows version than the instance runs. Use the tag of the instance's version, such as ltsc2022, " +
				"and name it in runtime_platform of the task definition, so that ECS places the task on fitting instances only.",
		},
		{
			"image is incompatible with",
			"The image was built for another Windows version than the instance runs. Use the tag of the instance's version, such as ltsc2022, " +
				"and name it in runtime_platform of the task definition, so that ECS places the task on fitting instances only.",
		},
		{
			"does not support memoryreservation",
			"Docker on Windows has no memory reservation (amazon-ecs-agent#1144). Set memory of the container, and no memory_reservation.",
		},
		{
			"resourceinitializationerror",
			"Secrets, log group or credentials were not ready before the start. Check that the log group exists, and that the execution role may read the secrets and write the logs.",
		},
		{
			"dockertimeouterror",
			"Docker took too long. Give the container at least 512 CPU units (without cpu, Windows containers get 1 %), the disk more IOPS, " +
				"or the agent more time with ECS_CONTAINER_START_TIMEOUT.",
		},
		{
			"essential container in task exited",
			"An essential container ended, which ends the task: see its exit code. A base image such as windows/servercore runs cmd.exe, which ends at once: " +
				"give the container a command that stays, or use an image that does. If the task is a job, set wait_for = \"stopped\".",
		},
	}
}

// hints returns the advice for what a stopped task's reasons contain.
func hints(t *ecstypes.Task) []string {
	reasons := aws.ToString(t.StoppedReason)
	for _, c := range t.Containers {
		reasons += "\n" + aws.ToString(c.Reason)
	}
	reasons = strings.ToLower(reasons)
	var found []string
	for _, h := range knownReasons() {
		if strings.Contains(reasons, h.contains) && !slices.Contains(found, h.advice) {
			found = append(found, h.advice)
		}
	}
	return found
}

func withDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
