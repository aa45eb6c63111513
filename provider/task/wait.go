package task

import (
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/wait"
)

// schedule lets the time between two looks grow: a task that starts at once is
// seen at once, and one that pulls an image for minutes costs few calls.
func schedule(timeout time.Duration) wait.Schedule {
	return wait.Schedule{Timeout: timeout, First: time.Second, Longest: 15 * time.Second}
}
