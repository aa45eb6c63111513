package winhost

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// fakeRegistry is a registry of plain maps, keys and names in lower case.
type fakeRegistry map[string]map[string]host.Value

func (r fakeRegistry) Value(_ context.Context, key, name string) (host.Value, error) {
	for n, v := range r[strings.ToLower(key)] {
		if strings.EqualFold(n, name) {
			return v, nil
		}
	}
	return host.Value{}, fmt.Errorf("registry value %s: %w", name, host.ErrNotFound)
}

func (r fakeRegistry) Values(_ context.Context, key string) (map[string]host.Value, error) {
	values, ok := r[strings.ToLower(key)]
	if !ok {
		return nil, fmt.Errorf("registry key %s: %w", key, host.ErrNotFound)
	}
	return maps.Clone(values), nil
}

func (r fakeRegistry) SetValue(_ context.Context, key, name string, v host.Value) error {
	key = strings.ToLower(key)
	if r[key] == nil {
		r[key] = map[string]host.Value{}
	}
	r[key][name] = v
	return nil
}

func (r fakeRegistry) DeleteValue(_ context.Context, key, name string) error {
	delete(r[strings.ToLower(key)], name)
	return nil
}

// with adds a value of text.
func (r fakeRegistry) with(key, name, text string) fakeRegistry {
	_ = r.SetValue(context.Background(), key, name, host.Value{Kind: host.KindString, Text: text})
	return r
}

// fakePrograms records command lines and answers all of them alike.
type fakePrograms struct {
	ran    []string
	result host.Result
}

func (p *fakePrograms) Run(_ context.Context, c host.Command) (host.Result, error) {
	p.ran = append(p.ran, c.Path+" "+strings.Join(c.Args, " "))
	return p.result, nil
}
