package task

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
)

// plan wants an action for a configuration.
func plan(t *testing.T, tf *inprocess.Terraform, config values, want inprocess.Action, says ...string) {
	t.Helper()
	got, err := tf.Plan(t.Context(), typeName, config)
	expectResult(t, got, err, want, says...)
}

// TestWhatReplaces: another task for each argument that AWS fixes at the
// start, and none for another spelling of the same.
func TestWhatReplaces(t *testing.T) {
	t.Parallel()
	overrides := func(value string) values {
		return values{"overrides": values{
			"execution_role_arn":  "arn:aws:iam::123456789012:role/e",
			"container_overrides": values{"iis": values{"environment": values{"A": value}, "command": []any{"ping"}}},
		}}
	}
	config := standing(overrides("1"))
	tf := terraformOn(running())
	apply(t, tf, config, inprocess.Create)
	for name, tt := range map[string]struct {
		change values
		want   inprocess.Action
	}{
		"nothing":                 {nil, inprocess.NoChange},
		"ARN of the definition":   {values{"task_definition": revisionARN}, inprocess.NoChange},
		"ARN of the cluster":      {values{"cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/windows"}, inprocess.NoChange},
		"launch type as it is":    {values{"launch_type": "EC2"}, inprocess.NoChange},
		"group as it is":          {values{"group": "family:iis"}, inprocess.NoChange},
		"tags":                    {values{"tags": values{"a": "2"}}, inprocess.Update},
		"timeouts":                {values{"timeouts": values{"create": "1h"}}, inprocess.Update},
		"fail_on_exit_code":       {values{"fail_on_exit_code": false}, inprocess.Update},
		"wait_for":                {values{"wait_for": "stopped"}, inprocess.Update},
		"cluster":                 {values{"cluster": "other"}, inprocess.Replace},
		"task_definition":         {values{"task_definition": "iis:4"}, inprocess.Replace},
		"network_configuration":   {values{"network_configuration": values{"subnets": []any{"subnet-0a"}}}, inprocess.Replace},
		"capacity providers":      {values{"capacity_provider_strategy": []any{values{"capacity_provider": "w"}}}, inprocess.Replace},
		"overrides":               {overrides("2"), inprocess.Replace},
		"placement_constraints":   {values{"placement_constraints": []any{values{"type": "distinctInstance"}}}, inprocess.Replace},
		"placement_strategy":      {values{"placement_strategy": []any{values{"type": "random"}}}, inprocess.Replace},
		"enable_execute_command":  {values{"enable_execute_command": true}, inprocess.Replace},
		"enable_ecs_managed_tags": {values{"enable_ecs_managed_tags": true}, inprocess.Replace},
		"propagate_tags":          {values{"propagate_tags": "NONE"}, inprocess.Replace},
		"group":                   {values{"group": "web"}, inprocess.Replace},
		"started_by":              {values{"started_by": "me"}, inprocess.Replace},
		"client_token":            {values{"client_token": "mine"}, inprocess.Replace},
		"triggers":                {values{"triggers": values{"a": "1"}}, inprocess.Replace},
		"unknown definition":      {values{"task_definition": inprocess.Unknown{}}, inprocess.Replace},
		"unknown subnets":         {values{"network_configuration": values{"subnets": inprocess.Unknown{}}}, inprocess.Replace},
	} {
		t.Run(name, func(t *testing.T) {
			plan(t, tf, standing(config, tt.change), tt.want)
		})
	}
}

// TestTokenMustChange with the task.
func TestTokenMustChange(t *testing.T) {
	t.Parallel()
	tf := terraformOn(running())
	apply(t, tf, standing(values{"client_token": "mine"}), inprocess.Create)
	got, err := tf.Plan(t.Context(), typeName, standing(values{"client_token": "mine", "group": "web"}))
	if err != nil || !got.Failed() {
		t.Fatalf("got %v, %s", err, got)
	}
	expectText(t, got.String(), `AttributeName("client_token")`, "Choose another one")
	plan(t, tf, standing(values{"client_token": "mine too", "group": "web"}), inprocess.NoChange, "must be 1 to 64 printable ASCII characters")
	plan(t, tf, standing(values{"client_token": "mine-too", "group": "web"}), inprocess.Replace)
}

// importable is a task as AWS reports it, with what only AWS knows.
func importable() *fakeAWS {
	api := running()
	api.tasks = []seen{{task: aTask(statusRunning, func(t *ecstypes.Task) {
		t.StartedBy = aws.String("me")
		t.Overrides = &ecstypes.TaskOverride{ContainerOverrides: []ecstypes.ContainerOverride{{Name: aws.String("iis")}}}
		t.Tags = []ecstypes.Tag{{Key: aws.String("aws:ecs:clusterName"), Value: aws.String("windows")}, {Key: aws.String("a"), Value: aws.String("1")}}
	})}}
	return api
}

func TestImport(t *testing.T) {
	t.Parallel()
	plain := standing(values{"enable_ecs_managed_tags": true, "tags": values{"a": "1"}})
	tests := map[string]struct {
		id     string
		config values
		want   inprocess.Action
	}{
		"by cluster and id":           {"windows/" + taskID, plain, inprocess.NoChange},
		"by ARN":                      {taskARN, plain, inprocess.NoChange},
		"other spellings":             {taskARN, standing(plain, values{"task_definition": revisionARN, "launch_type": "EC2"}), inprocess.NoChange},
		"more subnets":                {taskARN, standing(plain, values{"network_configuration": values{"subnets": []any{"subnet-0b", "subnet-0a"}}}), inprocess.Update},
		"what AWS does not tell":      {taskARN, standing(plain, values{"triggers": values{"a": "1"}, "placement_strategy": []any{values{"type": "random"}}, "propagate_tags": "TASK_DEFINITION"}), inprocess.Update},
		"a token":                     {taskARN, standing(plain, values{"client_token": "mine"}), inprocess.Update},
		"managed tags, told as on":    {taskARN, standing(plain, values{"enable_ecs_managed_tags": false}), inprocess.Update},
		"a job":                       {taskARN, standing(plain, values{"wait_for": "stopped"}), inprocess.Update},
		"overrides that say nothing":  {taskARN, standing(plain, values{"overrides": values{}}), inprocess.Update},
		"overrides that say anything": {taskARN, standing(plain, values{"overrides": values{"execution_role_arn": "arn:aws:iam::123456789012:role/e"}}), inprocess.Replace},
		"other subnets":               {taskARN, standing(plain, values{"network_configuration": values{"subnets": []any{"subnet-0b"}}}), inprocess.Replace},
		"other groups":                {taskARN, standing(plain, values{"network_configuration": values{"subnets": []any{"subnet-0a"}, "security_groups": []any{"sg-0c"}}}), inprocess.Replace},
		"other definition":            {taskARN, standing(plain, values{"task_definition": "iis:4"}), inprocess.Replace},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := importable()
			tf := terraformOn(api)
			got, err := tf.Import(t.Context(), typeName, tt.id)
			expectResult(t, got, err, inprocess.NoChange)
			expectState(t, tf, values{"arn": taskARN, "task_definition": revisionARN, "cluster": "windows", "started_by": "me", "wait_for": "running"})
			api.calls = nil
			plan(t, tf, tt.config, tt.want)
			if tt.want != inprocess.Update {
				return
			}
			apply(t, tf, tt.config, inprocess.Update)
			for _, call := range api.calls {
				if call == "run" || call[:3] == "tag" || call[:3] == "unt" {
					t.Errorf("adopting called %q", call)
				}
			}
			plan(t, tf, tt.config, inprocess.NoChange)
			// Once adopted, a change is a change.
			plan(t, tf, standing(tt.config, values{"triggers": values{"a": "2"}, "client_token": nil}), inprocess.Replace)
		})
	}
}

func TestImportOfAJobThatEnded(t *testing.T) {
	t.Parallel()
	api := running()
	api.tasks = []seen{{task: aTask(statusStopped, ended(0))}}
	tf := terraformOn(api)
	got, err := tf.Import(t.Context(), typeName, taskARN)
	expectResult(t, got, err, inprocess.NoChange)
	expectState(t, tf, values{"wait_for": "stopped", "network_interface": nil, "network_configuration": nil})
	// Its interface is gone, and with it what the configuration was.
	apply(t, tf, job(), inprocess.Update)
	plan(t, tf, job(), inprocess.NoChange)
}

func TestImportThatFails(t *testing.T) {
	t.Parallel()
	for id, says := range map[string]string{
		"iis":               "names no task",
		"windows/" + taskID: "has no such task",
		"arn:aws:ecs:eu-west-1:123456789012:task/windows/" + taskID: "Region eu-west-1",
		"arn:aws:ecs:us-east-1:999999999999:task/windows/" + taskID: "account 999999999999",
	} {
		tf := terraformOn(&fakeAWS{})
		got, err := tf.Import(t.Context(), typeName, id)
		if err != nil || !got.Failed() {
			t.Fatalf("%s: %v, %s", id, err, got)
		}
		expectText(t, got.String(), says)
	}
}

// TestValidate finds what AWS would refuse, at the place.
func TestValidate(t *testing.T) {
	t.Parallel()
	constraint := func(c values) values { return values{"placement_constraints": []any{c}} }
	strategy := func(c values) values { return values{"placement_strategy": []any{c}} }
	for name, tt := range map[string]struct {
		change values
		want   string
	}{
		"launch type and strategy":   {values{"launch_type": "EC2", "capacity_provider_strategy": []any{values{"capacity_provider": "w"}}}, "AWS takes one of them"},
		"Fargate":                    {values{"launch_type": "FARGATE"}, "launch_type"},
		"family alone":               {values{"task_definition": "iis"}, "family:revision"},
		"service's ARN":              {values{"cluster": "arn:aws:ecs:us-east-1:123456789012:service/a/b"}, "name or ARN of a cluster"},
		"no subnets":                 {values{"network_configuration": values{"subnets": []any{}}}, "subnets"},
		"no subnet":                  {values{"network_configuration": values{"subnets": []any{"vpc-0a"}}}, "the id of a subnet"},
		"six groups":                 {values{"network_configuration": values{"subnets": []any{"subnet-0a"}, "security_groups": []any{"sg-01", "sg-02", "sg-03", "sg-04", "sg-05", "sg-06"}}}, "at most 5"},
		"null value":                 {values{"overrides": values{"container_overrides": values{"iis": values{"environment": values{"A": nil}}}}}, "Null"},
		"memberOf without":           {constraint(values{}), "wants an expression"},
		"distinctInstance with":      {constraint(values{"type": "distinctInstance", "expression": "a"}), "takes no expression"},
		"binpack by zone":            {strategy(values{"type": "binpack", "field": "zone"}), "cpu"},
		"spread by nothing":          {strategy(values{"type": "spread"}), "wants a field"},
		"random by something":        {strategy(values{"type": "random", "field": "cpu"}), "takes no field"},
		"another wait":               {values{"wait_for": "healthy"}, "wait_for"},
		"a service's tags":           {values{"propagate_tags": "SERVICE"}, "propagate_tags"},
		"role that is none":          {values{"overrides": values{"task_role_arn": "web"}}, "the ARN of an IAM role"},
		"spaces in the started mark": {values{"started_by": "a b"}, "started_by"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := terraformOn(running()).Plan(t.Context(), typeName, standing(tt.change))
			if err != nil || !got.Failed() {
				t.Fatalf("got %v, %s", err, got)
			}
			expectText(t, got.String(), tt.want)
		})
	}
}

// TestSecretsStayOut: no diagnostic shows a value of the overrides.
func TestSecretsStayOut(t *testing.T) {
	t.Parallel()
	const canary = "canary-7f3a"
	config := standing(values{"overrides": values{"container_overrides": values{"iis": values{
		"environment": values{"PASSWORD": canary}, "command": []any{canary},
	}}}})
	for _, answer := range []ran{
		{err: lostResponse()},
		{failures: []ecstypes.Failure{{Reason: aws.String("ATTRIBUTE")}}},
		{err: &ecstypes.InvalidParameterException{Message: aws.String("Override for container named iis is not a container in the TaskDefinition.")}},
	} {
		api := running()
		api.run = []ran{answer}
		got, err := terraformOn(api).Apply(t.Context(), typeName, config)
		if err != nil || !got.Failed() {
			t.Fatalf("got %v, %s", err, got)
		}
		if text := got.String(); len(text) == 0 || strings.Contains(text, canary) {
			t.Errorf("shows a secret: %s", text)
		}
	}
}
