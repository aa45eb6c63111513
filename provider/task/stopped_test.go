package task

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestVerdict(t *testing.T) {
	t.Parallel()
	all := func(string) bool { return true }
	onlyIIS := func(name string) bool { return name == "iis" }
	sidecar := func(code int32) func(*ecstypes.Task) {
		return func(t *ecstypes.Task) {
			t.Containers = append(t.Containers, ecstypes.Container{Name: aws.String("sidecar"), ExitCode: aws.Int32(code)})
		}
	}
	stopCode := func(code ecstypes.TaskStopCode) func(*ecstypes.Task) {
		return func(t *ecstypes.Task) { t.StopCode = code }
	}
	noCode := func(t *ecstypes.Task) { t.Containers[0].ExitCode = nil }
	tests := map[string]struct {
		task      *ecstypes.Task
		job       bool
		count     bool
		essential func(string) bool
		want      string
	}{
		"standing":                       {aTask(statusStopped, ended(0)), false, true, all, "stopped instead of running on"},
		"job, 0":                         {aTask(statusStopped, ended(0)), true, true, all, ""},
		"job, 3":                         {aTask(statusStopped, ended(3)), true, true, all, "container iis ended with exit code 3."},
		"job, 3, codes do not count":     {aTask(statusStopped, ended(3)), true, false, all, ""},
		"job, Windows status":            {aTask(statusStopped, ended(-1073741510)), true, true, all, "exit code -1073741510 (0xC000013A)"},
		"job, sidecar not essential":     {aTask(statusStopped, ended(0), sidecar(1)), true, true, onlyIIS, ""},
		"job, all are essential":         {aTask(statusStopped, ended(0), sidecar(1)), true, true, all, "container sidecar ended with exit code 1"},
		"job that did not start":         {aTask(statusStopped, stopCode(ecstypes.TaskStopCodeTaskFailedToStart)), true, false, all, "did not come to its own end"},
		"job that somebody stopped":      {aTask(statusStopped, ended(0), stopCode(ecstypes.TaskStopCodeUserInitiated)), true, true, all, "did not come to its own end"},
		"job without exit code":          {aTask(statusStopped, ended(0), noCode), true, false, all, "container iis has no exit code"},
		"job that an old ECS tells less": {aTask(statusStopped, ended(0), stopCode("")), true, true, all, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			why, ok := verdict(tt.task, tt.job, tt.count, tt.essential)
			if ok != (tt.want == "") {
				t.Errorf("got %t, %q", ok, why)
			}
			expectText(t, why, tt.want)
		})
	}
}

func TestEssentialIn(t *testing.T) {
	t.Parallel()
	d := &ecstypes.TaskDefinition{ContainerDefinitions: []ecstypes.ContainerDefinition{
		{Name: aws.String("default")}, {Name: aws.String("no"), Essential: aws.Bool(false)}, {Name: aws.String("yes"), Essential: aws.Bool(true)},
	}}
	for name, want := range map[string]bool{"default": true, "no": false, "yes": true, "stranger": false} {
		if got := essentialIn(d)(name); got != want {
			t.Errorf("%s: got %t", name, got)
		}
	}
	if !essentialIn(nil)("any") {
		t.Error("without a definition no container is essential")
	}
}

func TestStoppedTellsAll(t *testing.T) {
	t.Parallel()
	task := aTask(statusStopped, ended(1), func(t *ecstypes.Task) {
		t.Containers[0].Reason = aws.String("OutOfMemoryError")
		t.Containers = append(t.Containers, ecstypes.Container{Name: aws.String("a")})
	})
	const want = "ECS says: EssentialContainerExited: Essential container in task exited\n" +
		"  - container a: no status\n" +
		"  - container iis: STOPPED, exit code 1, OutOfMemoryError\n\nAn essential container ended"
	if got := stopped(task); !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want it to begin with %q", got, want)
	}
	if got := stopped(&ecstypes.Task{}); got != "ECS says: no stop code" {
		t.Errorf("got %q", got)
	}
}

// TestHints: each known reason is recognised where AWS and Docker put it.
func TestHints(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"Timeout waiting for network interface provisioning to complete.":                              "drain and replace",
		"CannotPullContainerError: inspect image has been retried":                                     "over the instance's own interface",
		"CannotPullContainerError: image pull failed: inactivity time exceeded timeout":                "ECS_IMAGE_PULL_INACTIVITY_TIMEOUT",
		"hcs: the container operating system does not match the host operating system":                 "another Windows version",
		"a Windows version 10.0.26100-based image is incompatible with a 10.0.20348 host":              "another Windows version",
		"CannotCreateContainerError: invalid option: Windows does not support MemoryReservation":       "no memory reservation",
		"ResourceInitializationError: failed to validate logger args":                                  "log group exists",
		"DockerTimeoutError: Could not transition to started; timed out after waiting 8m0s":            "ECS_CONTAINER_START_TIMEOUT",
		"ContainerNetworkingError: failed to add network: invalid MAC address":                         "Replace the instance",
		"Essential container in task exited":                                                           "a command that stays",
		"CannotStartContainerError: something that nobody has seen yet":                                "",
		"a Windows Server version 10.0.17763 image is incompatible with this host of another version.": "another Windows version",
	}
	for reason, want := range tests {
		for _, task := range []*ecstypes.Task{
			{StoppedReason: aws.String(reason)},
			{Containers: []ecstypes.Container{{Reason: aws.String(reason)}}},
		} {
			got := strings.Join(hints(task), "\n")
			if !strings.Contains(got, want) || want == "" && got != "" {
				t.Errorf("%s: got %q, want %q", reason, got, want)
			}
		}
	}
}
