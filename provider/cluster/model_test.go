package cluster

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"
)

func stringMap(pairs ...string) types.Map {
	values := map[string]attr.Value{}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = types.StringValue(pairs[i+1])
	}
	return types.MapValueMust(types.StringType, values)
}

func stringsOf(all ...string) types.Set {
	return providersFromAPI(all)
}

func item(provider string, base, weight int32) ecstypes.CapacityProviderStrategyItem {
	return ecstypes.CapacityProviderStrategyItem{CapacityProvider: aws.String(provider), Base: base, Weight: weight}
}

func strategy(items ...ecstypes.CapacityProviderStrategyItem) types.Map {
	return strategyFromAPI(items)
}

// expectDiagnostics compares diagnostics, written as "path: first words of the
// detail".
func expectDiagnostics(t *testing.T, got diag.Diagnostics, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d diagnostics %v, want %d", len(got), got, len(want))
	}
	for i, d := range got {
		at := ""
		if d, ok := d.(diag.DiagnosticWithPath); ok {
			at = d.Path().String()
		}
		if text := at + ": " + d.Detail(); !strings.HasPrefix(text, want[i]) {
			t.Errorf("got %q, want %q...", text, want[i])
		}
	}
}

// TestTypes holds the types that values are made with to the schema.
func TestTypes(t *testing.T) {
	t.Parallel()
	attributes := resourceSchema(t.Context()).Attributes
	for name, want := range map[string]attr.Type{
		"configuration":                      configurationType(),
		"service_connect_defaults":           serviceConnectType(),
		"default_capacity_provider_strategy": types.MapType{ElemType: strategyItemType()},
	} {
		if got := attributes[name].GetType(); !got.Equal(want) {
			t.Errorf("%s is %s in the schema, and %s here", name, got, want)
		}
	}
}

// drawConfiguration is any configuration that AWS may report.
func drawConfiguration(t *rapid.T) *ecstypes.ClusterConfiguration {
	text := func(label string) *string {
		return rapid.Ptr(rapid.StringMatching(`[a-z]{1,3}`), true).Draw(t, label)
	}
	c := &ecstypes.ClusterConfiguration{}
	if rapid.Bool().Draw(t, "execute") {
		e := &ecstypes.ExecuteCommandConfiguration{
			KmsKeyId: text("key"),
			Logging:  rapid.SampledFrom(ecstypes.ExecuteCommandLogging("").Values()).Draw(t, "logging"),
		}
		if rapid.Bool().Draw(t, "log") {
			e.LogConfiguration = &ecstypes.ExecuteCommandLogConfiguration{
				CloudWatchEncryptionEnabled: rapid.Bool().Draw(t, "encrypt logs"), CloudWatchLogGroupName: text("group"),
				S3BucketName: text("bucket"), S3EncryptionEnabled: rapid.Bool().Draw(t, "encrypt bucket"), S3KeyPrefix: text("prefix"),
			}
		}
		c.ExecuteCommandConfiguration = e
	}
	if rapid.Bool().Draw(t, "storage") {
		c.ManagedStorageConfiguration = &ecstypes.ManagedStorageConfiguration{
			FargateEphemeralStorageKmsKeyId: text("fargate"), KmsKeyId: text("storage key"),
		}
	}
	if c.ExecuteCommandConfiguration == nil && c.ManagedStorageConfiguration == nil {
		return nil
	}
	return c
}

func ignoreUnexported() cmp.Option {
	return cmpopts.IgnoreUnexported(ecstypes.ClusterConfiguration{}, ecstypes.ExecuteCommandConfiguration{},
		ecstypes.ExecuteCommandLogConfiguration{}, ecstypes.ManagedStorageConfiguration{}, ecstypes.CapacityProviderStrategyItem{},
		ecstypes.ClusterSetting{})
}

func TestConfigurationRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawConfiguration(t)
		if diff := cmp.Diff(want, configurationToAPI(configurationFromAPI(want)), ignoreUnexported()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestConfigurationChange applies a change as AWS does, to each part that the
// call has, and wants what was configured.
func TestConfigurationChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := drawConfiguration(t), drawConfiguration(t)
		there := ecstypes.ClusterConfiguration{}
		if before != nil {
			there = *before
		}
		change := configurationChange(before, after)
		if change.ExecuteCommandConfiguration != nil {
			there.ExecuteCommandConfiguration = change.ExecuteCommandConfiguration
		}
		if change.ManagedStorageConfiguration != nil {
			there.ManagedStorageConfiguration = change.ManagedStorageConfiguration
		}
		if got, want := meaningOf(&there), meaningOf(after); got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestMeaning(t *testing.T) {
	t.Parallel()
	silent := meaningOf(nil)
	for name, same := range map[string]*ecstypes.ClusterConfiguration{
		"empty":         {},
		"empty parts":   {ExecuteCommandConfiguration: &ecstypes.ExecuteCommandConfiguration{}, ManagedStorageConfiguration: &ecstypes.ManagedStorageConfiguration{}},
		"default named": {ExecuteCommandConfiguration: &ecstypes.ExecuteCommandConfiguration{Logging: "DEFAULT"}},
		"empty strings": {ManagedStorageConfiguration: &ecstypes.ManagedStorageConfiguration{KmsKeyId: aws.String("")}},
	} {
		if meaningOf(same) != silent {
			t.Errorf("%s differs from a silent configuration", name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawConfiguration(t), drawConfiguration(t)
		spelledAlike := cmp.Equal(a, b, ignoreUnexported())
		if spelledAlike && meaningOf(a) != meaningOf(b) {
			t.Fatalf("one spelling, two meanings: %v", a)
		}
	})
	for name, other := range map[string]*ecstypes.ClusterConfiguration{
		"logging":     {ExecuteCommandConfiguration: &ecstypes.ExecuteCommandConfiguration{Logging: "NONE"}},
		"key":         {ExecuteCommandConfiguration: &ecstypes.ExecuteCommandConfiguration{KmsKeyId: aws.String("k")}},
		"storage key": {ManagedStorageConfiguration: &ecstypes.ManagedStorageConfiguration{KmsKeyId: aws.String("k")}},
		"fargate key": {ManagedStorageConfiguration: &ecstypes.ManagedStorageConfiguration{FargateEphemeralStorageKmsKeyId: aws.String("k")}},
	} {
		if meaningOf(other) == silent {
			t.Errorf("%s makes no difference", name)
		}
	}
}

func TestPlanSettings(t *testing.T) {
	t.Parallel()
	unknownValue := types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringUnknown()})
	null, unknown := types.MapNull(types.StringType), types.MapUnknown(types.StringType)
	tests := map[string]struct{ config, prior, want types.Map }{
		"create, silent":     {null, unknown, unknown},
		"create, configured": {stringMap("a", "1"), unknown, stringMap("a", "1")},
		"create, empty":      {stringMap(), unknown, stringMap()},
		"silent":             {null, stringMap("a", "1"), stringMap("a", "1")},
		"unknown":            {unknown, stringMap("a", "1"), unknown},
		"unknown value":      {unknownValue, stringMap("a", "1"), unknownValue},
		"same":               {stringMap("a", "1"), stringMap("a", "1"), stringMap("a", "1")},
		"some of them":       {stringMap("a", "1"), stringMap("a", "1", "b", "2"), stringMap("a", "1", "b", "2")},
		"empty":              {stringMap(), stringMap("a", "1"), stringMap("a", "1")},
		"changed":            {stringMap("a", "2"), stringMap("a", "1", "b", "2"), stringMap("a", "2")},
		"new":                {stringMap("a", "1", "c", "3"), stringMap("a", "1", "b", "2"), stringMap("a", "1", "c", "3")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := planSettings(tt.config, tt.prior)
			if !got.Equal(tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	explicit := &ecstypes.ClusterConfiguration{ExecuteCommandConfiguration: &ecstypes.ExecuteCommandConfiguration{Logging: "DEFAULT"}}
	none := &ecstypes.ClusterConfiguration{ExecuteCommandConfiguration: &ecstypes.ExecuteCommandConfiguration{Logging: "NONE"}}
	reported := ecstypes.Cluster{
		Settings:          []ecstypes.ClusterSetting{{Name: "a", Value: aws.String("1")}, {Name: "b", Value: aws.String("2")}},
		CapacityProviders: []string{"win"}, DefaultCapacityProviderStrategy: []ecstypes.CapacityProviderStrategyItem{item("win", 0, 1)},
	}
	with := func(c *ecstypes.ClusterConfiguration) *ecstypes.Cluster {
		r := reported
		r.Configuration = c
		return &r
	}
	tests := map[string]struct {
		priorSettings     types.Map
		priorConfig       *ecstypes.ClusterConfiguration
		reported          *ecstypes.Cluster
		wantSettings      types.Map
		wantConfiguration *ecstypes.ClusterConfiguration
	}{
		"only managed settings":   {stringMap("a", "0"), nil, with(nil), stringMap("a", "1"), nil},
		"nothing managed":         {stringMap(), nil, with(nil), stringMap(), nil},
		"setting gone":            {stringMap("a", "1", "z", "9"), nil, with(nil), stringMap("a", "1"), nil},
		"silent spelling stays":   {stringMap(), nil, with(explicit), stringMap(), nil},
		"explicit spelling stays": {stringMap(), explicit, with(nil), stringMap(), explicit},
		"drift shows":             {stringMap(), explicit, with(none), stringMap(), none},
		"drift from silence":      {stringMap(), nil, with(none), stringMap(), none},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := nothingYet()
			got.Settings, got.Configuration = tt.priorSettings, configurationFromAPI(tt.priorConfig)
			got.refresh(tt.reported)
			if !got.Settings.Equal(tt.wantSettings) {
				t.Errorf("settings %s, want %s", got.Settings, tt.wantSettings)
			}
			if want := configurationFromAPI(tt.wantConfiguration); !got.Configuration.Equal(want) {
				t.Errorf("configuration %s, want %s", got.Configuration, want)
			}
			if !got.CapacityProviders.Equal(stringsOf("win")) || !got.DefaultCapacityProviderStrategy.Equal(strategy(item("win", 0, 1))) {
				t.Errorf("capacity %s %s", got.CapacityProviders, got.DefaultCapacityProviderStrategy)
			}
		})
	}
}

func TestKeep(t *testing.T) {
	t.Parallel()
	silent := features{
		Settings:                        types.MapNull(types.StringType),
		Configuration:                   types.ObjectNull(configurationType().AttrTypes),
		ServiceConnectDefaults:          types.ObjectNull(serviceConnectType().AttrTypes),
		CapacityProviders:               types.SetNull(types.StringType),
		DefaultCapacityProviderStrategy: types.MapNull(strategyItemType()),
	}
	prior := silent
	prior.Settings = stringMap("a", "1")
	prior.CapacityProviders = stringsOf("win", "spare")
	prior.DefaultCapacityProviderStrategy = strategy(item("win", 1, 1), item("spare", 0, 1))

	plan := silent
	plan.keep(silent, prior)
	if !cmp.Equal(plan, prior) {
		t.Errorf("a silent configuration plans %+v, want the prior %+v", plan, prior)
	}

	fewer := silent
	fewer.CapacityProviders = stringsOf("win")
	plan = fewer
	plan.keep(fewer, prior)
	if want := strategy(item("win", 1, 1)); !plan.DefaultCapacityProviderStrategy.Equal(want) {
		t.Errorf("with a provider less the strategy is %s, want %s", plan.DefaultCapacityProviderStrategy, want)
	}

	unknown := silent
	unknown.CapacityProviders = types.SetUnknown(types.StringType)
	plan = unknown
	plan.keep(unknown, prior)
	if !plan.DefaultCapacityProviderStrategy.Equal(prior.DefaultCapacityProviderStrategy) {
		t.Errorf("with unknown providers the strategy is %s", plan.DefaultCapacityProviderStrategy)
	}

	configured := prior
	configured.Configuration = configurationFromAPI(&ecstypes.ClusterConfiguration{
		ExecuteCommandConfiguration: &ecstypes.ExecuteCommandConfiguration{Logging: "NONE"},
	})
	plan = silent
	plan.keep(silent, configured)
	if !plan.Configuration.IsNull() {
		t.Errorf("a configuration that was taken away is planned as %s", plan.Configuration)
	}
}

func TestCapacityRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOf(rapid.StringMatching(`[a-z]{1,3}`), rapid.Custom(func(t *rapid.T) [2]int32 {
			return [2]int32{rapid.Int32Range(0, maxBase).Draw(t, "base"), rapid.Int32Range(0, maxWeight).Draw(t, "weight")}
		})).Draw(t, "strategy")
		var items []ecstypes.CapacityProviderStrategyItem
		for provider, n := range want {
			items = append(items, item(provider, n[0], n[1]))
		}
		got := map[string][2]int32{}
		last := ""
		for _, i := range strategyToAPI(strategyFromAPI(items)) {
			if *i.CapacityProvider <= last {
				t.Fatalf("%s comes after %s", *i.CapacityProvider, last)
			}
			last = *i.CapacityProvider
			got[last] = [2]int32{i.Base, i.Weight}
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestNoneIsNotNothing: AWS wants an empty list for none, and takes an absent
// one for no opinion.
func TestNoneIsNotNothing(t *testing.T) {
	t.Parallel()
	if providersToAPI(stringsOf()) == nil || strategyToAPI(strategy()) == nil {
		t.Error("an empty list became an absent one")
	}
	if providersToAPI(types.SetUnknown(types.StringType)) != nil || strategyToAPI(types.MapUnknown(strategyItemType())) != nil {
		t.Error("an unknown became an empty list")
	}
}
