package winetest

import (
	"errors"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
)

// EnvironmentKey is where the machine's environment variables are. Services see them as of the machine's start.
const EnvironmentKey = `SYSTEM\CurrentControlSet\Control\Session Manager\Environment`

// Registry is a machine's registry below HKEY_LOCAL_MACHINE.
type Registry struct{ m *Machine }

// Registry returns the machine's registry.
func (m *Machine) Registry() Registry { return Registry{m} }

// Value returns a value, and whether it is there.
func (r Registry) Value(key, name string) (control.Value, bool) {
	r.m.t.Helper()
	reply, ok := r.find(control.Request{Op: control.ReadValue, Key: key, Name: name})
	if !ok {
		return control.Value{}, false
	}
	return *reply.Value, true
}

// Text returns a string value; "" if it is not there.
func (r Registry) Text(key, name string) string {
	r.m.t.Helper()
	v, _ := r.Value(key, name)
	return v.Text
}

// Set writes a value and makes its key.
func (r Registry) Set(key, name string, v control.Value) {
	r.m.t.Helper()
	r.m.ask(r.m.t.Context(), control.Request{Op: control.WriteValue, Key: key, Name: name, Value: &v})
}

// SetText writes a string value and makes its key.
func (r Registry) SetText(key, name, text string) {
	r.m.t.Helper()
	r.Set(key, name, control.Value{Kind: control.String, Text: text})
}

// Delete removes a value and reports whether it was there.
func (r Registry) Delete(key, name string) bool {
	r.m.t.Helper()
	_, ok := r.find(control.Request{Op: control.DeleteValue, Key: key, Name: name})
	return ok
}

// DeleteKey removes a key without subkeys and reports whether it was there.
func (r Registry) DeleteKey(key string) bool {
	r.m.t.Helper()
	_, ok := r.find(control.Request{Op: control.DeleteKey, Key: key})
	return ok
}

// Keys lists the subkeys of a key; none if it is not there.
func (r Registry) Keys(key string) []string {
	r.m.t.Helper()
	reply, _ := r.find(control.Request{Op: control.ListKeys, Key: key})
	return reply.Names
}

// Values returns all values of a key by name; none if it is not there.
func (r Registry) Values(key string) map[string]control.Value {
	r.m.t.Helper()
	reply, _ := r.find(control.Request{Op: control.ReadValues, Key: key})
	return reply.Values
}

func (r Registry) find(request control.Request) (control.Reply, bool) {
	r.m.t.Helper()
	ctx, cancel := bound(r.m.t.Context())
	defer cancel()
	reply, err := r.m.up.ask(ctx, request)
	switch {
	case errors.Is(err, errNotFound):
		return control.Reply{}, false
	case err != nil:
		r.m.t.Fatalf(`HKLM\%s, %q: %v`, request.Key, request.Name, err)
	}
	return reply, true
}
