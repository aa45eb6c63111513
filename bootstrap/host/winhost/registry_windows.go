package winhost

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost/blocking"
)

// registryKeys is HKLM, in the 64-bit view whatever the program is.
type registryKeys struct{}

const readKey, writeKey = registry.READ | registry.WOW64_64KEY, registry.SET_VALUE | registry.QUERY_VALUE | registry.WOW64_64KEY

// Value implements host.Registry.
func (registryKeys) Value(ctx context.Context, key, name string) (host.Value, error) {
	return withKey(ctx, key, readKey, func(k registry.Key) (host.Value, error) {
		v, err := readValue(k, name)
		if err != nil {
			return v, failed("reading registry value", key+`\`+name, err)
		}
		return v, nil
	})
}

// Values implements host.Registry.
func (registryKeys) Values(ctx context.Context, key string) (map[string]host.Value, error) {
	return withKey(ctx, key, readKey, func(k registry.Key) (map[string]host.Value, error) {
		names, err := k.ReadValueNames(0)
		if err != nil {
			return nil, failed("reading registry key", key, err)
		}
		values := make(map[string]host.Value, len(names))
		for _, name := range names {
			switch v, err := readValue(k, name); {
			case err == nil:
				values[name] = v
			case errors.Is(err, registry.ErrNotExist): // gone since the names were read
			default:
				return nil, failed("reading registry value", key+`\`+name, err)
			}
		}
		return values, nil
	})
}

// SetValue implements host.Registry.
func (registryKeys) SetValue(ctx context.Context, key, name string, v host.Value) error {
	if ctx.Err() != nil {
		return fmt.Errorf("writing registry value %s\\%s: %w", key, name, context.Cause(ctx))
	}
	path, err := registryPath(key)
	if err != nil {
		return err
	}
	k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, path, writeKey)
	if err != nil {
		return failed("opening registry key", key, err)
	}
	defer free(k.Close)
	if err := writeValue(k, name, v); err != nil {
		return failed("writing registry value", key+`\`+name, err)
	}
	return announce(ctx, key)
}

// DeleteValue implements host.Registry.
func (registryKeys) DeleteValue(ctx context.Context, key, name string) error {
	_, err := withKey(ctx, key, writeKey, func(k registry.Key) (struct{}, error) {
		if err := k.DeleteValue(name); err != nil {
			return struct{}{}, failed("deleting registry value", key+`\`+name, err)
		}
		return struct{}{}, announce(ctx, key)
	})
	if errors.Is(err, host.ErrNotFound) {
		return nil
	}
	return err
}

// withKey opens a key for the length of fn.
func withKey[T any](ctx context.Context, key string, access uint32, fn func(registry.Key) (T, error)) (T, error) {
	var zero T
	if err := ctx.Err(); err != nil {
		return zero, fmt.Errorf("opening registry key %s: %w", key, context.Cause(ctx))
	}
	path, err := registryPath(key)
	if err != nil {
		return zero, err
	}
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, access)
	if err != nil {
		return zero, failed("opening registry key", key, err)
	}
	defer free(k.Close)
	return fn(k)
}

// readValue reads a value of the kinds that package host knows; of others it tells the kind alone.
func readValue(k registry.Key, name string) (host.Value, error) {
	_, kind, err := k.GetValue(name, nil)
	if err != nil {
		return host.Value{}, err
	}
	switch kind {
	case registry.SZ, registry.EXPAND_SZ:
		text, _, err := k.GetStringValue(name)
		if kind == registry.SZ {
			return host.Value{Kind: host.KindString, Text: text}, err
		}
		return host.Value{Kind: host.KindExpandString, Text: text}, err
	case registry.MULTI_SZ:
		list, _, err := k.GetStringsValue(name)
		return host.Value{Kind: host.KindMultiString, List: list}, err
	case registry.DWORD:
		number, _, err := k.GetIntegerValue(name)
		return host.Value{Kind: host.KindDWord, Number: uint32(number)}, err
	}
	return host.Value{Kind: fmt.Sprintf("REG_%d", kind)}, nil
}

func writeValue(k registry.Key, name string, v host.Value) error {
	switch v.Kind {
	case host.KindString:
		return k.SetStringValue(name, v.Text)
	case host.KindExpandString:
		return k.SetExpandStringValue(name, v.Text)
	case host.KindMultiString:
		return k.SetStringsValue(name, v.List)
	case host.KindDWord:
		return k.SetDWordValue(name, v.Number)
	}
	return fmt.Errorf("values of kind %q are not written", v.Kind)
}

// announce tells running programs of a change of the machine environment. Nobody waits for those that hang.
func announce(ctx context.Context, key string) error {
	if !strings.EqualFold(key, host.MachineEnvironmentKey) {
		return nil
	}
	const broadcast, settingChange, abortIfHung, patience = 0xffff, 0x1a, 0x2, 1000
	area, err := windows.UTF16PtrFromString("Environment")
	if err != nil {
		return fmt.Errorf("announcing the machine environment: %w", err)
	}
	return blocking.Do(ctx, "announcing the machine environment", func() error {
		// The answer tells whether every window took the message in time; a window that did not is no failure of ours.
		_, _, _ = windows.NewLazySystemDLL("user32.dll").NewProc("SendMessageTimeoutW").Call(broadcast, settingChange, 0,
			uintptr(unsafe.Pointer(area)), abortIfHung, patience, 0)
		return nil
	})
}
