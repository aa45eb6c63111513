package awscloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/cloud"
	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
)

// The IAM actions of the calls.
const (
	actionCaller       = "sts:GetCallerIdentity"
	actionComplete     = "autoscaling:CompleteLifecycleAction"
	actionHeartbeat    = "autoscaling:RecordLifecycleActionHeartbeat"
	actionGroups       = "autoscaling:DescribeAutoScalingInstances"
	actionSignal       = "cloudformation:SignalResource"
	actionParameter    = "ssm:GetParameter"
	actionSecret       = "secretsmanager:GetSecretValue"
	actionDescribe     = "ecs:DescribeContainerInstances"
	actionState        = "ecs:UpdateContainerInstancesState"
	actionDeregister   = "ecs:DeregisterContainerInstance"
	actionListSettings = "ecs:ListAccountSettings"
	actionPutSetting   = "ecs:PutAccountSetting"
)

type identity struct{ *account }

// Caller implements cloud.Identity.
func (i identity) Caller(ctx context.Context) (cloud.Caller, error) {
	c, err := i.connect(ctx)
	if err != nil {
		return cloud.Caller{}, explain(actionCaller, err)
	}
	out, err := c.caller(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		// A clock that is too far off is itself a reason for AWS to refuse.
		return cloud.Caller{Skew: skewOfRefusal(err)}, explain(actionCaller, err)
	}
	caller := cloud.Caller{Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn)}
	server, told := awsmiddleware.GetServerTime(out.ResultMetadata)
	received, known := awsmiddleware.GetResponseAt(out.ResultMetadata)
	if told && known {
		// The Date header has no fractions of a second.
		caller.Skew = server.Sub(received).Truncate(time.Second)
	}
	return caller, nil
}

// skewOfRefusal is AWS's clock minus the machine's, by the Date header of an error's response; 0 where there is none.
func skewOfRefusal(err error) time.Duration {
	refusal, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || refusal.Response == nil {
		return 0
	}
	server, err := http.ParseTime(refusal.Response.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return time.Until(server).Truncate(time.Second)
}

type signals struct{ *account }

// Complete implements cloud.Signals.
func (s signals) Complete(ctx context.Context, hook cloud.LifecycleHook, result string) error {
	c, err := s.connect(ctx)
	if err != nil {
		return explain(actionComplete, err)
	}
	group, err := c.group(ctx, hook)
	if err != nil {
		return err
	}
	_, err = c.complete(ctx, &autoscaling.CompleteLifecycleActionInput{
		AutoScalingGroupName: &group, LifecycleHookName: &hook.Hook, InstanceId: &hook.InstanceID, LifecycleActionResult: &result,
	})
	return explain(actionComplete, err)
}

// Heartbeat implements cloud.Signals.
func (s signals) Heartbeat(ctx context.Context, hook cloud.LifecycleHook) error {
	c, err := s.connect(ctx)
	if err != nil {
		return explain(actionHeartbeat, err)
	}
	group, err := c.group(ctx, hook)
	if err != nil {
		return err
	}
	_, err = c.heartbeat(ctx, &autoscaling.RecordLifecycleActionHeartbeatInput{
		AutoScalingGroupName: &group, LifecycleHookName: &hook.Hook, InstanceId: &hook.InstanceID,
	})
	return explain(actionHeartbeat, err)
}

// group is the Auto Scaling group of a hook, looked up where it is not named.
func (c *calls) group(ctx context.Context, hook cloud.LifecycleHook) (string, error) {
	if hook.Group != "" {
		return hook.Group, nil
	}
	out, err := c.groups(ctx, &autoscaling.DescribeAutoScalingInstancesInput{InstanceIds: []string{hook.InstanceID}})
	if err != nil {
		return "", explain(actionGroups, err)
	}
	if len(out.AutoScalingInstances) == 0 {
		return "", &cloud.CallError{Action: actionGroups, Code: "ValidationError", Err: fmt.Errorf("instance %s is in no Auto Scaling group", hook.InstanceID)}
	}
	return aws.ToString(out.AutoScalingInstances[0].AutoScalingGroupName), nil
}

// Resource implements cloud.Signals.
func (s signals) Resource(ctx context.Context, stack, resource, uniqueID, status string) error {
	c, err := s.connect(ctx)
	if err != nil {
		return explain(actionSignal, err)
	}
	_, err = c.signal(ctx, &cloudformation.SignalResourceInput{
		StackName: &stack, LogicalResourceId: &resource, UniqueId: &uniqueID, Status: cfntypes.ResourceSignalStatus(status),
	})
	return explain(actionSignal, err)
}

type secrets struct{ *account }

// Resolve implements cloud.Secrets.
func (s secrets) Resolve(ctx context.Context, reference string) (string, error) {
	r, err := nodeconfig.ParseReference(reference)
	if err != nil {
		return "", err
	}
	c, err := s.connect(ctx)
	if err != nil {
		return "", explain("resolving "+r.String(), err)
	}
	if r.Store == nodeconfig.StoreSSM {
		out, err := c.parameter(ctx, &ssm.GetParameterInput{Name: &r.Name, WithDecryption: aws.Bool(true)})
		if err != nil {
			return "", explain(actionParameter, err)
		}
		if out.Parameter == nil {
			return "", &cloud.CallError{Action: actionParameter, Err: errors.New("the answer has no parameter")}
		}
		return aws.ToString(out.Parameter.Value), nil
	}
	out, err := c.secret(ctx, &secretsmanager.GetSecretValueInput{SecretId: &r.Name})
	if err != nil {
		return "", explain(actionSecret, err)
	}
	return member(aws.ToString(out.SecretString), r)
}

// member takes the member that a reference names out of a secret. Its error does not hold the secret.
func member(secret string, r nodeconfig.Reference) (string, error) {
	if r.Key == "" {
		return secret, nil
	}
	var members map[string]any
	if json.Unmarshal([]byte(secret), &members) != nil {
		return "", fmt.Errorf("%s: the secret is no JSON object, so it has no member %q", r, r.Key)
	}
	value, ok := members[r.Key].(string)
	if !ok {
		return "", fmt.Errorf("%s: the secret has no member %q that is a string", r, r.Key)
	}
	return value, nil
}
