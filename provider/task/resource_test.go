package task

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest/inprocess"
	"github.com/ecswin/terraform-provider-ecswin/internal/awsapi"
	"github.com/ecswin/terraform-provider-ecswin/internal/wait/waittest"
	"github.com/ecswin/terraform-provider-ecswin/provider/meta"
	"github.com/ecswin/terraform-provider-ecswin/provider/task/placement"
)

const typeName = "ecswin_task"

type values = map[string]any

// onFake is a provider of tasks alone, on a fake AWS.
type onFake struct {
	api *fakeAWS
}

func (onFake) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "ecswin"
}
func (onFake) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)          {}
func (onFake) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}
func (onFake) DataSources(context.Context) []func() datasource.DataSource                        { return nil }
func (p onFake) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource {
		// Nothing in the fake is as young as this clock.
		r := runner{tasks: p.api, interfaces: p.api, clock: &waittest.Clock{Time: time.Unix(1<<31, 0)}}
		return &Resource{
			meta:   &meta.Data{Client: &awsapi.Client{Region: "us-east-1", AccountID: "123456789012"}},
			runner: r, definitions: p.api, hosts: p.api, tagger: p.api,
			placement: placement.Explainer{Members: p.api},
		}
	}}
}

func terraformOn(api *fakeAWS) *inprocess.Terraform {
	return inprocess.New(func() tfprotov6.ProviderServer {
		return providerserver.NewProtocol6(onFake{api})()
	}, nil)
}

func standing(changes ...values) values {
	config := values{
		"cluster": "windows", "task_definition": "iis:3",
		"network_configuration": values{"subnets": []any{"subnet-0a"}, "security_groups": []any{"sg-0a", "sg-0b"}},
	}
	for _, change := range changes {
		for name, value := range change {
			config[name] = value
		}
	}
	return config
}

func job(changes ...values) values {
	return standing(append([]values{{"wait_for": "stopped"}}, changes...)...)
}

func awsvpc() *ecstypes.TaskDefinition {
	return &ecstypes.TaskDefinition{
		NetworkMode: ecstypes.NetworkModeAwsvpc, Status: ecstypes.TaskDefinitionStatusActive,
		ContainerDefinitions: []ecstypes.ContainerDefinition{{Name: aws.String("iis")}},
	}
}

// running is an AWS on which a task runs at once.
func running() *fakeAWS {
	return &fakeAWS{
		definition: awsvpc(), run: []ran{{task: aTask("PROVISIONING")}},
		tasks: []seen{{task: aTask(statusRunning)}}, interfaces: []seenInterface{{found: anInterface()}},
	}
}

func apply(t *testing.T, tf *inprocess.Terraform, config values, want inprocess.Action, says ...string) inprocess.Result {
	t.Helper()
	got, err := tf.Apply(t.Context(), typeName, config)
	expectResult(t, got, err, want, says...)
	return got
}

func expectResult(t *testing.T, got inprocess.Result, err error, want inprocess.Action, says ...string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if got.Action != want {
		t.Errorf("planned %s, want %s", got.Action, want)
	}
	if len(says) == 0 && len(got.Diagnostics) > 0 {
		t.Errorf("got diagnostics:\n%s", got)
	}
	expectText(t, got.String(), says...)
}

func expectState(t *testing.T, tf *inprocess.Terraform, want values) {
	t.Helper()
	state := tf.State(typeName)
	got := values{}
	for name := range want {
		got[name] = state[name]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
}

func TestCreateShowsTheInterface(t *testing.T) {
	t.Parallel()
	api := running()
	tf := terraformOn(api)
	apply(t, tf, standing(), inprocess.Create)
	expectState(t, tf, values{
		"arn": taskARN, "last_status": "RUNNING", "launch_type": "EC2", "ec2_instance_id": "i-1", "group": "family:iis",
		"network_interface": values{
			"id": eniID, "private_ip_address": "10.0.0.5", "mac_address": "0a:00:00:00:00:01", "subnet_id": "subnet-0a",
			"availability_zone": "us-east-1a", "private_dns_name": "ip-10-0-0-5.ec2.internal", "security_groups": []any{"sg-0a", "sg-0b"},
		},
	})
	sent := api.ran[0]
	if network := sent.NetworkConfiguration.AwsvpcConfiguration; !cmp.Equal(network.Subnets, []string{"subnet-0a"}) || !cmp.Equal(network.SecurityGroups, []string{"sg-0a", "sg-0b"}) {
		t.Errorf("sent %v", network)
	}
	if token := aws.ToString(sent.ClientToken); token == "" || aws.ToString(sent.StartedBy) != startedBy(token) {
		t.Errorf("sent token %q, mark %q", token, aws.ToString(sent.StartedBy))
	}
	apply(t, tf, standing(), inprocess.NoChange)
}

// TestCreateFails: whatever happens after the start, the state knows the task.
func TestCreateFails(t *testing.T) {
	t.Parallel()
	refusal := func(code, text string) []ran {
		return []ran{{err: &smithy.GenericAPIError{Code: code, Message: text}}}
	}
	tests := map[string]struct {
		change func(*fakeAWS)
		config values
		says   []string
		kept   bool
	}{
		"no network configuration": {
			func(*fakeAWS) {}, standing(values{"network_configuration": nil}),
			[]string{`AttributeName("network_configuration")`, "Unable to run task definition iis:3", "network mode is awsvpc", "subnets"}, false,
		},
		"network configuration of a nat task": {
			func(f *fakeAWS) { f.definition.NetworkMode = "" }, standing(),
			[]string{`AttributeName("network_configuration")`, "default (Docker's nat)"}, false,
		},
		"inactive revision": {
			func(f *fakeAWS) { f.definition.Status = ecstypes.TaskDefinitionStatusInactive }, standing(),
			[]string{`AttributeName("task_definition")`, "INACTIVE"}, false,
		},
		"no such revision": {
			func(f *fakeAWS) {
				f.definitionErr = &ecstypes.ClientException{Message: aws.String("Unable to describe task definition.")}
			}, standing(),
			[]string{`AttributeName("task_definition")`, "no such revision in Region us-east-1"}, false,
		},
		"no instances": {
			func(f *fakeAWS) {
				f.run = refusal("InvalidParameterException", "No Container Instances were found in your cluster.")
			}, standing(),
			[]string{`AttributeName("cluster")`, "Unable to run task definition iis:3", "ECS_CLUSTER=windows"}, false,
		},
		"no cluster": {
			func(f *fakeAWS) { f.run = refusal("ClusterNotFoundException", "Cluster not found.") }, standing(),
			[]string{`AttributeName("cluster")`, "Create the cluster first"}, false,
		},
		"token used": {
			func(f *fakeAWS) { f.run = refusal("ConflictException", "conflict") }, standing(values{"client_token": "mine"}),
			[]string{`AttributeName("client_token")`, "Choose another client_token"}, false,
		},
		"token of a stopped task": {
			func(f *fakeAWS) { f.run = []ran{{task: aTask(statusStopped)}} }, standing(values{"client_token": "mine"}),
			[]string{`AttributeName("client_token")`, "leads to 25 tasks in turn that have all stopped"}, false,
		},
		"wrong subnet": {
			func(f *fakeAWS) {
				f.run = refusal("InvalidParameterException", "The subnet ID 'subnet-0a' does not exist")
			}, standing(),
			[]string{`AttributeName("network_configuration").AttributeName("subnets")`}, false,
		},
		"wrong group": {
			func(f *fakeAWS) {
				f.run = refusal("InvalidParameterException", "The security group 'sg-0a' does not exist")
			}, standing(),
			[]string{`AttributeName("security_groups")`}, false,
		},
		"no place": {
			func(f *fakeAWS) {
				f.run = []ran{{failures: []ecstypes.Failure{{Reason: aws.String("RESOURCE:ENI")}}}}
			}, standing(),
			[]string{"ECS found no place for the task: RESOURCE:ENI", "one awsvpc task for each network interface"}, false,
		},
		"lost, with the user's mark": {
			func(f *fakeAWS) { f.run = []ran{{err: lostResponse()}} }, standing(values{"started_by": "me", "client_token": "mine"}),
			[]string{"aws ecs list-tasks --cluster windows --started-by me", `client_token = "mine"`}, false,
		},
		"stops": {
			func(f *fakeAWS) { f.tasks = []seen{{task: aTask(statusStopped, ended(1))}} }, standing(),
			[]string{"Unable to run task " + taskARN, "stopped instead of running on", "container iis: STOPPED, exit code 1", "a command that stays"}, true,
		},
		"never known": {
			func(f *fakeAWS) { f.tasks = nil }, standing(),
			[]string{"Unable to run task " + taskARN, "MISSING"}, true,
		},
		"never runs": {
			func(f *fakeAWS) { f.tasks = []seen{{task: aTask("PENDING")}} }, standing(values{"timeouts": values{"create": "5m"}}),
			[]string{"Unable to run task " + taskARN, "waited 5m0s", "last seen: task PENDING", "raise timeouts"}, true,
		},
		"job fails": {
			func(f *fakeAWS) { f.tasks = []seen{{task: aTask(statusStopped, ended(3))}} }, job(),
			[]string{"container iis ended with exit code 3", "tainted"}, true,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := running()
			tt.change(api)
			tf := terraformOn(api)
			got, err := tf.Apply(t.Context(), typeName, tt.config)
			if err != nil || !got.Failed() {
				t.Fatalf("got %v, %s", err, got)
			}
			expectText(t, got.String(), tt.says...)
			if kept := tf.State(typeName) != nil; kept != tt.kept || kept && !tf.Tainted(typeName) {
				t.Fatalf("state %v", tf.State(typeName))
			}
			if tt.kept {
				expectState(t, tf, values{"arn": taskARN})
			}
		})
	}
}

// TestPlanSaysItFirst: what is wrong with the network configuration is said by
// the plan, before anything is started.
func TestPlanSaysItFirst(t *testing.T) {
	t.Parallel()
	api := running()
	tf := terraformOn(api)
	got, err := tf.Plan(t.Context(), typeName, standing(values{"network_configuration": nil}))
	if err != nil || !got.Failed() {
		t.Fatalf("got %v, %s", err, got)
	}
	expectText(t, got.String(), "network mode is awsvpc")
	// What may not be read, or is not there yet, is left to the apply.
	for _, err := range []error{denied(), &ecstypes.ClientException{Message: aws.String("Unable to describe task definition.")}} {
		api.definitionErr = err
		got, err := tf.Plan(t.Context(), typeName, standing(values{"network_configuration": nil}))
		expectResult(t, got, err, inprocess.Create)
	}
}

func TestJobKeepsItsResult(t *testing.T) {
	t.Parallel()
	api := running()
	api.tasks = []seen{{task: aTask(statusRunning)}, {task: aTask(statusStopped, ended(3))}}
	tf := terraformOn(api)
	config := job(values{"fail_on_exit_code": false, "triggers": values{"a": "1"}})
	apply(t, tf, config, inprocess.Create)
	expectState(t, tf, values{"last_status": "STOPPED", "stop_code": "EssentialContainerExited", "network_interface": nil})
	containers, _ := tf.State(typeName)["containers"].(values)
	iis, _ := containers["iis"].(values)
	if iis["exit_code"] != int64(3) {
		t.Errorf("exit code %v", iis["exit_code"])
	}
	api.tasks, api.calls = nil, nil
	apply(t, tf, config, inprocess.NoChange)
	apply(t, tf, job(values{"fail_on_exit_code": true, "triggers": values{"a": "1"}, "tags": values{"a": "b"}}), inprocess.Update)
	gone := tf.Fork()
	if got, err := gone.Destroy(t.Context(), typeName); err != nil || got.Failed() || gone.State(typeName) != nil {
		t.Errorf("destroy: %v, %s", err, got)
	}
	if len(api.calls) > 0 {
		t.Errorf("a job that has ended is asked after: %q", api.calls)
	}
	api.tasks = []seen{{task: aTask(statusStopped, ended(0))}}
	apply(t, tf, job(values{"triggers": values{"a": "2"}}), inprocess.Replace)
	apply(t, tf, standing(values{"triggers": values{"a": "2"}}), inprocess.Replace, "stopped instead of running on")
}

// TestReadOfWhatIsGone: a standing task that is gone is started again, and the
// screen says why it went.
func TestReadOfWhatIsGone(t *testing.T) {
	t.Parallel()
	oom := func(t *ecstypes.Task) { t.Containers[0].Reason = aws.String("OutOfMemoryError") }
	tests := map[string]struct {
		config values
		first  *ecstypes.Task
		then   seen
		says   []string
	}{
		"stopped": {standing(), aTask(statusRunning), seen{task: aTask(statusStopped, ended(1), oom)}, []string{"Task " + taskARN + " is gone", "OutOfMemoryError", "exit code 1", "starts another one"}},
		"missing": {standing(), aTask(statusRunning), seen{}, []string{"more than an hour ago"}},
		"no cluster": {
			standing(), aTask(statusRunning), seen{err: &ecstypes.ClusterNotFoundException{}},
			[]string{"more than an hour ago"},
		},
		"job without a result": {job(values{"timeouts": values{"create": "1m"}}), aTask("PENDING"), seen{}, []string{"its result was never seen"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := running()
			api.tasks = []seen{{task: tt.first}}
			tf := terraformOn(api)
			if _, err := tf.Apply(t.Context(), typeName, tt.config); err != nil || tf.State(typeName) == nil {
				t.Fatalf("%v, state %v", err, tf.State(typeName))
			}
			api.tasks = []seen{tt.then}
			got, err := tf.Refresh(t.Context(), typeName)
			expectResult(t, got, err, inprocess.NoChange, tt.says...)
			if tf.State(typeName) != nil || got.Failed() {
				t.Errorf("still in the state, %s", got)
			}
		})
	}
}

// TestReadOfTheInterface: EC2 knows best; without it ECS's word counts.
func TestReadOfTheInterface(t *testing.T) {
	t.Parallel()
	known := values{
		"id": eniID, "private_ip_address": "10.0.0.5", "mac_address": "0a:00:00:00:00:01", "subnet_id": "subnet-0a",
		"availability_zone": "us-east-1a", "private_dns_name": "ip-10-0-0-5.ec2.internal", "security_groups": []any{"sg-0a", "sg-0b"},
	}
	tests := map[string]struct {
		task *ecstypes.Task
		ec2  seenInterface
		want any
		says []string
	}{
		"as it was":       {aTask(statusRunning), seenInterface{found: anInterface()}, known, nil},
		"vanished":        {aTask(statusRunning), seenInterface{}, nil, nil},
		"detached":        {aTask("DEPROVISIONING", released), seenInterface{found: anInterface()}, nil, nil},
		"EC2 is denied":   {aTask(statusRunning), seenInterface{err: denied()}, known, []string{"Unable to read network interface " + eniID, "UnauthorizedOperation"}},
		"EC2 cannot tell": {aTask(statusRunning), seenInterface{err: errors.New("broken")}, known, []string{"broken"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := running()
			tf := terraformOn(api)
			apply(t, tf, standing(), inprocess.Create)
			api.tasks, api.interfaces = []seen{{task: tt.task}}, []seenInterface{tt.ec2}
			got, err := tf.Refresh(t.Context(), typeName)
			expectResult(t, got, err, inprocess.NoChange, tt.says...)
			expectState(t, tf, values{"network_interface": tt.want})
			if got.Failed() || len(got.Diagnostics) > 1 {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestDeniedFromTheStart: without EC2 and container instances there is still
// a task, with what ECS tells.
func TestDeniedFromTheStart(t *testing.T) {
	t.Parallel()
	api := running()
	api.interfaces, api.instanceErr, api.definitionErr = []seenInterface{{err: denied()}}, denied(), denied()
	tf := terraformOn(api)
	got := apply(t, tf, standing(), inprocess.Create, "Unable to read network interface", "Unable to read container instance")
	if got.Failed() {
		t.Fatal(got)
	}
	expectState(t, tf, values{"ec2_instance_id": nil, "network_interface": values{
		"id": eniID, "private_ip_address": "10.0.0.5", "mac_address": "0a:00:00:00:00:01", "subnet_id": "subnet-0a",
		"availability_zone": "us-east-1a", "private_dns_name": "ip-10-0-0-5.ec2.internal", "security_groups": nil,
	}})
}

func TestDestroy(t *testing.T) {
	t.Parallel()
	api := running()
	tf := terraformOn(api)
	apply(t, tf, standing(values{"timeouts": values{"delete": "3m"}}), inprocess.Create)
	got, err := tf.Destroy(t.Context(), typeName)
	expectResult(t, got, err, inprocess.Delete, "Unable to stop task "+taskARN, "waited 3m0s", "last seen: task RUNNING")
	if !got.Failed() || tf.State(typeName) == nil {
		t.Error("a task that does not stop has left the state")
	}
	api.tasks = []seen{{task: aTask(statusRunning)}, {task: aTask(statusStopped, released)}}
	api.interfaces = []seenInterface{{found: anInterface()}, {}}
	got, err = tf.Destroy(t.Context(), typeName)
	expectResult(t, got, err, inprocess.Delete)
	if tf.State(typeName) != nil {
		t.Error("a task that has stopped is still in the state")
	}
}

// TestUpdateOfTags changes them in place; what the definition gave stays.
func TestUpdateOfTags(t *testing.T) {
	t.Parallel()
	tagged := func(keys ...string) func(*ecstypes.Task) {
		return func(t *ecstypes.Task) {
			for _, key := range append(keys, "aws:ecs:clusterName") {
				t.Tags = append(t.Tags, ecstypes.Tag{Key: aws.String(key), Value: aws.String("1")})
			}
		}
	}
	api := running()
	api.tasks = []seen{{task: aTask(statusRunning, tagged("a", "of-definition"))}}
	tf := terraformOn(api)
	base := values{"propagate_tags": "TASK_DEFINITION", "tags": values{"a": "1"}}
	apply(t, tf, standing(base), inprocess.Create)
	apply(t, tf, standing(base), inprocess.NoChange)
	api.calls = nil
	apply(t, tf, standing(base, values{"tags": values{"b": "1"}}), inprocess.Update)
	if got := strings.Join(api.calls, ", "); !strings.Contains(got, "untag [a], tag 1") {
		t.Errorf("called %s", got)
	}
}

// TestAdoptionLeavesTheDefinitionsTags alone, of which only AWS knows where
// they come from.
func TestAdoptionLeavesTheDefinitionsTags(t *testing.T) {
	t.Parallel()
	api := running()
	api.tasks = []seen{{task: aTask(statusRunning, func(t *ecstypes.Task) {
		t.Tags = []ecstypes.Tag{{Key: aws.String("of-definition"), Value: aws.String("1")}}
	})}}
	tf := terraformOn(api)
	got, err := tf.Import(t.Context(), typeName, taskARN)
	expectResult(t, got, err, inprocess.NoChange)
	config := standing(values{"propagate_tags": "TASK_DEFINITION"})
	api.calls = nil
	apply(t, tf, config, inprocess.Update)
	for _, call := range api.calls {
		if strings.HasPrefix(call, "untag") {
			t.Errorf("called %s", call)
		}
	}
	apply(t, tf, config, inprocess.NoChange)
}

// TestJobThatWasNotWaitedFor: a read sees its end, which then stays.
func TestJobThatWasNotWaitedFor(t *testing.T) {
	t.Parallel()
	api := running()
	tf := terraformOn(api)
	got, err := tf.Apply(t.Context(), typeName, job(values{"timeouts": values{"create": "1m"}}))
	if err != nil || !got.Failed() {
		t.Fatalf("got %v, %s", err, got)
	}
	api.tasks = []seen{{task: aTask(statusStopped, ended(0))}}
	got, err = tf.Refresh(t.Context(), typeName)
	expectResult(t, got, err, inprocess.NoChange)
	expectState(t, tf, values{"last_status": "STOPPED", "stop_code": "EssentialContainerExited"})
}
