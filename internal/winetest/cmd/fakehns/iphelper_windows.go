//go:build cgo

package main

import "C"

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/ecswin/terraform-provider-ecswin/internal/winetest/hnsstore"
)

// An adapter's LUID is its interface index below the interface type, as Windows composes it; its GUID names the index.

const (
	ethernet = 6 // IF_TYPE_ETHERNET_CSMACD
	forever  = ^uint32(0)
	manual   = 3 // MIB_IPPROTO_NETMGMT, IpPrefixOriginManual is 1
)

func luidOf(index uint32) uint64 { return uint64(index)<<24 | ethernet<<48 }

// interfaceIndex is the index that a row names: by LUID, or if that is 0, by index.
func interfaceIndex(luid uint64, index uint32) uint32 {
	if luid != 0 {
		return uint32(luid >> 24 & 0xffffff)
	}
	return index
}

func guidOf(index uint32) windows.GUID {
	return windows.GUID{Data1: index, Data3: 0x4000, Data4: [8]byte{0x80}}
}

// win32 turns an error into a Win32 error code.
func win32(err error) uintptr {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[*hnsstore.Error](err); ok {
		return uintptr(e.HRESULT & 0xffff)
	}
	return uintptr(windows.ERROR_GEN_FAILURE)
}

func wanted(family uint16, a netip.Addr) bool {
	return family == windows.AF_UNSPEC || (family == windows.AF_INET) == a.Is4()
}

// setAddr fills in a SOCKADDR_INET.
func setAddr(to *windows.RawSockaddrInet6, a netip.Addr) {
	if a.Is4() {
		*(*windows.RawSockaddrInet4)(unsafe.Pointer(to)) = windows.RawSockaddrInet4{Family: windows.AF_INET, Addr: a.As4()}
		return
	}
	*to = windows.RawSockaddrInet6{Family: windows.AF_INET6, Addr: a.As16()}
}

// addrOf reads a SOCKADDR_INET.
func addrOf(from *windows.RawSockaddrInet6) netip.Addr {
	if from.Family == windows.AF_INET {
		return netip.AddrFrom4((*windows.RawSockaddrInet4)(unsafe.Pointer(from)).Addr)
	}
	return netip.AddrFrom16(from.Addr)
}

// table is one of the MIB_..._TABLEs: the number of rows, then the rows. FreeMibTable frees it.
func table[Row any](rows []Row, out *unsafe.Pointer) uintptr {
	const header = 8
	var row Row
	size := unsafe.Sizeof(row)
	p := process().allocate(header + size*uintptr(max(1, len(rows))))
	if p == nil {
		return uintptr(windows.ERROR_NOT_ENOUGH_MEMORY)
	}
	*(*uint32)(p) = uint32(len(rows))
	copy(unsafe.Slice((*Row)(unsafe.Add(p, header)), len(rows)), rows)
	*out = p
	return 0
}

// FreeMibTable is iphlpapi.dll's.
//
//export FreeMibTable
func FreeMibTable(p unsafe.Pointer) { windows.CoTaskMemFree(p) }

// block lays structures out in memory that the caller of the API gave.
type block struct {
	base unsafe.Pointer
	used uintptr
}

func (b *block) take(size uintptr) unsafe.Pointer {
	p := unsafe.Add(b.base, b.used)
	b.used = (b.used + size + 7) &^ 7
	clear(unsafe.Slice((*byte)(p), size))
	return p
}

func take[T any](b *block) *T {
	var t T
	return (*T)(b.take(unsafe.Sizeof(t)))
}

func (b *block) wide(s string) *uint16 {
	encoded, err := windows.UTF16FromString(s)
	if err != nil {
		encoded = []uint16{0}
	}
	p := (*uint16)(b.take(uintptr(len(encoded)) * 2))
	copy(unsafe.Slice(p, len(encoded)), encoded)
	return p
}

func (b *block) addr(a netip.Addr) windows.SocketAddress {
	at := take[windows.RawSockaddrInet6](b)
	setAddr(at, a)
	length := int32(16)
	if !a.Is4() {
		length = 28
	}
	return windows.SocketAddress{Sockaddr: (*syscall.RawSockaddrAny)(unsafe.Pointer(at)), SockaddrLength: length}
}

// adaptersSize is what callers offer first, and enough for a dozen adapters.
const adaptersSize = 15000

// GetAdaptersAddresses is iphlpapi.dll's. It gives what net.Interfaces and winipcfg read; flags are ignored.
//
//export GetAdaptersAddresses
func GetAdaptersAddresses(family, flags uint32, reserved, buffer unsafe.Pointer, size *uint32) uintptr {
	if *size < adaptersSize || buffer == nil {
		*size = adaptersSize
		return uintptr(windows.ERROR_BUFFER_OVERFLOW)
	}
	host, err := process().store.LookAtHost("GetAdaptersAddresses")
	if err != nil {
		return win32(err)
	}
	b := &block{base: buffer}
	var last *windows.IpAdapterAddresses
	for _, a := range host.Adapters {
		n := b.adapter(a, host.Routes, uint16(family))
		if last != nil {
			last.Next = n
		}
		last = n
	}
	if last == nil {
		return uintptr(windows.ERROR_NO_DATA)
	}
	return 0
}

func (b *block) adapter(a hnsstore.Adapter, routes []hnsstore.Route, family uint16) *windows.IpAdapterAddresses {
	const dhcp, ipv4AndIPv6 = 0x4, 0x80 | 0x100
	n := take[windows.IpAdapterAddresses](b)
	n.Length, n.IfIndex, n.Ipv6IfIndex, n.Mtu, n.IfType = uint32(unsafe.Sizeof(*n)), a.Index, a.Index, a.MTU, ethernet
	n.Luid, n.OperStatus, n.CompartmentId, n.Flags, n.Ipv4Metric = luidOf(a.Index), status(a), 1, ipv4AndIPv6, a.Metric
	if a.DHCP {
		n.Flags |= dhcp
	}
	name := guidOf(a.Index).String() + "\x00"
	n.AdapterName = (*byte)(b.take(uintptr(len(name))))
	copy(unsafe.Slice(n.AdapterName, len(name)), name)
	n.FriendlyName, n.Description, n.DnsSuffix = b.wide(a.Name), b.wide(a.Description), b.wide("")
	n.PhysicalAddressLength = uint32(copy(n.PhysicalAddress[:], macOf(a)))
	unicast, server, gateway := &n.FirstUnicastAddress, &n.FirstDnsServerAddress, &n.FirstGatewayAddress
	for _, x := range a.Addresses {
		if p, err := netip.ParsePrefix(x.Prefix); err == nil && wanted(family, p.Addr()) {
			*unicast = take[windows.IpAdapterUnicastAddress](b)
			(*unicast).Length, (*unicast).OnLinkPrefixLength = uint32(unsafe.Sizeof(**unicast)), uint8(p.Bits())
			(*unicast).Address, (*unicast).DadState = b.addr(p.Addr()), int32(dadState(x))
			unicast = &(*unicast).Next
		}
	}
	for _, s := range a.Servers() {
		if addr, err := netip.ParseAddr(s); err == nil && wanted(family, addr) {
			*server = take[windows.IpAdapterDnsServerAdapter](b)
			(*server).Length, (*server).Address = uint32(unsafe.Sizeof(**server)), b.addr(addr)
			server = &(*server).Next
		}
	}
	for _, r := range routes {
		addr, err := netip.ParseAddr(r.NextHop)
		if err == nil && r.Index == a.Index && strings.HasSuffix(r.Destination, "/0") && wanted(family, addr) {
			*gateway = take[windows.IpAdapterGatewayAddress](b)
			(*gateway).Length, (*gateway).Address = uint32(unsafe.Sizeof(**gateway)), b.addr(addr)
			gateway = &(*gateway).Next
		}
	}
	return n
}

func macOf(a hnsstore.Adapter) []byte {
	mac, err := net.ParseMAC(a.MAC)
	if err != nil {
		return nil // an adapter without one, as a loopback adapter is
	}
	return mac
}

func status(a hnsstore.Adapter) uint32 {
	if a.Down {
		return windows.IfOperStatusDown
	}
	return windows.IfOperStatusUp
}

// dadState is how far the detection of duplicate addresses is.
func dadState(a hnsstore.Address) uint32 {
	const tentative, preferred = 1, 4
	if a.TentativeFor > 0 {
		return tentative
	}
	return preferred
}

// SetCurrentThreadCompartmentId is iphlpapi.dll's; the simulated host has one compartment.
//
//export SetCurrentThreadCompartmentId
func SetCurrentThreadCompartmentId(uint32) uintptr { return 0 }
