package main

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/windows/registry"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/tools"
)

// rulesKey is where the firewall keeps its local rules.
const rulesKey = `SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules`

// changeFirewall does to the rules what netsh does. Like netsh, it fails where there is no rule to set or delete.
func changeFirewall(args []string) error {
	rule, err := tools.Firewall(args)
	if err != nil {
		return err
	}
	k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, rulesKey, registry.ALL_ACCESS)
	if err != nil {
		return err
	}
	defer func() { _ = k.Close() }()
	there, err := valuesOf(k, rule.Name)
	if err != nil {
		return err
	}
	switch {
	case rule.Verb == "add":
		names, err := k.ReadValueNames(-1)
		if err != nil {
			return err
		}
		return k.SetStringValue(fmt.Sprintf("{EC500000-0000-4000-8000-%012X}", len(names)+1), rule.Value)
	case len(there) == 0:
		return errors.New("No rules match the specified criteria.") //nolint:revive,staticcheck // netsh's own words
	case rule.Verb == "set":
		for _, name := range there {
			err = errors.Join(err, k.SetStringValue(name, rule.Value))
		}
		return err
	default:
		for _, name := range there {
			err = errors.Join(err, k.DeleteValue(name))
		}
		return err
	}
}

// valuesOf are the names of the values that hold a rule of that name.
func valuesOf(k registry.Key, rule string) ([]string, error) {
	names, err := k.ReadValueNames(-1)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, name := range names {
		text, _, err := k.GetStringValue(name)
		if err != nil {
			return nil, err
		}
		if strings.Contains(strings.ToLower(text), strings.ToLower("|Name="+rule+"|")) {
			found = append(found, name)
		}
	}
	return found, nil
}
