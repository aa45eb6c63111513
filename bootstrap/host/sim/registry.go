package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// registry holds values by key and name, both compared without case.
type registry struct {
	keys map[string]map[string]named
}

// named is a value with its name as it was written.
type named struct {
	name  string
	value host.Value
}

func (r *registry) value(key, name string) (host.Value, bool) {
	v, ok := r.keys[strings.ToLower(key)][strings.ToLower(name)]
	return copied(v.value), ok
}

func (r *registry) set(key, name string, v host.Value) {
	key = strings.ToLower(key)
	if r.keys[key] == nil {
		r.keys[key] = map[string]named{}
	}
	r.keys[key][strings.ToLower(name)] = named{name, copied(v)}
}

func (r *registry) remove(key, name string) {
	delete(r.keys[strings.ToLower(key)], strings.ToLower(name))
}

// all returns the values of a key by their names as written.
func (r *registry) all(key string) map[string]host.Value {
	values := map[string]host.Value{}
	for _, v := range r.keys[strings.ToLower(key)] {
		values[v.name] = copied(v.value)
	}
	return values
}

func copied(v host.Value) host.Value {
	v.List = slices.Clone(v.List)
	return v
}

type registryView struct{ p *process }

func (v registryView) Value(ctx context.Context, key, name string) (host.Value, error) {
	return value(ctx, v.p, v.p.m.look("registry.Value", key+` `+name), func() (host.Value, error) {
		found, ok := v.p.m.registry.value(key, name)
		if !ok {
			return host.Value{}, fmt.Errorf("registry value %s of %s: %w", name, key, host.ErrNotFound)
		}
		return found, nil
	})
}

func (v registryView) Values(ctx context.Context, key string) (map[string]host.Value, error) {
	return value(ctx, v.p, v.p.m.look("registry.Values", key), func() (map[string]host.Value, error) {
		if v.p.m.registry.keys[strings.ToLower(key)] == nil {
			return nil, fmt.Errorf("registry key %s: %w", key, host.ErrNotFound)
		}
		return v.p.m.registry.all(key), nil
	})
}

func (v registryView) SetValue(ctx context.Context, key, name string, val host.Value) error {
	return v.p.do(ctx, v.p.m.change("registry.SetValue", key+` `+name), func() error {
		v.p.m.registry.set(key, name, val)
		return nil
	})
}

func (v registryView) DeleteValue(ctx context.Context, key, name string) error {
	return v.p.do(ctx, v.p.m.change("registry.DeleteValue", key+` `+name), func() error {
		v.p.m.registry.remove(key, name)
		return nil
	})
}
