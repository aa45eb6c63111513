package tags_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/ecswin/terraform-provider-ecswin/provider/tags"
)

var null = types.MapNull(types.StringType)

func tagMap(pairs ...string) types.Map {
	values := map[string]attr.Value{}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = types.StringValue(pairs[i+1])
	}
	return types.MapValueMust(types.StringType, values)
}

func withUnknown(m types.Map, key string) types.Map {
	values := m.Elements()
	values[key] = types.StringUnknown()
	return types.MapValueMust(types.StringType, values)
}

func TestMerge(t *testing.T) {
	t.Parallel()
	policy := tags.Policy{
		Default:        map[string]string{"team": "web", "stage": "dev", "k8s/x": "1"},
		IgnoreKeys:     []string{"patched"},
		IgnorePrefixes: []string{"k8s/"},
	}
	tests := map[string]struct {
		own, want types.Map
	}{
		"null":          {null, tagMap("team", "web", "stage", "dev")},
		"own wins":      {tagMap("stage", "prod"), tagMap("team", "web", "stage", "prod")},
		"same as there": {tagMap("team", "web"), tagMap("team", "web", "stage", "dev")},
		"ignored":       {tagMap("patched", "yes", "k8s/y", "2"), tagMap("team", "web", "stage", "dev")},
		"unknown value": {withUnknown(tagMap(), "team"), withUnknown(tagMap("stage", "dev"), "team")},
		"unknown":       {types.MapUnknown(types.StringType), types.MapUnknown(types.StringType)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := policy.Merge(tt.own); !got.Equal(tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestMergeOfNothingIsAnEmptyMap(t *testing.T) {
	t.Parallel()
	if got := (tags.Policy{}).Merge(null); got.IsNull() || got.IsUnknown() || len(got.Elements()) != 0 {
		t.Errorf("got %s, want an empty map", got)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	policy := tags.Policy{Default: map[string]string{"team": "web"}, IgnoreKeys: []string{"patched"}}
	tests := map[string]struct {
		actual              map[string]string
		priorTags, priorAll types.Map
		wantTags, wantAll   types.Map
	}{
		"import": {
			map[string]string{"team": "web", "app": "iis", "aws:x": "y", "patched": "1"}, null, null,
			tagMap("app", "iis"), tagMap("team", "web", "app", "iis"),
		},
		"import without tags": {nil, null, null, null, tagMap()},
		"nothing changed": {
			map[string]string{"team": "web", "app": "iis"}, tagMap("app", "iis"), tagMap("team", "web", "app", "iis"),
			tagMap("app", "iis"), tagMap("team", "web", "app", "iis"),
		},
		"own tag equal to a default stays own": {
			map[string]string{"team": "web"}, tagMap("team", "web"), tagMap("team", "web"),
			tagMap("team", "web"), tagMap("team", "web"),
		},
		"default tag that was changed outside stays out of tags": {
			map[string]string{"team": "db"}, null, tagMap("team", "web"),
			null, tagMap("team", "db"),
		},
		"tag added outside": {
			map[string]string{"team": "web", "new": "1"}, null, tagMap("team", "web"),
			tagMap("new", "1"), tagMap("team", "web", "new", "1"),
		},
		"tag removed outside": {
			map[string]string{"team": "web"}, tagMap("app", "iis"), tagMap("team", "web", "app", "iis"),
			tagMap(), tagMap("team", "web"),
		},
		"empty stays empty": {nil, tagMap(), tagMap(), tagMap(), tagMap()},
		"ignored own tag keeps the configured value": {
			map[string]string{"patched": "2"}, tagMap("patched", "1"), tagMap(),
			tagMap("patched", "1"), tagMap(),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gotTags, gotAll := policy.Read(tt.actual, tt.priorTags, tt.priorAll)
			if !gotTags.Equal(tt.wantTags) || !gotAll.Equal(tt.wantAll) {
				t.Errorf("got %s and %s, want %s and %s", gotTags, gotAll, tt.wantTags, tt.wantAll)
			}
		})
	}
}

// TestNoDiffAfterApply is the promise behind Merge and Read: once the planned
// tags are set, reading them back gives tags as configured and tags_all as
// planned, whatever the policy.
func TestNoDiffAfterApply(t *testing.T) {
	t.Parallel()
	key := rapid.SampledFrom([]string{"a", "b", "c", "x/1", "x/2", ""})
	value := rapid.SampledFrom([]string{"", "1", "2"})
	strings := rapid.MapOf(key, value)
	rapid.Check(t, func(t *rapid.T) {
		policy := tags.Policy{
			Default:        strings.Draw(t, "default"),
			IgnoreKeys:     rapid.SliceOf(key).Draw(t, "ignore"),
			IgnorePrefixes: rapid.SliceOfN(rapid.Just("x/"), 0, 1).Draw(t, "prefixes"),
		}
		configured := null
		if rapid.Bool().Draw(t, "has tags") {
			configured = tagMap()
			for k, v := range strings.Draw(t, "tags") {
				configured = tagMap(append(pairs(configured), k, v)...)
			}
		}
		planned := policy.Merge(configured)
		actual := tags.Strings(planned)
		for k, v := range strings.Draw(t, "foreign") {
			if policy.Ignores(k) {
				actual[k] = v
			}
		}
		own, all := policy.Read(actual, configured, planned)
		if !own.Equal(configured) {
			t.Fatalf("tags: got %s, configured %s", own, configured)
		}
		if !all.Equal(planned) {
			t.Fatalf("tags_all: got %s, planned %s", all, planned)
		}
	})
}

// TestDiffLeadsFromOneToTheOther applies a Diff as AWS would.
func TestDiffLeadsFromOneToTheOther(t *testing.T) {
	t.Parallel()
	gen := rapid.MapOf(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.SampledFrom([]string{"1", "2"}))
	rapid.Check(t, func(t *rapid.T) {
		before, after := gen.Draw(t, "before"), gen.Draw(t, "after")
		set, remove := tags.Diff(fromStrings(before), fromStrings(after))
		got := map[string]string{}
		for k, v := range before {
			got[k] = v
		}
		for k, v := range set {
			if before[k] == v {
				t.Fatalf("sets %q, which has the value already", k)
			}
			got[k] = v
		}
		for _, k := range remove {
			delete(got, k)
		}
		if diff := cmp.Diff(after, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestPlan(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for _, a := range "abcdefghij" {
		for _, b := range "abcde" {
			many[string(a)+string(b)] = ""
		}
	}
	nullElement := types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringNull()})
	tests := map[string]struct {
		policy    tags.Policy
		own       types.Map
		wantError string
		wantWarn  string
	}{
		"fine":    {tags.Policy{}, tagMap("a", "1"), "", ""},
		"ignored": {tags.Policy{IgnoreKeys: []string{"a"}}, tagMap("a", "1"), "", "Tag is ignored"},
		"null":    {tags.Policy{}, nullElement, "Unable to use tag value", ""},
		"50":      {tags.Policy{Default: many}, null, "", ""},
		"51":      {tags.Policy{Default: many}, tagMap("z", "1"), "Unable to use tags", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := tt.policy.Plan(path.Root("tags"), tt.own)
			var gotError, gotWarn string
			for _, d := range diags.Errors() {
				gotError = d.Summary()
			}
			for _, d := range diags.Warnings() {
				gotWarn = d.Summary()
			}
			if gotError != tt.wantError || gotWarn != tt.wantWarn {
				t.Errorf("got %v", diags)
			}
		})
	}
}

func TestECSRoundTrip(t *testing.T) {
	t.Parallel()
	want := map[string]string{"b": "2", "a": "", "c": "3"}
	listed := tags.ToECS(want)
	if *listed[0].Key != "a" || *listed[2].Key != "c" {
		t.Errorf("not ordered by key: %v", listed)
	}
	if diff := cmp.Diff(want, tags.FromECS(listed)); diff != "" {
		t.Error(diff)
	}
	if tags.ToECS(nil) != nil {
		t.Error("no tags must be nil, for AWS takes no empty list")
	}
}

func pairs(m types.Map) []string {
	var out []string
	for k, v := range tags.Strings(m) {
		out = append(out, k, v)
	}
	return out
}

func fromStrings(m map[string]string) types.Map {
	var list []string
	for k, v := range m {
		list = append(list, k, v)
	}
	return tagMap(list...)
}
