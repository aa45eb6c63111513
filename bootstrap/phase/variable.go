package phase

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// environmentValue is the registry value below a service's key that SCM gives to the service at its start, as a list of
// NAME=value. Windows compares the names without case.
const environmentValue = "Environment"

// ServiceVariables returns the variables of a service's own environment, by name in upper case, each as it stands there:
// NAME=value. A service without any has none.
func ServiceVariables(ctx context.Context, h *host.Host, service string) (map[string]string, error) {
	now, err := environmentOf(ctx, h, service)
	variables := map[string]string{}
	for _, entry := range now.List {
		if name, _, ok := strings.Cut(entry, "="); ok {
			variables[strings.ToUpper(name)] = entry
		}
	}
	return variables, err
}

// SetServiceVariable sets one variable in a service's own environment, and leaves the others as they are.
func SetServiceVariable(ctx context.Context, h *host.Host, service, name, value string) error {
	return putVariable(ctx, h, service, name, name+"="+value)
}

// putVariable puts an entry in the place of a variable, behind all others where there was none; an empty entry removes it.
func putVariable(ctx context.Context, h *host.Host, service, name, entry string) error {
	now, err := environmentOf(ctx, h, service)
	if err != nil {
		return err
	}
	list := slices.Clone(now.List)
	at := slices.IndexFunc(list, func(entry string) bool {
		there, _, _ := strings.Cut(entry, "=")
		return strings.EqualFold(there, name)
	})
	switch {
	case at < 0 && entry == "":
		return nil
	case at < 0:
		list = append(list, entry)
	case entry == "":
		list = slices.Delete(list, at, at+1)
	default:
		list[at] = entry
	}
	key := host.ServicesKey + `\` + service
	if len(list) == 0 {
		return h.Registry.DeleteValue(ctx, key, environmentValue)
	}
	return h.Registry.SetValue(ctx, key, environmentValue, host.Value{Kind: host.KindMultiString, List: list})
}

func environmentOf(ctx context.Context, h *host.Host, service string) (host.Value, error) {
	now, err := h.Registry.Value(ctx, host.ServicesKey+`\`+service, environmentValue)
	if err != nil && !errors.Is(err, host.ErrNotFound) {
		return host.Value{}, fmt.Errorf("reading the environment of the service %s: %w", service, err)
	}
	return now, nil
}
