package task_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/provider"
)

const address = "ecswin_task.web"

// world is an AWS of a test's own with a cluster, and what its default VPC
// has, by zone.
type world struct {
	*sandboxtest.Server
	subnets map[string]string
	group   string
}

func start(t *testing.T) *world {
	t.Helper()
	acctest.RequireTerraform(t)
	t.Parallel()
	// A task is through all states as soon as anybody looks.
	w := &world{Server: sandboxtest.New(t, sandbox.Options{TaskStep: 1}), subnets: map[string]string{}}
	if _, err := w.ECS().CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("windows")}); err != nil {
		t.Fatal(err)
	}
	subnets, err := w.EC2().DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range subnets.Subnets {
		w.subnets[aws.ToString(s.AvailabilityZone)] = aws.ToString(s.SubnetId)
	}
	groups, err := w.EC2().DescribeSecurityGroups(t.Context(), &ec2.DescribeSecurityGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	w.group = aws.ToString(groups.SecurityGroups[0].GroupId)
	return w
}

// launch adds simulated instances to the cluster.
func (w *world) launch(t *testing.T, instances ...sandbox.Instance) {
	t.Helper()
	for _, i := range instances {
		if _, err := w.AddInstance("", "windows", i); err != nil {
			t.Fatal(err)
		}
	}
}

// run applies steps, and wants nothing left at AWS after them.
func (w *world) run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(provider.New("test")),
		Steps:                    steps,
		CheckDestroy: func(*terraform.State) error {
			running, err := w.ECS().ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("windows")})
			if err != nil || len(running.TaskArns) > 0 {
				return fmt.Errorf("still running: %v, %w", running, err)
			}
			interfaces, err := w.taskInterfaces(t.Context())
			if err != nil || len(interfaces) > 0 {
				return fmt.Errorf("interfaces left: %v, %w", interfaces, err)
			}
			return nil
		},
	})
}

// taskInterfaces are the interfaces that ECS made.
func (w *world) taskInterfaces(ctx context.Context) ([]ec2types.NetworkInterface, error) {
	out, err := w.EC2().DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{
		Filters: []ec2types.Filter{{Name: aws.String("description"), Values: []string{"arn:aws:ecs:*"}}},
	})
	if err != nil {
		return nil, err
	}
	return out.NetworkInterfaces, nil
}

func (w *world) config(zone, body string) string {
	return acctest.ProviderConfig(w.URL) + `
resource "ecswin_task_definition" "web" {
  family           = "web"
  runtime_platform = { operating_system_family = "WINDOWS_SERVER_2022_CORE" }
  container_definitions = {
    iis = { image = "mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022", cpu = 512, memory = 1024 }
  }
}

resource "ecswin_task" "web" {
  cluster         = "windows"
  task_definition = ecswin_task_definition.web.arn
` + w.network(zone) + body + "\n}\n"
}

func (w *world) network(zone string) string {
	if zone == "" {
		return ""
	}
	return fmt.Sprintf("  network_configuration = { subnets = [%q], security_groups = [%q] }\n", w.subnets[zone], w.group)
}

// says matches a text however Terraform wraps its lines.
func says(text string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)` + strings.ReplaceAll(regexp.QuoteMeta(text), " ", `[\s│]+`))
}

func planned(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

func shown(attribute ...string) tfjsonpath.Path {
	at := tfjsonpath.New(attribute[0])
	for _, name := range attribute[1:] {
		at = at.AtMapKey(name)
	}
	return at
}

// TestAccTask: a standing task from start to end, and its interface as EC2 has
// it.
func TestAccTask(t *testing.T) {
	w := start(t)
	w.launch(t, sandbox.Instance{})
	base := w.config("us-east-1a", `tags = { a = "1" }`)
	var arn string
	w.run(t,
		resource.TestStep{
			Config: base,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, shown("last_status"), knownvalue.StringExact("RUNNING")),
				statecheck.ExpectKnownValue(address, shown("network_interface", "subnet_id"), knownvalue.StringExact(w.subnets["us-east-1a"])),
				statecheck.ExpectKnownValue(address, shown("network_interface", "security_groups"), knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact(w.group)})),
				statecheck.ExpectKnownValue(address, shown("containers", "iis", "last_status"), knownvalue.StringExact("RUNNING")),
			},
			Check: func(s *terraform.State) error {
				attributes := s.RootModule().Resources[address].Primary.Attributes
				arn = attributes["arn"]
				interfaces, err := w.taskInterfaces(t.Context())
				if err != nil || len(interfaces) != 1 {
					return fmt.Errorf("interfaces: %v, %w", interfaces, err)
				}
				n := interfaces[0]
				for attribute, want := range map[string]*string{
					"id": n.NetworkInterfaceId, "private_ip_address": n.PrivateIpAddress, "mac_address": n.MacAddress,
					"availability_zone": n.AvailabilityZone, "private_dns_name": n.PrivateDnsName,
				} {
					if got := attributes["network_interface."+attribute]; got == "" || got != aws.ToString(want) {
						return fmt.Errorf("%s is %q, and EC2 says %q", attribute, got, aws.ToString(want))
					}
				}
				return nil
			},
		},
		resource.TestStep{Config: base, ConfigPlanChecks: planned(plancheck.ResourceActionNoop)},
		resource.TestStep{
			Config: w.config("us-east-1a", `tags = { b = "2" }`), ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			Check: func(*terraform.State) error {
				out, err := w.ECS().ListTagsForResource(t.Context(), &ecs.ListTagsForResourceInput{ResourceArn: aws.String(arn)})
				if err != nil || len(out.Tags) != 1 || aws.ToString(out.Tags[0].Key) != "b" {
					return fmt.Errorf("tags at AWS: %v, %w", out, err)
				}
				return nil
			},
		},
		resource.TestStep{
			Config: w.config("us-east-1a", `tags = { b = "2" }`), ResourceName: address, ImportState: true,
			ImportStateKind:   resource.ImportBlockWithID,
			ImportStateIdFunc: func(*terraform.State) (string, error) { return arn, nil },
			ImportPlanChecks:  resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop)}},
		},
		resource.TestStep{Config: w.config("us-east-1a", `triggers = { a = "1" }`), ConfigPlanChecks: planned(plancheck.ResourceActionReplace)},
		resource.TestStep{
			// Somebody else stops it: another one is started.
			PreConfig: func() { w.stopAll(t) },
			Config:    w.config("us-east-1a", `triggers = { a = "1" }`), ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
		},
	)
}

func (w *world) stopAll(t *testing.T) {
	t.Helper()
	out, err := w.ECS().ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("windows")})
	if err != nil || len(out.TaskArns) == 0 {
		t.Fatalf("listing tasks: %v, %v", out, err)
	}
	for _, arn := range out.TaskArns {
		if _, err := w.ECS().StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String("windows"), Task: aws.String(arn)}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAccTaskJob: a job's result stays; a failing one is tainted.
func TestAccTaskJob(t *testing.T) {
	w := start(t)
	w.launch(t, sandbox.Instance{})
	outcome := func(code int32) func() {
		return func() {
			if err := w.SetOutcome("iis", sandbox.Outcome{At: "RUNNING", ExitCode: code}); err != nil {
				t.Fatal(err)
			}
		}
	}
	job := func(run string) string {
		return w.config("us-east-1a", fmt.Sprintf("wait_for = \"stopped\"\n  triggers = { run = %q }", run))
	}
	exitCode := func(code int64) []statecheck.StateCheck {
		return []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, shown("last_status"), knownvalue.StringExact("STOPPED")),
			statecheck.ExpectKnownValue(address, shown("containers", "iis", "exit_code"), knownvalue.Int64Exact(code)),
			statecheck.ExpectKnownValue(address, shown("network_interface"), knownvalue.Null()),
		}
	}
	w.run(t,
		resource.TestStep{PreConfig: outcome(0), Config: job("1"), ConfigStateChecks: exitCode(0)},
		resource.TestStep{Config: job("1"), ConfigPlanChecks: planned(plancheck.ResourceActionNoop)},
		resource.TestStep{PreConfig: outcome(7), Config: job("2"), ExpectError: says("container iis ended with exit code 7")},
		resource.TestStep{PreConfig: outcome(0), Config: job("2"), ConfigPlanChecks: planned(plancheck.ResourceActionReplace), ConfigStateChecks: exitCode(0)},
	)
}

// TestAccTaskOwnToken: a task that is tainted or has stopped is replaced though
// its token stays.
func TestAccTaskOwnToken(t *testing.T) {
	w := start(t)
	w.launch(t, sandbox.Instance{})
	config := w.config("us-east-1a", `client_token = "always"`)
	w.run(t,
		resource.TestStep{Config: config},
		resource.TestStep{Config: config, Taint: []string{address}, ConfigPlanChecks: planned(plancheck.ResourceActionReplace)},
		resource.TestStep{PreConfig: func() { w.stopAll(t) }, Config: config, ConfigPlanChecks: planned(plancheck.ResourceActionCreate)},
		resource.TestStep{Config: config, ConfigPlanChecks: planned(plancheck.ResourceActionNoop)},
	)
}

// TestAccTaskJobOwnToken: so is a job that failed.
func TestAccTaskJobOwnToken(t *testing.T) {
	w := start(t)
	w.launch(t, sandbox.Instance{})
	outcome := func(code int32) func() {
		return func() {
			if err := w.SetOutcome("iis", sandbox.Outcome{At: "RUNNING", ExitCode: code}); err != nil {
				t.Fatal(err)
			}
		}
	}
	config := w.config("us-east-1a", "wait_for = \"stopped\"\n  client_token = \"once\"")
	w.run(t,
		resource.TestStep{PreConfig: outcome(7), Config: config, ExpectError: says("container iis ended with exit code 7")},
		resource.TestStep{PreConfig: outcome(8), Config: config, ExpectError: says("container iis ended with exit code 8")},
		resource.TestStep{
			PreConfig: outcome(0), Config: config, ConfigPlanChecks: planned(plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(address, shown("containers", "iis", "exit_code"), knownvalue.Int64Exact(0))},
		},
	)
}

// TestAccTaskScreens: what a user sees where a task finds no place.
func TestAccTaskScreens(t *testing.T) {
	for name, tt := range map[string]struct {
		instance *sandbox.Instance
		zone     string
		body     string
		want     []string
	}{
		"no instances": {nil, "us-east-1a", "", []string{"No Container Instances were found in your cluster.", "ECS_CLUSTER=windows"}},
		"no task-eni": {
			&sandbox.Instance{NoTaskENI: true}, "us-east-1a", "",
			[]string{"ECS found no place for the task: ATTRIBUTE", "it lacks the attribute ecs.capability.task-eni", "ECS_ENABLE_TASK_ENI=true"},
		},
		"no network configuration": {&sandbox.Instance{}, "", "", []string{"Its network mode is awsvpc", "network_configuration = {"}},
		"zone without instances": {
			&sandbox.Instance{}, "us-east-1b", "",
			[]string{"it is in us-east-1a, and the subnets are in us-east-1b", "Availability Zone of its subnet"},
		},
		"another Windows": {
			&sandbox.Instance{OSFamily: "WINDOWS_SERVER_2019_CORE"}, "us-east-1a", "",
			[]string{"it runs WINDOWS_SERVER_2019_CORE, and the task definition asks for WINDOWS_SERVER_2022_CORE"},
		},
		"agent away": {&sandbox.Instance{Disconnected: true}, "us-east-1a", "", []string{"its ECS agent is not connected", "Get-Service AmazonECS"}},
		"more tasks than slots": {
			&sandbox.Instance{}, "us-east-1a", "count = 3",
			[]string{"ECS found no place for the task: RESOURCE:ENI", "m5.large has 2 network interfaces for tasks, and 2 are in use", "no ENI trunking"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			if tt.instance != nil {
				w.launch(t, *tt.instance)
			}
			var steps []resource.TestStep
			for _, text := range tt.want {
				steps = append(steps, resource.TestStep{Config: w.config(tt.zone, tt.body), ExpectError: says(text)})
			}
			w.run(t, steps...)
		})
	}
}
