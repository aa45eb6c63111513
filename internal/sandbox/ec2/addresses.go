package ec2

import (
	"net/netip"
)

// addresses hands out a subnet's private IPv4 addresses. AWS keeps the first
// four and the last for itself (Amazon VPC User Guide, Subnet CIDR blocks).
type addresses struct {
	first, last netip.Addr
	free        int
	next        netip.Addr
	used        map[netip.Addr]bool
}

// The addresses of a subnet that AWS keeps.
const (
	reservedAtStart = 4
	reservedAtEnd   = 1
)

// newAddresses takes a masked IPv4 prefix of /28 or shorter.
func newAddresses(cidr netip.Prefix) addresses {
	size := 1 << (32 - cidr.Bits())
	a := addresses{
		first: offset(cidr.Addr(), reservedAtStart),
		last:  offset(cidr.Addr(), size-1-reservedAtEnd),
		free:  size - reservedAtStart - reservedAtEnd,
		used:  map[netip.Addr]bool{},
	}
	a.next = a.first
	return a
}

// take hands out the next free address after the last one, so that an address
// that was given back is not used again at once; ok is false if there is none.
func (a *addresses) take() (addr netip.Addr, ok bool) {
	if a.free == 0 {
		return netip.Addr{}, false
	}
	for a.used[a.next] {
		a.step()
	}
	addr = a.next
	a.used[addr] = true
	a.free--
	a.step()
	return addr, true
}

func (a *addresses) step() {
	a.next = a.next.Next()
	if a.next.Compare(a.last) > 0 {
		a.next = a.first
	}
}

func (a *addresses) giveBack(addr netip.Addr) {
	if a.used[addr] {
		delete(a.used, addr)
		a.free++
	}
}

// offset returns the IPv4 address that lies n behind addr.
func offset(addr netip.Addr, n int) netip.Addr {
	b := addr.As4()
	v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	v += uint32(n)
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}
