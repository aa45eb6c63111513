package hns

import "net/netip"

// FreeBlock returns a private IPv4 block of /20, which is the size that Docker gives its nat network, that overlaps with
// nothing taken; the first in the order 172.16.0.0/12, 192.168.0.0/16, 10.0.0.0/8.
func FreeBlock(taken []netip.Prefix) (netip.Prefix, bool) {
	for _, private := range []string{"172.16.0.0/12", "192.168.0.0/16", "10.0.0.0/8"} {
		within := netip.MustParsePrefix(private)
		for block := netip.PrefixFrom(within.Addr(), 20); within.Contains(block.Addr()); block = next(block) {
			if !overlapsAny(block, taken) {
				return block, true
			}
		}
	}
	return netip.Prefix{}, false
}

func overlapsAny(block netip.Prefix, taken []netip.Prefix) bool {
	_, _, found := overlap([]netip.Prefix{block}, taken)
	return found
}

// next returns the /20 behind a block.
func next(block netip.Prefix) netip.Prefix {
	b := block.Addr().As4()
	n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	n += 1 << 12
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), block.Bits())
}
