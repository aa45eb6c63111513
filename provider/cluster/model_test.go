package cluster

import (
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
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

func names(all ...string) types.Set {
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
			if !got.CapacityProviders.Equal(names("win")) || !got.DefaultCapacityProviderStrategy.Equal(strategy(item("win", 0, 1))) {
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
	prior.CapacityProviders = names("win", "spare")
	prior.DefaultCapacityProviderStrategy = strategy(item("win", 1, 1), item("spare", 0, 1))

	plan := silent
	plan.keep(silent, prior)
	if !cmp.Equal(plan, prior) {
		t.Errorf("a silent configuration plans %+v, want the prior %+v", plan, prior)
	}

	fewer := silent
	fewer.CapacityProviders = names("win")
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
	if providersToAPI(names()) == nil || strategyToAPI(strategy()) == nil {
		t.Error("an empty list became an absent one")
	}
	if providersToAPI(types.SetUnknown(types.StringType)) != nil || strategyToAPI(types.MapUnknown(strategyItemType())) != nil {
		t.Error("an unknown became an empty list")
	}
}

func TestCheckStrategy(t *testing.T) {
	t.Parallel()
	unknownWeight := types.MapValueMust(strategyItemType(), map[string]attr.Value{
		"a": types.ObjectValueMust(strategyItemType().AttrTypes, map[string]attr.Value{"base": types.Int64Null(), "weight": types.Int64Unknown()}),
		"b": types.ObjectValueMust(strategyItemType().AttrTypes, map[string]attr.Value{"base": types.Int64Null(), "weight": types.Int64Value(0)}),
	})
	nullItem := types.MapValueMust(strategyItemType(), map[string]attr.Value{"a": types.ObjectNull(strategyItemType().AttrTypes)})
	tests := map[string]struct {
		strategy types.Map
		want     []string
	}{
		"null":             {types.MapNull(strategyItemType()), nil},
		"unknown":          {types.MapUnknown(strategyItemType()), nil},
		"empty":            {strategy(), nil},
		"one weightless":   {strategy(item("a", 1, 0)), nil},
		"one base":         {strategy(item("a", 1, 0), item("b", 0, 1)), nil},
		"two bases":        {strategy(item("a", 1, 1), item("b", 2, 1), item("c", 0, 1)), []string{`default_capacity_provider_strategy["b"].base: ["a" "b"] all have a base`}},
		"no weight":        {strategy(item("a", 0, 0), item("b", 0, 0)), []string{"default_capacity_provider_strategy: All weights are 0"}},
		"unknown weight":   {unknownWeight, nil},
		"null for an item": {nullItem, []string{`default_capacity_provider_strategy["a"]: The item of "a" is null`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectDiagnostics(t, checkStrategy(tt.strategy), tt.want...)
		})
	}
}

func TestCheckMembership(t *testing.T) {
	t.Parallel()
	someUnknown := types.SetValueMust(types.StringType, []attr.Value{types.StringUnknown()})
	tests := map[string]struct {
		providers types.Set
		want      []string
	}{
		"there":        {names("a", "b"), nil},
		"missing":      {names("b"), []string{`default_capacity_provider_strategy["a"]: The cluster does not have`}},
		"none":         {names(), []string{`default_capacity_provider_strategy["a"]: The cluster`}},
		"unknown":      {types.SetUnknown(types.StringType), nil},
		"some unknown": {someUnknown, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectDiagnostics(t, checkMembership(strategy(item("a", 0, 1)), tt.providers), tt.want...)
		})
	}
}

func TestCheckLogging(t *testing.T) {
	t.Parallel()
	execute := func(logging types.String, log types.Object) types.Object {
		return types.ObjectValueMust(configurationType().AttrTypes, map[string]attr.Value{
			"execute_command_configuration": types.ObjectValueMust(executeCommandType().AttrTypes, map[string]attr.Value{
				"kms_key_id": types.StringNull(), "logging": logging, "log_configuration": log,
			}),
			"managed_storage_configuration": types.ObjectNull(managedStorageType().AttrTypes),
		})
	}
	log := logConfigurationFromAPI(&ecstypes.ExecuteCommandLogConfiguration{S3BucketName: aws.String("b")})
	noLog := logConfigurationFromAPI(nil)
	unknownLog := types.ObjectUnknown(logConfigurationType().AttrTypes)
	const at = "configuration.execute_command_configuration"
	tests := map[string]struct {
		configuration types.Object
		want          []string
	}{
		"silent":             {types.ObjectNull(configurationType().AttrTypes), nil},
		"unknown":            {types.ObjectUnknown(configurationType().AttrTypes), nil},
		"neither":            {execute(types.StringNull(), noLog), nil},
		"both":               {execute(types.StringValue("OVERRIDE"), log), nil},
		"no log":             {execute(types.StringValue("OVERRIDE"), noLog), []string{at + ".logging: "}},
		"log by default":     {execute(types.StringNull(), log), []string{at + ".log_configuration: "}},
		"log with NONE":      {execute(types.StringValue("NONE"), log), []string{at + ".log_configuration: "}},
		"unknown logging":    {execute(types.StringUnknown(), log), nil},
		"unknown log":        {execute(types.StringValue("OVERRIDE"), unknownLog), nil},
		"unknown with NONE?": {execute(types.StringValue("NONE"), unknownLog), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectDiagnostics(t, checkLogging(tt.configuration), tt.want...)
		})
	}
}

func TestNamespaces(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-1":             true,
		"arn:aws-cn:servicediscovery:cn-north-1:123456789012:namespace/ns-1":         true,
		"arn:aws-us-gov:servicediscovery:us-gov-east-1:123456789012:namespace/ns-1":  true,
		"arn:aws-iso-f:servicediscovery:us-isof-south-1:123456789012:namespace/ns-1": true,
		"internal": false, "": false, "arn:aws:ecs:us-east-1:123456789012:cluster/web": false,
		"arn:aws:servicediscovery:us-east-1:123456789012:service/srv-1": false,
	}
	for value, valid := range tests {
		var resp validator.StringResponse
		namespaceValidator{}.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("x"), ConfigValue: types.StringValue(value)}, &resp)
		if resp.Diagnostics.HasError() == valid {
			t.Errorf("%q: %v", value, resp.Diagnostics)
		}
	}
}

func TestSettingsValidator(t *testing.T) {
	t.Parallel()
	null := types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringNull()})
	unknown := types.MapValueMust(types.StringType, map[string]attr.Value{containerInsights: types.StringUnknown()})
	tests := map[string]struct {
		settings types.Map
		want     []string
	}{
		"fine":       {stringMap(containerInsights, "enhanced"), nil},
		"other name": {stringMap("newer", "anything"), nil},
		"unknown":    {unknown, nil},
		"null":       {null, []string{`settings["a"]: The value of setting "a" is null`}},
		"value":      {stringMap(containerInsights, "Enabled"), []string{`settings["containerInsights"]: containerInsights is "Enabled"; AWS takes disabled`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var resp validator.MapResponse
			settingsValidator{}.ValidateMap(t.Context(), validator.MapRequest{Path: path.Root("settings"), ConfigValue: tt.settings}, &resp)
			expectDiagnostics(t, resp.Diagnostics, tt.want...)
		})
	}
}

func TestUnlistedSettings(t *testing.T) {
	t.Parallel()
	settings := stringMap(containerInsights, "enabled", "newer", "on")
	for strict, severity := range map[bool]diag.Severity{false: diag.SeverityWarning, true: diag.SeverityError} {
		got := unlistedSettings(settings, strict)
		expectDiagnostics(t, got, `settings["newer"]: The AWS SDK's ECS package `+sdkVersion)
		if got[0].Severity() != severity {
			t.Errorf("strict = %t gives %s", strict, got[0].Severity())
		}
	}
}

// TestSDKVersion holds the version that the warning names to the one that is
// built in.
func TestSDKVersion(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(mod), "github.com/aws/aws-sdk-go-v2/service/ecs v"+sdkVersion) {
		t.Errorf("go.mod has another version of the ECS package than %s", sdkVersion)
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		want reference
		ok   bool
	}{
		"web": {reference{name: "web"}, true},
		"arn:aws:ecs:us-east-1:123456789012:cluster/web":       {reference{"web", "123456789012", "us-east-1"}, true},
		"arn:aws-cn:ecs:cn-north-1:123456789012:cluster/a_b-1": {reference{"a_b-1", "123456789012", "cn-north-1"}, true},
		"":        {reference{}, false},
		"a/b":     {reference{}, false},
		"arn:aws": {reference{}, false},
		"arn:aws:ecs:us-east-1:123456789012:service/web/x": {reference{}, false},
		"arn:aws:ec2:us-east-1:123456789012:cluster/web":   {reference{}, false},
		"arn:aws:ecs:us-east-1:123456789012:cluster/":      {reference{}, false},
		strings.Repeat("a", 256):                           {reference{}, false},
	}
	for s, tt := range tests {
		got, err := parseReference(s)
		if (err == nil) != tt.ok || tt.ok && got != tt.want {
			t.Errorf("%q: got %+v, %v", s, got, err)
		}
	}
}

func FuzzReference(f *testing.F) {
	f.Add("web")
	f.Add("arn:aws:ecs:us-east-1:123456789012:cluster/web")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := parseReference(s)
		if err == nil && !namePattern.MatchString(r.name) {
			t.Errorf("%q gives the name %q", s, r.name)
		}
	})
}
