package checks_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/checks"
)

func TestCheckJudgesKnownValuesAndShowsNone(t *testing.T) {
	t.Parallel()
	short := checks.Check{Rule: "short", OK: func(s string) bool { return len(s) < 4 }}
	for _, tt := range []struct {
		value types.String
		wrong bool
	}{
		{types.StringNull(), false}, {types.StringUnknown(), false}, {types.StringValue("abc"), false}, {types.StringValue("canary"), true},
	} {
		var resp validator.StringResponse
		short.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("name"), ConfigValue: tt.value}, &resp)
		if resp.Diagnostics.HasError() != tt.wrong {
			t.Errorf("%s: %v", tt.value, resp.Diagnostics)
		}
		for _, d := range resp.Diagnostics {
			if d.Summary() != "Unable to use name" || d.Detail() != "The value must be short." || strings.Contains(d.Detail(), "canary") {
				t.Errorf("%s: %s", d.Summary(), d.Detail())
			}
		}
	}
}

// TestNames shows how a summary names the place: no value of the element of a set is in it.
func TestNames(t *testing.T) {
	t.Parallel()
	rule := checks.Check{Rule: "good", OK: func(string) bool { return false }}
	network := path.Root("network").AtName("subnets")
	for want, at := range map[string]path.Path{
		"Unable to use network.subnets":               network,
		"Unable to use role[0].arn":                   path.Root("role").AtListIndex(0).AtName("arn"),
		`Unable to use tags["team"]`:                  path.Root("tags").AtMapKey("team"),
		"Unable to use an element of network.subnets": network.AtSetValue(types.StringValue("canary")),
		"Unable to use an element of roles":           path.Root("roles").AtSetValue(types.StringValue("canary")).AtName("arn"),
	} {
		resp := validator.StringResponse{}
		rule.ValidateString(t.Context(), validator.StringRequest{Path: at, ConfigValue: types.StringValue("canary")}, &resp)
		if len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Summary() != want {
			t.Errorf("got %v, want %q", resp.Diagnostics, want)
		}
	}
}
