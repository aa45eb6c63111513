package agent

import (
	"context"
	"fmt"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// PauseImage is the image of the container that holds a task's network. Its name is fixed by the agent's build, and the
// agent on Windows neither brings nor pulls it (agent/eni/pause/pause_windows.go).
const PauseImage = "amazon/amazon-ecs-pause:0.1.0"

// RunningTasks counts the running containers of tasks.
func RunningTasks(ctx context.Context, docker host.Docker) (int, error) {
	containers, err := docker.Containers(ctx)
	if err != nil {
		return 0, fmt.Errorf("asking Docker for containers of tasks: %w", err)
	}
	tasks := 0
	for _, c := range containers {
		if c.TaskARN != "" || c.Image == PauseImage {
			tasks++
		}
	}
	return tasks, nil
}
