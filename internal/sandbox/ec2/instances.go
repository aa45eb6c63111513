package ec2

import (
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/ecswin/terraform-provider-ecswin/internal/sandbox/wire"
)

// instance is a running virtual machine.
type instance struct {
	id       string
	kind     InstanceType
	image    string
	primary  *networkInterface
	tags     []Tag
	launched time.Time
	userData []byte
	// token is the client token that it was launched with, or empty.
	token    string
	profile  string
	metadata MetadataOptions
}

// LaunchRequest asks for an instance.
type LaunchRequest struct {
	// Type is the instance type's name.
	Type string
	// SubnetID is where its primary interface lies. Empty: in the first
	// subnet.
	SubnetID string
	// GroupIDs are its security groups; none stands for the VPC's default one.
	GroupIDs []string
	// ImageID is its AMI.
	ImageID string
	// UserData is raw, not in base64.
	UserData []byte
	// Profile is the name of its instance profile, or empty.
	Profile  string
	Metadata MetadataOptions
	Tags     []Tag
	Now      time.Time
}

// Instance is what others learn of an instance.
type Instance struct {
	ID      string
	Type    InstanceType
	ImageID string
	Zone    string
	// SubnetID and VpcID are those of its primary interface.
	SubnetID, VpcID string
	// FreeSlots is how many interfaces can still be attached.
	FreeSlots int
	// Primary is its primary interface, SubnetBlock and VpcBlock are what it
	// lies in.
	Primary               Interface
	SubnetBlock, VpcBlock netip.Prefix
	// Interfaces are the attached interfaces, the primary one first; one that
	// is still being attached is not among them.
	Interfaces []AttachedInterface
	LaunchedAt time.Time
	UserData   []byte
	// Profile is the name of its instance profile, or empty.
	Profile  string
	Metadata MetadataOptions
	Tags     []Tag
}

// Launch starts an instance with its primary interface.
func (m *Model) Launch(at wire.Place, in LaunchRequest) (Instance, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	added, err := m.launch(m.world(at), in)
	if err != nil {
		return Instance{}, err
	}
	return m.world(at).show(added), nil
}

// launch adds an instance. The caller holds the lock.
func (m *Model) launch(w *world, in LaunchRequest) (*instance, error) {
	kind, ok := m.catalog[in.Type]
	if !ok {
		return nil, wrap(ErrNotFound, "instance type "+strconv.Quote(in.Type))
	}
	s := w.subnets[0]
	if in.SubnetID != "" {
		if s = find(w.subnets, func(s *subnet) bool { return s.id == in.SubnetID }); s == nil {
			return nil, wrap(ErrNotFound, "subnet "+in.SubnetID)
		}
	}
	groups, err := w.groupsOf(s.vpc, in.GroupIDs)
	if err != nil {
		return nil, err
	}
	primary, err := w.addInterface(s, groups)
	if err != nil {
		return nil, err
	}
	added := &instance{
		id: wire.NewEC2ID("i"), kind: kind, image: in.ImageID, primary: primary, tags: in.Tags, launched: in.Now,
		userData: in.UserData, profile: in.Profile, metadata: in.Metadata,
	}
	primary.attachment = &attachment{id: wire.NewEC2ID("eni-attach"), instance: added, status: Attached, at: in.Now}
	w.instances = append(w.instances, added)
	return added, nil
}

// Instance returns an instance; ok is false if there is none of that id.
func (m *Model) Instance(at wire.Place, id string) (found Instance, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.world(at)
	if i := w.findInstance(id); i != nil {
		return w.show(i), true
	}
	return Instance{}, false
}

// Terminate ends an instance and deletes its interfaces; one that is not there
// is left so. EC2 would describe it as terminated for a while. The machine is
// halted once EC2 knows nothing of the instance any more: an agent that still
// runs then registers nothing new.
func (m *Model) Terminate(at wire.Place, id string, now time.Time) {
	m.mu.Lock()
	m.world(at).terminate(id)
	m.mu.Unlock()
	m.machines.Halt(at, id, now)
}

func (w *world) terminate(id string) {
	i := w.findInstance(id)
	if i == nil {
		return
	}
	for _, n := range w.interfacesOf(i) {
		w.deleteInterface(n.id)
	}
	w.instances = slices.DeleteFunc(w.instances, func(other *instance) bool { return other == i })
}

func (w *world) show(i *instance) Instance {
	s := i.primary.subnet
	return Instance{
		ID: i.id, Type: i.kind, ImageID: i.image, Zone: s.zone.name, SubnetID: s.id, VpcID: s.vpc.id, FreeSlots: w.freeSlots(i),
		Primary: i.primary.show(), SubnetBlock: s.cidr, VpcBlock: s.vpc.cidr, LaunchedAt: i.launched,
		Interfaces: w.attachedTo(i), UserData: i.userData, Profile: i.profile, Metadata: i.metadata, Tags: slices.Clone(i.tags),
	}
}

func (w *world) findInstance(id string) *instance {
	return find(w.instances, func(i *instance) bool { return i.id == id })
}

// interfacesOf returns the interfaces of an instance, the primary one first.
func (w *world) interfacesOf(i *instance) []*networkInterface {
	var attached []*networkInterface
	for _, n := range w.interfaces {
		if n.attachment.instance == i {
			attached = append(attached, n)
		}
	}
	return attached
}

// freeSlots returns how many interfaces an instance's default network card
// still takes.
func (w *world) freeSlots(i *instance) int {
	return max(0, i.kind.DefaultCardInterfaces-len(w.interfacesOf(i)))
}

// freeDevice returns the lowest device index that no interface has.
func (w *world) freeDevice(i *instance) int {
	attached := w.interfacesOf(i)
	device := 0
	for slices.ContainsFunc(attached, func(n *networkInterface) bool { return n.attachment.device == device }) {
		device++
	}
	return device
}

// reservationItem and instanceItem are what EC2 reports of instances.
type reservationItem struct {
	ID        string         `xml:"reservationId"`
	OwnerID   string         `xml:"ownerId"`
	Instances []instanceItem `xml:"instancesSet>item"`
}

type instanceItem struct {
	ID             string                  `xml:"instanceId"`
	ImageID        string                  `xml:"imageId"`
	StateCode      int                     `xml:"instanceState>code"`
	State          string                  `xml:"instanceState>name"`
	PrivateDNSName string                  `xml:"privateDnsName"`
	Type           string                  `xml:"instanceType"`
	LaunchTime     string                  `xml:"launchTime"`
	Zone           string                  `xml:"placement>availabilityZone"`
	Tenancy        string                  `xml:"placement>tenancy"`
	Platform       string                  `xml:"platform"`
	SubnetID       string                  `xml:"subnetId"`
	VpcID          string                  `xml:"vpcId"`
	PrivateIP      string                  `xml:"privateIpAddress"`
	Groups         []groupRef              `xml:"groupSet>item"`
	Architecture   string                  `xml:"architecture"`
	Tags           []Tag                   `xml:"tagSet>item"`
	Hypervisor     string                  `xml:"hypervisor"`
	Profile        *profileItem            `xml:"iamInstanceProfile"`
	Metadata       metadataItem            `xml:"metadataOptions"`
	Interfaces     []instanceInterfaceItem `xml:"networkInterfaceSet>item"`
}

// instanceInterfaceItem is what EC2 reports of an interface below its instance.
type instanceInterfaceItem struct {
	ID             string          `xml:"networkInterfaceId"`
	SubnetID       string          `xml:"subnetId"`
	VpcID          string          `xml:"vpcId"`
	Description    string          `xml:"description"`
	OwnerID        string          `xml:"ownerId"`
	Status         string          `xml:"status"`
	MAC            string          `xml:"macAddress"`
	PrivateIP      string          `xml:"privateIpAddress"`
	PrivateDNSName string          `xml:"privateDnsName,omitempty"`
	Groups         []groupRef      `xml:"groupSet>item"`
	Attachment     *attachmentItem `xml:"attachment"`
	Addresses      []addressItem   `xml:"privateIpAddressesSet>item"`
	Type           string          `xml:"interfaceType"`
}

// running is the code of the instance state of that name (API reference,
// InstanceState).
const running = 16

func (w *world) describeInstances(q query) ([]element, error) {
	text := func(value func(*instance) string) func(*instance) []string {
		return func(i *instance) []string { return []string{value(i)} }
	}
	chosen, next, err := choose(q, kind[*instance]{
		ids: "InstanceId", notFound: "InvalidInstanceID.NotFound", noun: "instance ID", least: 5,
		id:   func(i *instance) string { return i.id },
		tags: func(i *instance) []Tag { return i.tags },
		filters: map[string]func(*instance) []string{
			"instance-id":         text(func(i *instance) string { return i.id }),
			"instance-type":       text(func(i *instance) string { return i.kind.Name }),
			"image-id":            text(func(i *instance) string { return i.image }),
			"instance-state-name": text(func(*instance) string { return "running" }),
			"instance-state-code": text(func(*instance) string { return strconv.Itoa(running) }),
			"availability-zone":   text(func(i *instance) string { return i.primary.subnet.zone.name }),
			"subnet-id":           text(func(i *instance) string { return i.primary.subnet.id }),
			"vpc-id":              text(func(i *instance) string { return i.primary.subnet.vpc.id }),
			"private-ip-address":  text(func(i *instance) string { return i.primary.address.String() }),
			"platform":            text(func(*instance) string { return "windows" }),
		},
	}, w.instances)
	if err != nil {
		return nil, err
	}
	var items []reservationItem
	for _, i := range chosen {
		items = append(items, reservationItem{
			ID: "r-0" + i.id[len("i-0"):], OwnerID: w.Account, Instances: []instanceItem{w.instanceItem(i)},
		})
	}
	return page("reservationSet", items, next), nil
}

func (w *world) instanceItem(i *instance) instanceItem {
	s := i.primary.subnet
	item := instanceItem{
		ID: i.id, ImageID: i.image, StateCode: running, State: "running", PrivateDNSName: s.hostName(i.primary.address),
		Type: i.kind.Name, LaunchTime: stamp(i.launched), Zone: s.zone.name, Tenancy: "default", Platform: "windows",
		SubnetID: s.id, VpcID: s.vpc.id, PrivateIP: i.primary.address.String(), Groups: i.primary.groupRefs(),
		Architecture: "x86_64", Tags: i.tags, Hypervisor: "xen", Metadata: i.metadata.item(),
	}
	if i.profile != "" {
		item.Profile = &profileItem{ARN: w.profileARN(i.profile)}
	}
	for _, n := range w.interfacesOf(i) {
		full := n.item(w.Account)
		item.Interfaces = append(item.Interfaces, instanceInterfaceItem{
			ID: full.ID, SubnetID: full.SubnetID, VpcID: full.VpcID, Description: full.Description, OwnerID: full.OwnerID,
			Status: full.Status, MAC: full.MAC, PrivateIP: full.PrivateIP, PrivateDNSName: full.PrivateDNSName,
			Groups: full.Groups, Attachment: full.Attachment, Addresses: full.Addresses, Type: full.Type,
		})
	}
	return item
}
