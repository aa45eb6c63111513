package ec2

import (
	"fmt"
	"net/netip"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// Subnet is what others learn of a subnet.
type Subnet struct {
	ID, VpcID, Zone string
	// FreeAddresses is how many private IPv4 addresses it has left.
	FreeAddresses int
}

// SecurityGroup is what others learn of a security group.
type SecurityGroup struct {
	ID, VpcID string
}

// Subnets returns the subnets, in the order in which they were made.
func (m *Model) Subnets(at wire.Place) []Subnet {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []Subnet
	for _, s := range m.world(at).subnets {
		all = append(all, Subnet{ID: s.id, VpcID: s.vpc.id, Zone: s.zone.name, FreeAddresses: s.pool.free})
	}
	return all
}

// SecurityGroups returns the security groups, in the order in which they were
// made.
func (m *Model) SecurityGroups(at wire.Place) []SecurityGroup {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []SecurityGroup
	for _, g := range m.world(at).groups {
		all = append(all, SecurityGroup{ID: g.id, VpcID: g.vpc.id})
	}
	return all
}

// AddVPC creates a VPC with its default security group and no subnet.
func (m *Model) AddVPC(at wire.Place, cidr netip.Prefix) (id string, err error) {
	if !cidr.Addr().Is4() || cidr.Bits() < 16 || cidr.Bits() > 28 || cidr != cidr.Masked() {
		return "", fmt.Errorf("%s is no IPv4 block from /16 to /28", cidr)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.world(at).addVPC(cidr, wire.NewEC2ID("vpc"), wire.NewEC2ID("sg")).id, nil
}

// AddSubnet creates a subnet of a VPC; an empty VPC id stands for the default
// VPC. The block must lie in the VPC's and be free, the zone be one of the
// region's three.
func (m *Model) AddSubnet(at wire.Place, vpcID, zoneName string, cidr netip.Prefix) (id string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.world(at)
	v := find(w.vpcs, func(v *vpc) bool { return v.id == vpcID || vpcID == "" && v.dflt })
	if v == nil {
		return "", wrap(ErrNotFound, "vpc "+vpcID)
	}
	if !cidr.Addr().Is4() || cidr.Bits() > 28 || cidr.Bits() < v.cidr.Bits() || !v.cidr.Contains(cidr.Addr()) || cidr != cidr.Masked() {
		return "", fmt.Errorf("%s is no block of at most /28 in the VPC's %s", cidr, v.cidr)
	}
	if taken := find(w.subnets, func(s *subnet) bool { return s.vpc == v && s.cidr.Overlaps(cidr) }); taken != nil {
		return "", fmt.Errorf("%s overlaps with %s of subnet %s", cidr, taken.cidr, taken.id)
	}
	for _, z := range w.zones {
		if z.name == zoneName {
			return w.addSubnet(v, z, cidr, wire.NewEC2ID("subnet")).id, nil
		}
	}
	return "", wrap(ErrNotFound, "availability zone "+zoneName)
}
