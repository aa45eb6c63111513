package taskdefinition_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/internal/taskdef"
	"github.com/ecswin/terraform-provider-ecswin/provider"
)

const address = "ecswin_task_definition.iis"

// world is one test's AWS and the way to it.
type world struct {
	*sandboxtest.Server
}

func newWorld(t *testing.T, options sandbox.Options) *world {
	t.Helper()
	acctest.RequireTerraform(t)
	return &world{sandboxtest.New(t, options)}
}

func (w *world) Run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(provider.New("test")), Steps: steps,
	})
}

func (w *world) Config(providerArguments, resources string) string {
	return acctest.ProviderConfig(w.URL, providerArguments) + resources
}

// minimal is a definition with one container and the given lines inside of the
// container, and of the resource.
func minimal(container, root string) string {
	return fmt.Sprintf(`
resource "ecswin_task_definition" "iis" {
  family           = "iis"
  runtime_platform = { operating_system_family = "WINDOWS_SERVER_2022_CORE" }
  container_definitions = {
    iis = {
      image  = "mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022"
      cpu    = 1024
      memory = 2048
      %s
    }
  }
  %s
}`, container, root)
}

func expectRevision(n int64) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New("revision"), knownvalue.Int64Exact(n))
}

func expectCalls(t *testing.T, w *world, name string, want int) func() {
	return func() {
		t.Helper()
		if got := w.Calls()[name]; got != want {
			t.Errorf("%s was called %d times, want %d", name, got, want)
		}
	}
}

func noChange() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

func TestAChangeRegistersARevisionInPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.Run(t,
		resource.TestStep{
			Config: w.Config("", minimal("", "")),
			ConfigStateChecks: []statecheck.StateCheck{
				expectRevision(1),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("arn"), knownvalue.StringExact("arn:aws:ecs:us-east-1:123456789012:task-definition/iis:1")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("arn_without_revision"), knownvalue.StringExact("arn:aws:ecs:us-east-1:123456789012:task-definition/iis")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("network_mode"), knownvalue.StringExact("awsvpc")),
			},
		},
		resource.TestStep{
			Config: w.Config("", minimal(`environment = { MODE = "changed" }`, "")),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("arn")),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("revision")),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				expectRevision(2),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("registered_revisions"),
					knownvalue.ListExact([]knownvalue.Check{knownvalue.Int64Exact(1), knownvalue.Int64Exact(2)})),
			},
		},
	)
	expectCalls(t, w, "ecs:RegisterTaskDefinition", 2)()
	expectCalls(t, w, "ecs:DeregisterTaskDefinition", 2)()
}

// TestWhatMeansTheSameIsNoChange is the table of decision 2: each leaf that AWS
// fills in, unset and spelled out, planned against a state in either spelling,
// beside a change of another leaf, and after an import.
func TestWhatMeansTheSameIsNoChange(t *testing.T) {
	t.Parallel()
	leaves := []struct{ name, unset, set string }{
		{"essential", ``, `essential = true`},
		{"cpu", `port_mappings = []`, ``},
		{"environment", ``, `environment = {}`},
		{"host port", `port_mappings = [{ container_port = 80 }]`, `port_mappings = [{ container_port = 80, host_port = 80 }]`},
		{"protocol", `port_mappings = [{ container_port = 80 }]`, `port_mappings = [{ container_port = 80, protocol = "tcp" }]`},
		{"health check", `health_check = { command = ["CMD-SHELL", "exit 0"] }`,
			`health_check = { command = ["CMD-SHELL", "exit 0"], interval = 30, timeout = 5, retries = 3, start_period = 0 }`},
		{"restart policy", `restart_policy = { enabled = true }`, `restart_policy = { enabled = true, restart_attempt_period = 300 }`},
		{"version consistency", ``, `version_consistency = "enabled"`},
		{"log options", `log_configuration = { log_driver = "json-file" }`, `log_configuration = { log_driver = "json-file", options = {} }`},
	}
	for _, leaf := range leaves {
		t.Run(leaf.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			unset, set := w.Config("", minimal(leaf.unset, "")), w.Config("", minimal(leaf.set, ""))
			changed := w.Config("", minimal(leaf.set+"\n working_directory = \"C:\\\\app\"", ""))
			w.Run(t,
				resource.TestStep{Config: unset, ConfigStateChecks: []statecheck.StateCheck{expectRevision(1)}},
				resource.TestStep{Config: unset, ConfigPlanChecks: noChange()},
				resource.TestStep{Config: set, ConfigStateChecks: []statecheck.StateCheck{expectRevision(1)}},
				resource.TestStep{Config: set, ConfigPlanChecks: noChange()},
				resource.TestStep{Config: changed, ConfigStateChecks: []statecheck.StateCheck{expectRevision(2)}},
				resource.TestStep{Config: changed, ConfigPlanChecks: noChange()},
			)
			expectCalls(t, w, "ecs:RegisterTaskDefinition", 2)()
		})
	}
}

func TestImportByEveryKeyPlansNoChange(t *testing.T) {
	t.Parallel()
	configuration := minimal(`
      port_mappings     = [{ container_port = 80 }]
      environment       = { MODE = "test", NAME = "value" }
      health_check      = { command = ["CMD-SHELL", "exit 0"], interval = 60 }
      mount_points      = [{ source_volume = "data", container_path = "C:\\data" }]
      log_configuration = { log_driver = "json-file" }`, `
  volumes               = { data = { host = { source_path = "C:\\data" } } }
  placement_constraints = [{ expression = "attribute:ecs.os-type == windows" }]
  tags                  = { team = "web" }`)
	for _, id := range []string{"iis", "iis:1", "arn:aws:ecs:us-east-1:123456789012:task-definition/iis:1", "arn:aws:ecs:us-east-1:123456789012:task-definition/iis"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			registerByHand(t, w)
			config := w.Config(`default_tags {
    tags = { project = "x" }
  }`, configuration)
			w.Run(t,
				resource.TestStep{Config: config, ResourceName: address, ImportState: true, ImportStateId: id, ImportStatePersist: true},
				resource.TestStep{Config: config, ConfigPlanChecks: noChange(), ConfigStateChecks: []statecheck.StateCheck{expectRevision(1)}},
			)
			expectCalls(t, w, "ecs:RegisterTaskDefinition", 1)()
			expectCalls(t, w, "ecs:DeregisterTaskDefinition", 1)()
		})
	}
}

// registerByHand registers what a colleague would with the AWS CLI.
func registerByHand(t *testing.T, w *world) {
	t.Helper()
	_, err := w.ECS().RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family:      aws.String("iis"),
		NetworkMode: ecstypes.NetworkModeAwsvpc,
		RuntimePlatform: &ecstypes.RuntimePlatform{
			OperatingSystemFamily: ecstypes.OSFamilyWindowsServer2022Core, CpuArchitecture: ecstypes.CPUArchitectureX8664,
		},
		Tags: []ecstypes.Tag{{Key: aws.String("team"), Value: aws.String("web")}, {Key: aws.String("project"), Value: aws.String("x")}},
		Volumes: []ecstypes.Volume{
			{Name: aws.String("data"), Host: &ecstypes.HostVolumeProperties{SourcePath: aws.String(`C:\data`)}},
		},
		PlacementConstraints: []ecstypes.TaskDefinitionPlacementConstraint{
			{Type: ecstypes.TaskDefinitionPlacementConstraintTypeMemberOf, Expression: aws.String("attribute:ecs.os-type == windows")},
		},
		ContainerDefinitions: []ecstypes.ContainerDefinition{{
			Name:         aws.String("iis"),
			Image:        aws.String("mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022"),
			Cpu:          1024,
			Memory:       aws.Int32(2048),
			PortMappings: []ecstypes.PortMapping{{ContainerPort: aws.Int32(80)}},
			Environment: []ecstypes.KeyValuePair{
				{Name: aws.String("NAME"), Value: aws.String("value")}, {Name: aws.String("MODE"), Value: aws.String("test")},
			},
			HealthCheck:      &ecstypes.HealthCheck{Command: []string{"CMD-SHELL", "exit 0"}, Interval: aws.Int32(60)},
			MountPoints:      []ecstypes.MountPoint{{SourceVolume: aws.String("data"), ContainerPath: aws.String(`C:\data`), ReadOnly: aws.Bool(false)}},
			LogConfiguration: &ecstypes.LogConfiguration{LogDriver: ecstypes.LogDriverJsonFile},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImportRefusesWhatWouldGetLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	_, err := w.ECS().RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("iis"),
		ContainerDefinitions: []ecstypes.ContainerDefinition{{
			Name: aws.String("iis"), Image: aws.String("image:tag"), Memory: aws.Int32(512), User: aws.String("app"),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Run(t, resource.TestStep{
		Config: w.Config("", minimal("", "")), ResourceName: address, ImportState: true, ImportStateId: "iis",
		ExpectError: regexp.MustCompile(`containerDefinitions\["iis"\]\.user: not supported for Windows`),
	})
}

func TestAnOutsideDeregistrationPlansARegistration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	config := w.Config("", minimal("", ""))
	w.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() { deregister(t, w, "iis:1") },
			Config:    config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
			}},
			ConfigStateChecks: []statecheck.StateCheck{expectRevision(2)},
		},
	)
}

func deregister(t *testing.T, w *world, name string) {
	t.Helper()
	_, err := w.ECS().DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String(name)})
	if err != nil {
		t.Fatal(err)
	}
}

func TestADefinitionThatIsGoneIsCreatedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	config := w.Config("", minimal("", ""))
	w.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() { w.Reset() },
			Config:    config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
			}},
		},
	)
}

func TestTagsAreNoRegistration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.Run(t,
		resource.TestStep{Config: w.Config("", minimal("", `tags = { a = "1", b = "2" }`))},
		resource.TestStep{
			Config: w.Config("", minimal("", `tags = { b = "3", c = "4" }`)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(address, tfjsonpath.New("arn"), knownvalue.NotNull()),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				expectRevision(1),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("tags_all"),
					knownvalue.MapExact(map[string]knownvalue.Check{"b": knownvalue.StringExact("3"), "c": knownvalue.StringExact("4")})),
			},
		},
	)
	expectCalls(t, w, "ecs:RegisterTaskDefinition", 1)()
}

func TestAPlanFullOfUnknowns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	unknown := func(version int) string {
		return w.Config("", fmt.Sprintf(`
resource "terraform_data" "later" {
  triggers_replace = %d
  input            = "later"
}
resource "ecswin_task_definition" "iis" {
  family             = "iis"
  execution_role_arn = "arn:aws:iam::123456789012:role/${terraform_data.later.id}"
  runtime_platform   = { operating_system_family = "WINDOWS_SERVER_2022_CORE" }
  container_definitions = {
    iis = {
      image         = "example/${terraform_data.later.id}:1"
      cpu           = 1024
      memory        = length(terraform_data.later.id) * 16
      command       = ["run", terraform_data.later.id]
      environment   = { ID = terraform_data.later.id }
      secrets       = { TOKEN = terraform_data.later.id }
      port_mappings = [{ container_port = 80 + length(terraform_data.later.id) }]
      docker_labels = { for k in ["a"] : k => terraform_data.later.id }
    }
  }
  tags = { id = terraform_data.later.id }
}`, version))
	}
	w.Run(t,
		resource.TestStep{Config: unknown(1), ConfigStateChecks: []statecheck.StateCheck{expectRevision(1)}},
		resource.TestStep{Config: unknown(1), ConfigPlanChecks: noChange()},
		resource.TestStep{Config: unknown(2), ConfigStateChecks: []statecheck.StateCheck{expectRevision(2)}},
	)
}

func TestALostResponseRegistersOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	inject(t, w, sandbox.Fault{Call: "ecs:RegisterTaskDefinition", Kind: sandbox.LoseResponse})
	w.Run(t,
		resource.TestStep{Config: w.Config("", minimal("", "")), ConfigStateChecks: []statecheck.StateCheck{expectRevision(1)}},
		resource.TestStep{
			PreConfig: func() {
				w.ClearFaults()
				inject(t, w, sandbox.Fault{Call: "ecs:RegisterTaskDefinition", Kind: sandbox.LoseResponse})
			},
			Config:            w.Config("", minimal(`environment = { A = "1" }`, "")),
			ConfigStateChecks: []statecheck.StateCheck{expectRevision(2)},
		},
	)
}

func inject(t *testing.T, w *world, f sandbox.Fault) {
	t.Helper()
	if err := w.Inject(f); err != nil {
		t.Fatal(err)
	}
}

func TestDestroyTouchesOnlyItsOwnRevisions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	registerByHand(t, w)
	w.Run(t, resource.TestStep{Config: w.Config("", minimal("", "")), ConfigStateChecks: []statecheck.StateCheck{expectRevision(2)}})
	out, err := w.ECS().ListTaskDefinitions(t.Context(), &ecs.ListTaskDefinitionsInput{Status: ecstypes.TaskDefinitionStatusActive})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(out.TaskDefinitionArns, " "); got != "arn:aws:ecs:us-east-1:123456789012:task-definition/iis:1" {
		t.Errorf("active after destroy: %s", got)
	}
}

// TestALatestDriftLeavesTheImageToOthers is a pipeline that registers a revision
// with its own image, beside a configuration that ignores the image.
func TestALatestDriftLeavesTheImageToOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	root := `
  drift = "latest"
  lifecycle { ignore_changes = [container_definitions["iis"].image] }`
	config := w.Config("", minimal("", root))
	const image = "example/iis:pipeline"
	container := tfjsonpath.New("container_definitions").AtMapKey("iis")
	w.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig:        func() { reregister(t, w, func(c *ecstypes.ContainerDefinition) { c.Image = aws.String(image) }) },
			Config:           config,
			ConfigPlanChecks: noChange(),
			ConfigStateChecks: []statecheck.StateCheck{
				expectRevision(2), statecheck.ExpectKnownValue(address, container.AtMapKey("image"), knownvalue.StringExact(image)),
			},
		},
		resource.TestStep{
			Config: w.Config("", minimal(`environment = { A = "1" }`, root)),
			ConfigStateChecks: []statecheck.StateCheck{
				expectRevision(3), statecheck.ExpectKnownValue(address, container.AtMapKey("image"), knownvalue.StringExact(image)),
			},
		},
		resource.TestStep{
			PreConfig:        func() { reregister(t, w, func(c *ecstypes.ContainerDefinition) { c.Memory = aws.Int32(4096) }) },
			Config:           w.Config("", minimal(`environment = { A = "1" }`, root)),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectUnknownValue(address, tfjsonpath.New("arn"))}},
			ConfigStateChecks: []statecheck.StateCheck{
				expectRevision(5), statecheck.ExpectKnownValue(address, container.AtMapKey("memory"), knownvalue.Int64Exact(2048)),
			},
		},
	)
}

// reregister registers the family's latest revision with a change.
func reregister(t *testing.T, w *world, change func(*ecstypes.ContainerDefinition)) {
	t.Helper()
	out, err := w.ECS().DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("iis")})
	if err != nil {
		t.Fatal(err)
	}
	in := taskdef.FromTaskDefinition(out.TaskDefinition)
	change(&in.ContainerDefinitions[0])
	if _, err := w.ECS().RegisterTaskDefinition(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func TestStrictTurnsWarningsIntoErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	configuration := minimal("", `cpu = "1024"`)
	w.Run(t,
		resource.TestStep{Config: w.Config("strict = true", configuration), ExpectError: regexp.MustCompile(`WIN001`)},
		resource.TestStep{Config: w.Config("", configuration)},
	)
}

func TestMistakesNameTheirPlace(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ container, root, want string }{
		"host port":        {`port_mappings = [{ container_port = 80, host_port = 8080 }]`, ``, `port_mappings\[0\]\.host_port`},
		"protocol":         {`port_mappings = [{ container_port = 80, protocol = "icmp" }]`, ``, `port_mappings\[0\]\.protocol`},
		"secret role":      {`secrets = { A = "/param" }`, ``, `execution_role_arn|executionRoleArn`},
		"null environment": {`environment = { A = null }`, ``, `environment\["A"\]`},
		"unknown volume":   {`mount_points = [{ source_volume = "nope", container_path = "C:\\x" }]`, ``, `mount_points\[0\]\.source_volume`},
		"role":             {``, `task_role_arn = "arn:aws:iam::1:role/x"`, `task_role_arn`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			w.Run(t, resource.TestStep{
				Config: w.Config("", minimal(tt.container, tt.root)), PlanOnly: true, ExpectError: regexp.MustCompile(tt.want),
			})
			expectCalls(t, w, "ecs:RegisterTaskDefinition", 0)()
		})
	}
}
