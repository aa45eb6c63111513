package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/drain"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
)

// drainCommand drains the container instance.
type drainCommand struct {
	Deregister bool
}

func newDrainCommand(l *line) *cobra.Command {
	c := &drainCommand{}
	command := l.command("drain", "Drain the container instance, and wait until its tasks have ended.", c)
	command.Flags().BoolVar(&c.Deregister, "deregister", false, "Take the container instance out of the cluster in the end.")
	return command
}

type drainDocument struct {
	SchemaVersion int    `json:"schemaVersion"`
	Simulated     string `json:"simulated,omitempty"`
	drain.Result
	WaitedMS int64 `json:"waitedMs"`
}

// Run implements the command.
func (c *drainCommand) Run(s *session) error {
	return s.onMachine(func(b *bench) error {
		result, err := b.drain(b, c.Deregister)
		if err != nil {
			return err
		}
		d := drainDocument{1, b.simulated, result, result.Waited.Milliseconds()}
		return b.show(d, func() {
			output.Simulated(b.Stdout, b.style(), b.simulated)
			fmt.Fprintf(b.Stdout, "drain: %s is out of service in cluster %s after %s, %d tasks left\n",
				result.ARN, result.Cluster, output.Duration(result.Waited), result.TasksLeft)
		})
	})
}

// drain drains the node as the document says.
func (b *bench) drain(ctx context.Context, deregister bool) (drain.Result, error) {
	document := b.documentOrDefault(ctx)
	o := drain.Options{
		Timeout: document.Drain.Timeout, Hook: document.Drain.TerminateHook, Group: document.Signal.AutoScaling.Group,
		Deregister: deregister, Log: b.log.Named("drain"),
	}
	if b.Timeout > 0 {
		o.Timeout = b.Timeout
	}
	var err error
	if o.InstanceID, err = b.instanceID(ctx); err != nil {
		return drain.Result{}, err
	}
	return drain.Run(ctx, b.host, b.cloud, o)
}
