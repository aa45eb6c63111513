package cluster

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// providersToAPI returns the names in order; nil where they are left to AWS,
// and an empty list where there are to be none.
func providersToAPI(v types.Set) []string {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	names := []string{}
	for _, e := range v.Elements() {
		if s, ok := e.(types.String); ok {
			names = append(names, s.ValueString())
		}
	}
	slices.Sort(names)
	return names
}

func providersFromAPI(names []string) types.Set {
	values := make([]attr.Value, 0, len(names))
	for _, name := range names {
		values = append(values, types.StringValue(name))
	}
	return types.SetValueMust(types.StringType, values)
}

// strategyToAPI returns the items in the order of their providers' names; nil
// where the strategy is left to AWS, and an empty list where there is to be
// none.
func strategyToAPI(v types.Map) []ecstypes.CapacityProviderStrategyItem {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	elements := v.Elements()
	items := []ecstypes.CapacityProviderStrategyItem{}
	for _, provider := range slices.Sorted(maps.Keys(elements)) {
		items = append(items, ecstypes.CapacityProviderStrategyItem{
			CapacityProvider: aws.String(provider),
			Base:             int32(number(elements[provider], "base")),   // #nosec G115 -- the schema's validators bound it
			Weight:           int32(number(elements[provider], "weight")), // #nosec G115 -- the schema's validators bound it
		})
	}
	return items
}

func strategyFromAPI(items []ecstypes.CapacityProviderStrategyItem) types.Map {
	values := make(map[string]attr.Value, len(items))
	for _, item := range items {
		values[aws.ToString(item.CapacityProvider)] = types.ObjectValueMust(strategyItemType().AttrTypes, map[string]attr.Value{
			"base":   types.Int64Value(int64(item.Base)),
			"weight": types.Int64Value(int64(item.Weight)),
		})
	}
	return types.MapValueMust(strategyItemType(), values)
}

// number returns a member of a strategy's item, 0 where it is null or
// unknown.
func number(item attr.Value, name string) int64 {
	o, _ := item.(types.Object)
	n, _ := o.Attributes()[name].(types.Int64)
	return n.ValueInt64()
}

func strategyItemType() types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{"base": types.Int64Type, "weight": types.Int64Type}}
}

// planStrategy returns the planned strategy for one that is not configured:
// the prior one, without the providers that the cluster will not have any
// more.
func planStrategy(prior types.Map, providers types.Set) types.Map {
	if prior.IsNull() || prior.IsUnknown() {
		return prior
	}
	kept := prior.Elements()
	maps.DeleteFunc(kept, func(provider string, _ attr.Value) bool { return lacks(providers, provider) })
	return types.MapValueMust(strategyItemType(), kept)
}

// lacks reports whether the set certainly does not hold the name.
func lacks(providers types.Set, name string) bool {
	if providers.IsUnknown() {
		return false
	}
	for _, e := range providers.Elements() {
		if e.IsUnknown() || e.Equal(types.StringValue(name)) {
			return false
		}
	}
	return true
}

// checkStrategy finds what AWS would refuse in a strategy, or at the first
// task that uses it (API Reference, CapacityProviderStrategyItem).
func checkStrategy(strategy types.Map) diag.Diagnostics {
	var diags diag.Diagnostics
	elements := strategy.Elements()
	var based []string
	weightless := true
	for _, provider := range slices.Sorted(maps.Keys(elements)) {
		o, ok := elements[provider].(types.Object)
		if !ok || o.IsUnknown() {
			weightless = false
			continue
		}
		if o.IsNull() {
			diags.AddAttributeError(strategyPath(provider), "Invalid capacity provider strategy",
				fmt.Sprintf("The item of %q is null. Leave it out, or write {} for base 0 and weight 0.", provider))
			continue
		}
		if number(o, "base") > 0 {
			based = append(based, provider)
		}
		if o.Attributes()["weight"].IsUnknown() || number(o, "weight") > 0 {
			weightless = false
		}
	}
	if len(based) > 1 {
		diags.AddAttributeError(strategyPath(based[1]).AtName("base"), "Invalid capacity provider strategy",
			fmt.Sprintf("%q all have a base above 0; AWS allows that for one provider of a strategy. Set the others' to 0.", based))
	}
	if weightless && len(elements) > 1 {
		diags.AddAttributeError(path.Root("default_capacity_provider_strategy"), "Invalid capacity provider strategy",
			"All weights are 0, so AWS would refuse every task and service that uses the strategy. Give at least one provider a weight above 0.")
	}
	return diags
}

// checkMembership finds providers of the strategy that the cluster lacks.
func checkMembership(strategy types.Map, providers types.Set) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, provider := range slices.Sorted(maps.Keys(strategy.Elements())) {
		if lacks(providers, provider) {
			diags.AddAttributeError(strategyPath(provider), "Invalid capacity provider strategy",
				fmt.Sprintf("The cluster does not have the capacity provider %q. Add it to capacity_providers.", provider))
		}
	}
	return diags
}

func strategyPath(provider string) path.Path {
	return path.Root("default_capacity_provider_strategy").AtMapKey(provider)
}
