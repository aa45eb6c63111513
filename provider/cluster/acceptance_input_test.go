package cluster_test

import (
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/ecswin/terraform-provider-ecswin/internal/acctest"
)

func TestExample(t *testing.T) {
	server := start(t)
	example, err := os.ReadFile("../../examples/resources/ecswin_cluster/resource.tf")
	if err != nil {
		t.Fatal(err)
	}
	run(t, server, resource.TestStep{
		Config:          acctest.ProviderConfig(server.URL) + string(example),
		ConfigVariables: config.Variables{"kms_key_arn": config.StringVariable("arn:aws:kms:us-east-1:123456789012:key/1")},
		PlanOnly:        true, ExpectNonEmptyPlan: true,
	})
}

// TestBadInput finds mistakes at validate or plan, at their attribute.
func TestBadInput(t *testing.T) {
	server := start(t)
	tests := map[string]struct{ config, wantError string }{
		"logging":              {`configuration = { execute_command_configuration = { logging = "SOME" } }`, `logging value must be one of`},
		"override alone":       {`configuration = { execute_command_configuration = { logging = "OVERRIDE" } }`, `Missing log_configuration`},
		"log without override": {`configuration = { execute_command_configuration = { log_configuration = { s3_bucket_name = "b" } } }`, `Unused log_configuration`},
		"insights":             {`settings = { containerInsights = "on" }`, `AWS takes disabled, enabled and enhanced`},
		"strategy alone":       {`default_capacity_provider_strategy = { win = { weight = 1 } }`, `does not have the capacity provider "win"`},
		"weight":               {"capacity_providers = [\"win\"]\n default_capacity_provider_strategy = { win = { weight = 1001 } }", `must be between 0 and 1000`},
		"base":                 {"capacity_providers = [\"win\"]\n default_capacity_provider_strategy = { win = { base = 100001 } }", `must be between 0 and 100000`},
		"provider by ARN":      {`capacity_providers = ["arn:aws:ecs:us-east-1:123456789012:capacity-provider/win"]`, `letters, digits, hyphens`},
		"namespace by name":    {`service_connect_defaults = { namespace = "internal" }`, `is not the ARN of an AWS Cloud Map`},
		"timeout":              {`timeouts = { create = "soon" }`, `sequence of decimal numbers`},
	}
	var steps []resource.TestStep
	for _, tt := range tests {
		steps = append(steps, resource.TestStep{Config: web(server, tt.config), PlanOnly: true, ExpectError: says(tt.wantError)})
	}
	steps = append(steps, resource.TestStep{
		Config:   web(server, `settings = { newer = "on" }`, "strict = true"),
		PlanOnly: true, ExpectError: says(`strict = true`),
	}, resource.TestStep{
		Config:   acctest.ProviderConfig(server.URL) + `resource "ecswin_cluster" "web" { name = "a b" }`,
		PlanOnly: true, ExpectError: says(`letters, digits, hyphens`),
	})
	run(t, server, steps...)
	if n := server.Calls()["ecs:CreateCluster"]; n != 0 {
		t.Errorf("%d clusters were created", n)
	}
}
