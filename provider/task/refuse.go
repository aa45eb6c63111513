package task

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/provider/task/placement"
)

// refuse reports why no task was started.
func (r *Resource) refuse(ctx context.Context, in *ecs.RunTaskInput, definition *ecstypes.TaskDefinition, err error, diags *diag.Diagnostics) {
	summary := "Unable to run task definition " + shortName(aws.ToString(in.TaskDefinition))
	if unplaced, ok := errors.AsType[*placementError](err); ok {
		diags.AddError(summary, r.placement.Explain(ctx, placement.Request{
			Cluster: aws.ToString(in.Cluster), Definition: definition, Subnets: subnetsOf(in),
			Overrides: in.Overrides, Failures: unplaced.failures,
		}))
		return
	}
	detail := awsapi.Explain(err).String()
	if at, remedy, ok := refusal(err, aws.ToString(in.Cluster)); ok {
		diags.AddAttributeError(at, summary, detail+"\n\n"+remedy)
		return
	}
	if awsapi.MayHaveTakenEffect(err) {
		detail += fmt.Sprintf("\n\nA task may have been started all the same. Look for it, and stop it if it is there:\n\n"+
			"  aws ecs list-tasks --cluster %s --started-by %s\n\n"+
			"Or set client_token = %q and apply again: AWS then answers with that task.",
			aws.ToString(in.Cluster), aws.ToString(in.StartedBy), aws.ToString(in.ClientToken))
	}
	diags.AddError(summary, detail)
}

func subnetsOf(in *ecs.RunTaskInput) []string {
	if in.NetworkConfiguration == nil || in.NetworkConfiguration.AwsvpcConfiguration == nil {
		return nil
	}
	return in.NetworkConfiguration.AwsvpcConfiguration.Subnets
}

// refusal names the argument that AWS's refusal of a start is about, and what
// to do.
func refusal(err error, cluster string) (at path.Path, remedy string, ok bool) {
	e, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return path.Empty(), "", false
	}
	text := e.ErrorMessage()
	switch {
	case strings.Contains(text, "No Container Instances were found"):
		return path.Root("cluster"), "The cluster has no container instances that take tasks. Launch some with ECS_CLUSTER=" + shortName(cluster) +
			" and ECS_ENABLE_TASK_ENI=true in the environment of their ECS agent. If there are some already, they may have joined another cluster: the agent's default is \"default\".", true
	case e.ErrorCode() == "ClusterNotFoundException":
		return path.Root("cluster"), "Create the cluster first, or correct the name.", true
	case e.ErrorCode() == "ConflictException":
		return path.Root("client_token"), "This token was used before to start a task with other arguments. Choose another client_token, or leave it out.", true
	case strings.Contains(text, "TaskDefinition is inactive"):
		return path.Root("task_definition"), "Name a revision that is ACTIVE.", true
	case strings.Contains(strings.ToLower(text), "subnet"):
		return path.Root("network_configuration").AtName("subnets"), "The subnets must exist, and all be in one VPC: that of the container instances.", true
	case strings.Contains(strings.ToLower(text), "security group"):
		return path.Root("network_configuration").AtName("security_groups"), "The security groups must exist, and be in the VPC of the subnets.", true
	case strings.Contains(text, "Override"):
		return path.Root("overrides"), "Container overrides go by the names in the task definition.", true
	}
	return path.Empty(), "", false
}
