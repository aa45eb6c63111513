package sandbox_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
)

// taskStory is what a client was answered when it ran iis on a t3.micro, which
// has one slot, ran it again, described the task until it was RUNNING, looked at
// its interface, its instance's type and its subnet, stopped it, described it
// until it was STOPPED, and looked for the interface again. Refused is what
// RunTask says without a network configuration.
type taskStory struct {
	Task        string         `json:"task"`
	Failed      []any          `json:"failed"`
	Refused     string         `json:"refused"`
	Status      string         `json:"status"`
	Attachments []any          `json:"attachments"`
	Addresses   []any          `json:"addresses"`
	Interface   map[string]any `json:"interface"`
	Host        string         `json:"host"`
	Slots       int            `json:"slots"`
	Memory      int            `json:"memory"`
	Free        int            `json:"free"`
	Stopped     []string       `json:"stopped"`
	Gone        string         `json:"gone"`
}

// What Terraform shows of a task, any client must see.
func TestClientsNobodyHereWroteRunTasks(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts other programs; run without -short")
	}
	for name, tell := range map[string]func(*testing.T, *sandboxtest.Server) taskStory{
		"AWS CLI":           tellTasksWithCLI,
		"boto3":             tellTasksWithBoto3,
		"AWS's npm clients": tellTasksWithNPM,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandboxtest.New(t, sandbox.Options{})
			ids := stage(t, s)
			got := tell(t, s)
			if d := cmp.Diff(tellTasksWithSDK(t, s, ids, got.Task), got); d != "" {
				t.Errorf("(-the Go SDK +%s):\n%s", name, d)
			}
		})
	}
}

// stage prepares the cluster web, an instance and the task definition iis.
func stage(t *testing.T, s *sandboxtest.Server) sandbox.InstanceIDs {
	t.Helper()
	if err := s.AddCluster("", "web"); err != nil {
		t.Fatal(err)
	}
	ids, err := s.AddInstance("", "web", sandbox.Instance{Type: "t3.micro"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.ECS().RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("iis"), NetworkMode: types.NetworkModeAwsvpc,
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("iis"), Image: aws.String("iis"), Memory: aws.Int32(256),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// tellTasksWithSDK reads with the Go SDK what a client has left behind: a
// stopped task still tells which interface it had.
func tellTasksWithSDK(t *testing.T, s *sandboxtest.Server, ids sandbox.InstanceIDs, arn string) taskStory {
	t.Helper()
	out, err := s.ECS().DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("web"), Tasks: []string{arn}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Tasks) != 1 {
		t.Fatalf("failures: %v", out.Failures)
	}
	task := asJSON(t, &out.Tasks[0])
	attachment := task["attachments"].([]any)[0].(map[string]any)
	attachment["status"] = "ATTACHED"
	details := map[string]any{}
	for _, d := range attachment["details"].([]any) {
		pair := d.(map[string]any)
		details[pair["name"].(string)] = pair["value"]
	}
	return taskStory{
		Task:        arn,
		Failed:      []any{map[string]any{"arn": ids.ContainerInstance, "reason": "RESOURCE:ENI"}},
		Refused:     "InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' is specified.",
		Status:      "RUNNING",
		Attachments: task["attachments"].([]any),
		Addresses:   task["containers"].([]any)[0].(map[string]any)["networkInterfaces"].([]any),
		Interface: map[string]any{
			"NetworkInterfaceId": details["networkInterfaceId"], "PrivateIpAddress": details["privateIPv4Address"],
			"MacAddress": details["macAddress"], "SubnetId": details["subnetId"], "PrivateDnsName": details["privateDnsName"],
			"Status": "in-use", "RequesterManaged": true, "InterfaceType": "interface",
			"Description": "arn:aws:ecs:us-east-1:123456789012:attachment/" + attachment["id"].(string),
		},
		Host:    ids.EC2,
		Slots:   2,
		Memory:  1024,
		Free:    4096 - 5 - 2,
		Stopped: []string{"STOPPED", "UserInitiated", "enough"},
		Gone: "InvalidNetworkInterfaceID.NotFound: The networkInterface ID '" + details["networkInterfaceId"].(string) +
			"' does not exist",
	}
}

func tellTasksWithBoto3(t *testing.T, s *sandboxtest.Server) taskStory {
	if exec.Command("python3", "-c", "import boto3").Run() != nil {
		t.Skip("no boto3; get it with: pip install boto3")
	}
	return parse[taskStory](t, run(t, command(t, s, "python3", filepath.Join("testdata", "tasks.py"))))
}

func tellTasksWithNPM(t *testing.T, s *sandboxtest.Server) taskStory {
	return parse[taskStory](t, run(t, nodeCommand(t, s, "tasks.mjs")))
}

func tellTasksWithCLI(t *testing.T, s *sandboxtest.Server) taskStory {
	if exec.Command("aws", "--version").Run() != nil {
		t.Skip("no AWS CLI; get it with: pip install awscli")
	}
	call := func(service string, args ...string) map[string]any {
		t.Helper()
		out := run(t, command(t, s, "aws", append([]string{"--output", "json", service}, args...)...))
		return parse[map[string]any](t, out)
	}
	first := func(reply map[string]any, list string) map[string]any { return reply[list].([]any)[0].(map[string]any) }
	subnet := first(call("ec2", "describe-subnets", "--filters", "Name=availability-zone,Values=us-east-1a"), "Subnets")
	request := []string{
		"run-task", "--cluster", "web", "--task-definition", "iis",
		"--network-configuration", "awsvpcConfiguration={subnets=[" + subnet["SubnetId"].(string) + "]}",
	}
	arn := first(call("ecs", request...), "tasks")["taskArn"].(string)
	failed := call("ecs", request...)["failures"].([]any)
	describe := func(times int) (task map[string]any) {
		for range times {
			task = first(call("ecs", "describe-tasks", "--cluster", "web", "--tasks", arn), "tasks")
		}
		return task
	}
	running := describe(3)
	details := map[string]string{}
	for _, d := range first(running, "attachments")["details"].([]any) {
		pair := d.(map[string]any)
		details[pair["name"].(string)] = pair["value"].(string)
	}
	byID := []string{"describe-network-interfaces", "--network-interface-ids", details["networkInterfaceId"]}
	found := first(call("ec2", byID...), "NetworkInterfaces")
	shown := map[string]any{}
	for _, key := range []string{
		"NetworkInterfaceId", "PrivateIpAddress", "MacAddress", "SubnetId", "PrivateDnsName",
		"Status", "Description", "RequesterManaged", "InterfaceType",
	} {
		shown[key] = found[key]
	}
	kind := first(call("ec2", "describe-instance-types", "--instance-types", "t3.micro"), "InstanceTypes")
	near := first(call("ec2", "describe-subnets", "--subnet-ids", details["subnetId"]), "Subnets")
	call("ecs", "stop-task", "--cluster", "web", "--task", arn, "--reason", "enough")
	stopped := describe(4)
	return taskStory{
		Task:        arn,
		Failed:      failed,
		Refused:     cliRefusal(t, command(t, s, "aws", "ecs", "run-task", "--cluster", "web", "--task-definition", "iis")),
		Status:      running["lastStatus"].(string),
		Attachments: running["attachments"].([]any),
		Addresses:   first(running, "containers")["networkInterfaces"].([]any),
		Interface:   shown,
		Host:        found["Attachment"].(map[string]any)["InstanceId"].(string),
		Slots:       int(kind["NetworkInfo"].(map[string]any)["MaximumNetworkInterfaces"].(float64)),
		Memory:      int(kind["MemoryInfo"].(map[string]any)["SizeInMiB"].(float64)),
		Free:        int(near["AvailableIpAddressCount"].(float64)),
		Stopped:     []string{stopped["lastStatus"].(string), stopped["stopCode"].(string), stopped["stoppedReason"].(string)},
		Gone:        cliRefusal(t, command(t, s, "aws", append([]string{"ec2"}, byID...)...)),
	}
}
