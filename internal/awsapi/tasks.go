package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// Tasks are the ECS calls on tasks.
type Tasks struct {
	run      call[ecs.RunTaskInput, ecs.RunTaskOutput]
	describe call[ecs.DescribeTasksInput, ecs.DescribeTasksOutput]
	list     call[ecs.ListTasksInput, ecs.ListTasksOutput]
	stop     call[ecs.StopTaskInput, ecs.StopTaskOutput]
}

func newTasks(c *ecs.Client) *Tasks {
	return &Tasks{
		run:      c.RunTask,
		describe: c.DescribeTasks,
		list:     c.ListTasks,
		stop:     c.StopTask,
	}
}

// RunTask starts tasks. AWS answers a call with the client token and the
// arguments of an earlier one with the tasks of that one, so repeating it is
// safe as long as the input has a token. Tasks that found no place are in the
// output's Failures, not an error.
func (t *Tasks) RunTask(ctx context.Context, in *ecs.RunTaskInput) (*ecs.RunTaskOutput, error) {
	return t.run(ctx, in)
}

// DescribeTasks describes up to 100 tasks of one cluster. One that does not
// exist, or stopped more than an hour ago, is in the output's Failures as
// MISSING, not an error.
func (t *Tasks) DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput) (*ecs.DescribeTasksOutput, error) {
	return t.describe(ctx, in)
}

// ListTasks returns one page of at most 100 ARNs.
func (t *Tasks) ListTasks(ctx context.Context, in *ecs.ListTasksInput) (*ecs.ListTasksOutput, error) {
	return t.list(ctx, in)
}

// StopTask asks for a task to be stopped. It can be repeated.
func (t *Tasks) StopTask(ctx context.Context, in *ecs.StopTaskInput) (*ecs.StopTaskOutput, error) {
	return t.stop(ctx, in)
}
