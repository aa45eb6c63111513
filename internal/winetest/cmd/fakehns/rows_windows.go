//go:build cgo

package main

import "C"

import (
	"net/netip"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// Routes.

func routeRow(r hnsstore.Route) (windows.MibIpForwardRow2, error) {
	row := windows.MibIpForwardRow2{
		InterfaceLuid: luidOf(r.Index), InterfaceIndex: r.Index, Metric: r.Metric,
		Protocol: manual, ValidLifetime: forever, PreferredLifetime: forever,
	}
	destination, err := netip.ParsePrefix(r.Destination)
	if err != nil {
		return row, err
	}
	hop, err := netip.ParseAddr(r.NextHop)
	if err != nil {
		return row, err
	}
	setAddr((*windows.RawSockaddrInet6)(unsafe.Pointer(&row.DestinationPrefix.Prefix)), destination.Addr())
	row.DestinationPrefix.PrefixLength = uint8(destination.Bits())
	setAddr((*windows.RawSockaddrInet6)(unsafe.Pointer(&row.NextHop)), hop)
	return row, nil
}

func routeOf(row *windows.MibIpForwardRow2) hnsstore.Route {
	destination := addrOf((*windows.RawSockaddrInet6)(unsafe.Pointer(&row.DestinationPrefix.Prefix)))
	return hnsstore.Route{
		Destination: netip.PrefixFrom(destination, int(row.DestinationPrefix.PrefixLength)).String(),
		NextHop:     addrOf((*windows.RawSockaddrInet6)(unsafe.Pointer(&row.NextHop))).String(),
		Index:       interfaceIndex(row.InterfaceLuid, row.InterfaceIndex), Metric: row.Metric,
	}
}

// GetIpForwardTable2 is iphlpapi.dll's.
//
//export GetIpForwardTable2
func GetIpForwardTable2(family uint16, out *unsafe.Pointer) uintptr {
	host, err := process().store.LookAtHost("GetIpForwardTable2")
	if err != nil {
		return win32(err)
	}
	var rows []windows.MibIpForwardRow2
	for _, r := range host.Routes {
		row, err := routeRow(r)
		if err != nil {
			return uintptr(windows.ERROR_INVALID_DATA)
		}
		if family == windows.AF_UNSPEC || row.NextHop.Family == family {
			rows = append(rows, row)
		}
	}
	return table(rows, out)
}

// GetIpForwardEntry2 is iphlpapi.dll's.
//
//export GetIpForwardEntry2
func GetIpForwardEntry2(p unsafe.Pointer) uintptr {
	row := (*windows.MibIpForwardRow2)(p)
	host, err := process().store.LookAtHost("GetIpForwardEntry2")
	if err != nil {
		return win32(err)
	}
	want := routeOf(row)
	for _, r := range host.Routes {
		if r.Destination == want.Destination && r.NextHop == want.NextHop && r.Index == want.Index {
			*row, err = routeRow(r)
			return win32(err)
		}
	}
	return uintptr(windows.ERROR_NOT_FOUND)
}

// InitializeIpForwardEntry is iphlpapi.dll's.
//
//export InitializeIpForwardEntry
func InitializeIpForwardEntry(p unsafe.Pointer) {
	row := (*windows.MibIpForwardRow2)(p)
	*row = windows.MibIpForwardRow2{ValidLifetime: forever, PreferredLifetime: forever, Metric: forever, Protocol: manual}
}

// CreateIpForwardEntry2 is iphlpapi.dll's.
//
//export CreateIpForwardEntry2
func CreateIpForwardEntry2(p unsafe.Pointer) uintptr {
	row := (*windows.MibIpForwardRow2)(p)
	return win32(process().store.AddRoute(routeOf(row)))
}

// SetIpForwardEntry2 is iphlpapi.dll's.
//
//export SetIpForwardEntry2
func SetIpForwardEntry2(p unsafe.Pointer) uintptr {
	row := (*windows.MibIpForwardRow2)(p)
	return win32(process().store.SetRoute(routeOf(row)))
}

// DeleteIpForwardEntry2 is iphlpapi.dll's.
//
//export DeleteIpForwardEntry2
func DeleteIpForwardEntry2(p unsafe.Pointer) uintptr {
	row := (*windows.MibIpForwardRow2)(p)
	return win32(process().store.DeleteRoute(routeOf(row)))
}

// Addresses.

func addressRow(a hnsstore.Adapter, x hnsstore.Address) (windows.MibUnicastIpAddressRow, error) {
	const byHand = 1 // IpPrefixOriginManual, IpSuffixOriginManual
	p, err := netip.ParsePrefix(x.Prefix)
	row := windows.MibUnicastIpAddressRow{
		InterfaceLuid: luidOf(a.Index), InterfaceIndex: a.Index, PrefixOrigin: byHand, SuffixOrigin: byHand,
		ValidLifetime: forever, PreferredLifetime: forever, OnLinkPrefixLength: uint8(p.Bits()), DadState: dadState(x),
	}
	setAddr(&row.Address, p.Addr())
	return row, err
}

// addressRows looks at all addresses.
func addressRows(procedure string) ([]windows.MibUnicastIpAddressRow, error) {
	host, err := process().store.LookAtHost(procedure)
	if err != nil {
		return nil, err
	}
	var rows []windows.MibUnicastIpAddressRow
	for _, a := range host.Adapters {
		for _, x := range a.Addresses {
			row, err := addressRow(a, x)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// GetUnicastIpAddressTable is iphlpapi.dll's.
//
//export GetUnicastIpAddressTable
func GetUnicastIpAddressTable(family uint16, out *unsafe.Pointer) uintptr {
	all, err := addressRows("GetUnicastIpAddressTable")
	if err != nil {
		return win32(err)
	}
	var rows []windows.MibUnicastIpAddressRow
	for _, row := range all {
		if wanted(family, addrOf(&row.Address)) {
			rows = append(rows, row)
		}
	}
	return table(rows, out)
}

// GetUnicastIpAddressEntry is iphlpapi.dll's.
//
//export GetUnicastIpAddressEntry
func GetUnicastIpAddressEntry(p unsafe.Pointer) uintptr {
	row := (*windows.MibUnicastIpAddressRow)(p)
	rows, err := addressRows("GetUnicastIpAddressEntry")
	if err != nil {
		return win32(err)
	}
	index := interfaceIndex(row.InterfaceLuid, row.InterfaceIndex)
	for _, found := range rows {
		if found.InterfaceIndex == index && addrOf(&found.Address) == addrOf(&row.Address) {
			*row = found
			return 0
		}
	}
	return uintptr(windows.ERROR_NOT_FOUND)
}

// InitializeUnicastIpAddressEntry is iphlpapi.dll's.
//
//export InitializeUnicastIpAddressEntry
func InitializeUnicastIpAddressEntry(p unsafe.Pointer) {
	row := (*windows.MibUnicastIpAddressRow)(p)
	*row = windows.MibUnicastIpAddressRow{ValidLifetime: forever, PreferredLifetime: forever, OnLinkPrefixLength: 255}
}

// CreateUnicastIpAddressEntry is iphlpapi.dll's. A prefix length of 255 is the address alone.
//
//export CreateUnicastIpAddressEntry
func CreateUnicastIpAddressEntry(p unsafe.Pointer) uintptr {
	row := (*windows.MibUnicastIpAddressRow)(p)
	a := addrOf(&row.Address)
	prefix := netip.PrefixFrom(a, min(int(row.OnLinkPrefixLength), a.BitLen()))
	return win32(process().store.AddAddress(interfaceIndex(row.InterfaceLuid, row.InterfaceIndex), prefix.String()))
}

// DeleteUnicastIpAddressEntry is iphlpapi.dll's.
//
//export DeleteUnicastIpAddressEntry
func DeleteUnicastIpAddressEntry(p unsafe.Pointer) uintptr {
	row := (*windows.MibUnicastIpAddressRow)(p)
	return win32(process().store.DeleteAddress(interfaceIndex(row.InterfaceLuid, row.InterfaceIndex), addrOf(&row.Address)))
}

// Interfaces.

func interfaceRow(a hnsstore.Adapter, family uint16) windows.MibIpInterfaceRow {
	row := windows.MibIpInterfaceRow{
		Family: family, InterfaceLuid: luidOf(a.Index), InterfaceIndex: a.Index, Metric: a.Metric, NlMtu: a.MTU, Connected: 1,
	}
	if a.Metric == 0 {
		row.UseAutomaticMetric = 1
	}
	return row
}

// GetIpInterfaceTable is iphlpapi.dll's. Without a family it gives the rows of IPv4.
//
//export GetIpInterfaceTable
func GetIpInterfaceTable(family uint16, out *unsafe.Pointer) uintptr {
	host, err := process().store.LookAtHost("GetIpInterfaceTable")
	if err != nil {
		return win32(err)
	}
	if family == windows.AF_UNSPEC {
		family = windows.AF_INET
	}
	var rows []windows.MibIpInterfaceRow
	for _, a := range host.Adapters {
		rows = append(rows, interfaceRow(a, family))
	}
	return table(rows, out)
}

// GetIpInterfaceEntry is iphlpapi.dll's.
//
//export GetIpInterfaceEntry
func GetIpInterfaceEntry(p unsafe.Pointer) uintptr {
	row := (*windows.MibIpInterfaceRow)(p)
	return lookUp("GetIpInterfaceEntry", row.InterfaceLuid, row.InterfaceIndex, func(a hnsstore.Adapter) {
		*row = interfaceRow(a, row.Family)
	})
}

// lookUp hands the adapter that a row names to found.
func lookUp(procedure string, luid uint64, index uint32, found func(hnsstore.Adapter)) uintptr {
	host, err := process().store.LookAtHost(procedure)
	if err != nil {
		return win32(err)
	}
	a := host.Adapter(interfaceIndex(luid, index))
	if a == nil {
		return uintptr(windows.ERROR_NOT_FOUND)
	}
	found(*a)
	return 0
}

// InitializeIpInterfaceEntry is iphlpapi.dll's.
//
//export InitializeIpInterfaceEntry
func InitializeIpInterfaceEntry(p unsafe.Pointer) {
	row := (*windows.MibIpInterfaceRow)(p)
	*row = windows.MibIpInterfaceRow{}
}

// SetIpInterfaceEntry is iphlpapi.dll's. It sets metric and MTU.
//
//export SetIpInterfaceEntry
func SetIpInterfaceEntry(p unsafe.Pointer) uintptr {
	row := (*windows.MibIpInterfaceRow)(p)
	metric := row.Metric
	if row.UseAutomaticMetric != 0 {
		metric = 0
	}
	return win32(process().store.SetInterface(interfaceIndex(row.InterfaceLuid, row.InterfaceIndex), metric, row.NlMtu))
}

// dnsSettings is DNS_INTERFACE_SETTINGS up to the members that are read.
type dnsSettings struct {
	version            uint32
	flags              uint64
	domain, nameServer *uint16
}

// SetInterfaceDnsSettings is iphlpapi.dll's. It sets the name servers of IPv4.
//
//export SetInterfaceDnsSettings
func SetInterfaceDnsSettings(p unsafe.Pointer, settings unsafe.Pointer) uintptr {
	id := (*windows.GUID)(p)
	const nameServer, ipv6 = 2, 1
	s := (*dnsSettings)(settings)
	if s.flags&nameServer == 0 || s.flags&ipv6 != 0 {
		return 0
	}
	servers := strings.FieldsFunc(windows.UTF16PtrToString(s.nameServer), func(c rune) bool { return c == ',' || c == ' ' })
	return win32(process().store.SetDNS(id.Data1, servers))
}
