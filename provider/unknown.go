package provider

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// unknownValues returns an error for each value of the provider block that is
// not known yet. The provider needs all of them to reach AWS, which it does
// during a plan already.
func unknownValues(config tftypes.Value) (diag.Diagnostics, error) {
	var places []path.Path
	err := tftypes.Walk(config, func(at *tftypes.AttributePath, value tftypes.Value) (bool, error) {
		if value.IsKnown() {
			return true, nil
		}
		places = append(places, frameworkPath(at))
		return false, nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking for unknown values in the provider's configuration: %w", err)
	}
	slices.SortFunc(places, func(a, b path.Path) int { return cmp.Compare(a.String(), b.String()) })
	places = slices.CompactFunc(places, path.Path.Equal)
	var diags diag.Diagnostics
	for _, at := range places {
		diags.AddAttributeError(at, "Unable to configure the provider",
			fmt.Sprintf("The value of %s is known only after apply, but the provider needs it to plan. "+
				"Give a value that does not come from a resource of this configuration, such as a variable, "+
				"or first apply the resource it comes from alone (terraform apply -target).", at))
	}
	return diags, nil
}

// frameworkPath ends at the set where the place is inside one, since the item
// has no path without its value.
func frameworkPath(at *tftypes.AttributePath) path.Path {
	p := path.Empty()
	for _, step := range at.Steps() {
		switch s := step.(type) {
		case tftypes.AttributeName:
			p = p.AtName(string(s))
		case tftypes.ElementKeyString:
			p = p.AtMapKey(string(s))
		case tftypes.ElementKeyInt:
			p = p.AtListIndex(int(s))
		default:
			return p
		}
	}
	return p
}
