package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/sandboxtest"
	"github.com/ecswin/terraform-provider-ecswin/provider"
)

// inEnvironment starts a sandbox and points this process at it, as a user's
// environment would.
func inEnvironment(t *testing.T) *sandboxtest.Server {
	t.Helper()
	acctest.RequireTerraform(t)
	aws := sandboxtest.New(t, sandbox.Options{})
	aws.Setenv(t)
	return aws
}

// TestExamplesApply applies every example that is a whole configuration.
func TestExamplesApply(t *testing.T) {
	for _, dir := range []string{"walkthrough", "from-json"} {
		t.Run(dir, func(t *testing.T) {
			inEnvironment(t)
			configuration := exampleConfiguration(t, dir)
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.ProviderFactories(provider.New("test")),
				Steps: []resource.TestStep{
					{Config: configuration},
					{Config: configuration, ConfigPlanChecks: resource.ConfigPlanChecks{
						PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
					}},
				},
			})
		})
	}
}

var terraformBlock = regexp.MustCompile(`terraform \{\n(?:(?:  .*)?\n)*\}\n`)

// exampleConfiguration reads an example as the test framework wants it: the
// framework itself says where the provider comes from, and runs elsewhere.
func exampleConfiguration(t *testing.T, dir string) string {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join("..", "examples", dir))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(terraformBlock.ReplaceAllString(string(text), ""), "${path.module}", folder)
}

// TestAMisplacedMemberFailsThePlan is the published example that sets
// platformVersion in a task definition; without that line it registers.
func TestAMisplacedMemberFailsThePlan(t *testing.T) {
	aws := inEnvironment(t)
	broken, err := os.ReadFile(filepath.Join("testdata", "platform-version.json"))
	if err != nil {
		t.Fatal(err)
	}
	mended := strings.Replace(string(broken), ",\n\"platformVersion\": \"LATEST\"", "", 1)
	configuration := func(json string) string {
		return `
locals {
  definition = provider::ecswin::task_definition_from_json(<<-JSON
` + json + `
JSON
  )
}
resource "ecswin_task_definition" "iis" {
  family                   = local.definition.family
  container_definitions    = local.definition.container_definitions
  requires_compatibilities = local.definition.requires_compatibilities
  cpu                      = local.definition.cpu
  memory                   = local.definition.memory
}`
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(provider.New("test")),
		Steps: []resource.TestStep{
			{
				Config:      configuration(string(broken)),
				PlanOnly:    true,
				ExpectError: regexp.MustCompile(`line 33, column 1\s+\(\$\.platformVersion\)`),
			},
			{Config: configuration(mended)},
		},
	})
	if n := aws.Calls()["ecs:RegisterTaskDefinition"]; n != 1 {
		t.Errorf("RegisterTaskDefinition was called %d times, want once", n)
	}
}

// TestSecretsStayOut plants values that must not leak, and looks for them in
// what the provider logs at its most talkative: Terraform logs diagnostics
// there too. Environment values are in the plan and the state by nature.
func TestSecretsStayOut(t *testing.T) {
	inEnvironment(t)
	log := filepath.Join(t.TempDir(), "provider.log")
	t.Setenv("TF_LOG_PROVIDER", "TRACE")
	t.Setenv("TF_LOG_CORE", "OFF")
	t.Setenv("TF_ACC_LOG_PATH", log)
	t.Setenv("AWS_SECRET_ACCESS_KEY", "canary-secret-key")
	configuration := func(hostPort string) string {
		return `
resource "ecswin_task_definition" "iis" {
  family           = "iis"
  runtime_platform = { operating_system_family = "WINDOWS_SERVER_2022_CORE" }
  container_definitions = {
    iis = {
      image             = "example/iis:1"
      cpu               = 256
      memory            = 512
      command           = ["run", "canary-command"]
      environment       = { TOKEN = "canary-environment" }
      docker_labels     = { note = "canary-label" }
      log_configuration = { log_driver = "splunk", options = { splunk-url = "https://canary-option", splunk-token = "canary-option" } }
      health_check      = { command = ["CMD-SHELL", "canary-health"] }
      port_mappings     = [{ container_port = 80, host_port = ` + hostPort + ` }]
    }
  }
}`
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(provider.New("test")),
		Steps: []resource.TestStep{
			{Config: configuration("8080"), PlanOnly: true, ExpectError: regexp.MustCompile("NET004")},
			{Config: configuration("80")},
		},
	})
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for line := range strings.Lines(string(text)) {
		// What the test framework logs of the configuration itself is no
		// concern of the provider's.
		if !strings.Contains(line, " ecswin: ") {
			continue
		}
		if strings.Contains(line, "aws_operation=RegisterTaskDefinition") && strings.Contains(line, "request_body=") && strings.Contains(line, "dockerLabels") {
			calls++
		}
		if i := strings.Index(line, "canary"); i >= 0 {
			t.Errorf("the log holds a secret: …%s", line[max(0, i-200):min(len(line), i+40)])
			break
		}
	}
	if calls == 0 {
		t.Errorf("the log of %d bytes does not show the bodies of the call, so it proves nothing", len(text))
	}
}
