package tags_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

func TestValidator(t *testing.T) {
	t.Parallel()
	const secret = "not-to-be-shown"
	tests := map[string]struct {
		tags types.Map
		want []string
	}{
		"null":          {null, nil},
		"unknown":       {types.MapUnknown(types.StringType), nil},
		"unknown value": {withUnknown(tagMap(), "a"), nil},
		"fine":          {tagMap("Ünïcode key", "a b+c=d._:/@-", "empty", ""), nil},
		"longest":       {tagMap(strings.Repeat("ä", 128), strings.Repeat("ö", 256)), nil},
		"empty key": {
			tagMap("", "x"),
			[]string{`tags[""]: A tag key has 1 to 128 characters; this one has 0.`},
		},
		"long key": {
			tagMap(strings.Repeat("k", 129), "x"),
			[]string{`tags["` + strings.Repeat("k", 129) + `"]: A tag key has 1 to 128 characters; this one has 129.`},
		},
		"reserved key": {
			tagMap("AwS:x", "x"),
			[]string{`tags["AwS:x"]: The key "AwS:x" begins with aws:, which AWS keeps for itself in any case of letters. Choose another key.`},
		},
		"characters of a key": {
			tagMap("a#b", "x"),
			[]string{`tags["a#b"]: The key "a#b" has characters that AWS does not take. Allowed are letters, numbers, spaces and + - = . _ : / @.`},
		},
		"long value": {
			tagMap("a", strings.Repeat("v", 257)),
			[]string{`tags["a"]: The value of tag "a" has 257 characters; AWS allows 256.`},
		},
		"characters of a value": {
			tagMap("a", secret+"\t"),
			[]string{`tags["a"]: The value of tag "a" has characters that AWS does not take. Allowed are letters, numbers, spaces and + - = . _ : / @.`},
		},
		"reserved value": {
			tagMap("a", "aws:"+secret),
			[]string{`tags["a"]: The value of tag "a" begins with aws:, which AWS keeps for itself in any case of letters.`},
		},
		"null value": {
			types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringNull()}),
			[]string{`tags["a"]: The value of tag "a" is null, which AWS cannot store. Leave the key out, or give it an empty string.`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var resp validator.MapResponse
			tags.Validator().ValidateMap(t.Context(), validator.MapRequest{Path: path.Root("tags"), ConfigValue: tt.tags}, &resp)
			var got []string
			for _, d := range resp.Diagnostics {
				at := ""
				if d, ok := d.(interface{ Path() path.Path }); ok {
					at = d.Path().String()
				}
				got = append(got, at+": "+d.Detail())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
