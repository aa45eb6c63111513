package cluster

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const containerInsights = string(ecstypes.ClusterSettingNameContainerInsights)

// sdkVersion is the version of the AWS SDK's ECS package that the list of
// setting names comes from.
const sdkVersion = "1.104.1"

// settingsToAPI returns settings ordered by name; nil for none.
func settingsToAPI(settings map[string]string) []ecstypes.ClusterSetting {
	var out []ecstypes.ClusterSetting
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		out = append(out, ecstypes.ClusterSetting{Name: ecstypes.ClusterSettingName(name), Value: aws.String(settings[name])})
	}
	return out
}

func settingsFromAPI(settings []ecstypes.ClusterSetting) types.Map {
	values := make(map[string]attr.Value, len(settings))
	for _, s := range settings {
		values[string(s.Name)] = types.StringPointerValue(s.Value)
	}
	return types.MapValueMust(types.StringType, values)
}

// onlyKeysOf returns the entries of reported that prior has too: a setting
// that nobody configured is none of the resource's business.
func onlyKeysOf(prior, reported types.Map) types.Map {
	before, values := prior.Elements(), reported.Elements()
	maps.DeleteFunc(values, func(name string, _ attr.Value) bool {
		_, managed := before[name]
		return !managed
	})
	return types.MapValueMust(types.StringType, values)
}

// planSettings returns the planned settings. Those that the configuration
// leaves out stay, so a configuration that asks for nothing new plans the
// prior settings.
func planSettings(config, prior types.Map) types.Map {
	if config.IsNull() {
		return prior
	}
	if config.IsUnknown() || prior.IsUnknown() || !contains(prior.Elements(), config.Elements()) {
		return config
	}
	return prior
}

func contains(all, some map[string]attr.Value) bool {
	for name, value := range some {
		if had, ok := all[name]; !ok || !had.Equal(value) {
			return false
		}
	}
	return true
}

// unlistedSettings warns of settings that the AWS SDK does not list: AWS adds
// settings, so one of them may be newer than this provider.
func unlistedSettings(settings types.Map, strict bool) diag.Diagnostics {
	var diags diag.Diagnostics
	known := ecstypes.ClusterSettingName("").Values()
	for _, name := range slices.Sorted(maps.Keys(settings.Elements())) {
		if slices.Contains(known, ecstypes.ClusterSettingName(name)) {
			continue
		}
		at := path.Root("settings").AtMapKey(name)
		detail := fmt.Sprintf("The AWS SDK's ECS package %s, which this provider is built with, lists only these settings: %q. "+
			"If %q is not newer than that, AWS refuses it.", sdkVersion, known, name)
		if strict {
			diags.AddAttributeError(at, "Unknown cluster setting", detail+"\n\nThis is an error because the provider is configured with strict = true.")
		} else {
			diags.AddAttributeWarning(at, "Unknown cluster setting", detail)
		}
	}
	return diags
}

// settingsValidator checks the values of the settings that it knows.
type settingsValidator struct{}

func (settingsValidator) Description(context.Context) string {
	return "containerInsights is disabled, enabled or enhanced"
}

func (v settingsValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (settingsValidator) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()
	for _, name := range slices.Sorted(maps.Keys(elements)) {
		at := req.Path.AtMapKey(name)
		value, ok := elements[name].(types.String)
		switch {
		case !ok || value.IsUnknown():
		case value.IsNull():
			resp.Diagnostics.AddAttributeError(at, "Invalid cluster setting",
				fmt.Sprintf("The value of setting %q is null, which AWS does not know. Leave the setting out to keep what the cluster has.", name))
		case name == containerInsights && !slices.Contains([]string{"disabled", "enabled", "enhanced"}, value.ValueString()):
			resp.Diagnostics.AddAttributeError(at, "Invalid cluster setting",
				fmt.Sprintf("%s is %q; AWS takes disabled, enabled and enhanced.", containerInsights, value.ValueString()))
		}
	}
}
