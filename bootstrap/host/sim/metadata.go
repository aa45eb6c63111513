package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
)

// The ways in which the instance metadata refuse.
const (
	metadataDisabled = "disabled"
	metadataToken    = "token"
)

// metadata is the instance metadata service.
type metadata struct {
	m      *Machine
	values map[string]string
	// refuses is how it refuses, or empty.
	refuses string
}

// Instance is who the EC2 instance is. Empty fields get a value.
type Instance struct {
	ID, Type, Region, Zone, Account, ImageID, MAC string
	// VPC and Subnet are ids; Block the VPC's, SubnetBlock the subnet's IPv4 block, IP the primary address.
	VPC, Subnet        string
	Block, SubnetBlock netip.Prefix
	IP                 netip.Addr
	// Lifecycle is autoscaling/target-lifecycle-state; empty: the instance is in no group.
	Lifecycle string
	// Role is the instance profile's role; "none" is no profile.
	Role string
}

func (i Instance) complete() Instance {
	for _, d := range []struct {
		field *string
		value string
	}{
		{&i.ID, "i-0123456789abcdef0"},
		{&i.Type, "m5.large"},
		{&i.Region, "eu-central-1"},
		{&i.Account, "123456789012"},
		{&i.ImageID, "ami-0123456789abcdef0"},
		{&i.MAC, "0a:1b:2c:3d:4e:5f"},
		{&i.VPC, "vpc-0123456789abcdef0"},
		{&i.Subnet, "subnet-0123456789abcdef0"},
		{&i.Role, "ecsInstanceRole"},
	} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if i.Zone == "" {
		i.Zone = i.Region + "a"
	}
	if !i.Block.IsValid() {
		i.Block = netip.MustParsePrefix("10.0.0.0/16")
	}
	if !i.SubnetBlock.IsValid() {
		i.SubnetBlock = netip.PrefixFrom(i.Block.Addr(), 24).Masked()
	}
	if !i.IP.IsValid() {
		bytes := i.SubnetBlock.Addr().As4()
		bytes[3] += 25
		i.IP = netip.AddrFrom4(bytes)
	}
	return i
}

// address is the primary address with its subnet's length.
func (i Instance) address() netip.Prefix { return netip.PrefixFrom(i.IP, i.SubnetBlock.Bits()) }

// gateway is the subnet's router, its first address.
func (i Instance) gateway() netip.Addr { return i.SubnetBlock.Masked().Addr().Next() }

// resolver is the VPC's name server, its address plus two.
func (i Instance) resolver() netip.Addr { return i.Block.Masked().Addr().Next().Next() }

func (i Instance) partition() (name, domain string) {
	switch {
	case strings.HasPrefix(i.Region, "cn-"):
		return "aws-cn", "amazonaws.com.cn"
	case strings.HasPrefix(i.Region, "us-gov-"):
		return "aws-us-gov", "amazonaws.com"
	}
	return "aws", "amazonaws.com"
}

func newMetadata(m *Machine, userData string) *metadata {
	d := &metadata{m: m, values: map[string]string{}}
	d.fill(userData)
	return d
}

// fill sets the categories that follow from the instance.
func (d *metadata) fill(userData string) {
	i := d.m.instance
	partition, domain := i.partition()
	document, _ := json.Marshal(map[string]any{
		"accountId": i.Account, "architecture": "x86_64", "availabilityZone": i.Zone, "imageId": i.ImageID, "instanceId": i.ID,
		"instanceType": i.Type, "privateIp": i.IP.String(), "region": i.Region, "pendingTime": epoch().Add(-4 * time.Minute).Format(time.RFC3339),
		"version": "2017-09-30",
	})
	mac := "meta-data/network/interfaces/macs/" + i.MAC + "/"
	for path, text := range map[string]string{
		"meta-data/instance-id":                 i.ID,
		"meta-data/instance-type":               i.Type,
		"meta-data/ami-id":                      i.ImageID,
		"meta-data/local-ipv4":                  i.IP.String(),
		"meta-data/mac":                         i.MAC,
		"meta-data/placement/region":            i.Region,
		"meta-data/placement/availability-zone": i.Zone,
		"meta-data/services/partition":          partition,
		"meta-data/services/domain":             domain,
		"meta-data/network/interfaces/macs/":    i.MAC + "/",
		mac + "device-number":                   "0",
		mac + "interface-id":                    "eni-0123456789abcdef0",
		mac + "local-ipv4s":                     i.IP.String(),
		mac + "vpc-id":                          i.VPC,
		mac + "subnet-id":                       i.Subnet,
		mac + "subnet-ipv4-cidr-block":          i.SubnetBlock.String(),
		mac + "vpc-ipv4-cidr-block":             i.Block.String(),
		mac + "vpc-ipv4-cidr-blocks":            i.Block.String(),
		"dynamic/instance-identity/document":    string(document),
	} {
		d.set(path, text)
	}
	if userData != "" {
		d.set("user-data", userData)
	}
	if i.Lifecycle != "" {
		d.set("meta-data/autoscaling/target-lifecycle-state", i.Lifecycle)
	}
	if i.Role != "none" {
		d.set("meta-data/iam/security-credentials/", i.Role)
		d.set("meta-data/iam/info", fmt.Sprintf(`{"Code":"Success","InstanceProfileArn":"arn:%s:iam::%s:instance-profile/%s"}`, partition, i.Account, i.Role))
	}
}

func (d *metadata) set(path, text string) { d.values[strings.TrimSuffix(path, "/")] = text }

// failure says why the service does not answer, or nil.
func (d *metadata) failure() error {
	switch {
	case !d.m.network.reaches(linkLocal()[0]):
		return host.ErrUnreachable
	case d.refuses == metadataDisabled:
		return host.ErrMetadataDisabled
	case d.refuses == metadataToken:
		return host.ErrMetadataToken
	}
	return nil
}

// get answers for one path.
func (d *metadata) get(path string) (string, error) {
	if err := d.failure(); err != nil {
		return "", fmt.Errorf("instance metadata %s: %w", path, err)
	}
	text, ok := d.values[strings.Trim(path, "/")]
	if !ok {
		return "", notFound("instance metadata", path)
	}
	return text, nil
}

// SetMetadata sets what the instance metadata say at a path below latest/; an empty text removes the path.
func (m *Machine) SetMetadata(path, text string) {
	if text == "" {
		delete(m.metadata.values, strings.Trim(path, "/"))
		return
	}
	m.metadata.set(path, text)
	m.agent.heedSpotNotice()
}

type metadataView struct{ p *process }

func (v metadataView) Get(ctx context.Context, path string) (string, error) {
	c := v.p.m.look("metadata.Get", path)
	c.latency = v.p.m.latency.IMDS
	return value(ctx, v.p, c, func() (string, error) { return v.p.m.metadata.get(path) })
}
