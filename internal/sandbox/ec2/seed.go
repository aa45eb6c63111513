package ec2

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// newWorld returns what AWS gives every account in every region: a default VPC
// with one subnet in each of three Availability Zones and a security group.
// The ids depend on the account and the region alone, so that they are the same
// each time.
func newWorld(at wire.Place) *world {
	w := &world{Place: at}
	main := w.addVPC(netip.MustParsePrefix("172.31.0.0/16"), w.seedID("vpc", "default"), w.seedID("sg", "default"))
	main.dflt = true
	for i, cidr := range []string{"172.31.0.0/20", "172.31.16.0/20", "172.31.32.0/20"} {
		letter := string(rune('a' + i))
		z := zone{name: at.Region + letter, id: zoneID(at.Region, i)}
		w.zones = append(w.zones, z)
		w.addSubnet(main, z, netip.MustParsePrefix(cidr), w.seedID("subnet", letter)).dflt = true
	}
	return w
}

// addVPC adds a VPC with its default security group.
func (w *world) addVPC(cidr netip.Prefix, id, groupID string) *vpc {
	// Only AWS's default VPC has DNS host names on from the start.
	v := &vpc{id: id, cidr: cidr, dnsHost: len(w.vpcs) == 0}
	w.vpcs = append(w.vpcs, v)
	w.groups = append(w.groups, &group{id: groupID, name: "default", description: "default VPC security group", vpc: v})
	return v
}

func (w *world) addSubnet(in *vpc, z zone, cidr netip.Prefix, id string) *subnet {
	s := &subnet{id: id, vpc: in, zone: z, cidr: cidr, pool: newAddresses(cidr)}
	w.subnets = append(w.subnets, s)
	return s
}

// seedID returns an id that depends on the place alone.
func (w *world) seedID(kind, name string) string {
	return wire.StableEC2ID(kind, w.Account+"/"+w.Region+"/"+kind+"/"+name)
}

// zoneID returns the id of a region's zone in the form of AWS's, such as
// use1-az1 of us-east-1 and apse2-az1 of ap-southeast-2.
func zoneID(region string, index int) string {
	short := strings.NewReplacer("northeast", "ne", "northwest", "nw", "southeast", "se", "southwest", "sw",
		"north", "n", "south", "s", "east", "e", "west", "w", "central", "c", "gov", "g", "-", "").Replace(region)
	return short + "-az" + strconv.Itoa(index+1)
}
