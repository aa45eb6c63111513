package cluster_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

func TestDataSource(t *testing.T) {
	server := start(t)
	const data = "data.ecswin_cluster.web"
	read := func(by string) string {
		return web(server, full, `default_tags {
    tags = { team = "web" }
  }`) + "data \"ecswin_cluster\" \"web\" {\n  " + by + "\n}\n"
	}
	checks := []statecheck.StateCheck{
		statecheck.ExpectKnownValue(data, tfjsonpath.New("status"), knownvalue.StringExact("ACTIVE")),
		statecheck.ExpectKnownValue(data, tfjsonpath.New("active_services_count"), knownvalue.Int64Exact(0)),
		statecheck.ExpectKnownValue(data, tfjsonpath.New("registered_container_instances_count"), knownvalue.Int64Exact(0)),
		statecheck.ExpectKnownValue(data, tfjsonpath.New("tags"), knownvalue.MapExact(map[string]knownvalue.Check{
			"app": knownvalue.StringExact("iis"), "team": knownvalue.StringExact("web"),
		})),
	}
	for _, attribute := range []string{
		"name", "arn", "settings", "configuration", "service_connect_defaults", "capacity_providers", "default_capacity_provider_strategy",
	} {
		checks = append(checks, statecheck.CompareValuePairs(address, tfjsonpath.New(attribute), data, tfjsonpath.New(attribute), sameValue{}))
	}
	run(t, server,
		resource.TestStep{Config: read("name = ecswin_cluster.web.name"), ConfigStateChecks: checks},
		resource.TestStep{Config: read("arn = ecswin_cluster.web.arn"), ConfigStateChecks: checks},
		resource.TestStep{Config: read(`name = "gone"`), ExpectError: says(`Unable to read cluster gone.*Region us-east-1`)},
		resource.TestStep{Config: read(`arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/web"`), ExpectError: says(`the provider works in us-east-1`)},
		resource.TestStep{Config: read(""), ExpectError: says(`Exactly one`)},
		resource.TestStep{Config: read("name = ecswin_cluster.web.name"), PlanOnly: true},
	)
}

// sameValue compares two values of a state.
type sameValue struct{}

func (sameValue) CompareValues(values ...any) error {
	if diff := cmp.Diff(values[0], values[1]); diff != "" {
		return fmt.Errorf("the data source differs from the resource (-resource +data source):\n%s", diff)
	}
	return nil
}
