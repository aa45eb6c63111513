package ec2

import (
	"strconv"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// zoneItem, vpcItem, subnetItem and groupItem are what EC2 reports.
type zoneItem struct {
	Name        string `xml:"zoneName"`
	State       string `xml:"zoneState"`
	Region      string `xml:"regionName"`
	ID          string `xml:"zoneId"`
	Type        string `xml:"zoneType"`
	OptInStatus string `xml:"optInStatus"`
	GroupName   string `xml:"groupName"`
}

type vpcItem struct {
	ID              string `xml:"vpcId"`
	OwnerID         string `xml:"ownerId"`
	State           string `xml:"state"`
	CidrBlock       string `xml:"cidrBlock"`
	DHCPOptionsID   string `xml:"dhcpOptionsId"`
	InstanceTenancy string `xml:"instanceTenancy"`
	Default         bool   `xml:"isDefault"`
	Tags            []Tag  `xml:"tagSet>item"`
}

type subnetItem struct {
	ID            string `xml:"subnetId"`
	ARN           string `xml:"subnetArn"`
	OwnerID       string `xml:"ownerId"`
	State         string `xml:"state"`
	VpcID         string `xml:"vpcId"`
	CidrBlock     string `xml:"cidrBlock"`
	FreeAddresses int    `xml:"availableIpAddressCount"`
	Zone          string `xml:"availabilityZone"`
	ZoneID        string `xml:"availabilityZoneId"`
	Default       bool   `xml:"defaultForAz"`
	PublicIP      bool   `xml:"mapPublicIpOnLaunch"`
	Tags          []Tag  `xml:"tagSet>item"`
}

type groupItem struct {
	ID          string `xml:"groupId"`
	ARN         string `xml:"securityGroupArn"`
	Name        string `xml:"groupName"`
	Description string `xml:"groupDescription"`
	OwnerID     string `xml:"ownerId"`
	VpcID       string `xml:"vpcId"`
	Tags        []Tag  `xml:"tagSet>item"`
}

func (w *world) describeAvailabilityZones(q query) ([]element, error) {
	chosen, _, err := choose(q, kind[zone]{
		ids: "ZoneName", notFound: "InvalidParameterValue", noun: "availability zone",
		id:   func(z zone) string { return z.name },
		tags: func(zone) []Tag { return nil },
		filters: map[string]func(zone) []string{
			"zone-name":   func(z zone) []string { return []string{z.name} },
			"zone-id":     func(z zone) []string { return []string{z.id} },
			"region-name": func(zone) []string { return []string{w.Region} },
			"state":       func(zone) []string { return []string{"available"} },
		},
	}, w.zones)
	if err != nil {
		return nil, err
	}
	var items []zoneItem
	for _, z := range chosen {
		items = append(items, zoneItem{
			Name: z.name, State: "available", Region: w.Region, ID: z.id, Type: "availability-zone",
			OptInStatus: "opt-in-not-required", GroupName: w.Region,
		})
	}
	return []element{listElement("availabilityZoneInfo", items)}, nil
}

func (w *world) describeVpcs(q query) ([]element, error) {
	chosen, next, err := choose(q, kind[*vpc]{
		ids: "VpcId", notFound: "InvalidVpcID.NotFound", noun: "vpc ID", least: 5,
		id:   func(v *vpc) string { return v.id },
		tags: func(v *vpc) []Tag { return v.tags },
		filters: map[string]func(*vpc) []string{
			"vpc-id":     func(v *vpc) []string { return []string{v.id} },
			"cidr":       func(v *vpc) []string { return []string{v.cidr.String()} },
			"is-default": func(v *vpc) []string { return []string{strconv.FormatBool(v.dflt)} },
			"owner-id":   func(*vpc) []string { return []string{w.Account} },
			"state":      func(*vpc) []string { return []string{"available"} },
		},
	}, w.vpcs)
	if err != nil {
		return nil, err
	}
	var items []vpcItem
	for _, v := range chosen {
		items = append(items, vpcItem{
			ID: v.id, OwnerID: w.Account, State: "available", CidrBlock: v.cidr.String(),
			DHCPOptionsID: w.seedID("dopt", "default"), InstanceTenancy: "default", Default: v.dflt, Tags: v.tags,
		})
	}
	return page("vpcSet", items, next), nil
}

func (w *world) describeVpcAttribute(q query) ([]element, error) {
	v := find(w.vpcs, func(v *vpc) bool { return v.id == q.form.Get("VpcId") })
	if v == nil || q.missing {
		return nil, wire.Errorf("InvalidVpcID.NotFound", "The vpc ID '%s' does not exist", q.form.Get("VpcId"))
	}
	id := textElement("vpcId", v.id)
	switch attribute := q.form.Get("Attribute"); attribute {
	case "enableDnsSupport":
		return []element{id, valueElement(attribute, true)}, nil
	case "enableDnsHostnames":
		return []element{id, valueElement(attribute, v.dnsHost)}, nil
	default:
		return nil, wire.Errorf("InvalidParameterValue", "Value (%s) for parameter attribute is invalid.", attribute)
	}
}

func (w *world) describeSubnets(q query) ([]element, error) {
	chosen, next, err := choose(q, kind[*subnet]{
		ids: "SubnetId", notFound: "InvalidSubnetID.NotFound", noun: "subnet ID", least: 5,
		id:   func(s *subnet) string { return s.id },
		tags: func(s *subnet) []Tag { return s.tags },
		filters: map[string]func(*subnet) []string{
			"subnet-id":                  func(s *subnet) []string { return []string{s.id} },
			"vpc-id":                     func(s *subnet) []string { return []string{s.vpc.id} },
			"availability-zone":          func(s *subnet) []string { return []string{s.zone.name} },
			"availability-zone-id":       func(s *subnet) []string { return []string{s.zone.id} },
			"cidr-block":                 func(s *subnet) []string { return []string{s.cidr.String()} },
			"default-for-az":             func(s *subnet) []string { return []string{strconv.FormatBool(s.dflt)} },
			"available-ip-address-count": func(s *subnet) []string { return []string{strconv.Itoa(s.pool.free)} },
			"owner-id":                   func(*subnet) []string { return []string{w.Account} },
			"state":                      func(*subnet) []string { return []string{"available"} },
		},
	}, w.subnets)
	if err != nil {
		return nil, err
	}
	var items []subnetItem
	for _, s := range chosen {
		items = append(items, subnetItem{
			ID: s.id, ARN: w.ARN("ec2", "subnet/"+s.id), OwnerID: w.Account, State: "available", VpcID: s.vpc.id,
			CidrBlock: s.cidr.String(), FreeAddresses: s.pool.free, Zone: s.zone.name, ZoneID: s.zone.id,
			Default: s.dflt, PublicIP: s.dflt, Tags: s.tags,
		})
	}
	return page("subnetSet", items, next), nil
}

func (w *world) describeSecurityGroups(q query) ([]element, error) {
	chosen, next, err := choose(q, kind[*group]{
		ids: "GroupId", notFound: "InvalidGroup.NotFound", noun: "security group", least: 5,
		id:   func(g *group) string { return g.id },
		tags: func(g *group) []Tag { return g.tags },
		filters: map[string]func(*group) []string{
			"group-id":    func(g *group) []string { return []string{g.id} },
			"group-name":  func(g *group) []string { return []string{g.name} },
			"description": func(g *group) []string { return []string{g.description} },
			"vpc-id":      func(g *group) []string { return []string{g.vpc.id} },
			"owner-id":    func(*group) []string { return []string{w.Account} },
		},
	}, w.groups)
	if err != nil {
		return nil, err
	}
	var items []groupItem
	for _, g := range chosen {
		items = append(items, groupItem{
			ID: g.id, ARN: w.ARN("ec2", "security-group/"+g.id), Name: g.name, Description: g.description,
			OwnerID: w.Account, VpcID: g.vpc.id, Tags: g.tags,
		})
	}
	return page("securityGroupInfo", items, next), nil
}

// find returns the first thing that a condition holds for, or nil.
func find[T any](things []*T, holds func(*T) bool) *T {
	for _, t := range things {
		if holds(t) {
			return t
		}
	}
	return nil
}
