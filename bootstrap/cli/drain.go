package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/drain"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/output"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/run"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
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
		result, err := b.drain(b, b.documentOrDefault(b), c.Deregister, nil)
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

// drainAtShutdown drains the node, unless the document turns that off, and notes that it was for the shutdown: the run after
// the boot sets it back.
func (b *bench) drainAtShutdown(ctx context.Context) (drained bool, err error) {
	document := b.documentOrDefault(ctx)
	if !document.Drain.Enabled {
		return false, nil
	}
	_, err = b.drain(ctx, document, false, func(ctx context.Context, arn string) error {
		return run.Remember(ctx, b.host, drain.Marker, arn, run.Options{Folder: b.folder()})
	})
	return true, err
}

// drain drains the node as the document says.
func (b *bench) drain(ctx context.Context, document *nodeconfig.Document, deregister bool, note func(ctx context.Context, arn string) error) (drain.Result, error) {
	o := drain.Options{
		Timeout: document.Drain.Timeout, Hook: document.Drain.TerminateHook, Group: document.Signal.AutoScaling.Group,
		Deregister: deregister, Note: note, Log: b.log.Named("drain"),
	}
	if b.Timeout > 0 {
		o.Timeout = b.Timeout
	}
	if o.Hook != "" {
		var err error
		if o.InstanceID, err = b.instanceID(ctx); err != nil {
			return drain.Result{}, err
		}
	}
	return drain.Run(ctx, b.host, b.cloud, o)
}
