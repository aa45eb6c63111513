package cluster

import (
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

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
		"there":        {stringsOf("a", "b"), nil},
		"missing":      {stringsOf("b"), []string{`default_capacity_provider_strategy["a"]: The cluster does not have`}},
		"none":         {stringsOf(), []string{`default_capacity_provider_strategy["a"]: The cluster`}},
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
