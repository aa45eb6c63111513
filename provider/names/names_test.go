package names_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/names"
)

func TestValid(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"a": true, "windows-simple_IIS-2": true, strings.Repeat("a", 255): true,
		"": false, strings.Repeat("a", 256): false, "a b": false, "a:1": false, "a/b": false, "ä": false, "a\n": false,
	} {
		if got := names.Valid(name); got != want {
			t.Errorf("Valid(%q) = %t", name, got)
		}
	}
}

func TestValidatorLeavesUnknownAlone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		value types.String
		wrong bool
	}{
		{types.StringNull(), false}, {types.StringUnknown(), false}, {types.StringValue("iis"), false}, {types.StringValue("a b"), true},
	} {
		var resp validator.StringResponse
		names.Validator().ValidateString(t.Context(), validator.StringRequest{Path: path.Root("name"), ConfigValue: tt.value}, &resp)
		if resp.Diagnostics.HasError() != tt.wrong {
			t.Errorf("%s: %v", tt.value, resp.Diagnostics)
		}
	}
}
