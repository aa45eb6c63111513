// Package cloud is what the bootstrap may ask of AWS: small interfaces in plain types. Package awscloud has the real
// calls behind them, package sim a simulated account. Every call is optional for a node that joins; each says what it
// needs of the instance role in its comment, and docs/iam.md is checked against that list.
package cloud

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Cloud is the AWS side as one run of the bootstrap sees it. Every field is set, but for Configure.
type Cloud struct {
	Identity Identity
	Signals  Signals
	Secrets  Secrets
	Members  Members
	Settings Settings

	// Configure tells the AWS side where to go once the document is known; nil where that makes no difference. Calls
	// before it go to the Region of the environment or the instance, through the environment's proxy.
	Configure func(Settled)
}

// Identity is who the instance is to AWS.
type Identity interface {
	// Caller looks up the role that the instance's credentials stand for, and the clock's skew. It needs no permission
	// (sts:GetCallerIdentity is always allowed). With an error comes the skew alone, if AWS has answered: it refuses a
	// machine whose clock is too far off.
	Caller(ctx context.Context) (Caller, error)
}

// Caller is an identity.
type Caller struct {
	Account, ARN string
	// Skew is AWS's clock minus the machine's, by the Date header.
	Skew time.Duration
}

// Signals tell others of the result.
type Signals interface {
	// Complete completes a lifecycle action with CONTINUE or ABANDON. It needs autoscaling:CompleteLifecycleAction.
	Complete(ctx context.Context, hook LifecycleHook, result string) error
	// Heartbeat extends a lifecycle action. It needs autoscaling:RecordLifecycleActionHeartbeat.
	Heartbeat(ctx context.Context, hook LifecycleHook) error
	// Resource signals a resource of a CloudFormation stack with SUCCESS or FAILURE. It needs cloudformation:SignalResource.
	Resource(ctx context.Context, stack, resource, uniqueID, status string) error
}

// LifecycleHook names a lifecycle action of an instance.
type LifecycleHook struct {
	// Group is the Auto Scaling group; empty: the one that the instance belongs to, looked up with
	// autoscaling:DescribeAutoScalingInstances.
	Group, Hook, InstanceID string
}

// Secrets resolves references.
type Secrets interface {
	// Resolve returns the value of an ssm: or secretsmanager: reference. It needs ssm:GetParameter or
	// secretsmanager:GetSecretValue, and kms:Decrypt for a key of the customer's own.
	Resolve(ctx context.Context, reference string) (string, error)
}

// Members are the cluster's container instances.
type Members interface {
	// Member looks up one container instance. It needs ecs:DescribeContainerInstances.
	Member(ctx context.Context, cluster, arn string) (Member, error)
	// Drain sets a container instance to DRAINING. It needs ecs:UpdateContainerInstancesState.
	Drain(ctx context.Context, cluster, arn string) error
	// Activate sets one that is DRAINING back to ACTIVE. It needs ecs:UpdateContainerInstancesState.
	Activate(ctx context.Context, cluster, arn string) error
	// Deregister takes it out of the cluster, tasks or not. It needs ecs:DeregisterContainerInstance.
	Deregister(ctx context.Context, cluster, arn string) error
}

// Member is a container instance as ECS shows it.
type Member struct {
	// Status is ACTIVE, DRAINING, REGISTERING and so on.
	Status         string
	AgentConnected bool
	// Attributes are all attributes by name.
	Attributes map[string]string
	// RunningTasks counts the tasks that still run.
	RunningTasks int
}

// Settings are the account settings of ECS.
type Settings interface {
	// Effective looks up a setting as it holds for the caller. It needs ecs:ListAccountSettings.
	Effective(ctx context.Context, name string) (string, error)
	// Put sets it for the caller's role, which every later instance of that role has too. It needs ecs:PutAccountSetting.
	Put(ctx context.Context, name, value string) error
}

// ErrNoCredentials says that the instance has no credentials: no instance profile, or the metadata did not give them.
var ErrNoCredentials = errors.New("the instance has no credentials")

// CallError is a call that AWS refused or did not answer.
type CallError struct {
	// Action is the IAM action, as ecs:DescribeContainerInstances.
	Action string
	// Code is AWS's error code, or empty if there was no answer.
	Code string
	Err  error
}

// Error implements error.
func (e *CallError) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("%s got no answer: %v", e.Action, e.Err)
	}
	return fmt.Sprintf("%s was refused (%s): %v", e.Action, e.Code, e.Err)
}

// Unwrap returns the cause.
func (e *CallError) Unwrap() error { return e.Err }

// Denied reports whether the instance role lacks the permission.
func (e *CallError) Denied() bool {
	switch e.Code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
		return true
	}
	return false
}
