package task

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// maxSpent bounds how many tasks that have stopped a token of the user's own may
// lead to. ECS forgets a token after a day or more.
const maxSpent = 25

// start runs the planned task, and fills its token and its mark.
//
// AWS answers a token that was used with the task of that use, so a token of
// the user's own finds the task that a killed apply has started. Where that
// task is one to replace, the next token is made of the two: the way is the
// same for each apply, and so an apply that is killed on it loses nothing
// either.
func (r *Resource) start(ctx context.Context, plan *model, definition *ecstypes.TaskDefinition, diags *diag.Diagnostics) *ecstypes.Task {
	own := !plan.ClientToken.IsUnknown() && !plan.ClientToken.IsNull()
	if !own {
		plan.ClientToken = types.StringValue(newToken())
	}
	marked := plan.StartedBy.IsUnknown() || plan.StartedBy.IsNull()
	token := plan.ClientToken.ValueString()
	for range maxSpent {
		if marked {
			plan.StartedBy = types.StringValue(startedBy(token))
		}
		in, found := plan.toRun(ctx)
		in.ClientToken = aws.String(token)
		diags.Append(found...)
		if diags.HasError() {
			return nil
		}
		started, err := r.runner.run(ctx, in, marked)
		if err != nil {
			r.refuse(ctx, in, definition, err, diags)
			return nil
		}
		if !own || !plan.spends(started, definition) {
			tellEarlierEnd(plan, started, own, diags)
			return started
		}
		arn := aws.ToString(started.TaskArn)
		diags.AddAttributeWarning(path.Root("client_token"), "The token's task has stopped",
			fmt.Sprintf("AWS answered it with task %s, which was started with it before, so another one was started in its place. %s", arn, stopped(started)))
		token = tokenAfter(token, arn)
	}
	diags.AddAttributeError(path.Root("client_token"), "Unable to run task definition "+shortName(plan.TaskDefinition.ValueString()),
		fmt.Sprintf("The token leads to %d tasks in turn that have all stopped. Choose another client_token, or leave it out.", maxSpent))
	return nil
}

// spends reports whether the task that a token was answered with is one to
// replace: a standing one that has stopped or is about to, or a job that failed.
func (m *model) spends(t *ecstypes.Task, definition *ecstypes.TaskDefinition) bool {
	if !m.isJob() {
		return aws.ToString(t.DesiredStatus) == statusStopped
	}
	if aws.ToString(t.LastStatus) != statusStopped {
		return false
	}
	_, ok := verdict(t, true, m.FailOnExitCode.ValueBool(), essentialIn(definition))
	return !ok
}

// tellEarlierEnd says where a job was not run, because its token has led to
// one that had succeeded already: only a killed apply means that.
func tellEarlierEnd(m *model, t *ecstypes.Task, own bool, diags *diag.Diagnostics) {
	if own && m.isJob() && aws.ToString(t.LastStatus) == statusStopped {
		diags.AddAttributeWarning(path.Root("client_token"), "The token's job has ended before",
			fmt.Sprintf("AWS answered it with task %s, which was started with it before and has succeeded. Its result was taken, and nothing was started. "+
				"To run the job again, choose another client_token.", aws.ToString(t.TaskArn)))
	}
}

// tokenAfter returns the token that follows one whose task has stopped.
func tokenAfter(token, taskARN string) string {
	sum := sha256.Sum256([]byte(token + " " + taskARN))
	return "ecswin-" + hex.EncodeToString(sum[:16])
}
