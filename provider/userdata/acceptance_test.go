package userdata_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ecswin/terraform-provider-ecswin/internal/nodeconfig"
	"github.com/ecswin/terraform-provider-ecswin/internal/userdata"
)

const address = "data.ecswin_user_data.node"

// expect compares an attribute of the data source.
func expect(name string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), want)
}

// TestEveryMember gives every member of the document, and compares what comes out with what the table says.
func TestEveryMember(t *testing.T) {
	d := full(t)
	text, err := userdata.Render(userdata.Request{Document: d, Form: userdata.FormYAML, LaunchAgent: userdata.EC2LaunchV2, Persist: true})
	if err != nil {
		t.Fatal(err)
	}
	run(t, resource.TestStep{
		Config: node(arguments(d, "") + "form = \"yaml\"\npersist = true\n"),
		ConfigStateChecks: []statecheck.StateCheck{
			expect("document", knownvalue.StringExact(string(nodeconfig.Encode(d)))),
			expect("user_data", knownvalue.StringExact(string(text))),
			expect("user_data_base64", knownvalue.StringExact(base64.StdEncoding.EncodeToString(text))),
			expect("size", knownvalue.Int64Exact(int64(len(text)))),
			expect("launch_agent", knownvalue.StringExact("ec2launch-v2")),
			expect("agent", knownvalue.ObjectPartial(map[string]knownvalue.Check{"image_pull_timeout": knownvalue.StringExact("1h0m0s")})),
		},
	})
}

// TestTheInstanceReadsWhatTerraformWrote takes user data out of the state as EC2 would get it.
func TestTheInstanceReadsWhatTerraformWrote(t *testing.T) {
	run(t, resource.TestStep{
		Config: node(`
  cluster = "prod"
  agent {
    environment = { A = "</script><powershell>%PATH%" }
  }
`),
		Check: func(s *terraform.State) error {
			text := s.RootModule().Resources[address].Primary.Attributes["user_data"]
			d, ok, err := userdata.Parse([]byte(text), "user data")
			switch {
			case err != nil || !ok:
				return fmt.Errorf("found %v: %w", ok, err)
			case d.Cluster != "prod" || d.Agent.Environment["A"] != "</script><powershell>%PATH%":
				return errors.New("the document changed on its way")
			}
			if scripts, problems := userdata.Read([]byte(text), userdata.EC2LaunchV2); len(scripts) != 1 || len(problems) > 0 {
				return fmt.Errorf("EC2Launch would read %d scripts with problems %v", len(scripts), problems)
			}
			return nil
		},
	})
}

// TestFormsAndLaunchAgents is one configuration that changes from step to step.
func TestFormsAndLaunchAgents(t *testing.T) {
	var steps []resource.TestStep
	for _, c := range []struct{ arguments, agent, contains string }{
		{"", "ec2launch-v2", "<script>\n"},
		{`operating_system_family = "WINDOWS_SERVER_2019_CORE"`, "ec2launch-v1", "<script>\n"},
		{"operating_system_family = \"WINDOWS_SERVER_2019_CORE\"\nlaunch_agent = \"ec2launch-v2\"\nform = \"yaml\"", "ec2launch-v2", "version: 1.1\n"},
		{"operating_system_family = \"WINDOWS_SERVER_2025_FULL\"\nform = \"powershell\"\npersist = true", "ec2launch-v2", "<persist>true</persist>"},
		{`form = "document"`, "ec2launch-v2", "# cluster: prod\n"},
		// The bucket is looked for in the provider's Region.
		{"download {\n source = \"s3\"\n location = \"s3://tools/ecswin-bootstrap.exe\"\n sha256 = \"" + digest + "\"\n}", "ec2launch-v2", "https://tools.s3.us-east-1.amazonaws.com/ecswin-bootstrap.exe"},
	} {
		steps = append(steps, resource.TestStep{
			Config: node("cluster = \"prod\"\n" + c.arguments),
			ConfigStateChecks: []statecheck.StateCheck{
				expect("launch_agent", knownvalue.StringExact(c.agent)),
				expect("user_data", knownvalue.StringRegexp(says(c.contains))),
			},
		})
	}
	run(t, steps...)
}

// TestProblemsLeadToTheirAttributes looks for the line that Terraform points at.
func TestProblemsLeadToTheirAttributes(t *testing.T) {
	long := make([]string, 50)
	for i := range long {
		long[i] = fmt.Sprintf("\"%02d%s\" = %q", i, strings.Repeat("k", 100), strings.Repeat("v", 256))
	}
	for name, c := range map[string]struct{ arguments, at, says string }{
		"a word":       {`agent {;log_level = "inf";}`, `log_level = "inf"`, "Did you mean info?"},
		"a number":     {`agent {;reserved_memory_mib = 70000;}`, "reserved_memory_mib = 70000", "is above 65535"},
		"a fraction":   {`reboot {;limit = 1.5;}`, "limit = 1.5", "is not a whole number"},
		"a duration":   {`timeouts {;total = "ten";}`, `total = "ten"`, "timeouts.total is not a duration…Write one such as 90s"},
		"an item":      {`dns {;servers = ["10.0.0.2", "127.0.0.1"];}`, `servers = ["10.0.0.2", "127.0.0.1"]`, "dns.servers[1] is a loopback address"},
		"an entry":     {`agent {;attributes = { "ecs.x" = "y" };}`, `attributes = { "ecs.x" = "y" }`, `agent.attributes["ecs.x"] begins as the attributes of Amazon ECS do`},
		"a secret":     {`agent {;environment = { X = "AKIAIOSFODNN7EXAMPLE" };}`, `environment = {`, `agent.environment["X"] looks like an AWS access key ID`},
		"a rule":       {`nat {;repair = "off";subnet = "172.30.0.0/20";}`, `subnet = "172.30.0.0/20"`, "has no effect with nat.repair off"},
		"a null":       {`dns {;servers = ["10.0.0.2", null];}`, `servers = ["10.0.0.2", null]`, "dns.servers has a null in it"},
		"a null entry": {`agent {;tags = { team = null };}`, `tags = { team = null }`, "agent.tags has a null in it"},
		"an empty one": {`log {;level = "";}`, `level = ""`, "log.level is empty"},
		"deeper":       {`signal {;auto_scaling {;hook = "a b";};}`, `hook = "a b"`, "signal.auto_scaling.hook does not have the right form"},
		"missing":      {`download {;source = "https";location = "https://example.com/a.exe";}`, "download {", "download.sha256 is missing"},
		"the form":     {`launch_agent = "ec2launch-v1";form = "yaml"`, `form = "yaml"`, "form cannot be yaml with EC2Launch v1"},
		"a reboot":     {`reboot {;policy = "if_required";}`, `policy = "if_required"`, "EC2Launch does not run it again"},
		"2016":         {`operating_system_family = "WINDOWS_SERVER_2016_FULL"`, "", "ECS has no awsvpc mode"},
		"a form":       {`form = "cloud-init"`, `form = "cloud-init"`, "form value must be one of"},
		"unknown name": {`agent {;log_levl = "info";}`, "Unsupported argument", `log_levl = "info"`},
		"too large":    {"agent {;tags = {;" + strings.Join(long, ";") + ";};}", "", "more than the 16384 that EC2 takes: the document has"},
	} {
		t.Run(name, func(t *testing.T) {
			config := node("cluster = \"prod\"\n" + strings.ReplaceAll(c.arguments, ";", "\n"))
			// Terraform shows the line before it says what is wrong with it.
			run(t, resource.TestStep{Config: config, PlanOnly: true, ExpectError: says(c.at + "…" + c.says)})
		})
	}
}

// TestUnknownValues plans with values that only an apply makes known, and one that is wrong already.
func TestUnknownValues(t *testing.T) {
	const later = `
resource "terraform_data" "later" {
  input = "prod"
}
`
	document := node(`
  cluster = terraform_data.later.output
  dns {
    servers = [terraform_data.later.output == "prod" ? "10.0.0.2" : "10.0.0.3"]
  }
  agent {
    attributes = { tier = terraform_data.later.output }
  }
`)
	run(t,
		resource.TestStep{
			Config:      later + strings.Replace(document, "agent {", "agent {\nlog_level = \"inf\"", 1),
			PlanOnly:    true,
			ExpectError: says("Did you mean info?"),
		},
		resource.TestStep{
			Config: later + document,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("user_data")),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				expect("document", knownvalue.StringExact("apiVersion: bootstrap.ecs/v1\nkind: NodeConfig\ncluster: prod\nagent:\n  attributes:\n    tier: prod\ndns:\n  servers: ['10.0.0.2']\n")),
			},
		},
	)
}

// TestFunction renders the same text as the data source, from an object and from YAML.
func TestFunction(t *testing.T) {
	const object = `{
    cluster = "prod"
    region  = null
    agent   = { reserved_memory_mib = 512, tags = { team = "shop" }, gmsa = false }
    dns     = { servers = ["10.0.0.2"] }
    timeouts = { total = "20m" }
  }`
	const arguments = `
  cluster = "prod"
  region  = null
  agent {
    reserved_memory_mib = 512
    tags                = { team = "shop" }
    gmsa                = false
  }
  dns {
    servers = ["10.0.0.2"]
  }
  timeouts {
    total = "20m"
  }
`
	run(t, resource.TestStep{
		Config: node(arguments+"\nform = \"powershell\"\npersist = true\n") + `
locals {
  options = { form = "powershell", persist = true, region = "eu-central-1" }
  whole   = merge({ apiVersion = "bootstrap.ecs/v1", kind = "NodeConfig" }, ` + object + `)
}
output "same" {
  value = [
    provider::ecswin::user_data(` + object + `, local.options) == data.ecswin_user_data.node.user_data,
    provider::ecswin::user_data(yamlencode(local.whole), local.options) == data.ecswin_user_data.node.user_data,
    provider::ecswin::user_data(jsonencode(local.whole), local.options) == data.ecswin_user_data.node.user_data,
    provider::ecswin::user_data(data.ecswin_user_data.node.document, local.options) == data.ecswin_user_data.node.user_data,
    provider::ecswin::user_data({ cluster = "prod" }) != data.ecswin_user_data.node.user_data,
  ]
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownOutputValue("same", knownvalue.ListExact([]knownvalue.Check{
				knownvalue.Bool(true), knownvalue.Bool(true), knownvalue.Bool(true), knownvalue.Bool(true), knownvalue.Bool(true),
			})),
		},
	})
}

func TestTheFunctionPointsAtItsArgument(t *testing.T) {
	run(t, resource.TestStep{
		Config:      "output \"x\" {\n  value = provider::ecswin::user_data({ cluster = \"prod\" }, { form = \"cloud-init\" })\n}\n",
		PlanOnly:    true,
		ExpectError: says(`"options" parameter: Unable to write the user data: form is not one of script`),
	})
}

func TestExample(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "data-sources", "ecswin_user_data", "data-source.tf"))
	if err != nil {
		t.Fatal(err)
	}
	run(t, resource.TestStep{Config: string(text)})
}
