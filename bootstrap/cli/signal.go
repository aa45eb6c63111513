package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/fault"
)

// newSignalCommand describes the commands that signal by hand what apply signals by itself.
func newSignalCommand(l *line) *cobra.Command {
	return add(l.group("signal", "Tell Auto Scaling or CloudFormation of a result by hand."), "Commands",
		newSignalASGCommand(l), newSignalCFNCommand(l))
}

// signalASGCommand completes a lifecycle hook.
type signalASGCommand struct{ Result, Hook, Group string }

func newSignalASGCommand(l *line) *cobra.Command {
	c := &signalASGCommand{}
	command := l.command("asg", "Complete a lifecycle hook of the Auto Scaling group.", c)
	oneOf(command.Flags(), &c.Result, "result", "", "`RESULT` of the lifecycle action: %s.", "CONTINUE", "ABANDON")
	need(command, "result")
	command.Flags().StringVar(&c.Hook, "hook", "", "`NAME` of the hook. Default: signal.auto_scaling.hook of the document.")
	command.Flags().StringVar(&c.Group, "group", "",
		"`NAME` of the group. Default: signal.auto_scaling.group, or the group that the instance is in.")
	return command
}

// signalCFNCommand signals a stack.
type signalCFNCommand struct{ Result, Stack, Resource string }

func newSignalCFNCommand(l *line) *cobra.Command {
	c := &signalCFNCommand{}
	command := l.command("cfn", "Signal a resource of a CloudFormation stack.", c)
	oneOf(command.Flags(), &c.Result, "result", "", "`STATUS` of the signal: %s.", "SUCCESS", "FAILURE")
	need(command, "result")
	command.Flags().StringVar(&c.Stack, "stack", "", "`NAME` of the stack. Default: signal.cloudformation.stack of the document.")
	command.Flags().StringVar(&c.Resource, "resource", "", "Logical `ID` of the resource. Default: signal.cloudformation.resource.")
	return command
}

type signalDocument struct {
	SchemaVersion int    `json:"schemaVersion"`
	Simulated     string `json:"simulated,omitempty"`
	InstanceID    string `json:"instanceId"`
	Told          string `json:"told"`
	Result        string `json:"result"`
}

// Run implements the command.
func (c *signalASGCommand) Run(s *session) error {
	return s.onMachine(func(b *bench) error {
		known := b.documentOrDefault(b).Signal.AutoScaling
		hook := cloud.LifecycleHook{Hook: either(c.Hook, known.Hook), Group: either(c.Group, known.Group)}
		if hook.Hook == "" {
			return fault.New("E_SIGNAL_SETUP", nil, "no hook is named")
		}
		var err error
		if hook.InstanceID, err = b.instanceID(b); err != nil {
			return err
		}
		if err := b.cloud.Signals.Complete(b, hook, c.Result); err != nil {
			return signalFault(err, "lifecycle hook "+hook.Hook)
		}
		return b.told(hook.InstanceID, "lifecycle hook "+hook.Hook, c.Result)
	})
}

// Run implements the command.
func (c *signalCFNCommand) Run(s *session) error {
	return s.onMachine(func(b *bench) error {
		known := b.documentOrDefault(b).Signal.CloudFormation
		stack, resource := either(c.Stack, known.Stack), either(c.Resource, known.Resource)
		if stack == "" || resource == "" {
			return fault.New("E_SIGNAL_SETUP", nil, "no stack and resource are named")
		}
		id, err := b.instanceID(b)
		if err != nil {
			return err
		}
		what := "resource " + resource + " of stack " + stack
		if err := b.cloud.Signals.Resource(b, stack, resource, id, c.Result); err != nil {
			return signalFault(err, what)
		}
		return b.told(id, what, c.Result)
	})
}

func (b *bench) told(id, what, result string) error {
	return b.show(signalDocument{1, b.simulated, id, what, result}, func() {
		prefix := ""
		if b.simulated != "" {
			prefix = "SIMULATED "
		}
		fmt.Fprintf(b.Stdout, "%ssignal: told %s %s for %s\n", prefix, what, result, id)
	})
}

// signalFault names why a signal did not arrive.
func signalFault(err error, what string) error {
	var refused *cloud.CallError
	switch {
	case errors.Is(err, cloud.ErrNoCredentials), errors.As(err, &refused) && refused.Denied():
		return fault.New("E_SIGNAL_DENIED", err, "%s", what)
	case errors.As(err, &refused) && strings.HasPrefix(refused.Code, "Validation"):
		return fault.New("E_SIGNAL_NO_ACTION", err, "%s", what)
	}
	return fault.New("E_SIGNAL_FAILED", err, "%s", what)
}

func either(given, known string) string {
	if given != "" {
		return given
	}
	return known
}

func (b *bench) instanceID(ctx context.Context) (string, error) {
	id, err := b.host.Metadata.Get(ctx, "meta-data/instance-id")
	if err != nil {
		return "", fault.New("E_IMDS_UNREACHABLE", err, "")
	}
	return strings.TrimSpace(id), nil
}
