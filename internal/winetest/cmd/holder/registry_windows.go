package main

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows/registry"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/control"
)

func readValue(r control.Request) (control.Reply, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, r.Key, registry.QUERY_VALUE)
	if err != nil {
		return control.Reply{}, err
	}
	defer func() { _ = k.Close() }()
	v, err := valueOf(k, r.Name)
	return control.Reply{Value: &v}, err
}

func readValues(r control.Request) (control.Reply, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, r.Key, registry.QUERY_VALUE)
	if err != nil {
		return control.Reply{}, err
	}
	defer func() { _ = k.Close() }()
	names, err := k.ReadValueNames(-1)
	if err != nil {
		return control.Reply{}, err
	}
	values := map[string]control.Value{}
	for _, name := range names {
		if values[name], err = valueOf(k, name); err != nil {
			return control.Reply{}, err
		}
	}
	return control.Reply{Values: values}, nil
}

func valueOf(k registry.Key, name string) (control.Value, error) {
	v := control.Value{}
	_, kind, err := k.GetValue(name, nil)
	if err != nil {
		return v, err
	}
	switch kind {
	case registry.SZ, registry.EXPAND_SZ:
		v.Kind = control.String
		if kind == registry.EXPAND_SZ {
			v.Kind = control.ExpandString
		}
		v.Text, _, err = k.GetStringValue(name)
	case registry.MULTI_SZ:
		v.Kind = control.MultiString
		v.Texts, _, err = k.GetStringsValue(name)
	case registry.DWORD, registry.QWORD:
		v.Kind = control.DWord
		if kind == registry.QWORD {
			v.Kind = control.QWord
		}
		v.Number, _, err = k.GetIntegerValue(name)
	default:
		v.Kind = control.Binary
		v.Bytes, _, err = k.GetBinaryValue(name)
	}
	return v, err
}

func writeValue(r control.Request) error {
	k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, r.Key, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer func() { _ = k.Close() }()
	switch v := r.Value; {
	case v == nil:
		return errors.New("no value to write")
	case v.Kind == control.String:
		return k.SetStringValue(r.Name, v.Text)
	case v.Kind == control.ExpandString:
		return k.SetExpandStringValue(r.Name, v.Text)
	case v.Kind == control.MultiString:
		return k.SetStringsValue(r.Name, v.Texts)
	case v.Kind == control.DWord:
		return k.SetDWordValue(r.Name, uint32(v.Number))
	case v.Kind == control.QWord:
		return k.SetQWordValue(r.Name, v.Number)
	case v.Kind == control.Binary:
		return k.SetBinaryValue(r.Name, v.Bytes)
	default:
		return fmt.Errorf("no kind of value: %q", v.Kind)
	}
}

func deleteValue(r control.Request) error {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, r.Key, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer func() { _ = k.Close() }()
	return k.DeleteValue(r.Name)
}

func deleteKey(r control.Request) error { return registry.DeleteKey(registry.LOCAL_MACHINE, r.Key) }

func listKeys(r control.Request) (control.Reply, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, r.Key, registry.ENUMERATE_SUB_KEYS)
	if err != nil {
		return control.Reply{}, err
	}
	defer func() { _ = k.Close() }()
	names, err := k.ReadSubKeyNames(-1)
	return control.Reply{Names: names}, err
}
