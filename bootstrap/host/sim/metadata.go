package sim

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/bootstrap/host"
	"github.com/ecswin/terraform-provider-ecswin/internal/imds"
)

// The ways in which the instance metadata refuse.
const (
	metadataDisabled = "disabled"
	metadataToken    = "token"
)

// instanceTypePath is what a stop and a start may change.
const instanceTypePath = "meta-data/instance-type"

// MetadataService plays the instance metadata service for a machine, in place of the one that the machine brings.
type MetadataService interface {
	// Get returns the text at a path below latest/. Its errors are those of host.Metadata. Whether the machine has a way to
	// the service is not its concern.
	Get(path string) (string, error)
}

// metadata is the instance metadata service as the machine reaches it.
type metadata struct {
	m *Machine
	// service answers; own is the machine's own, which answers unless the options name another.
	service MetadataService
	own     *ownMetadata
}

// ownMetadata is a service that tells of the machine's own instance, and of what conditions make of it.
type ownMetadata struct {
	tree imds.Tree
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

func (i Instance) partition() (name, domain string) { return imds.Partition(i.Region) }

// metadata is what EC2 tells of the instance.
func (i Instance) metadata(userData string) imds.Instance {
	told := imds.Instance{
		ID: i.ID, Type: i.Type, Region: i.Region, Zone: i.Zone, Account: i.Account, ImageID: i.ImageID,
		LaunchedAt: epoch().Add(-4 * time.Minute), UserData: userData, Role: i.Role, Lifecycle: i.Lifecycle,
		Interfaces: []imds.Interface{{
			ID: "eni-0123456789abcdef0", MAC: i.MAC, VPC: i.VPC, Subnet: i.Subnet, Address: i.IP, SubnetBlock: i.SubnetBlock, VPCBlock: i.Block,
		}},
		Credentials: imds.Credentials{
			AccessKeyID: "ASIASIMULATED", SecretAccessKey: "simulated", Token: "simulated", Issued: epoch(), Expires: epoch().Add(6 * time.Hour),
		},
	}
	if i.Role == "none" {
		told.Role = ""
	}
	return told
}

func newMetadata(m *Machine, userData string) *metadata {
	d := &metadata{m: m, service: m.options.Metadata, own: &ownMetadata{tree: m.instance.metadata(userData).Tree()}}
	if d.service == nil {
		d.service = d.own
	}
	return d
}

// retype tells of the machine's instance as one of another type. What conditions made of the rest stays.
func (o *ownMetadata) retype(i Instance) {
	fresh := i.metadata("").Tree()
	for _, path := range []string{instanceTypePath, "dynamic/instance-identity/document"} {
		o.tree.Set(path, fresh[path])
	}
}

// Get implements MetadataService.
func (o *ownMetadata) Get(path string) (string, error) {
	switch o.refuses {
	case metadataDisabled:
		return "", host.ErrMetadataDisabled
	case metadataToken:
		return "", host.ErrMetadataToken
	}
	text, ok := o.tree.Get(path)
	if !ok {
		return "", host.ErrNotFound
	}
	return text, nil
}

// get answers for one path, if the machine has a way to the service.
func (d *metadata) get(path string) (string, error) {
	err := host.ErrUnreachable
	text := ""
	if d.m.network.reaches(linkLocal()[0]) {
		text, err = d.service.Get(path)
	}
	if err != nil {
		return "", fmt.Errorf("instance metadata %s: %w", path, err)
	}
	return text, nil
}

// tells returns the text at a path, or nothing where there is none or the service does not answer.
func (d *metadata) tells(path string) string {
	text, err := d.get(path)
	if err != nil {
		return ""
	}
	return text
}

// answers reports whether the machine reaches the service, and the service speaks to it.
func (d *metadata) answers() bool { return d.tells("meta-data/instance-id") != "" }

// hasRole reports whether the machine gets credentials of an instance role.
func (d *metadata) hasRole() bool { return d.tells(imds.RolesPath) != "" }

// SetMetadata sets what the machine's own metadata service says at a path below latest/; an empty text removes the path.
func (m *Machine) SetMetadata(path, text string) {
	m.metadata.own.tree.Set(path, text)
	m.agent.heedSpotNotice()
}

type metadataView struct{ p *process }

func (v metadataView) Get(ctx context.Context, path string) (string, error) {
	c := v.p.m.look("metadata.Get", path)
	c.latency = v.p.m.latency.IMDS
	return value(ctx, v.p, c, func() (string, error) { return v.p.m.metadata.get(path) })
}
