package task

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
)

// TestTokenOfAStoppedTask: what a token of the user's own has started and is to
// be replaced is replaced, by a token that follows from it.
func TestTokenOfAStoppedTask(t *testing.T) {
	t.Parallel()
	other := strings.Replace(taskARN, "0123", "ffff", 1)
	renamed := func(t *ecstypes.Task) { t.TaskArn = aws.String(other) }
	second := tokenAfter("mine", taskARN)
	for name, tt := range map[string]struct {
		config values
		first  *ecstypes.Task
		then   *ecstypes.Task
	}{
		"standing": {standing(), aTask(statusStopped, ended(1)), aTask(statusRunning, renamed)},
		"a job":    {job(), aTask(statusStopped, ended(1)), aTask(statusStopped, renamed, ended(0))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := running()
			api.run = []ran{{task: tt.first}, {task: aTask("PROVISIONING", renamed)}}
			api.tasks = []seen{{task: tt.then}}
			tf := terraformOn(api)
			config := standing(tt.config, values{"client_token": "mine"})
			got := apply(t, tf, config, inprocess.Create, "The token's task has stopped", taskARN, "exit code 1")
			if got.Failed() || len(api.ran) != 2 {
				t.Fatalf("%d starts, %s", len(api.ran), got)
			}
			expectState(t, tf, values{"arn": other, "client_token": "mine", "started_by": startedBy(second)})
			if sent := api.ran[1]; aws.ToString(sent.ClientToken) != second || aws.ToString(sent.StartedBy) != startedBy(second) {
				t.Errorf("sent token %s, mark %s", aws.ToString(sent.ClientToken), aws.ToString(sent.StartedBy))
			}
			apply(t, tf, config, inprocess.NoChange)
		})
	}
}

// TestJobThatAKilledApplyLeft: its token finds it again, though it has ended
// meanwhile.
func TestJobThatAKilledApplyLeft(t *testing.T) {
	t.Parallel()
	api := running()
	api.run = []ran{{task: aTask(statusStopped, ended(0))}}
	api.tasks = []seen{{task: aTask(statusStopped, ended(0))}}
	tf := terraformOn(api)
	apply(t, tf, job(values{"client_token": "mine"}), inprocess.Create, "The token's job has ended before", "nothing was started")
	expectState(t, tf, values{"arn": taskARN, "last_status": "STOPPED", "client_token": "mine"})
	if len(api.ran) != 1 {
		t.Errorf("%d starts", len(api.ran))
	}
}
