package winhost

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
	"golang.zx2c4.com/wireguard/windows/tunnel/winipcfg"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host/winhost/blocking"
)

const (
	// connectionsKey has a key for each network connection that Windows has ever had, by its GUID.
	connectionsKey = `SYSTEM\CurrentControlSet\Control\Network\{4D36E972-E325-11CE-BFC1-08002BE10318}`
	// interfacesKey has the TCP/IP settings of each, by the same GUID.
	interfacesKey = `HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces\`
	// devicesKey has the devices, by their instance id.
	devicesKey = `HKLM\SYSTEM\CurrentControlSet\Enum\`
)

// adapters are the network adapters.
type adapters struct{}

// Adapters implements host.Adapters: those with an interface, then those that Windows only remembers.
func (adapters) Adapters(ctx context.Context) ([]host.Adapter, error) {
	return blocking.Call(ctx, "looking up the network adapters", func() ([]host.Adapter, error) {
		there, err := present()
		if err != nil {
			return nil, err
		}
		var found []host.Adapter
		seen := map[string]bool{}
		for _, a := range there {
			seen[strings.ToUpper(a.AdapterName())] = true
			adapter, err := describe(ctx, a)
			if err != nil {
				return nil, err
			}
			found = append(found, adapter)
		}
		remembered, err := absent(ctx, seen)
		return append(found, remembered...), err
	})
}

// present returns all adapters with an interface, the loopback apart.
func present() ([]*winipcfg.IPAdapterAddresses, error) {
	all, err := winipcfg.GetAdaptersAddresses(windows.AF_UNSPEC, winipcfg.GAAFlagSkipAnycast|winipcfg.GAAFlagSkipMulticast|winipcfg.GAAFlagIncludeAllInterfaces)
	if err != nil {
		return nil, failed("looking up", "the network adapters", err)
	}
	var kept []*winipcfg.IPAdapterAddresses
	for _, a := range all {
		if a.IfType != winipcfg.IfTypeSoftwareLoopback {
			kept = append(kept, a)
		}
	}
	return kept, nil
}

// describe translates one adapter.
func describe(ctx context.Context, a *winipcfg.IPAdapterAddresses) (host.Adapter, error) {
	const up = 1
	administrative := uint32(up)
	// The call tells of an adapter that was turned off; one that does not answer it is as GetAdaptersAddresses says.
	if row, err := a.LUID.Interface(); err == nil {
		administrative = uint32(row.AdminStatus)
	}
	adapter := host.Adapter{
		Alias: a.FriendlyName(),
		MAC:   net.HardwareAddr(a.PhysicalAddress()).String(),
		State: adapterState(uint32(a.OperStatus), administrative),
	}
	look := reader{ctx: ctx, registry: registryKeys{}}
	settings := interfacesKey + a.AdapterName()
	adapter.DHCP = a.Flags&winipcfg.IPAAFlagDhcpv4Enabled != 0
	adapter.StaticDNS = look.text(settings, "NameServer") != ""
	for u := a.FirstUnicastAddress; u != nil; u = u.Next {
		if ip, ok := netip.AddrFromSlice(u.Address.IP()); ok {
			adapter.Addresses = append(adapter.Addresses, host.Address{
				Prefix: netip.PrefixFrom(ip.Unmap(), int(u.OnLinkPrefixLength)), State: addressState(winipcfg.DadState(u.DadState)),
			})
		}
	}
	for d := a.FirstDNSServerAddress; d != nil; d = d.Next {
		if ip, ok := netip.AddrFromSlice(d.Address.IP()); ok {
			adapter.DNS = append(adapter.DNS, ip.Unmap())
		}
	}
	if look.err != nil {
		return adapter, fmt.Errorf("looking up adapter %s: %w", adapter.Alias, look.err)
	}
	return adapter, nil
}

func addressState(s winipcfg.DadState) string {
	switch s {
	case winipcfg.DadStatePreferred, winipcfg.DadStateDeprecated:
		return host.AddressPreferred
	case winipcfg.DadStateTentative:
		return host.AddressTentative
	case winipcfg.DadStateDuplicate:
		return host.AddressDuplicate
	}
	return host.AddressInvalid
}

// absent returns the connections that Windows remembers and that have no interface now: turned off, or gone.
func absent(ctx context.Context, seen map[string]bool) ([]host.Adapter, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, connectionsKey, readKey)
	if errors.Is(err, registry.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, failed("opening registry key", connectionsKey, err)
	}
	defer free(k.Close)
	ids, err := k.ReadSubKeyNames(0)
	if err != nil {
		return nil, failed("reading registry key", connectionsKey, err)
	}
	var found []host.Adapter
	look := reader{ctx: ctx, registry: registryKeys{}}
	for _, id := range ids {
		connection := `HKLM\` + connectionsKey + `\` + id + `\Connection`
		name := look.text(connection, "Name")
		if seen[strings.ToUpper(id)] || name == "" {
			continue
		}
		state := host.AdapterGhost
		const turnedOff = 1 // CONFIGFLAG_DISABLED
		if device := look.text(connection, "PnPInstanceId"); device != "" && look.number(devicesKey+device, "ConfigFlags")&turnedOff != 0 {
			state = host.AdapterDisabled
		}
		found = append(found, host.Adapter{Alias: name, State: state})
	}
	if look.err != nil {
		return nil, fmt.Errorf("looking up the adapters that are gone: %w", look.err)
	}
	return found, nil
}

// AddAddress implements host.Adapters. The address lasts until the next boot. One that is there already is no error.
func (adapters) AddAddress(ctx context.Context, alias string, address netip.Prefix) error {
	return withAdapter(ctx, "adding address "+address.String(), alias, func(luid winipcfg.LUID) error {
		err := luid.AddIPAddress(address)
		if errors.Is(err, windows.ERROR_OBJECT_ALREADY_EXISTS) {
			return nil
		}
		return err
	})
}

// RemoveAddress implements host.Adapters.
func (adapters) RemoveAddress(ctx context.Context, alias string, address netip.Prefix) error {
	err := withAdapter(ctx, "removing address "+address.String(), alias, func(luid winipcfg.LUID) error {
		return luid.DeleteIPAddress(address)
	})
	if errors.Is(err, host.ErrNotFound) {
		return nil
	}
	return err
}

// SetDNS implements host.Adapters. It sets the servers alone: winipcfg's own SetDNS would empty the search list too.
func (adapters) SetDNS(ctx context.Context, alias string, servers []netip.Addr) error {
	texts := make([]string, len(servers))
	for i, s := range servers {
		texts[i] = s.String()
	}
	list, err := windows.UTF16PtrFromString(strings.Join(texts, ","))
	if err != nil {
		return fmt.Errorf("setting the name servers of %s: %w", alias, err)
	}
	return withAdapter(ctx, "setting the name servers", alias, func(luid winipcfg.LUID) error {
		guid, err := luid.GUID()
		if err != nil {
			return err
		}
		return winipcfg.SetInterfaceDnsSettings(*guid, &winipcfg.DnsInterfaceSettings{
			Version: winipcfg.DnsInterfaceSettingsVersion1, Flags: winipcfg.DnsInterfaceSettingsFlagNameserver, NameServer: list,
		})
	})
}

// withAdapter finds an adapter by its alias and does something to it.
func withAdapter(ctx context.Context, verb, alias string, fn func(winipcfg.LUID) error) error {
	return blocking.Do(ctx, verb+" on "+alias, func() error {
		there, err := present()
		if err != nil {
			return err
		}
		for _, a := range there {
			if !strings.EqualFold(a.FriendlyName(), alias) {
				continue
			}
			if err := fn(a.LUID); err != nil {
				return failed(verb+" on", alias, err)
			}
			return nil
		}
		return fmt.Errorf("%s: adapter %s: %w", verb, alias, host.ErrNotFound)
	})
}
