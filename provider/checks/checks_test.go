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
