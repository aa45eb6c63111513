package inprocess

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// checkPlan finds where a provider planned what Terraform does not let it:
// something else than the configuration says, or anything where neither the
// configuration speaks nor the provider computes.
func checkPlan(attributes []*tfprotov6.SchemaAttribute, at string, prior, config, planned tftypes.Value) []string {
	if planned.IsNull() != config.IsNull() {
		return []string{at + " is planned where it is not configured, or configured and not planned"}
	}
	var found []string
	was, given, wanted := members(prior), members(config), members(planned)
	for _, a := range attributes {
		found = append(found, checkPlanned(a, at+"."+a.Name, was[a.Name], given[a.Name], wanted[a.Name])...)
	}
	return found
}

func checkPlanned(a *tfprotov6.SchemaAttribute, at string, prior, config, planned tftypes.Value) []string {
	prior = orNull(prior, planned)
	switch {
	case planned.Equal(config):
	case planned.Equal(prior) && !prior.IsNull() && !config.IsNull():
	case a.Computed && config.IsNull():
	case a.NestedType != nil && !config.IsNull() && !planned.IsNull() && config.IsKnown() && planned.IsKnown():
		return checkNested(a.NestedType, at, prior, config, planned)
	default:
		return []string{at + " is planned otherwise than it is configured"}
	}
	return nil
}

func checkNested(o *tfprotov6.SchemaObject, at string, prior, config, planned tftypes.Value) []string {
	var found []string
	switch o.Nesting {
	case tfprotov6.SchemaObjectNestingModeSingle:
		return checkPlan(o.Attributes, at, prior, config, planned)
	case tfprotov6.SchemaObjectNestingModeMap:
		before, given, wanted := members(prior), members(config), members(planned)
		if len(given) != len(wanted) {
			return []string{at + " is planned with other keys than it is configured with"}
		}
		for key, object := range given {
			if _, ok := wanted[key]; !ok {
				return []string{at + " is planned with other keys than it is configured with"}
			}
			found = append(found, checkPlan(o.Attributes, fmt.Sprintf("%s[%q]", at, key), orNull(before[key], object), object, wanted[key])...)
		}
	case tfprotov6.SchemaObjectNestingModeList:
		before, given, wanted := elements(prior), elements(config), elements(planned)
		if len(given) != len(wanted) {
			return []string{at + " is planned with another length than it is configured with"}
		}
		for i, object := range given {
			was := tftypes.NewValue(object.Type(), nil)
			if i < len(before) {
				was = before[i]
			}
			found = append(found, checkPlan(o.Attributes, fmt.Sprintf("%s[%d]", at, i), was, object, wanted[i])...)
		}
	}
	return found
}

// checkResult finds where what came of an apply contradicts its plan: what the
// plan knew must be so.
func checkResult(at string, planned, actual tftypes.Value) []string {
	switch {
	case !planned.IsKnown():
		return nil
	case planned.IsNull() || actual.IsNull():
		if planned.IsNull() != actual.IsNull() {
			return []string{at + " came out null, or should have"}
		}
		return nil
	case isCollection(planned.Type()):
		return checkElements(at, planned, actual)
	case planned.Type().Is(tftypes.Map{}) || planned.Type().Is(tftypes.Object{}):
		return checkMembers(at, planned, actual)
	case !planned.Equal(actual):
		return []string{at + " came out otherwise than planned"}
	}
	return nil
}

func checkMembers(at string, planned, actual tftypes.Value) []string {
	var found []string
	wanted, got := members(planned), members(actual)
	if len(wanted) != len(got) {
		return []string{at + " came out with other keys than planned"}
	}
	for name, value := range wanted {
		if _, ok := got[name]; !ok {
			return []string{at + " came out with other keys than planned"}
		}
		found = append(found, checkResult(at+"."+name, value, got[name])...)
	}
	return found
}

func checkElements(at string, planned, actual tftypes.Value) []string {
	wanted, got := elements(planned), elements(actual)
	if len(wanted) != len(got) {
		return []string{at + " came out with another length than planned"}
	}
	if planned.Type().Is(tftypes.Set{}) {
		if planned.IsFullyKnown() && !planned.Equal(actual) {
			return []string{at + " came out otherwise than planned"}
		}
		return nil
	}
	var found []string
	for i, value := range wanted {
		found = append(found, checkResult(fmt.Sprintf("%s[%d]", at, i), value, got[i])...)
	}
	return found
}
