package taskdefinition_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox"
)

func lookUp(arguments string) string {
	return `
data "ecswin_task_definition" "iis" {
  ` + arguments + `
}`
}

func expectLookedUp(path tfjsonpath.Path, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue("data.ecswin_task_definition.iis", path, want)
}

func TestTheDataSourceShowsWhatAWSReports(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"iis", "iis:1", "arn:aws:ecs:us-east-1:123456789012:task-definition/iis:1"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{})
			registerByHand(t, w)
			container := tfjsonpath.New("container_definitions").AtMapKey("iis")
			w.Run(t, resource.TestStep{
				Config: w.Config("", lookUp(`task_definition = "`+id+`"`)),
				ConfigStateChecks: []statecheck.StateCheck{
					expectLookedUp(tfjsonpath.New("exists"), knownvalue.Bool(true)),
					expectLookedUp(tfjsonpath.New("arn"), knownvalue.StringExact("arn:aws:ecs:us-east-1:123456789012:task-definition/iis:1")),
					expectLookedUp(tfjsonpath.New("revision"), knownvalue.Int64Exact(1)),
					expectLookedUp(tfjsonpath.New("status"), knownvalue.StringExact("ACTIVE")),
					expectLookedUp(container.AtMapKey("environment").AtMapKey("NAME"), knownvalue.StringExact("value")),
					expectLookedUp(container.AtMapKey("port_mappings").AtSliceIndex(0).AtMapKey("host_port"), knownvalue.Int64Exact(80)),
					expectLookedUp(tfjsonpath.New("tags"), knownvalue.MapExact(map[string]knownvalue.Check{
						"team": knownvalue.StringExact("web"), "project": knownvalue.StringExact("x"),
					})),
				},
			})
		})
	}
}

func TestTheDataSourceAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.Run(t,
		resource.TestStep{
			Config:      w.Config("", lookUp(`task_definition = "nobody"`)),
			ExpectError: regexp.MustCompile(`(?s)no such task definition in Region us-east-1.*allow_missing`),
		},
		resource.TestStep{
			Config:      w.Config("", lookUp(`task_definition = "a b"`)),
			ExpectError: regexp.MustCompile(`names no task definition`),
		},
		resource.TestStep{
			Config: w.Config("", lookUp(`
  task_definition = "nobody"
  allow_missing   = true`)),
			ConfigStateChecks: []statecheck.StateCheck{
				expectLookedUp(tfjsonpath.New("exists"), knownvalue.Bool(false)),
				expectLookedUp(tfjsonpath.New("arn"), knownvalue.Null()),
			},
		},
	)
}
